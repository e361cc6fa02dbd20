package roles

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/cloud"
)

const example = "../config.example.toml"

var compare = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

func readExample(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustLoad(t *testing.T, flags map[string]string) Config {
	t.Helper()
	cfg, err := Load(Sources{Flags: flags, Hostname: "Host_1.example"})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ecc.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExampleIsTheDefault decodes into values that differ from the defaults
// everywhere, so that a key that is missing in the example shows too.
func TestExampleIsTheDefault(t *testing.T) {
	cfg := Default()
	for _, k := range settings(&cfg) {
		k.value.SetZero()
	}
	if err := decode(example, readExample(t), &cfg); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), cfg, compare); diff != "" {
		t.Error(diff)
	}
}

func TestExampleDocumentsEveryKey(t *testing.T) {
	text := string(readExample(t))
	cfg := Default()
	for _, k := range settings(&cfg) {
		table, name := "", k.path
		if i := strings.LastIndexByte(k.path, '.'); i >= 0 {
			table, name = k.path[:i], k.path[i+1:]
		}
		line := regexp.MustCompile(`(?m)^` + name + ` = `)
		if k.path == "instance_type" {
			line = regexp.MustCompile(`(?m)^# \[\[instance_type\]\]`)
		}
		if !line.MatchString(section(t, text, table)) {
			t.Errorf("%s is not in the example", k.path)
		}
	}
	for i := range reflect.TypeFor[InstanceTypeConfig]().NumField() {
		name := reflect.TypeFor[InstanceTypeConfig]().Field(i).Tag.Get("toml")
		if !strings.Contains(text, "\n# "+name+" = ") {
			t.Errorf("instance_type.%s is not in the example", name)
		}
	}
}

// section cuts a table out of a file: "" is what comes before the first, and
// the end.
func section(t *testing.T, text, table string) string {
	if table == "" {
		return text
	}
	_, after, ok := strings.Cut(text, "\n["+table+"]")
	if !ok {
		t.Errorf("there is no table %s", table)
	}
	before, _, _ := strings.Cut(after, "\n[")
	return before
}

func TestInstanceTypeOfTheExampleIsTaken(t *testing.T) {
	_, text, _ := strings.Cut(string(readExample(t)), "# [[instance_type]]")
	path := writeConfig(t, "[[instance_type]]"+strings.ReplaceAll(text, "\n# ", "\n"))
	cfg, err := Load(Sources{File: path})
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.InstanceTypes) != 1 || cfg.InstanceTypes[0].Name != "m1.small" {
		t.Errorf("types %v, want m1.small", cfg.InstanceTypes)
	}
}

func TestKeysAreUniqueAsVariables(t *testing.T) {
	seen := map[string]string{}
	for _, k := range settings(new(Config)) {
		name := envName(k.path)
		if other, ok := seen[name]; ok {
			t.Errorf("%s and %s are both %s", k.path, other, name)
		}
		seen[name] = k.path
		if strings.HasSuffix(k.path, ".") || k.path == "" {
			t.Errorf("a field of Config has no toml tag: %q", k.path)
		}
	}
}

