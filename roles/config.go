package roles

import (
	"net/netip"
	"time"

	"ecc/cloud"
)

// Config is everything that can be set: one struct per part, simple values
// only. Load fills it; nothing changes it afterwards. A part's New takes its
// own values from it in wire.go.
//
// A value marked "derived" is worked out by Load from others when it is
// empty.
type Config struct {
	Data       string   `toml:"data"`       // folder of everything ecc keeps
	Roles      []string `toml:"roles"`      // see ParseRoles
	Listen     string   `toml:"listen"`     // tenants' endpoint, "host:port"
	Region     string   `toml:"region"`     // its name
	Zones      []string `toml:"zones"`      // of the region; derived
	Hypervisor string   `toml:"hypervisor"` // "libvirt" or "sim"
	Drain      Duration `toml:"drain"`      // time to stop in

	SignatureV2 bool `toml:"signature_v2"` // tenants' clients may sign with Version 2

	Log       LogConfig       `toml:"log"`
	Edge      EdgeConfig      `toml:"edge"`
	Admin     AdminConfig     `toml:"admin"`
	Join      JoinConfig      `toml:"join"`
	CLC       CLCConfig       `toml:"clc"`
	CC        CCConfig        `toml:"cc"`
	Scheduler SchedulerConfig `toml:"scheduler"`
	Limits    LimitsConfig    `toml:"limits"`
	Throttle  ThrottleConfig  `toml:"throttle"`
	NC        NCConfig        `toml:"nc"`
	Network   NetworkConfig   `toml:"network"`
	Walrus    WalrusConfig    `toml:"walrus"`
	Images    ImagesConfig    `toml:"images"`
	Sim       SimConfig       `toml:"sim"`

	BuiltinTypes  bool                 `toml:"builtin_instance_types"` // offer EC2's common types
	InstanceTypes []InstanceTypeConfig `toml:"instance_type"`          // more types, or others in their place
}

// LogConfig is how the log is written, to standard error.
type LogConfig struct {
	Level  string `toml:"level"`  // debug, info, warn, error
	Format string `toml:"format"` // text or json
}

// EdgeConfig is the listener for other hosts' roles.
type EdgeConfig struct {
	Listen string   `toml:"listen"` // "host:port", "off" or "auto"; derived
	Names  []string `toml:"names"`  // further names and addresses it is dialled by
}

// AdminConfig is the listener for health and profiles.
type AdminConfig struct {
	Listen string `toml:"listen"` // "host:port" or "off"
}

// JoinConfig is how a host without a clc of its own reaches its cluster.
type JoinConfig struct {
	URL   string `toml:"url"`   // of the head's edge listener
	Token Secret `toml:"token"` // for the first start only
	CC    string `toml:"cc"`    // URL of the zone's cc's edge listener; empty: it is at the head
}

// CLCConfig is for the cloud controller.
type CLCConfig struct {
	Administrator     string   `toml:"administrator"`      // name of the first account
	TerminatedVisible Duration `toml:"terminated_visible"` // in listings
	AuditDays         int      `toml:"audit_days"`         // that the audit trail is kept; 0: for ever
	AuditBucket       string   `toml:"audit_bucket"`       // it is delivered to; empty: none
	Registration      bool     `toml:"registration"`       // strangers may ask for an account at /_/register
	IdentityKey       string   `toml:"identity_key"`       // file with the key that secrets are sealed with; derived

	IdentityNetworks []netip.Prefix `toml:"identity_networks"` // where OIDC providers may be, besides public addresses
}

// CCConfig is for the cluster controllers.
type CCConfig struct {
	Elsewhere bool     `toml:"elsewhere"`  // a clc carries none in its process
	Zones     []string `toml:"zones"`      // served by this process; derived
	Heartbeat Duration `toml:"heartbeat"`  // nodes report at least this often
	DownAfter Duration `toml:"down_after"` // a node silent for so long is down
}

// SchedulerConfig is how instances are placed.
type SchedulerConfig struct {
	Policy string `toml:"policy"` // spread or pack
}

// LimitsConfig is what one account may have.
type LimitsConfig struct {
	InstancesPerAccount int `toml:"instances_per_account"`
	InstancesPerCall    int `toml:"instances_per_call"`

	Account []LimitSetting `toml:"account"` // of other things
}

// NCConfig is for a compute host.
type NCConfig struct {
	Name           string   `toml:"name"` // derived
	Zone           string   `toml:"zone"` // derived
	LibvirtSocket  string   `toml:"libvirt_socket"`
	Accelerator    string   `toml:"accelerator"` // kvm, tcg, or auto: what is found to work
	QEMUUser       string   `toml:"qemu_user"`
	InstancesDir   string   `toml:"instances_dir"`   // derived
	CacheDir       string   `toml:"cache_dir"`       // of images; may be shared by hosts; derived
	CacheLimit     Size     `toml:"cache_limit"`     // 0: as the disk allows
	ReservedVCPU   int      `toml:"reserved_vcpu"`   // kept for the host
	ReservedMemory Size     `toml:"reserved_memory"` // kept for the host
	ReservedDisk   Size     `toml:"reserved_disk"`   // kept for the host
	OvercommitVCPU float64  `toml:"overcommit_vcpu"` // guests' vCPUs for each of the host's
	Starts         int      `toml:"starts"`          // instances started at once
	Period         Duration `toml:"period"`          // of looking at the host unasked
	ShutdownGrace  Duration `toml:"shutdown_grace"`  // before a guest's power is cut
}

