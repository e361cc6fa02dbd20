package authorization_test

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/roles/walrus"
	"ecc/store"
)

// objects are clients of a walrus that asks this head who its callers are.
func (w *world) objects() func(who string) *s3.Client {
	w.t.Helper()
	wal, err := walrus.New(walrus.Config{Dir: w.t.TempDir() + "/walrus", Region: region}, w.svc, slog.New(slog.DiscardHandler))
	ok(w.t, err)
	srv := httptest.NewServer(wal.Handler())
	w.t.Cleanup(func() {
		srv.Close()
		ok(w.t, wal.Close())
	})
	return func(who string) *s3.Client {
		c := w.keys[who]
		return s3.New(s3.Options{Region: region, BaseEndpoint: &srv.URL, UsePathStyle: true, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)})
	}
}

// session makes a session of the role that may everything, narrowed or not.
func (w *world) session(name string, policies ...string) {
	account := w.keys["alice"].account
	k, err := w.svc.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: account, Principal: "AROAX", Name: name, Parent: w.keys["alice"].AccessKeyID,
		Narrowed: policies != nil, Policies: policies}, time.Hour)
	ok(w.t, err)
	w.keys[name] = credential{Credentials: aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.Token}, account: account}
}

// TestObjects: users, roles and sessions at the object store, through the real
// head: own policies, policies of buckets, other accounts.
func TestObjects(t *testing.T) {
	w := newWorld(t)
	client := w.objects()
	put := func(who, bucket, key string) string {
		t.Helper()
		_, err := client(who).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")})
		return codeOf(err)
	}
	get := func(who, bucket, key string) string {
		t.Helper()
		_, err := client(who).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		return codeOf(err)
	}
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	_, err := client("alice").CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("hers")})
	ok(t, err)
	w.grant("allowed", `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::hers/${aws:username}/*"}`)
	want("into one's own folder", put("allowed", "hers", "allowed/k"), "")
	want("into another's", put("allowed", "hers", "poor/k"), "AccessDenied")
	want("the bucket itself", codeOf(deletes(client("allowed"), t)), "AccessDenied")
	want("without a policy", get("poor", "hers", "allowed/k"), "AccessDenied")
	want("with an ended session", get("expired", "hers", "allowed/k"), "ExpiredToken")
	want("another account", get("bob", "hers", "allowed/k"), "AccessDenied")

	w.session("free")
	w.session("narrow", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}`)
	want("a role's session", get("free", "hers", "allowed/k"), "")
	want("a narrowed one, what it may", put("narrow", "hers", "n"), "")
	want("and what it may not", get("narrow", "hers", "allowed/k"), "AccessDenied")

	// A bucket's policy names a user of its account, and one of another.
	policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::hers/*","Principal":{"AWS":[
		"arn:aws:iam::` + string(w.keys["alice"].account) + `:user/poor","arn:aws:iam::` + string(w.keys["bob"].account) + `:user/outsider"]}}}`
	_, err = client("alice").PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("hers"), Policy: &policy})
	ok(t, err)
	want("whom the bucket names", get("poor", "hers", "allowed/k"), "")
	want("of another account, with no policy there", get("outsider", "hers", "allowed/k"), "AccessDenied")
	w.grant("outsider", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`)
	want("of another account, whom that lets", get("outsider", "hers", "allowed/k"), "")
	want("that account itself is not named", get("bob", "hers", "allowed/k"), "AccessDenied")

	// What the administrator takes from the account is taken from its root.
	w.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(w.keys["alice"].account)
		a.Policies = map[string]string{"p": `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}}`}
		return tx.Accounts().Put(a)
	})
	want("root of a limited account", put("alice", "hers", "r"), "AccessDenied")
	want("and what is left to it", get("alice", "hers", "allowed/k"), "")
}

func deletes(c *s3.Client, t *testing.T) error {
	_, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("hers")})
	return err
}

func codeOf(err error) string {
	var e smithy.APIError
	switch {
	case errors.As(err, &e):
		return e.ErrorCode()
	case err != nil:
		return err.Error()
	}
	return ""
}