func TestLaterSourcesWin(t *testing.T) {
	file := writeConfig(t, "listen = '127.0.0.1:1'\nregion = 'eu-1'\n[nc]\nstarts = 7\n[network]\ndns = ['9.9.9.9']\n")
	cfg, err := Load(Sources{
		File:    file,
		Environ: []string{"PATH=/bin", "ECC_LISTEN=127.0.0.1:2", "ECC_NETWORK_DNS=1.1.1.1, 8.8.8.8", "ECC_CONFIG=x", "ECC_TEST_HOST=1", "ECC_NC_OVERCOMMIT_VCPU=2.5"},
		Flags:   map[string]string{"listen": "127.0.0.1:3", "cc.heartbeat": "1s", "sim.memory": "2GiB", "roles": "clc,nc", "network.nat": "false", "sim.seed": "9"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ got, want any }{
		"flag over variable":     {cfg.Listen, "127.0.0.1:3"},
		"variable over file":     {cfg.Network.DNS, []netip.Addr{netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr("8.8.8.8")}},
		"file over default":      {cfg.NC.Starts, 7},
		"variable, number":       {cfg.NC.OvercommitVCPU, 2.5},
		"flag, duration":         {cfg.CC.Heartbeat, Duration(time.Second)},
		"flag, size":             {cfg.Sim.Memory, Size(2 * cloud.GiB)},
		"flag, list":             {cfg.Roles, []string{"clc", "cc", "nc"}},
		"flag, truth":            {cfg.Network.NAT, false},
		"flag, unsigned":         {cfg.Sim.Seed, uint64(9)},
		"derived from the file":  {cfg.Zones, []string{"eu-1a"}},
		"untouched default":      {cfg.Limits, Default().Limits},
		"derived from derived":   {cfg.CC.Zones, []string{"eu-1a"}},
		"derived, image's place": {cfg.Images.Region, "eu-1"},
	} {
		if diff := cmp.Diff(c.want, c.got, compare); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDerived(t *testing.T) {
	for name, c := range map[string]struct {
		flags map[string]string
		got   func(Config) any
		want  any
	}{
		"zones":                     {nil, func(c Config) any { return c.Zones }, []string{"us-east-1a"}},
		"zones of sim":              {map[string]string{"hypervisor": "sim"}, func(c Config) any { return c.Zones }, []string{"us-east-1a", "us-east-1b", "us-east-1c"}},
		"given zones stay":          {map[string]string{"hypervisor": "sim", "zones": "us-east-1f"}, func(c Config) any { return c.Zones }, []string{"us-east-1f"}},
		"name of the node":          {nil, func(c Config) any { return c.NC.Name }, "host-1.example"},
		"folders":                   {map[string]string{"data": "/x"}, func(c Config) any { return []string{c.NC.InstancesDir, c.NC.CacheDir, c.Walrus.Dir} }, []string{"/x/instances", "/x/cache", "/x/walrus"}},
		"network name":              {nil, func(c Config) any { return c.Network.Name }, "main"},
		"network name, other data":  {map[string]string{"data": "/x"}, func(c Config) any { return c.Network.Name != "main" }, true},
		"edge of a lonely machine":  {nil, func(c Config) any { return c.Edge.Listen }, "off"},
		"edge, reachable":           {map[string]string{"listen": "10.0.0.1:8773"}, func(c Config) any { return c.Edge.Listen }, "10.0.0.1:8774"},
		"edge, everywhere":          {map[string]string{"listen": ":8773"}, func(c Config) any { return c.Edge.Listen }, ":8774"},
		"edge of a head":            {map[string]string{"roles": "clc,walrus"}, func(c Config) any { return c.Edge.Listen }, "127.0.0.1:8774"},
		"edge, any port":            {map[string]string{"roles": "clc", "listen": "127.0.0.1:0"}, func(c Config) any { return c.Edge.Listen }, "127.0.0.1:0"},
		"edge of a node":            {map[string]string{"roles": "nc", "join.url": "h"}, func(c Config) any { return c.Edge.Listen }, "off"},
		"edge, given":               {map[string]string{"edge.listen": "127.0.0.1:9"}, func(c Config) any { return c.Edge.Listen }, "127.0.0.1:9"},
		"cc elsewhere":              {map[string]string{"roles": "clc", "cc.elsewhere": "true"}, func(c Config) any { return c.Roles }, []string{"clc"}},
		"node knows its zone alone": {map[string]string{"roles": "nc", "join.url": "h", "nc.zone": "eu-9c"}, func(c Config) any { return c.NC.Zone }, "eu-9c"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got(mustLoad(t, c.flags)), compare); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNodeName(t *testing.T) {
	for hostname, want := range map[string]string{
		"h1": "h1", "H1.Example.COM": "h1.example.com", "my_host": "my-host", "": "node", "-x": "x", "ünï": "n-", "...": "node",
		strings.Repeat("a", 80): strings.Repeat("a", 63),
	} {
		if got := nodeName(hostname); got != want || !cloud.ValidNodeID(got) {
			t.Errorf("%q: %q, want %q", hostname, got, want)
		}
	}
}

func TestFileErrorsNameLineAndKey(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":        {"data = '/x'\n\nlissten = 'x'\n", `:3: there is no setting "lissten"`},
		"unknown in a table": {"[nc]\nzone = ''\nzoone = 'x'\n", `:3: there is no setting "nc.zoone"`},
		"in the wrong table": {"[nc]\nheartbeat = '1s'\n", `:2: there is no setting "nc.heartbeat" (did you mean cc.heartbeat?)`},
		"unknown table":      {"[sc]\nx = 1\n", `there is no setting "sc`},
		"unknown in a type":  {"[[instance_type]]\nname = 'a.b'\nram = 1\n", `:3: there is no setting "instance_type.ram"`},
		"wrong type":         {"\nlisten = 3\n", ":2:"},
		"bad duration":       {"drain = 'soon'\n", `"soon" is not a duration`},
		"bad size":           {"[nc]\ncache_limit = '10GB'\n", `"10GB" is not a size`},
		"bad prefix":         {"[network]\ntransit = 'x'\n", "transit"},
		"not TOML":           {"a = = b\n", ":1:"},
		"twice":              {"data = 'a'\ndata = 'b'\n", ":2:"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeConfig(t, c.text)
			_, err := Load(Sources{File: path})
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want the file and %s", err, c.want)
			}
		})
	}
	if _, err := Load(Sources{File: "/nonexistent/ecc.toml"}); err == nil {
		t.Error("a missing file is taken")
	}
	if _, err := Load(Sources{File: writeConfig(t, strings.Repeat("#\n", maxConfigFile))}); err == nil {
		t.Error("a huge file is taken")
	}
}

func TestOtherSourcesErrors(t *testing.T) {
	for name, c := range map[string]struct {
		src  Sources
		want string
	}{
		"unknown variable":    {Sources{Environ: []string{"ECC_LISSTEN=x"}}, "no setting ECC_LISSTEN"},
		"bad variable":        {Sources{Environ: []string{"ECC_DRAIN=x"}}, "ECC_DRAIN: \"x\" is not a duration"},
		"unknown flag":        {Sources{Flags: map[string]string{"lissten": "x"}}, `no setting "lissten"`},
		"bad number":          {Sources{Flags: map[string]string{"nc.starts": "many"}}, "nc.starts: \"many\""},
		"bad truth":           {Sources{Flags: map[string]string{"network.nat": "maybe"}}, "network.nat: \"maybe\""},
		"table as a variable": {Sources{Environ: []string{"ECC_INSTANCE_TYPE=x"}}, "only in the file"},
	} {
		if _, err := Load(c.src); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

func TestValidateSaysWhat(t *testing.T) {
	for name, c := range map[string]struct {
		flags map[string]string
		want  string
	}{
		"listen":              {map[string]string{"listen": "8773"}, "listen: "},
		"listen port":         {map[string]string{"listen": "h:99999"}, "listen: "},
		"edge":                {map[string]string{"edge.listen": "x"}, "edge.listen: "},
		"edge name":           {map[string]string{"edge.names": "a b"}, "edge.names: "},
		"admin":               {map[string]string{"admin.listen": ""}, "admin.listen: "},
		"hypervisor":          {map[string]string{"hypervisor": "xen"}, "hypervisor: \"xen\" is not libvirt or sim"},
		"log level":           {map[string]string{"log.level": "loud"}, "log.level: "},
		"log format":          {map[string]string{"log.format": "xml"}, "log.format: "},
		"region":              {map[string]string{"region": "US East"}, "region: "},
		"zone of elsewhere":   {map[string]string{"zones": "eu-1a"}, "zones: "},
		"zone twice":          {map[string]string{"zones": "us-east-1a,us-east-1a"}, "twice"},
		"cc's zone":           {map[string]string{"cc.zones": "us-east-1z"}, "cc.zones: "},
		"nc's zone":           {map[string]string{"nc.zone": "us-east-1z"}, "nc.zone: "},
		"nc's name":           {map[string]string{"nc.name": "A B"}, "nc.name: "},
		"overcommit":          {map[string]string{"nc.overcommit_vcpu": "0"}, "nc.overcommit_vcpu: "},
		"overcommit, NaN":     {map[string]string{"nc.overcommit_vcpu": "NaN"}, "nc.overcommit_vcpu: "},
		"heartbeat":           {map[string]string{"cc.heartbeat": "20s"}, "cc.down_after: "},
		"policy":              {map[string]string{"scheduler.policy": "random"}, "scheduler.policy: "},
		"limit":               {map[string]string{"limits.instances_per_call": "0"}, "limits.instances_per_call: "},
		"pool":                {map[string]string{"network.public_pool": "2001:db8::/64"}, "network.public_pool: "},
		"pool in transit":     {map[string]string{"network.public_pool": "198.19.4.0/24"}, "overlaps"},
		"mtu":                 {map[string]string{"network.mtu": "0"}, "network.mtu: "},
		"network's name":      {map[string]string{"network.name": "a-very-long-name"}, "network.name: "},
		"bucket":              {map[string]string{"images.bucket": "X"}, "images.bucket: "},
		"endpoint":            {map[string]string{"images.endpoint": "s3", "images.access_key": "a", "images.secret_key": "b"}, "images.endpoint: "},
		"endpoint, no key":    {map[string]string{"images.endpoint": "http://s3"}, "images.access_key: "},
		"key, no secret":      {map[string]string{"images.access_key": "a"}, "images.access_key: "},
		"node without a head": {map[string]string{"roles": "nc"}, "join.url: without the role clc, say where the head is: --join https://HEAD:8774"},
		"bad head":            {map[string]string{"roles": "nc", "join.url": "ftp://x"}, "join.url: "},
		"head joins":          {map[string]string{"join.url": "https://x"}, "join.url: this process has the role clc"},
		"sim without nodes":   {map[string]string{"sim.nodes_per_zone": "0"}, "sim.nodes_per_zone: "},
		"no types":            {map[string]string{"builtin_instance_types": "false"}, "builtin_instance_types: "},
		"administrator":       {map[string]string{"clc.administrator": "A B"}, "clc.administrator: "},
		"role":                {map[string]string{"roles": "dlc"}, "there is no role \"dlc\""},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(Sources{Flags: c.flags, Hostname: "h"}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestValidateReportsAll(t *testing.T) {
	_, err := Load(Sources{Flags: map[string]string{"listen": "x", "network.mtu": "1", "log.level": "y"}})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("error %v, want three lines", err)
	}
}

func TestPrintIsReadBack(t *testing.T) {
	cfg := mustLoad(t, map[string]string{"hypervisor": "sim", "data": "/x", "drain": "90s", "network.dns": "1.1.1.1"})
	cfg.InstanceTypes = []InstanceTypeConfig{{Name: "a.b", VCPU: 3, MemoryMiB: 5, DiskGiB: 7}}
	var out bytes.Buffer
	if err := cfg.Print(&out); err != nil {
		t.Fatal(err)
	}
	again, err := Load(Sources{File: writeConfig(t, out.String())})
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if diff := cmp.Diff(cfg, again, compare); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	cfg := mustLoad(t, map[string]string{"images.endpoint": "http://s3", "images.access_key": "AK", "images.secret_key": "canary", "join.token": "canary"})
	var out bytes.Buffer
	if err := cfg.Print(&out); err != nil {
		t.Fatal(err)
	}
	if err := cfg.PrintDiff(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "canary") || !strings.Contains(out.String(), hidden) {
		t.Errorf("printed:\n%s", out.String())
	}
	if string(cfg.Images.SecretKey) != "canary" {
		t.Error("the secret itself is lost")
	}
}

func TestPrintDiff(t *testing.T) {
	cfg := Default()
	var out bytes.Buffer
	if err := cfg.PrintDiff(&out); err != nil || out.Len() != 0 {
		t.Errorf("defaults differ: %v %s", err, out.String())
	}
	cfg.Listen, cfg.NC.Starts, cfg.Drain = "h:1", 9, Duration(time.Minute)
	cfg.InstanceTypes = make([]InstanceTypeConfig, 2)
	if err := cfg.PrintDiff(&out); err != nil {
		t.Fatal(err)
	}
	want := `listen = 'h:1'  # default '127.0.0.1:8773'
drain = '1m'  # default '20s'
nc.starts = 9  # default 4
instance_type = (2 entries)  # default []
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestValues(t *testing.T) {
	for text, want := range map[string]Size{"0B": 0, "512MiB": Size(512 * cloud.MiB), "10GiB": Size(10 * cloud.GiB), "3 TiB": Size(3072 * cloud.GiB), "1025B": 1025, "1KiB": 1024} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
		back, _ := got.MarshalText()
		if string(back) != strings.ReplaceAll(text, " ", "") {
			t.Errorf("%s is written %s", text, back)
		}
	}
	for _, text := range []string{"", "10", "GiB", "-1GiB", "1.5GiB", "10GB", "9999999999TiB", "0x10B"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("size %q is taken", text)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", time.Hour: "1h", 90 * time.Second: "1m30s", 90 * time.Minute: "1h30m", 20 * time.Second: "20s", 100 * time.Minute: "1h40m"} {
		if got, _ := Duration(d).MarshalText(); string(got) != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	cfg := Default()
	builtin := cfg.Types()
	seen := map[string]bool{}
	for _, b := range builtin {
		if seen[b.Name] || !typeName.MatchString(b.Name) || b.VCPU < 1 || b.Memory < 512*cloud.MiB {
			t.Errorf("built-in type %+v", b)
		}
		seen[b.Name] = true
	}
	for _, name := range []string{"t1.micro", "t2.micro", "t3.micro", "t3a.small", "m1.small", "m5.large", "c5.large", "r5.large"} {
		if _, ok := builtin.Get(name); !ok {
			t.Errorf("there is no %s", name)
		}
	}
	cfg.InstanceTypes = []InstanceTypeConfig{{Name: "m1.small", VCPU: 9, MemoryMiB: 2, DiskGiB: 3}, {Name: "x1.own", VCPU: 1, MemoryMiB: 1}}
	ts := cfg.Types()
	if got, _ := ts.Get("m1.small"); got != (cloud.InstanceType{Name: "m1.small", VCPU: 9, Memory: 2 * cloud.MiB, Disk: 3 * cloud.GiB}) || len(ts) != len(builtin)+1 {
		t.Errorf("m1.small is %+v among %d, want the own one among %d", got, len(ts), len(builtin)+1)
	}
	cfg.BuiltinTypes = false
	if got := len(cfg.Types()); got != 2 {
		t.Errorf("%d types without the built-in ones, want 2", got)
	}
}

func TestTypesRefused(t *testing.T) {
	for _, c := range []InstanceTypeConfig{
		{"", 1, 1, 0}, {"small", 1, 1, 0}, {"m1.<x>", 1, 1, 0}, {"m1.x", 0, 1, 0}, {"m1.x", 1, 0, 0}, {"m1.x", 1, 1, -1},
		{"m1.x", 1 << 40, 1, 0}, {"m1.x", 1, 1 << 62, 0}, {"m1.x", 1, 1, 1 << 62},
	} {
		cfg := mustLoad(t, nil)
		cfg.InstanceTypes = []InstanceTypeConfig{c}
		if err := cfg.Validate(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, err := os.ReadFile(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add("[[instance_type]]\nname='a.b'\n[nc]\ncache_limit='1GiB'\n")
	f.Fuzz(func(t *testing.T, text string) {
		cfg := Default()
		if decode("f", []byte(text), &cfg) == nil && cfg.derive("h") == nil {
			_ = cfg.Validate() // must not panic, whatever was read
		}
	})
}
