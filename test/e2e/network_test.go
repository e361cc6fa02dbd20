package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/test/guest"
	"ecc/test/lab"
)

// TestNetwork looks at guests' network with real packets: who reaches whom,
// from the first packet to the last.
func TestNetwork(t *testing.T) {
	b := allInOne(t)
	host, outside := b.head.host, newVisited(t)
	outside.host.Run("ip", "route", "add", "198.18.128.0/20", "via", host.IP.String())
	key, green := newKey(t), b.account("green")
	image := b.importGuest()
	b.admin.importKey("key", key)
	door := b.admin.group("door")
	own := b.defaultGroup(b.admin)
	a := b.admin.run(image, "t3.nano", 1, withKey("key"), func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{own, door} })[0]
	mate := b.admin.run(image, "t3.nano", 1, withKey("key"))[0]

	b.run("nothing comes in before it may", func(t *testing.T) { b.closedFromTheStart(a, mate) })
	b.admin.allow(door, 22)
	in := a.ssh(host, key, 1)
	b.run("the group lets in what it says and no more", func(t *testing.T) {
		if b.reachable(*a.describe().PublicIpAddress + ":80") {
			t.Error("port 80 is open, only 22 should be")
		}
		if b.reachable(*mate.describe().PublicIpAddress + ":22") {
			t.Error("an instance outside the group is open")
		}
	})
	mates := "http://" + *mate.describe().PrivateIpAddress + "/"
	b.run("members of a group reach each other", func(t *testing.T) {
		if got := in.must("timeout 20 wget -q -O - " + mates); got != "ecc-guest" {
			t.Errorf("the other guest answers %q", got)
		}
	})
	b.run("the way out", func(t *testing.T) {
		if got := in.must("timeout 20 wget -q -O - " + outside.url("public")); got != "hello" {
			t.Errorf("a host outside answers %q", got)
		}
		t.Logf("a guest with the public address %s comes as %v", *a.describe().PublicIpAddress, outside.from("public"))
	})
	b.run("metadata in both versions", func(t *testing.T) {
		in.served()
		if got := in.must("timeout 10 wget -q -O - http://169.254.169.254/latest/meta-data/public-ipv4"); got != *a.describe().PublicIpAddress {
			t.Errorf("version 1 says the public address is %q", got)
		}
	})
	b.run("another account with the same addresses", func(t *testing.T) {
		b.stranger(green, image, a, mates, outside)
		if got := in.must("timeout 20 wget -q -O - " + mates); got != "ecc-guest" {
			t.Errorf("the other guest answers %q", got)
		}
	})
	b.run("what is revoked is cut", func(t *testing.T) { b.cut(a, in, door) })
	in = a.ssh(host, key, 1)
	in.served()
	end(a, mate)
	awaitEmpty(t, b.head)
	b.audit()
}

// defaultGroup is the id of the account's default security group.
func (b *bench) defaultGroup(t *tenant) string {
	b.Helper()
	out, err := t.ec2.DescribeSecurityGroups(context.Background(), &ec2.DescribeSecurityGroupsInput{
		Filters: []types.Filter{{Name: aws.String("group-name"), Values: []string{"default"}}}})
	if err != nil || len(out.SecurityGroups) != 1 {
		b.Fatalf("default group: %v, %v", out, err)
	}
	return *out.SecurityGroups[0].GroupId
}

// reachable tries a TCP address from the host.
func (b *bench) reachable(address string) bool {
	conn, err := dial(b.head.host, address, 700*time.Millisecond)
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent
	return true
}

// closedFromTheStart knocks at instances until their ssh server is up for
// long.
func (b *bench) closedFromTheStart(ms ...*machine) {
	b.Helper()
	for _, m := range ms {
		await(b, m.id+" to be up", boot, func() (bool, string) {
			if b.reachable(*m.describe().PublicIpAddress + ":22") {
				b.Fatalf("%s let somebody in before anything was authorized", m.id)
			}
			console, err := m.console()
			return strings.Contains(console, guest.Instance), fmt.Sprint(tailOf(console), err)
		})
		if b.reachable(*m.describe().PublicIpAddress + ":22") {
			b.Errorf("%s lets somebody in", m.id)
		}
	}
}

