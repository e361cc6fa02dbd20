package walrus

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ecc/api/auth"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

// nobodys is an rpc.Identity without accounts.
type nobodys struct{}

func (nobodys) Credential(context.Context, string, string) (cloud.Credential, error) {
	return cloud.Credential{}, cloud.NotFound
}

func (nobodys) Account(context.Context, string) (cloud.Account, error) {
	return cloud.Account{}, cloud.NotFound
}

// TestUsersNeedMore: a user of the account that owns the bucket may what the
// bucket's policy gives to the user, and not what it gives to the account: that
// is for policies of the user, which nobody asks yet.
func TestUsersNeedMore(t *testing.T) {
	const user = "arn:aws:iam::111111111111:user/team/ann"
	canonical := strings.Repeat("c", 64)
	w, err := New(Config{Dir: t.TempDir(), Region: "us-east-1"}, nobodys{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	b := index.Bucket{ID: w.index.NewID(), Name: "b", Account: "111111111111", Canonical: canonical}
	c := &call{ctx: t.Context(), Request: &auth.Request{Header: http.Header{}, Query: url.Values{},
		Caller: cloud.Caller{Account: b.Account, ARN: user, UserID: "AIDA"}, Account: cloud.Account{ID: b.Account, Canonical: canonical}}}
	// The policy is written past the checks of PutBucketPolicy, which know of no
	// users.
	for policy, want := range map[string]bool{
		`{"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}`:                                              false,
		`{"Effect": "Allow", "Principal": {"CanonicalUser": "` + canonical + `"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}`:                               false,
		`{"Effect": "Allow", "Principal": {"AWS": "` + user + `"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}`:                                              true,
		`{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}`:                                                                  true,
		`{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:username": "ann"}}}`:          true,
		`{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:principaltype": "Account"}}}`: false,
	} {
		err := w.index.Update(t.Context(), func(tx *index.Tx) error {
			return tx.PutSetting(b, policySetting, []byte(`{"Version": "2012-10-17", "Statement": `+policy+`}`))
		})
		if err != nil {
			t.Fatal(err)
		}
		err = w.index.View(func(tx *index.Tx) error { return w.permit(tx, c, "s3:GetObject", b, "k", &index.Object{Key: "k"}) })
		if (err == nil) != want {
			t.Errorf("%s: %v, want it allowed: %v", policy, err, want)
		}
	}
	if err := w.authorizeAccount(c); err == nil {
		t.Error("a user lists the account's buckets")
	}
}
