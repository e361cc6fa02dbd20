package binary_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Several clouds on one host know nothing of each other.
func TestSeveralSideBySide(t *testing.T) {
	t.Parallel()
	one, two := newProcess(t, simulated...), newProcess(t, append([]string{"--set", "region=eu-west-3"}, simulated...)...)
	one.start()
	two.start()
	one.awaitReady()
	two.awaitReady()
	a, b := one.account("tenant"), two.account("tenant")
	if a.ID == b.ID || a.Key == b.Key || b.Region != "eu-west-3" {
		t.Errorf("accounts %+v and %+v", a, b)
	}
	ids := a.run(t, 2)
	a.awaitState(t, "running", ids...)
	if got, err := b.states(t); err != nil || len(got) != 0 {
		t.Errorf("the other cloud has instances %v, %v", got, err)
	}
	if _, err := a.at(two).states(t); err == nil {
		t.Error("a key of one cloud opens the other")
	}

	third := newProcess(t, simulated...)
	third.data = one.data
	third.start()
	if code := third.awaitEnd(); code != 1 || !strings.Contains(tail(t, third.log, 1<<10), "another") {
		t.Errorf("a second ecc on the same data ends with %d:\n%s", code, tail(t, third.log, 1<<10))
	}
	fourth := newProcess(t, simulated...)
	fourth.port = one.port
	fourth.start()
	if code := fourth.awaitEnd(); code != 1 || !strings.Contains(tail(t, fourth.log, 1<<10), "choose another with --listen") {
		t.Errorf("a second ecc on the same port ends with %d:\n%s", code, tail(t, fourth.log, 1<<10))
	}
	if _, err := a.states(t); err != nil {
		t.Errorf("the first ecc after the others: %v", err)
	}
}

// newHead prepares a head. Nodes that fall silent are noticed soon.
func newHead(t *testing.T, roles string, args ...string) *process {
	return newProcess(t, append([]string{"--hypervisor", "sim", "--roles", roles, "--set", "cc.heartbeat=300ms",
		"--set", "cc.down_after=2s"}, args...)...)
}

// newLower prepares a host of a head, in a role.
func newLower(t *testing.T, head *process, role, name, token string, args ...string) *process {
	return newProcess(t, append([]string{"--hypervisor", "sim", "--set", "sim.boot_time=50ms", "--roles", role,
		"--join", head.edge(), "--token", token, "--set", "nc.name=" + name}, args...)...)
}

// A cloud of five processes: nodes start before their head does, and every
// one is ended and started again while instances run.
func TestACloudOfManyProcesses(t *testing.T) {
	t.Parallel()
	head := newHead(t, "clc,walrus")
	head.start()
	head.awaitReady()
	tokens := []string{head.ecc("token", "create"), head.ecc("token", "create", "--node", "n2"), head.ecc("token", "create", "--role", "walrus")}
	head.stop()

	nodes := []*process{newLower(t, head, "nc", "n1", tokens[0]), newLower(t, head, "nc", "n2", tokens[1], "--set", "nc.zone=us-east-1b")}
	objects := newLower(t, head, "walrus", "s1", tokens[2])
	lowers := append(nodes, objects)
	for _, l := range lowers {
		l.start()
		l.awaitLog("waiting for the head")
	}
	head.start("ECC_LOG_LEVEL=debug")
	for _, p := range append(lowers, head) {
		p.awaitReady()
	}
	a := head.account("tenant")
	ids := a.run(t, 4)
	a.awaitState(t, "running", ids...)
	if rows := head.ecc("nodes"); strings.Count(rows, " up ") != 2 || !strings.Contains(rows, "us-east-1b") {
		t.Errorf("nodes:\n%s", rows)
	}
	t.Run("objects of a walrus alone", func(t *testing.T) { wantObjects(t, a.at(objects), a) })

	t.Run("readiness without a head", func(t *testing.T) { wantUnready(t, head, nodes[0], nodes[1]) })
	for _, p := range []*process{nodes[0], head, nodes[1], objects} {
		for _, end := range []func(){p.stop, p.kill} {
			end()
			p.start()
			p.awaitReady()
			if states, err := a.states(t); err != nil || len(states) != 4 {
				t.Fatalf("after a start: %v, %v", states, err)
			}
			a.awaitState(t, "running", ids...)
		}
	}
	head.settled()
	more := a.run(t, 2)
	a.awaitState(t, "running", more...)
	wantObjects(t, a.at(objects), a)

	nodes[0].kill()
	eventually(t, "the head notices the silent node", func() error {
		if rows := head.ecc("nodes"); !strings.Contains(rows, "silent since") {
			return fmt.Errorf("%s", rows)
		}
		return nil
	})
	a.awaitState(t, "running", ids...) // nobody knows better: not started elsewhere either
	nodes[0].start()
	eventually(t, "the node is back", func() error {
		if rows := head.ecc("nodes"); strings.Contains(rows, "silent") {
			return fmt.Errorf("%s", rows)
		}
		return nil
	})
	if _, err := a.ec2().TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: append(ids, more...)}); err != nil {
		t.Fatal(err)
	}
	a.awaitState(t, "terminated", append(ids, more...)...)
	head.settled()
}

// wantUnready takes the head away: nodes say so, also one that starts anew.
func wantUnready(t *testing.T, head, still, anew *process) {
	t.Helper()
	head.stop()
	anew.kill()
	anew.start()
	for _, p := range []*process{still, anew} {
		eventually(t, "a node misses its head", func() error {
			h, err := p.health()
			if err == nil && (h.Status == "ok" || len(h.Roles) == 0) {
				err = fmt.Errorf("%+v", h)
			}
			return err
		})
	}
	head.start()
	for _, p := range []*process{head, still, anew} {
		p.awaitReady()
	}
}

