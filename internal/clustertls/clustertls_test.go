package clustertls

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var loopbackNames = []string{"127.0.0.1", "localhost", "head1"}

func mustAuthority(t *testing.T, now time.Time) (*Authority, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tls")
	ca, err := OpenAuthority(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return ca, dir
}

func mustJoin(t *testing.T, ca *Authority, s Subject, now time.Time) *Identity {
	t.Helper()
	dir := t.TempDir()
	csr, err := Key(dir, s, []string{"10.1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Sign(csr, s, now)
	if err != nil {
		t.Fatal(err)
	}
	id, err := Save(dir, s, cert, ca.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func mustServer(t *testing.T, ca *Authority, dir string, now time.Time) *Identity {
	t.Helper()
	id, err := ca.Server(dir, Subject{"head1", RoleCLC}, loopbackNames, now)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAuthorityIsKept(t *testing.T) {
	ca, dir := mustAuthority(t, day0)
	again, err := OpenAuthority(dir, day0.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if ca.Pin() != again.Pin() {
		t.Error("opening again made another authority")
	}
	for name, mode := range map[string]os.FileMode{"ca.key": 0o600, "ca.crt": 0o644} {
		if fi, err := os.Stat(filepath.Join(dir, name)); err != nil || fi.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want mode %v", name, fi, err, mode)
		}
	}
}

func TestAuthorityAfterCrashBetweenItsFiles(t *testing.T) {
	_, dir := mustAuthority(t, day0)
	if err := os.Remove(filepath.Join(dir, "ca.crt")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir, day0); err != nil {
		t.Errorf("with the key alone: %v, want it to start over", err)
	}
}

func TestAuthorityRefusesMixedFiles(t *testing.T) {
	_, dir := mustAuthority(t, day0)
	_, other := mustAuthority(t, day0)
	data, err := os.ReadFile(filepath.Join(other, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"other authority": data, "garbage": []byte("x"), "empty": nil} {
		if err := os.WriteFile(filepath.Join(dir, "ca.crt"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenAuthority(dir, day0); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestSignedForExactlyOneSubject(t *testing.T) {
	ca, _ := mustAuthority(t, day0)
	for role, want := range map[string][]x509.ExtKeyUsage{
		RoleNC:     {x509.ExtKeyUsageClientAuth},
		RoleWalrus: {x509.ExtKeyUsageClientAuth},
		RoleCC:     {x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	} {
		s := Subject{"h1", role}
		// The request asks for another name and role: nothing of that counts.
		csr, err := Key(t.TempDir(), Subject{"h9", RoleCLC}, []string{"10.1.2.3", "cc1.example"})
		if err != nil {
			t.Fatal(err)
		}
		der, err := ca.Sign(csr, s, day0)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := SubjectOf(cert); err != nil || got != s {
			t.Errorf("subject %v, %v; want %v", got, err, s)
		}
		if diff := cmp.Diff(want, cert.ExtKeyUsage); diff != "" {
			t.Errorf("%s usages: %s", role, diff)
		}
		if named := len(cert.DNSNames)+len(cert.IPAddresses) > 0; named != (role == RoleCC) {
			t.Errorf("%s is certified for names %v %v", role, cert.DNSNames, cert.IPAddresses)
		}
		if cert.IsCA {
			t.Errorf("%s may sign certificates", role)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	ca, _ := mustAuthority(t, day0)
	csr, err := Key(t.TempDir(), Subject{"h1", RoleNC}, nil)
	if err != nil {
		t.Fatal(err)
	}
	bent := bytes.Clone(csr)
	bent[len(bent)-1] ^= 1 // in the signature
	many, err := Key(t.TempDir(), Subject{"h1", RoleNC}, slices.Repeat([]string{"a"}, maxNames+1))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		csr []byte
		s   Subject
	}{
		"role clc":      {csr, Subject{"h1", RoleCLC}},
		"no role":       {csr, Subject{"h1", ""}},
		"bad name":      {csr, Subject{"../h1", RoleNC}},
		"no name":       {csr, Subject{"", RoleNC}},
		"not its key":   {bent, Subject{"h1", RoleNC}},
		"no request":    {nil, Subject{"h1", RoleNC}},
		"huge request":  {make([]byte, 1<<20), Subject{"h1", RoleNC}},
		"too many name": {many, Subject{"h1", RoleNC}},
	} {
		if _, err := ca.Sign(c.csr, c.s, day0); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestLoadNone(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir, RoleNC); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want not exist", err)
	}
	if _, err := Key(dir, Subject{"h1", RoleNC}, nil); err != nil {
		t.Fatal(err)
	}
	if Known(dir, RoleNC) {
		t.Error("a key alone counts as an identity")
	}
}

func TestSaveRefusesStrangersCertificate(t *testing.T) {
	ca, _ := mustAuthority(t, day0)
	other, _ := mustAuthority(t, day0)
	s := Subject{"h1", RoleNC}
	dir := t.TempDir()
	csr, err := Key(dir, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	strangers, err := Key(t.TempDir(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(csr []byte, s Subject) []byte {
		der, err := ca.Sign(csr, s, day0)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for name, c := range map[string]struct{ cert, ca []byte }{
		"other key":       {sign(strangers, s), ca.Certificate()},
		"other authority": {sign(csr, s), other.Certificate()},
		"other node":      {sign(csr, Subject{"h2", RoleNC}), ca.Certificate()},
		"other role":      {sign(csr, Subject{"h1", RoleWalrus}), ca.Certificate()},
		"garbage":         {[]byte("x"), ca.Certificate()},
	} {
		if _, err := Save(dir, s, c.cert, c.ca); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	if Known(dir, RoleNC) {
		t.Error("something was written")
	}
}

func TestRenewalIsDueInTimeAndLive(t *testing.T) {
	ca, _ := mustAuthority(t, day0)
	s := Subject{"h1", RoleNC}
	id := mustJoin(t, ca, s, day0)
	for after, want := range map[time.Duration]bool{0: false, leafLife / 2: false, leafLife * 7 / 10: true, leafLife * 2: true} {
		if got := id.Due(day0.Add(after)); got != want {
			t.Errorf("due after %v: %v, want %v", after, got, want)
		}
	}
	later := day0.Add(leafLife * 7 / 10)
	csr, err := id.Request()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Sign(csr, s, later)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Renew(cert); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(filepath.Dir(id.path), RoleNC)
	if err != nil {
		t.Fatal(err)
	}
	if want := later.Add(leafLife); !id.Expires().Equal(want) || !loaded.Expires().Equal(want) || id.Due(later) {
		t.Errorf("expires %v, on disk %v; want %v", id.Expires(), loaded.Expires(), want)
	}
}

func TestServerCertificateFollowsItsNames(t *testing.T) {
	ca, dir := mustAuthority(t, day0)
	s := Subject{"head1", RoleCLC}
	serial := func(names []string, now time.Time) string {
		id, err := ca.Server(dir, s, names, now)
		if err != nil {
			t.Fatal(err)
		}
		return id.current.Load().leaf.SerialNumber.String()
	}
	first := serial(loopbackNames, day0)
	if got := serial(loopbackNames, day0.Add(time.Hour)); got != first {
		t.Error("made again without need")
	}
	if got := serial([]string{"10.0.0.1"}, day0); got == first {
		t.Error("kept though its names changed")
	}
	first = serial(loopbackNames, day0)
	if got := serial(loopbackNames, day0.Add(leafLife)); got == first {
		t.Error("kept though expired")
	}
	if err := os.Truncate(filepath.Join(dir, "clc.crt"), 10); err != nil {
		t.Fatal(err)
	}
	serial(loopbackNames, day0)
}

func TestRefreshRenewsARunningServer(t *testing.T) {
	ca, dir := mustAuthority(t, day0)
	id := mustServer(t, ca, dir, day0)
	before := id.current.Load().leaf
	if err := ca.Refresh(id, day0.Add(leafLife/2)); err != nil || id.current.Load().leaf != before {
		t.Errorf("renewed before it was due: %v", err)
	}
	later := day0.Add(leafLife * 9 / 10)
	if err := ca.Refresh(id, later); err != nil {
		t.Fatal(err)
	}
	after := id.current.Load().leaf
	if !after.NotAfter.Equal(later.Add(leafLife)) || !id.covers(parseNames(loopbackNames)) {
		t.Errorf("renewed until %v for %v %v", after.NotAfter, after.DNSNames, after.IPAddresses)
	}
	if diff := cmp.Diff(before.ExtKeyUsage, after.ExtKeyUsage); diff != "" {
		t.Errorf("usages: %s", diff)
	}
}

func TestNames(t *testing.T) {
	addrs := []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0")}
	for listen, want := range map[string]string{
		"127.0.0.1:8774":  "127.0.0.1 ::1 head1 localhost x",
		"10.0.0.9:0":      "10.0.0.9 127.0.0.1 ::1 head1 localhost x",
		"0.0.0.0:8774":    "10.0.0.1 127.0.0.1 ::1 fe80::1 head1 localhost x",
		":8774":           "10.0.0.1 127.0.0.1 ::1 fe80::1 head1 localhost x",
		"[::]:8774":       "10.0.0.1 127.0.0.1 ::1 fe80::1 head1 localhost x",
		"ecc.example:876": "127.0.0.1 ::1 ecc.example head1 localhost x",
	} {
		if got := strings.Join(Names(listen, "Head1", addrs, []string{"x"}), " "); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
}

// handshake does one TLS handshake over a pipe and returns the client's and
// the server's error.
func handshake(t *testing.T, client, server *tls.Config, serverName string) (error, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	client = client.Clone()
	client.ServerName = serverName
	s := tls.Server(b, server)
	done := make(chan error, 1)
	go func() {
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x")) // TLS 1.3 tells the client of a refused certificate after its handshake
		}
		b.Close()
		done <- err
	}()
	c := tls.Client(a, client)
	err := c.Handshake()
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	a.Close()
	return err, <-done
}

func TestWhoMayTalkToWhom(t *testing.T) {
	now := time.Now()
	ca, dir := mustAuthority(t, now)
	other, otherDir := mustAuthority(t, now)
	head := mustServer(t, ca, dir, now)
	stranger := mustServer(t, other, otherDir, now)
	nc := mustJoin(t, ca, Subject{"h1", RoleNC}, now)
	cc := mustJoin(t, ca, Subject{"h1", RoleCC}, now)
	expired := mustJoin(t, ca, Subject{"h1", RoleNC}, now.Add(-2*leafLife))
	early := mustJoin(t, ca, Subject{"h1", RoleNC}, now.Add(leafLife))
	foreign := mustJoin(t, other, Subject{"h1", RoleNC}, now)
	// A host that believes in the right authority but shows another's
	// certificate: what an attacker would do.
	forged := nc.ClientTLS(RoleCLC)
	forged.GetClientCertificate = foreign.ClientTLS().GetClientCertificate
	asClient := nc.ClientTLS(RoleCLC)
	asClient.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &head.current.Load().tls, nil
	}
	for name, c := range map[string]struct {
		client *tls.Config
		server *Identity
		host   string
		want   bool
	}{
		"nc to its head":               {nc.ClientTLS(RoleCLC), head, "127.0.0.1", true},
		"nc to a cc":                   {nc.ClientTLS(RoleCLC, RoleCC), cc, "10.1.2.3", true},
		"nc to an upper":               {nc.ClientTLS(), head, "127.0.0.1", true},
		"nc to an upper, a cc":         {nc.ClientTLS(), cc, "10.1.2.3", true},
		"cc to its upper":              {cc.ClientTLS(), head, "127.0.0.1", true},
		"cc to another cc":             {cc.ClientTLS(), cc, "10.1.2.3", false},
		"cc posing as the head":        {nc.ClientTLS(RoleCLC), cc, "10.1.2.3", false},
		"nc posing as the head":        {nc.ClientTLS(RoleCLC), nc, "127.0.0.1", false},
		"head under another name":      {nc.ClientTLS(RoleCLC), head, "10.0.0.1", false},
		"head of another cluster":      {nc.ClientTLS(RoleCLC), stranger, "127.0.0.1", false},
		"nc of another cluster":        {forged, head, "127.0.0.1", false},
		"expired nc":                   {expired.ClientTLS(RoleCLC), head, "127.0.0.1", false},
		"nc not yet valid":             {early.ClientTLS(RoleCLC), head, "127.0.0.1", false},
		"server's certificate as nc's": {asClient, head, "127.0.0.1", false},
		"joining, right pin":           {PinnedTLS(ca.Pin(), "127.0.0.1"), head, "127.0.0.1", true},
		"joining, wrong pin":           {PinnedTLS(other.Pin(), "127.0.0.1"), head, "127.0.0.1", false},
		"joining, wrong name":          {PinnedTLS(ca.Pin(), "10.0.0.1"), head, "10.0.0.1", false},
		"joining, a cc as the head":    {PinnedTLS(ca.Pin(), "10.1.2.3"), cc, "10.1.2.3", false},
		"joining, an nc as the head":   {PinnedTLS(ca.Pin(), "127.0.0.1"), nc, "127.0.0.1", false},
	} {
		t.Run(name, func(t *testing.T) {
			clientErr, serverErr := handshake(t, c.client, c.server.ServerTLS(), c.host)
			if ok := clientErr == nil && serverErr == nil; ok != c.want {
				t.Errorf("client %v, server %v; want success %v", clientErr, serverErr, c.want)
			}
		})
	}
}

// TestPinNeedsItsChain: an attacker who puts the pinned authority into the
// chain of a certificate that it did not sign gets nowhere.
func TestPinNeedsItsChain(t *testing.T) {
	now := time.Now()
	ca, _ := mustAuthority(t, now)
	other, otherDir := mustAuthority(t, now)
	stranger := mustServer(t, other, otherDir, now)
	conf := stranger.ServerTLS()
	conf.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		c := stranger.current.Load().tls
		c.Certificate = [][]byte{c.Certificate[0], ca.Certificate()}
		return &c, nil
	}
	if err, _ := handshake(t, PinnedTLS(ca.Pin(), "127.0.0.1"), conf, "127.0.0.1"); err == nil {
		t.Error("joined a server that only shows the pinned authority")
	}
}
