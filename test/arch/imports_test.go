package arch_test

import (
	"slices"
	"strings"
	"testing"
)

// layers says which folders of the module a folder's code may import, besides
// its own. The longest matching line counts. Tests may import more: they build
// the world around a package.
var layers = map[string][]string{
	"cloud":      {}, // the domain: no I/O, only the standard library
	"internal":   {"cloud", "internal"},
	"api":        {"cloud", "internal"}, // wire protocols: no business, no store
	"rpc":        {"cloud", "internal"},
	"store":      {"cloud", "internal"},
	"hypervisor": {"cloud", "internal"},
	"net":        {"cloud", "internal"},
	"image":      {"cloud", "internal"},
	"imagecache": {"cloud", "internal", "image"},

	// Roles meet in rpc and never import each other, so that each can run on a
	// host of its own. Only a head's clc has records.
	"roles/clc":    {"cloud", "internal", "api", "image", "rpc", "store"},
	"roles/cc":     {"cloud", "internal", "rpc"},
	"roles/sc":     {"cloud", "internal", "image", "rpc"},
	"roles/nc":     {"cloud", "internal", "hypervisor", "image", "imagecache", "net", "rpc"},
	"roles/walrus": {"cloud", "internal", "api", "rpc"},
	"roles":        {"cloud", "internal", "api", "hypervisor", "image", "imagecache", "net", "rpc", "roles", "store"},

	// It examines a host under the configuration of the roles on it.
	"internal/doctor": {"cloud", "internal", "hypervisor", "net", "roles"},

	// Nobody imports these two; they may import everything.
	".":    {"api", "cloud", "hypervisor", "image", "imagecache", "internal", "net", "roles", "rpc", "store"},
	"test": {"api", "cloud", "hypervisor", "image", "imagecache", "internal", "net", "roles", "rpc", "store"},
}

// confined libraries are imported only where the table says, tests aside.
var confined = []struct {
	library string
	where   []string
	why     string
}{
	{"go.etcd.io/bbolt", []string{"store", "roles/walrus"}, "whoever reads a record goes through the store's transactions"},
	{"github.com/hashicorp/go-memdb", []string{"store"}, "snapshots are the store's"},
	{"github.com/digitalocean/go-libvirt", []string{"hypervisor/libvirt"}, "everyone else speaks hypervisor.Hypervisor"},
	{"github.com/vishvananda/netlink", []string{"net/linux", "internal/doctor", "test"}, "the host's network changes in one place"},
	{"github.com/google/nftables", []string{"net/linux", "internal/doctor", "test"}, "the host's rules change in one place"},
	{"github.com/urfave/cli/v2", []string{"."}, "flags become configuration in main"},
	{"github.com/pelletier/go-toml/v2", []string{"roles"}, "one place reads configuration"},
	{"github.com/minio/minio-go/v7", []string{"image", "roles/walrus/remotefile", "test"}, "objects are reached through image.Blobs"},
	{"math/rand", nil, "randomness is injected; where it need not be secret, math/rand/v2"},
	{"log", nil, "loggers are *slog.Logger arguments"},
	{"C", nil, "the binary is static"},
	// Each drives a program that has no library: qemu (the accelerator probe),
	// qemu-img, whatever reap is given, the programs doctor looks for.
	{"os/exec", []string{"hypervisor/libvirt", "image/overlay", "internal/reap", "internal/doctor", "test"}, "programs are driven where a named one has to be"},
}

func TestImportDirection(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		home, allowed := layerOf(s.dir())
		if home == "" {
			t.Errorf("%s: folder %s has no line in the table of layers", s.path, s.dir())
			continue
		}
		for _, name := range s.imports {
			target, ours := strings.CutPrefix(name, module+"/")
			if ours && !within(target, home) && !withinAny(target, allowed) {
				t.Errorf("%s imports %s: %s may import %v", s.path, name, home, allowed)
			}
		}
	}
}

// layerOf finds the longest line of layers that dir is in.
func layerOf(dir string) (home string, allowed []string) {
	for layer, imports := range layers {
		if (layer == dir || layer != "." && within(dir, layer)) && len(layer) > len(home) {
			home, allowed = layer, imports
		}
	}
	return home, allowed
}

func TestConfinedLibraries(t *testing.T) {
	for _, s := range sources(t) {
		for _, rule := range confined {
			if s.isTest() || inFolders(s.dir(), rule.where) {
				continue
			}
			// Of a module all packages are meant; log/slog is not log.
			ofModule := strings.Contains(rule.library, ".")
			for _, name := range s.imports {
				if name == rule.library || ofModule && within(name, rule.library) {
					t.Errorf("%s imports %s, which is for %v: %s", s.path, name, rule.where, rule.why)
				}
			}
		}
	}
}

// inFolders is withinAny, with "." for the root alone.
func inFolders(dir string, folders []string) bool {
	for _, f := range folders {
		if dir == f || f != "." && within(dir, f) {
			return true
		}
	}
	return false
}

// filesOfRoles are packages of roles that the commands of operators open too,
// whether the role runs or not.
var filesOfRoles = []string{
	"ecc/roles/walrus/keyring",
	"ecc/roles/walrus/backup", "ecc/roles/walrus/fsck", "ecc/roles/walrus/index", "ecc/roles/walrus/operate",
}

// Nothing but the wire knows that roles may share a process.
func TestOnlyRolesImportsRoles(t *testing.T) {
	for _, s := range sources(t) {
		for _, name := range s.imports {
			role, ours := strings.CutPrefix(name, module+"/roles/")
			if !ours || within(s.dir(), "roles/"+strings.Split(role, "/")[0]) {
				continue
			}
			if s.dir() == "." && slices.Contains(filesOfRoles, name) {
				continue
			}
			if s.dir() != "roles" && !s.isTest() {
				t.Errorf("%s imports %s: roles are put together in the package roles only", s.path, name)
			}
		}
	}
}
