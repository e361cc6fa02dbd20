package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
	"ecc/test/lab"
)

// joinNode starts a compute host that joins the cloud.
func (b *bench) joinNode(host *lab.Node, args ...string) *process {
	b.Helper()
	joining := []string{"--roles=nc", "--join", b.edge(), "--token", b.head.mustECC("token", "create")}
	p := newProcess(b, host, slices.Concat(joining, quick(), args)...)
	p.start()
	b.awaitNode(host.Name, true)
	return p
}

// edge is where hosts join: the head's address, the port after the tenants'.
func (b *bench) edge() string { return "https://" + b.head.host.IP.String() + ":8774" }

// threeHosts starts a head and two compute hosts, each with its own libvirtd.
// args are for the latter.
func threeHosts(t *testing.T, args ...string) (b *bench, n1, n2 *process) {
	t.Helper()
	b = newBench(t, lab.StartNode(t, "head", lab.Options{NoLibvirt: true}), "--roles=clc,walrus")
	b.start()
	return b, b.joinNode(newHost(t, "n1"), args...), b.joinNode(newHost(t, "n2"), args...)
}

// on finds the host whose folder an instance is in.
func (m *machine) on(hosts ...*process) *process {
	m.b.Helper()
	var found []*process
	for _, p := range hosts {
		if _, err := os.Stat(filepath.Join(p.disks, m.id)); err == nil {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		m.b.Fatalf("%s is on %d hosts", m.id, len(found))
	}
	return found[0]
}

// TestThreeHosts is a cloud of a head and two compute hosts: instances land on
// both, and go on when head or host is away.
func TestThreeHosts(t *testing.T) {
	b, n1, n2 := threeHosts(t)
	b.refuseUsedToken(n1)
	key := newKey(t)
	b.admin.importKey("key", key)
	group := b.admin.group("ssh", 22)
	ms := b.admin.run(b.importGuest(), "t3.nano", 2, withKey("key"), withGroup(group))
	onHost := map[*process]*machine{}
	for _, m := range ms {
		m.await(types.InstanceStateNameRunning)
		onHost[m.on(n1, n2)] = m
	}
	if len(onHost) != 2 {
		t.Fatalf("two instances are on %d of two hosts", len(onHost))
	}
	for name, row := range b.nodes() {
		if row.Instances != 1 {
			t.Errorf("node %s is listed with %d instances, want 1", name, row.Instances)
		}
	}
	in1, in2 := onHost[n1].ssh(n1.host, key, 1), onHost[n2].ssh(n2.host, key, 1)
	if one, two := in1.must("hostname"), in2.must("hostname"); one == two {
		t.Errorf("both guests are %q", one)
	}
	b.cliAgrees(ms)

	b.run("the head is away", func(t *testing.T) { headAway(t, b, in1, in2) })
	b.run("a host is away", func(t *testing.T) { hostAway(t, b, n1, n2, in1, in2) })

	end(ms...)
	b.audit()
	awaitEmpty(t, n1)
	awaitEmpty(t, n2)
}

// refuseUsedToken tries the token of a host that has joined once more.
func (b *bench) refuseUsedToken(used *process) {
	b.Helper()
	p := newProcess(b, used.host, append(slices.Clone(used.args), "--set", "nc.name=thief")...)
	p.start()
	p.awaitEnd()
	if said := tail(p.log, 2<<10); p.cmd.ProcessState.ExitCode() == 0 || !strings.Contains(said, "token") {
		b.Errorf("a token was used twice; the second host ended with %d and said %s", p.cmd.ProcessState.ExitCode(), said)
	}
	if _, ok := b.nodes()["thief"]; ok {
		b.Error("a host with a used token is listed")
	}
}

// cliAgrees asks the aws CLI what it sees.
func (b *bench) cliAgrees(ms []*machine) {
	b.Helper()
	args := []string{"ec2", "describe-instances", "--output", "text", "--query", "Reservations[].Instances[].[InstanceId,State.Name]", "--instance-ids"}
	for _, m := range ms {
		args = append(args, m.id)
	}
	out := b.admin.aws(args...)
	for _, m := range ms {
		if !strings.Contains(out, m.id+"\trunning") {
			b.Errorf("the aws CLI does not see %s running:\n%s", m.id, out)
		}
	}
}

// fetchMetadata asks the metadata service as a guest does, with a token.
const fetchMetadata = `t=$(printf 'PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' |
	timeout 5 nc 169.254.169.254 80 | tr -d '\r' | tail -n 1) &&
timeout 5 wget -q -O - --header "X-aws-ec2-metadata-token: $t" http://169.254.169.254/latest/meta-data/instance-id`

// askDHCP asks for a lease and changes nothing.
const askDHCP = `udhcpc -n -q -f -i eth0 -t 5 -T 2 -s /bin/true`

// served checks that a guest is served by its host: metadata and addresses.
func (s *shell) served() {
	s.m.b.Helper()
	await(s.m.b, "metadata in the guest of "+s.m.id, soon, func() (bool, string) {
		out, err := s.run(fetchMetadata)
		return err == nil && out == s.m.id, fmt.Sprint(out, err)
	})
	await(s.m.b, "DHCP in the guest of "+s.m.id, soon, func() (bool, string) {
		out, err := s.run(askDHCP)
		return err == nil, fmt.Sprint(out, err)
	})
}

// headAway kills the head: guests keep network, metadata and addresses.
func headAway(t *testing.T, b *bench, guests ...*shell) {
	b.head.kill()
	for _, s := range guests {
		before := s.bootID()
		s.served()
		if again := s.bootID(); again != before {
			t.Errorf("the guest of %s has booted", s.m.id)
		}
	}
	b.start()
	for _, name := range []string{"n1", "n2"} {
		b.awaitNode(name, true)
	}
	for _, s := range guests {
		s.m.await(types.InstanceStateNameRunning)
	}
	b.audit()
}

// hostAway kills a compute host's ecc: the node is marked silent, its
// instances are started nowhere else, new ones land elsewhere.
func hostAway(t *testing.T, b *bench, n1, n2 *process, in1, in2 *shell) {
	before := in2.bootID()
	n2.kill()
	b.awaitNode("n2", false)
	if got := in2.bootID(); got != before {
		t.Error("the guest noticed that its host's ecc was gone")
	}
	more := b.admin.run(b.bootSector(hypervisortest.Deaf, "deaf"), "t1.micro", 2)
	for _, m := range more {
		m.await(types.InstanceStateNameRunning)
		if m.on(n1, n2) != n1 {
			t.Errorf("%s was placed on a silent host", m.id)
		}
	}
	never(t, "an instance of a silent host was started elsewhere", 3*time.Second, func() (bool, string) {
		all := emulators(t, n1.host)
		return len(all) > 1+len(more), fmt.Sprint(all)
	})
	end(more...)
	n2.start()
	b.awaitNode("n2", true)
	in2.m.await(types.InstanceStateNameRunning)
	if got := in2.bootID(); got != before {
		t.Error("the guest has booted because its host's ecc came back")
	}
	in2.served()
	b.audit()

	before = in1.bootID()
	n1.stop()
	n1.start()
	in1.served()
	if got := in1.bootID(); got != before {
		t.Error("the guest has booted because its host's ecc was stopped and started")
	}
	in1.m.await(types.InstanceStateNameRunning)
	b.audit()
}
