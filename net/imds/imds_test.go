package imds

import (
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type instances map[cloud.InstanceID]cloud.Metadata

func (i instances) Metadata(id cloud.InstanceID) (cloud.Metadata, bool) {
	md, ok := i[id]
	return md, ok
}

const (
	one = cloud.InstanceID("i-00000000000000001")
	two = cloud.InstanceID("i-00000000000000002")
)

func metadata(id cloud.InstanceID) cloud.Metadata {
	return cloud.Metadata{
		Options: cloud.IMDSOpts{HopLimit: 1, Tags: true}, Instance: id, Account: "111122223333", AMI: "ami-00000000000000001",
		Reservation: "r-00000000000000001", InstanceType: "t3.micro", Region: "us-east-1", Zone: "us-east-1a",
		Hostname: "ip-172-31-16-10.ec2.internal", PublicName: "ec2-192-0-2-10.compute-1.amazonaws.com",
		GroupNames: []string{"default", "web"}, GroupIDs: []cloud.GroupID{"sg-1", "sg-2"},
		KeyName: "my-key", PublicKey: "ssh-ed25519 AAAA my-key", UserData: []byte("#!/bin/sh\ntrue\n"),
		Architecture: "x86_64", Launched: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Tags: map[string]string{"Name": "web", "a/b": "cannot be shown", "..": "nor this"},
		ENI:  "eni-1", MAC: "02:00:00:00:00:0A", VPC: "vpc-1", VPCCIDR: netip.MustParsePrefix("172.31.0.0/16"),
		Subnet: "subnet-1", SubnetCIDR: netip.MustParsePrefix("172.31.16.0/20"),
		Profile:   &cloud.ProfileInfo{ARN: "arn:aws:iam::111122223333:instance-profile/web", ID: "AIPAAAAAAAAAAAAAAAAAA"},
		PrivateIP: netip.MustParseAddr("172.31.16.10"), PublicIP: netip.MustParseAddr("192.0.2.10"),
		PlacementGroup: "parts", Partition: 2,
	}
}

type rig struct {
	*testing.T
	all instances
	now time.Time
	svc *Service
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, all: instances{one: metadata(one), two: metadata(two)}, now: time.Unix(1_800_000_000, 0)}
	r.svc = New(Config{Secret: []byte("0123456789abcdef"), Now: func() time.Time { return r.now }}, r.all, slog.New(slog.DiscardHandler))
	return r
}

func (r *rig) do(id cloud.InstanceID, method, path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "http://169.254.169.254"+path, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.svc.Handler(id, 1).ServeHTTP(w, req)
	return w
}

func (r *rig) get(path string) string {
	w := r.do(one, "GET", path)
	if w.Code != 200 {
		r.Errorf("GET %s: %d", path, w.Code)
	}
	return w.Body.String()
}

