package s3_test

import (
	"strings"
	"testing"
)

// TestSharing shares with everybody and with another account, by what the aws
// CLI and s3cmd have for that, and takes it back.
func TestSharing(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	s := server.account("tenant").shell(t)
	ann := server.account("ann@example.com").shell(t)
	s.write("file", "hello")
	s.s3cmd("mb", "s3://share")
	s.s3cmd("put", "file", "s3://share/k")
	url := s.Endpoint + "/share/k"
	wantPage := func(what, status string) {
		t.Helper()
		if got := s.curl(url); !strings.HasSuffix(got, " "+status) {
			t.Errorf("%s: %s, want %s", what, got, status)
		}
	}
	wantPage("new", "403")

	// With ACLs off, a public one is refused.
	if o := s.try(need(t, "s3cmd"), s.words("setacl", "--acl-public", "s3://share/k")...); o.code == 0 || !strings.Contains(o.stderr, "AccessControlListNotSupported") {
		t.Errorf("a public ACL: exit %d %s", o.code, o.stderr)
	}
	s.aws("s3api", "put-bucket-ownership-controls", "--bucket", "share", "--ownership-controls", "Rules=[{ObjectOwnership=ObjectWriter}]")
	s.aws("s3api", "put-object-acl", "--bucket", "share", "--key", "k", "--grant-read", "emailaddress=ann@example.com")
	if got := ann.aws("s3", "cp", "s3://share/k", "-"); got != "hello" {
		t.Errorf("ann reads %q", got)
	}
	if got := s.s3cmd("info", "s3://share/k"); !strings.Contains(got, "READ") {
		t.Errorf("s3cmd info: %s", got)
	}
	wantPage("ann's", "403")
	s.aws("s3api", "delete-public-access-block", "--bucket", "share")
	s.s3cmd("setacl", "--acl-public", "s3://share/k")
	wantPage("public by its ACL", "200")
	s.s3cmd("setacl", "--acl-private", "s3://share/k")
	wantPage("private again", "403")

	// Everything under one prefix, by a policy.
	s.write("policy", `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::share/*"}}`)
	s.s3cmd("setpolicy", "policy", "s3://share")
	wantPage("public by a policy", "200")
	if got := s.aws("s3api", "get-bucket-policy-status", "--bucket", "share"); !strings.Contains(got, "true") {
		t.Errorf("status: %s", got)
	}
	s.aws("s3api", "put-public-access-block", "--bucket", "share", "--public-access-block-configuration", "RestrictPublicBuckets=true")
	wantPage("restricted", "403")
	s.s3cmd("delpolicy", "s3://share")
	wantPage("without a policy", "403")
}
