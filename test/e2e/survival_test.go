package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"

	"ecc/test/guest"
)

// pulse is an ssh session that is never closed, in which the guest counts. It
// ends if the guest or its network does.
type pulse struct {
	session *ssh.Session
	ended   chan error

	mu   sync.Mutex
	said int // bytes
}

// Write takes in what the guest counts.
func (p *pulse) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said += len(b)
	return len(b), nil
}

func (p *pulse) beats() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said
}

// pulse starts one in the guest.
func (s *shell) pulse() *pulse {
	s.m.b.Helper()
	session, err := s.client.NewSession()
	if err != nil {
		s.m.b.Fatal(err)
	}
	p := &pulse{session: session, ended: make(chan error, 1)}
	session.Stdout = p
	if err := session.Start("while echo .; do usleep 200000; done"); err != nil {
		s.m.b.Fatal(err)
	}
	go func() { p.ended <- session.Wait() }()
	return p
}

// beating checks that the session goes on.
func (p *pulse) beating(tb testing.TB) {
	tb.Helper()
	before := p.beats()
	await(tb, "the session in the guest to go on", 20*time.Second, func() (bool, string) {
		select {
		case err := <-p.ended:
			tb.Fatalf("the session in the guest has ended: %v", err)
		default:
		}
		return p.beats() > before, fmt.Sprint(before)
	})
}

// TestSurvival ends everything of ecc and libvirtd in every way while a guest
// runs. The guest does not notice, and is adopted.
func TestSurvival(t *testing.T) {
	b := allInOne(t)
	host := b.head.host
	upgradable := filepath.Join(filepath.Dir(b.head.data), "ecc")
	copyFile(t, b.head.binary, upgradable)
	b.head.binary = upgradable // from the first restart on
	key := newKey(t)
	b.admin.importKey("key", key)
	m := b.admin.run(b.importGuest(), "t3.nano", 1, withKey("key"), withGroup(b.admin.group("ssh", 22)))[0]
	in := m.ssh(host, key, 1)
	boot, pulse := in.bootID(), in.pulse()
	if seen := leftovers(t, b.head); len(seen) < 5 {
		t.Fatalf("who looks for leftovers sees of a running instance only %v", seen)
	}

	for _, fault := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"ecc is stopped and started", func(*testing.T) { b.head.stop(); b.start() }},
		{"ecc is killed and started", func(*testing.T) { b.head.kill(); b.start() }},
		{"libvirtd is killed and started", func(*testing.T) { host.KillLibvirtd(); host.RestartLibvirtd() }},
		{"both are killed, ecc starts first", func(t *testing.T) {
			b.head.kill()
			host.KillLibvirtd()
			b.head.start()
			pulse.beating(t)
			host.RestartLibvirtd()
			b.ready()
		}},
		{"ecc is replaced by a newer one", func(t *testing.T) {
			copyFile(t, binary(t, "newer"), upgradable+".new")
			if err := os.Rename(upgradable+".new", upgradable); err != nil {
				t.Fatal(err)
			}
			b.head.stop()
			b.start()
			if got := b.nodes()["one"].Node.Version; got != "newer" {
				t.Errorf("the node runs version %q after the upgrade", got)
			}
		}},
	} {
		b.run(fault.name, func(t *testing.T) {
			fault.do(t)
			pulse.beating(t)
			m.await(types.InstanceStateNameRunning)
			m.awaitConsole(guest.Instance, 1, soon)
			in.served()
			if now := in.bootID(); now != boot {
				t.Error("the guest has booted")
			}
			b.audit()
		})
	}
	pulse.beating(t)
	end(m)
	b.audit()
	awaitEmpty(t, b.head)
}
