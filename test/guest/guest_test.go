package guest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"ecc/test/guest"
)

// An emulated CPU needs about four seconds to the first marker, a busy one
// many times that.
const bootBound = 4 * time.Minute

// The guest boots itself, learns who it is, lets the right key in, and
// leaves when the power button is pressed.
func TestLifeOfAGuest(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: boots a guest")
	}
	image := guest.Image(t)
	ctx, cancel := context.WithTimeout(t.Context(), bootBound)
	defer cancel()
	signer := newSigner(t)
	imds := serveMetadata(t, string(ssh.MarshalAuthorizedKey(signer.PublicKey())))

	m := boot(ctx, t, image, imds)
	hostKey := hostKey(t, m.wait(ctx, t, guest.Ready))
	m.wait(ctx, t, guest.Instance+" i-0123456789abcdef0 (IMDSv2) keys=1")
	m.wait(ctx, t, "ecc-guest: user-data ended with 7")

	address := m.sshAddress(t)
	if got := run(ctx, t, address, hostKey, signer, "hostname; cat /run/greeting"); got != "ip-172-31-0-9\nfrom user data\n" {
		t.Errorf("the guest answered %q", got)
	}
	if _, err := dial(ctx, address, hostKey, newSigner(t)); err == nil {
		t.Error("the guest let a stranger's key in")
	}

	m.monitor.command(t, "system_powerdown", nil)
	select {
	case <-m.ended:
	case <-ctx.Done():
		t.Fatal("the power button did nothing")
	}
	console := m.wait(ctx, t, guest.Stopping)
	if !strings.Contains(console, "reboot: Power down") {
		t.Error("the guest ended without powering off")
	}
}

// A partition table, an active partition at 1 MiB, a labelled ext4 in it; and
// the same bytes when built again.
func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds a disk image")
	}
	image := guest.Image(t)
	head := make([]byte, 1<<20+2048)
	f, err := os.Open(image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadFull(f, head); err != nil {
		t.Fatal(err)
	}
	entry, super := head[446:462], head[1<<20+1024:]
	if head[510] != 0x55 || head[511] != 0xaa || entry[0] != 0x80 || entry[4] != 0x83 {
		t.Errorf("no active Linux partition: % x", entry)
	}
	if start := binary.LittleEndian.Uint32(entry[8:]); start != 2048 {
		t.Errorf("the partition starts in sector %d, want 2048", start)
	}
	if magic := binary.LittleEndian.Uint16(super[56:]); magic != 0xef53 {
		t.Errorf("no ext file system: magic %#x", magic)
	}
	if label := string(bytes.TrimRight(super[120:136], "\x00")); label != "ecc-root" {
		t.Errorf("label %q, want ecc-root", label)
	}
	again := filepath.Join(t.TempDir(), "again.raw")
	guest.Build(t, again)
	if !sameBytes(t, image, again) {
		t.Error("two builds from the same inputs differ")
	}
}

// sameBytes compares two files of any size.
func sameBytes(tb testing.TB, a, b string) bool {
	tb.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		tb.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// serveMetadata is a metadata service that insists on IMDSv2. It returns its
// host:port.
func serveMetadata(tb testing.TB, key string) string {
	tb.Helper()
	const token = "a-token"
	documents := map[string]string{
		"/latest/meta-data/instance-id":               "i-0123456789abcdef0",
		"/latest/meta-data/local-hostname":            "ip-172-31-0-9",
		"/latest/meta-data/public-keys/":              "0=my-key",
		"/latest/meta-data/public-keys/0/openssh-key": key,
		"/latest/user-data":                           "#!/bin/sh\necho from user data >/run/greeting\nexit 7\n",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document, found := documents[r.URL.Path]
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" && r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds") != "":
			io.WriteString(w, token)
		case r.Header.Get("X-aws-ec2-metadata-token") != token:
			w.WriteHeader(http.StatusUnauthorized)
		case !found:
			w.WriteHeader(http.StatusNotFound)
		default:
			io.WriteString(w, document)
		}
	}))
	tb.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func newSigner(tb testing.TB) ssh.Signer {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

// hostKey reads the guest's host key off its console.
func hostKey(tb testing.TB, console string) ssh.PublicKey {
	tb.Helper()
	_, rest, _ := strings.Cut(console, guest.HostKey)
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil {
		tb.Fatalf("no host key on the console: %v", err)
	}
	return key
}

// run returns what a command in the guest prints.
func run(ctx context.Context, tb testing.TB, address string, host ssh.PublicKey, signer ssh.Signer, command string) string {
	tb.Helper()
	client, err := dial(ctx, address, host, signer)
	if err != nil {
		tb.Fatal(err)
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := session.Output(command)
	if err != nil {
		tb.Fatalf("%s: %v", command, err)
	}
	return string(out)
}

func dial(ctx context.Context, address string, host ssh.PublicKey, signer ssh.Signer) (*ssh.Client, error) {
	deadline, _ := ctx.Deadline()
	return ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.FixedHostKey(host), HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
		Timeout: time.Until(deadline),
	})
}