// NetworkConfig is for guests' networks.
type NetworkConfig struct {
	Name       string       `toml:"name"`        // of this installation on the host; derived
	PublicPool netip.Prefix `toml:"public_pool"` // public addresses; same on every host
	Transit    netip.Prefix `toml:"transit"`     // links between host and VPCs; never leaves the host
	MTU        int          `toml:"mtu"`
	DNS        []netip.Addr `toml:"dns"` // given to guests; empty: the host's
	NAT        bool         `toml:"nat"` // guests reach the outside
}

// WalrusConfig is for the object store.
type WalrusConfig struct {
	Dir    string `toml:"dir"`    // derived
	Domain string `toml:"domain"` // buckets are also reached as <bucket>.<domain>

	Encrypt        string `toml:"encrypt"`          // new objects: asked or always
	CustomerKeys   string `toml:"customer_keys"`    // SSE-C: private or anywhere
	Keyring        string `toml:"keyring"`          // file with the keys; derived
	KeyringKey     Secret `toml:"keyring_key"`      // that file is sealed with
	KeyringKeyFile string `toml:"keyring_key_file"` // or a file with it

	Webhooks []Secret `toml:"webhooks"` // NAME=URL, that buckets can have their events sent to

	Quota        Size           `toml:"quota"`         // bytes of one account; 0: any
	QuotaObjects int64          `toml:"quota_objects"` // objects of one account; 0: any
	Quotas       []AccountQuota `toml:"quotas"`        // of some accounts, instead

	ScrubEvery Duration `toml:"scrub_every"` // all that is stored is read and checked; 0: never
	ScrubRate  Size     `toml:"scrub_rate"`  // read for that in a second; 0: any

	Backend string         `toml:"backend"` // where larger objects are kept: folder or s3
	S3      WalrusS3Config `toml:"s3"`      // for backend = "s3"
}

// ImagesConfig is where images are kept.
type ImagesConfig struct {
	Endpoint  string `toml:"endpoint"` // URL of an S3; empty: this cloud's walrus
	Bucket    string `toml:"bucket"`
	Region    string `toml:"region"` // derived
	AccessKey string `toml:"access_key"`
	SecretKey Secret `toml:"secret_key"`
}

// SimConfig is for hypervisor = "sim".
type SimConfig struct {
	NodesPerZone int      `toml:"nodes_per_zone"`
	BootTime     Duration `toml:"boot_time"`
	VCPU         int      `toml:"vcpu"`   // of a node
	Memory       Size     `toml:"memory"` // of a node
	Disk         Size     `toml:"disk"`   // of a node
	Seed         uint64   `toml:"seed"`
}

// InstanceTypeConfig is one size of instances.
type InstanceTypeConfig struct {
	Name      string `toml:"name"`
	VCPU      int    `toml:"vcpu"`
	MemoryMiB int64  `toml:"memory_mib"`
	DiskGiB   int64  `toml:"disk_gib"` // of the root disk; 0: the image's
}

// Default returns the built-in values, before anything is derived.
func Default() Config {
	return Config{
		Data: defaultData, Roles: []string{"all"}, Listen: "127.0.0.1:8773",
		Region: "us-east-1", Zones: []string{}, Hypervisor: "libvirt", Drain: Duration(20 * time.Second),
		Log:       LogConfig{Level: "info", Format: "text"},
		Edge:      EdgeConfig{Listen: auto, Names: []string{}},
		Admin:     AdminConfig{Listen: Off},
		CLC:       CLCConfig{Administrator: "admin", IdentityNetworks: []netip.Prefix{}, TerminatedVisible: Duration(time.Hour), AuditDays: 365},
		CC:        CCConfig{Zones: []string{}, Heartbeat: Duration(5 * time.Second), DownAfter: Duration(30 * time.Second)},
		Scheduler: SchedulerConfig{Policy: string(cloud.Spread)},
		Limits:    LimitsConfig{InstancesPerAccount: 5000, InstancesPerCall: 400, Account: []LimitSetting{}},
		Throttle:  ThrottleConfig{Factor: 10, Actions: []ActionRate{}},
		NC: NCConfig{
			LibvirtSocket: "/run/libvirt/libvirt-sock", Accelerator: auto, QEMUUser: "libvirt-qemu",
			ReservedMemory: Size(512 * cloud.MiB), ReservedDisk: Size(cloud.GiB), OvercommitVCPU: 16,
			Starts: 4, Period: Duration(10 * time.Second), ShutdownGrace: Duration(time.Minute),
		},
		Network: NetworkConfig{
			PublicPool: netip.MustParsePrefix("198.18.128.0/20"), Transit: netip.MustParsePrefix("198.19.0.0/16"),
			MTU: 1500, DNS: []netip.Addr{}, NAT: true,
		},
		Walrus:        WalrusConfig{Domain: "localhost", Webhooks: []Secret{}, Encrypt: encryptAsked, CustomerKeys: keysPrivate, Quotas: []AccountQuota{}, ScrubEvery: Duration(7 * 24 * time.Hour), ScrubRate: Size(16 * cloud.MiB), Backend: backendFolder, S3: WalrusS3Config{Prefix: "walrus/", Region: "us-east-1"}},
		Images:        ImagesConfig{Bucket: "ecc-images"},
		Sim:           SimConfig{NodesPerZone: 3, BootTime: Duration(time.Second), VCPU: 256, Memory: Size(1024 * cloud.GiB), Disk: Size(64 * 1024 * cloud.GiB), Seed: 1},
		BuiltinTypes:  true,
		InstanceTypes: []InstanceTypeConfig{},
	}
}