// wantObjects uses a walrus, which asks the clc for keys; what it does not
// serve it says in the client's dialect.
func wantObjects(t *testing.T, there, head account) {
	t.Helper()
	name := fmt.Sprintf("bucket-%d", time.Now().UnixNano())
	if _, err := there.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := head.s3().HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: &name}); err == nil {
		t.Error("the head's walrus has the other's bucket")
	}
	stranger := there
	stranger.Key = "AKIAAAAAAAAAAAAAAAAA"
	if _, err := stranger.s3().ListBuckets(t.Context(), &s3.ListBucketsInput{}); err == nil || !strings.Contains(err.Error(), "InvalidAccessKeyId") {
		t.Errorf("an unknown key: %v", err)
	}
	_, err := there.ec2().DescribeRegions(t.Context(), &ec2.DescribeRegionsInput{})
	if err == nil || !strings.Contains(err.Error(), "the role clc") {
		t.Errorf("EC2 at a walrus: %v", err)
	}
}

// awaitLog waits for words in the log.
func (p *process) awaitLog(words string) {
	p.tb.Helper()
	eventually(p.tb, "the log says "+words, func() error {
		if log := tail(p.tb, p.log, 64<<10); !strings.Contains(log, words) {
			return fmt.Errorf("%s", log)
		}
		return nil
	})
}

// The cc, the object store and the clc on hosts of their own.
func TestEveryRoleInItsOwnProcess(t *testing.T) {
	t.Parallel()
	objects := newProcess(t) // its endpoint is needed by the head
	head := newHead(t, "clc", "--set", "cc.elsewhere=true", "--set", "images.endpoint="+objects.endpoint())
	head.start()
	head.awaitReady()
	objects.args = newLower(t, head, "walrus", "s1", head.ecc("token", "create", "--role", "walrus")).args
	cc := newLower(t, head, "cc", "c1", head.ecc("token", "create", "--role", "cc"))
	node := newLower(t, head, "nc", "n1", head.ecc("token", "create"), "--set", "join.cc="+cc.edge())
	for _, p := range []*process{node, cc, objects} {
		p.start()
	}
	for _, p := range []*process{node, cc, objects} {
		p.awaitReady()
	}
	a := head.account("tenant")
	ids := a.run(t, 2)
	a.awaitState(t, "running", ids...)
	cc.kill()
	cc.start()
	cc.awaitReady()
	more := a.run(t, 1)
	a.awaitState(t, "running", append(ids, more...)...)

	disk := filepath.Join(tempDir(t), "disk.raw")
	writeDisk(t, disk, 3<<20)
	id := head.ecc("image", "import", disk, "--quiet")
	out, err := a.ec2().DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{id}})
	if err != nil || len(out.Images) != 1 || aws.ToString(out.Images[0].Name) != "disk" {
		t.Errorf("imported image %q: %+v, %v", id, out, err)
	}
	if _, err := a.s3().ListBuckets(t.Context(), &s3.ListBucketsInput{}); err == nil || !strings.Contains(err.Error(), "the role walrus") {
		t.Errorf("S3 at the head: %v", err)
	}
	head.settled()
}

// A host is admitted by the right token, once.
func TestTokensAreForOneHostOnce(t *testing.T) {
	t.Parallel()
	head := newHead(t, "clc,walrus")
	head.start()
	head.awaitReady()
	other := newHead(t, "clc,walrus")
	other.start()
	other.awaitReady()
	spent := head.ecc("token", "create")
	first := newLower(t, head, "nc", "n1", spent)
	first.start()
	first.awaitReady()
	short := head.ecc("token", "create", "--life", "1ms")

	for name, c := range map[string]struct{ role, node, token, want string }{
		"no token":                 {"nc", "n9", "", "ecc token create"},
		"not a token":              {"nc", "n9", "sesame", "token"},
		"changed":                  {"nc", "n9", spent[:len(spent)-1] + map[bool]string{true: "B", false: "A"}[spent[len(spent)-1] == 'A'], "not of the cluster"},
		"spent":                    {"nc", "n9", spent, "used"},
		"too old":                  {"nc", "n9", short, "expired"},
		"of another role":          {"nc", "n9", head.ecc("token", "create", "--role", "walrus"), "role"},
		"of another node":          {"nc", "n9", head.ecc("token", "create", "--node", "n8"), "n8"},
		"for a name that is taken": {"nc", "n1", head.ecc("token", "create"), "already"},
		"of another cluster":       {"nc", "n9", other.ecc("token", "create"), "not of the cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newLower(t, head, c.role, c.node, c.token)
			p.start()
			code := p.awaitEnd()
			if log := tail(t, p.log, 2<<10); code != 1 || !strings.Contains(log, c.want) {
				t.Errorf("ended with %d, want 1 and %q:\n%s", code, c.want, log)
			}
		})
	}
	if bad := ecc(t, "--data", head.data, "token", "create", "--role", "clc"); bad.code != 1 || !strings.Contains(bad.stderr, `no host joins as "clc"`) {
		t.Errorf("a token for a clc: %+v", bad)
	}
	if log, err := os.ReadFile(head.log); err != nil || strings.Contains(string(log), spent) {
		t.Errorf("a token is in the log, or: %v", err)
	}
	// It joined long ago: neither token nor name matter any more.
	first.stop()
	first.start()
	first.awaitReady()
}
