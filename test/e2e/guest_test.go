package e2e

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netns"
	"golang.org/x/crypto/ssh"

	"ecc/test/guest"
	"ecc/test/lab"
)

// newKey makes a key pair.
func newKey(tb testing.TB) ssh.Signer {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		tb.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// shell is a way into a guest: ssh from a host to the public address.
type shell struct {
	m      *machine
	client *ssh.Client
}

// ssh waits until the guest has booted for the n-th time and lets the key in,
// and returns the way in. The host key is the one on the console.
func (m *machine) ssh(from *lab.Node, key ssh.Signer, n int) *shell {
	m.b.Helper()
	console := m.awaitConsole(guest.Instance+" "+m.id, n, boot)
	address := *m.describe().PublicIpAddress + ":22"
	s := &shell{m: m}
	await(m.b, "ssh to "+address, soon, succeeds(func() error {
		client, err := dialSSH(from, address, console, key)
		s.client = client
		return err
	}))
	m.b.Cleanup(func() { _ = s.client.Close() }) // the guest may be gone
	return s
}

func dialSSH(from *lab.Node, address, console string, key ssh.Signer) (*ssh.Client, error) {
	host, err := hostKey(console)
	if err != nil {
		return nil, err
	}
	conn, err := dial(from, address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	// A banner that never comes must not be waited for for ever.
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	c, channels, requests, err := ssh.NewClientConn(conn, address, &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback: ssh.FixedHostKey(host), HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = conn.SetDeadline(time.Time{})
	return ssh.NewClient(c, channels, requests), nil
}

// hostKey reads the guest's newest host key off its console.
func hostKey(console string) (ssh.PublicKey, error) {
	at := strings.LastIndex(console, guest.HostKey)
	if at < 0 {
		return nil, errors.New("no host key on the console")
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(console[at+len(guest.HostKey):]))
	return key, err
}

// run returns what a command in the guest prints on both its outputs, and how
// it failed, if it did.
func (s *shell) run(command string) (string, error) {
	session, err := s.client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	type answer struct {
		out []byte
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		out, err := session.CombinedOutput(command)
		answers <- answer{out, err}
	}()
	select {
	case a := <-answers:
		return strings.TrimSpace(string(a.out)), a.err
	case <-time.After(soon):
		return "", fmt.Errorf("%q does not end", command)
	}
}

// must is run for what must succeed.
func (s *shell) must(command string) string {
	s.m.b.Helper()
	out, err := s.run(command)
	if err != nil {
		s.m.b.Fatalf("in the guest of %s: %s: %v\n%s", s.m.id, command, err, out)
	}
	return out
}

// bootID names this boot of the guest: another one has another.
func (s *shell) bootID() string {
	s.m.b.Helper()
	return s.must("cat /proc/sys/kernel/random/boot_id")
}

// dial connects from within a host's network.
func dial(from *lab.Node, address string, bound time.Duration) (conn net.Conn, err error) {
	err = within(from, func() (err error) {
		ctx, cancel := context.WithTimeout(context.Background(), bound)
		defer cancel()
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
		return err
	})
	return conn, err
}

// listen listens on some TCP port within a host's network.
func listen(on *lab.Node) (ln net.Listener, err error) {
	err = within(on, func() (err error) {
		ln, err = net.Listen("tcp", ":0")
		return err
	})
	return ln, err
}

// within runs f on a thread in the network of a host. Sockets that it makes
// stay there and can be used from anywhere.
func within(host *lab.Node, f func() error) error {
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with its goroutine, instead of
		// running anything else in the wrong place.
		runtime.LockOSThread()
		ns, err := netns.GetFromPath(host.NetNS)
		if err == nil {
			err = errors.Join(netns.Set(ns), ns.Close())
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}
