package imds

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
)

// RoleKey implements RoleKeys.
func (i instances) RoleKey(_ context.Context, id cloud.InstanceID) (cloud.RoleKey, bool) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	switch id {
	case one:
		return cloud.RoleKey{Role: "web", At: at, Key: cloud.SessionKey{ID: "ASIAEXAMPLE", Secret: "secret/+", Token: "token==", Expires: at.Add(6 * time.Hour)}}, true
	case two:
		return cloud.RoleKey{Role: "shy", At: at, Refused: true}, true
	}
	return cloud.RoleKey{}, false
}

const roleTree = "/latest/meta-data/iam/"

// TestRoleCredentials: an instance reads its role's credentials, the way SDKs do.
func TestRoleCredentials(t *testing.T) {
	r := newRig(t)
	if got := r.get(roleTree); got != "info\nsecurity-credentials/" {
		t.Errorf("%s = %q", roleTree, got)
	}
	if got := r.get(roleTree + "security-credentials/"); got != "web" {
		t.Errorf("role %q", got)
	}
	w := r.do(one, "GET", "//2021-03-23/meta-data//iam/security-credentials/web")
	var c map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"Code": "Success", "LastUpdated": "2026-01-02T03:04:05Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE",
		"SecretAccessKey": "secret/+", "Token": "token==", "Expiration": "2026-01-02T09:04:05Z"} {
		if c[k] != v {
			t.Errorf("%s is %q, want %q", k, c[k], v)
		}
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("the credentials may be cached on the way")
	}
	if info := r.get(roleTree + "info"); !strings.Contains(info, `"InstanceProfileArn": "arn:aws:iam::111122223333:instance-profile/web"`) || !strings.Contains(info, `"Success"`) {
		t.Errorf("info %s", info)
	}
	for _, path := range []string{roleTree + "security-credentials/other", roleTree + "security-credentials/shy", "/latest/meta-data/identity-credentials/ec2/"} {
		if w := r.do(one, "GET", path); w.Code != 404 {
			t.Errorf("GET %s: %d, want 404", path, w.Code)
		}
	}
}

// TestNoRoleCredentials: where there are none, none are made up.
func TestNoRoleCredentials(t *testing.T) {
	r := newRig(t)
	var refused map[string]string
	if err := json.Unmarshal(r.do(two, "GET", roleTree+"security-credentials/shy").Body.Bytes(), &refused); err != nil {
		t.Fatal(err)
	}
	if refused["Code"] != codeRefused || refused["AccessKeyId"] != "" {
		t.Errorf("of a role that does not trust EC2: %v", refused)
	}
	required := metadata(one)
	required.Options.TokensRequired = true
	r.all[one] = required
	for _, path := range []string{roleTree, roleTree + "info", roleTree + "security-credentials/web"} {
		if w := r.do(one, "GET", path); w.Code != 401 {
			t.Errorf("GET %s without a token: %d, want 401", path, w.Code)
		}
	}
	const three = cloud.InstanceID("i-00000000000000003")
	r.all[three] = metadata(three)
	if got := r.do(three, "GET", roleTree+"info").Body.String(); !strings.Contains(got, codeFailed) {
		t.Errorf("info while the head is away: %s", got)
	}
	if w := r.do(three, "GET", roleTree+"security-credentials/web"); w.Code != 404 {
		t.Errorf("credentials while the head is away: %d, want 404", w.Code)
	}
	bare := metadata(one)
	bare.Profile = nil
	r.all[one] = bare
	if w := r.do(one, "GET", roleTree); w.Code != 404 {
		t.Errorf("without a profile: %d, want 404", w.Code)
	}
}

// onlyMetadata is a Source that is no RoleKeys.
type onlyMetadata struct{ all instances }

func (o onlyMetadata) Metadata(id cloud.InstanceID) (cloud.Metadata, bool) { return o.all.Metadata(id) }

func TestSourceWithoutKeys(t *testing.T) {
	s := New(Config{Secret: []byte("0123456789abcdef"), Now: time.Now}, onlyMetadata{instances{one: metadata(one)}}, slog.New(slog.DiscardHandler))
	w := httptest.NewRecorder()
	s.Handler(one, 1).ServeHTTP(w, httptest.NewRequest("GET", roleTree+"security-credentials/web", nil))
	if w.Code != 404 {
		t.Errorf("%d, want 404", w.Code)
	}
}
