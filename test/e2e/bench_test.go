package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ecc/rpc"
	"ecc/test/guest"
	"ecc/test/lab"
)

// bench is one cloud: the head with its operator's commands, and the
// administrator's clients. What fails, fails the test of the moment: see run.
type bench struct {
	*testing.T
	head  *process
	url   string
	admin *tenant
}

// run runs a sub-test on the cloud.
func (b *bench) run(name string, test func(*testing.T)) {
	b.Helper()
	outer := b.T
	defer func() { b.T = outer }()
	outer.Run(name, func(t *testing.T) {
		b.T = t
		test(t)
	})
}

// quick makes a cloud notice within seconds what else takes it longer: a node
// that is silent, drift, a guest that does not listen.
func quick() []string {
	return []string{"--set", "cc.heartbeat=500ms", "--set", "cc.down_after=5s", "--set", "nc.period=2s",
		"--set", "nc.shutdown_grace=20s", "--set", "nc.reserved_disk=64MiB", "--set", "nc.accelerator=" + accelerator()}
}

// newBench prepares a head on a host. It is not started.
func newBench(t *testing.T, host *lab.Node, args ...string) *bench {
	t.Helper()
	listen := host.IP.String() + ":8773"
	b := &bench{T: t, url: "http://" + listen}
	b.head = newProcess(b, host, slices.Concat([]string{"--listen", listen}, quick(), args)...)
	return b
}

// allInOne starts a cloud on one host with its own libvirtd.
func allInOne(t *testing.T, args ...string) *bench {
	t.Helper()
	b := newBench(t, newHost(t, "one"), append([]string{"--roles=all"}, args...)...)
	b.start()
	return b
}

// start starts the head and waits until it is ready.
func (b *bench) start(env ...string) {
	b.Helper()
	b.head.start(env...)
	b.ready()
}

// ready waits until every role of the head says that it is ready.
func (b *bench) ready() {
	b.Helper()
	await(b, "the head to be ready", soon, func() (bool, string) {
		if b.head.over() {
			b.Fatalf("the head ended: %s", tail(b.head.log, 2<<10))
		}
		r, err := http.Get(b.url + "/_/health")
		if err != nil {
			return false, err.Error()
		}
		defer r.Body.Close()
		var saw map[string]any
		_ = json.NewDecoder(r.Body).Decode(&saw) // shown only
		return r.StatusCode == http.StatusOK, fmt.Sprint(saw)
	})
	if b.admin == nil {
		b.admin = b.tenantOf(b.head.mustECC("env"))
	}
}

// tenantOf makes clients of what "ecc env" prints.
func (b *bench) tenantOf(exports string) *tenant {
	b.Helper()
	env := map[string]string{}
	for _, line := range strings.Split(exports, "\n") {
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "="); ok {
			env[name] = value
		}
	}
	if got := env["AWS_ENDPOINT_URL"]; got != b.url {
		b.Errorf("ecc env names the endpoint %q, want %q", got, b.url)
	}
	return newTenant(b, env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
}

// account makes a tenant account.
func (b *bench) account(name string) *tenant {
	b.Helper()
	var a struct {
		AccessKeyID     string `json:"access_key_id"`
		SecretAccessKey string `json:"secret_access_key"`
	}
	out := b.head.mustECC("account", "create", name, "--json")
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		b.Fatalf("ecc account create: %v: %s", err, out)
	}
	return newTenant(b, a.AccessKeyID, a.SecretAccessKey)
}

// importFile imports a disk and returns the image's id.
func (b *bench) importFile(path, name string) string {
	b.Helper()
	return b.head.mustECC("image", "import", path, "--quiet", "--name", name)
}

// importGuest imports the guest with a userland.
func (b *bench) importGuest() string {
	b.Helper()
	return b.importFile(guest.Image(b), "guest")
}

// nodes lists the nodes by name.
func (b *bench) nodes() map[string]rpc.NodeRow {
	b.Helper()
	var rows []rpc.NodeRow
	out := b.head.mustECC("nodes", "--json")
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		b.Fatalf("ecc nodes: %v: %s", err, out)
	}
	all := map[string]rpc.NodeRow{}
	for _, r := range rows {
		all[string(r.Node.ID)] = r
	}
	return all
}

// awaitNode waits until a node is listed as up or as silent.
func (b *bench) awaitNode(name string, up bool) {
	b.Helper()
	await(b, fmt.Sprintf("node %s to be up=%v", name, up), soon, func() (bool, string) {
		r, ok := b.nodes()[name]
		return ok && r.Node.Down != up, fmt.Sprintf("listed %v, %+v", ok, r.Node)
	})
}

// audit waits until "ecc audit" finds nothing and has heard all nodes. A leak
// is what stays.
func (b *bench) audit() {
	b.Helper()
	await(b, "a clean audit", 20*time.Second, func() (bool, string) {
		out, err := b.head.ecc("audit", "--json")
		var rep rpc.AuditReport
		if bad := json.Unmarshal([]byte(out), &rep); bad != nil {
			return false, fmt.Sprint(out, err)
		}
		return err == nil && len(rep.Findings)+len(rep.Unheard) == 0, out
	})
}

// writeFile writes a file of the test's and returns its path.
func (b *bench) writeFile(name string, data []byte) string {
	b.Helper()
	path := folder(b) + "/" + name
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}