// The whole tree in one golden file, walked as a client walks it.
func TestTreeGolden(t *testing.T) {
	r := newRig(t)
	var b strings.Builder
	var walk func(path string)
	walk = func(path string) {
		body := r.get(path)
		b.WriteString(path + "\n\t" + strings.ReplaceAll(body, "\n", "\n\t") + "\n")
		if !strings.HasSuffix(path, "/") {
			return
		}
		for name := range strings.SplitSeq(body, "\n") {
			if before, _, keys := strings.Cut(name, "="); keys {
				name = before + "/"
			}
			walk(path + name)
		}
	}
	for _, top := range []string{"/latest/meta-data/", "/latest/dynamic/"} {
		walk(top)
	}
	for _, path := range []string{"/", "/latest", "/latest/", "/2009-04-04/", "/latest/user-data", "/2021-03-23/meta-data/instance-id"} {
		b.WriteString(path + "\n\t" + strings.ReplaceAll(r.get(path), "\n", "\n\t") + "\n")
	}
	const file = "testdata/tree.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNothingOptionalIsListed(t *testing.T) {
	r := newRig(t)
	md := metadata(one)
	md.UserData, md.PublicKey, md.PublicIP, md.Options.Tags = nil, "", netip.Addr{}, false
	r.all[one] = md
	if got := r.get("/latest/"); got != "dynamic\nmeta-data" {
		t.Errorf("/latest/ = %q", got)
	}
	list := r.get("/latest/meta-data/")
	for _, name := range []string{"public", "tags"} {
		if strings.Contains(list, name) {
			t.Errorf("%s is listed:\n%s", name, list)
		}
	}
	for _, path := range []string{"/latest/user-data", "/latest/meta-data/public-ipv4", "/latest/meta-data/public-keys/0/openssh-key", "/latest/meta-data/tags/"} {
		if w := r.do(one, "GET", path); w.Code != 404 || !strings.Contains(w.Body.String(), "404 - Not Found") {
			t.Errorf("GET %s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestTokens(t *testing.T) {
	r := newRig(t)
	put := func(id cloud.InstanceID, header ...string) *httptest.ResponseRecorder {
		return r.do(id, "PUT", tokenPath, header...)
	}
	for _, ttl := range []string{"", "0", "-1", "21601", "1e3", "99999999999999999999", "1 "} {
		if w := put(one, ttlHeader, ttl); w.Code != 400 {
			t.Errorf("TTL %q: %d, want 400", ttl, w.Code)
		}
	}
	if w := put(one); w.Code != 400 {
		t.Errorf("no TTL: %d, want 400", w.Code)
	}
	if w := put(one, ttlHeader, "60", "X-Forwarded-For", "10.0.0.1"); w.Code != 403 {
		t.Errorf("forwarded: %d, want 403", w.Code)
	}
	if w := r.do(one, "GET", tokenPath); w.Code != 405 {
		t.Errorf("GET token: %d, want 405", w.Code)
	}
	w := put(one, ttlHeader, "60")
	token := w.Body.String()
	if w.Code != 200 || token == "" || w.Header().Get(ttlHeader) != "60" {
		t.Fatalf("PUT: %d %q %v", w.Code, token, w.Header())
	}
	required := metadata(one)
	required.Options.TokensRequired = true
	r.all[one] = required
	read := func(id cloud.InstanceID, header ...string) int {
		return r.do(id, "GET", "/latest/meta-data/instance-id", header...).Code
	}
	other := put(two, ttlHeader, "60").Body.String()
	for _, c := range []struct {
		name   string
		id     cloud.InstanceID
		header []string
		want   int
	}{
		{"good", one, []string{tokenHeader, token}, 200},
		{"none, required", one, nil, 401},
		{"none, optional", two, nil, 200},
		{"of another instance", one, []string{tokenHeader, other}, 401},
		{"of another instance, optional", two, []string{tokenHeader, token}, 401},
		{"bad, optional", two, []string{tokenHeader, "x"}, 401},
		{"empty", one, []string{tokenHeader, ""}, 401},
		{"two", one, []string{tokenHeader, token, tokenHeader, token}, 401},
		{"altered", one, []string{tokenHeader, "B" + token[1:]}, 401},
	} {
		if got := read(c.id, c.header...); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	again := New(Config{Secret: []byte("0123456789abcdef"), Now: func() time.Time { return r.now }}, r.all, slog.New(slog.DiscardHandler))
	r.svc = again
	if got := read(one, tokenHeader, token); got != 200 {
		t.Errorf("after a restart: %d, want 200", got)
	}
	r.now = r.now.Add(60 * time.Second)
	if got := read(one, tokenHeader, token); got != 401 {
		t.Errorf("expired: %d, want 401", got)
	}
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	if w := r.do("i-unknown", "GET", "/latest/"); w.Code != 503 {
		t.Errorf("unknown instance: %d, want 503", w.Code)
	}
	if w := r.do(one, "POST", "/latest/"); w.Code != 405 {
		t.Errorf("POST: %d, want 405", w.Code)
	}
	md := metadata(one)
	md.Options.Disabled = true
	r.all[one] = md
	for _, method := range []string{"GET", "PUT"} {
		if w := r.do(one, method, tokenPath, ttlHeader, "60"); w.Code != 403 {
			t.Errorf("%s while disabled: %d, want 403", method, w.Code)
		}
	}
}

// No request gets anything without a token where one is required, and none
// breaks the server.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/latest/meta-data/", tokenHeader, "x")
	f.Add("PUT", tokenPath, ttlHeader, "60")
	f.Add("GET", "//latest//./../meta-data/public-keys/0=my-key", "X-Forwarded-For", "::1")
	md := metadata(one)
	md.Options.TokensRequired = true
	svc := New(Config{Secret: []byte("0123456789abcdef"), Now: time.Now}, instances{one: md}, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, method, path, header, value string) {
		req, err := http.NewRequest(method, "http://169.254.169.254/", nil)
		if err != nil {
			return
		}
		req.URL.Path = path
		req.Header[http.CanonicalHeaderKey(header)] = []string{value}
		w := httptest.NewRecorder()
		svc.Handler(one, 1).ServeHTTP(w, req)
		if w.Code == 200 && path != tokenPath {
			t.Errorf("%q %q answered without a token: %q", method, path, w.Body)
		}
	})
}

// The tree gives no more than its leaves, whatever the path.
func FuzzFind(f *testing.F) {
	for _, p := range []string{"/", "/latest/meta-data/public-keys/0/openssh-key", "/latest/../latest", "/latest/user-data/x"} {
		f.Add(p)
	}
	tree := root(metadata(one))
	f.Fuzz(func(_ *testing.T, path string) { find(tree, path) })
}