// stranger runs an instance of another account that has the same private
// address as ours, no public one, and insists on metadata tokens. Its
// user data tries what it should not reach, and what it should.
func (b *bench) stranger(green *tenant, image string, ours *machine, mates string, outside *visited) {
	b.Helper()
	address := ours.describe().PrivateIpAddress
	m := green.run(image, "t3.nano", 1, withUserData(`#!/bin/sh
echo "mate: $(timeout 5 wget -q -O - `+mates+` || echo nobody)"
echo "version 1: $(timeout 5 wget -q -O - http://169.254.169.254/latest/meta-data/instance-id || echo refused)"
echo "outside: $(timeout 20 wget -q -O - `+outside.url("green")+` || echo nobody)"
`), func(in *ec2.RunInstancesInput) {
		in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: types.HttpTokensStateRequired}
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0),
			AssociatePublicIpAddress: aws.Bool(false), PrivateIpAddress: address}}
	})[0]
	console := m.awaitConsole("user-data ended with 0", 1, boot)
	for _, want := range []string{"mate: nobody\n", "version 1: refused\n", "outside: hello\n", "(IMDSv2)", "address " + *address + " "} {
		if !strings.Contains(console, want) {
			b.Errorf("the console of the other account's instance lacks %q", want)
		}
	}
	if from := outside.from("green"); from != b.head.host.IP {
		b.Errorf("a guest without a public address comes as %v, want its host's %v", from, b.head.host.IP)
	}
	if i := m.describe(); i.PublicIpAddress != nil {
		b.Errorf("an instance that should have none has the public address %s", *i.PublicIpAddress)
	}
	if _, err := (&machine{green, ours.id}).look(); code(err) != "InvalidInstanceID.NotFound" {
		b.Errorf("another account's instance: %v", err)
	}
	end(m)
}

// cut revokes the rule that a session came in by: the session stands still,
// and none comes in any more. Allowed again, one does.
func (b *bench) cut(m *machine, in *shell, door string) {
	b.Helper()
	p := in.pulse()
	p.beating(b)
	b.admin.revoke(door, 22)
	await(b, "the session to be cut", soon, func() (bool, string) {
		before := p.beats()
		time.Sleep(2 * time.Second) // ten beats
		return p.beats() == before, "it goes on"
	})
	if b.reachable(*m.describe().PublicIpAddress + ":22") {
		b.Error("the port is open after its rule was revoked")
	}
	b.admin.allow(door, 22)
}

// visited is a host that is none of the cloud's, with a web server that
// remembers who came.
type visited struct {
	host *lab.Node
	port int

	mu       sync.Mutex
	visitors map[string]netip.Addr // by path
}

func newVisited(t *testing.T) *visited {
	t.Helper()
	v := &visited{host: lab.StartNode(t, "outside", lab.Options{NoLibvirt: true}), visitors: map[string]netip.Addr{}}
	ln, err := listen(v.host)
	if err != nil {
		t.Fatal(err)
	}
	v.port = ln.Addr().(*net.TCPAddr).Port
	server := &http.Server{Handler: v, ReadHeaderTimeout: soon}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return v
}

func (v *visited) url(path string) string {
	return fmt.Sprintf("http://%s:%d/%s", v.host.IP, v.port, path)
}

func (v *visited) from(path string) netip.Addr {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.visitors["/"+path]
}

func (v *visited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	v.mu.Lock()
	v.visitors[r.URL.Path] = who.Addr()
	v.mu.Unlock()
	_, _ = io.WriteString(w, "hello") // a visitor who left learns nothing
}
