package walrus_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecc/api/s3"
)

// nobody is a key for requests without credentials.
const nobody = ""

// sendAs sends a request with an account's key and returns the status and the
// code of the error, if it is one.
func (s *server) sendAs(tb testing.TB, key string, q request) (int, string) {
	tb.Helper()
	status, body := s.answerAs(tb, key, q)
	var doc struct{ Code string }
	if status >= 300 && len(body) > 0 {
		_ = xml.Unmarshal([]byte(body), &doc) // not every failure has a document
	}
	return status, doc.Code
}

func (s *server) answerAs(tb testing.TB, key string, q request) (int, string) {
	tb.Helper()
	q.unsigned = true
	r := s.build(tb, q)
	if key != nobody {
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		creds := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
		if err := signer.SignHTTP(tb.Context(), creds, r, r.Header.Get("X-Amz-Content-Sha256"), "s3", region, time.Now()); err != nil {
			tb.Fatal(err)
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// must sends a request that must succeed, as blue.
func (s *server) must(tb testing.TB, method, path, body string, header ...string) {
	tb.Helper()
	q := request{method: method, path: path, body: []byte(body), header: map[string]string{}}
	for i := 0; i < len(header); i += 2 {
		q.header[header[i]] = header[i+1]
	}
	if status, answer := s.answerAs(tb, blue, q); status >= 300 {
		tb.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
}

// requestOf makes the plain request of a route to a bucket.
func requestOf(r s3.Route, bucket string) request {
	q := request{method: r.Method, path: map[s3.Scope]string{s3.Service: "/", s3.Bucket: "/" + bucket, s3.Object: "/" + bucket + "/k"}[r.Scope]}
	parameter, isParameter := strings.CutPrefix(r.Header, "?")
	if isParameter && !strings.Contains(parameter, "=") {
		parameter += "=x"
	}
	switch {
	case isParameter && r.Sub != "":
		q.path += "?" + r.Sub + "&" + parameter
	case isParameter:
		q.path += "?" + parameter
	case r.Sub != "":
		q.path += "?" + r.Sub
	}
	if r.Header != "" && !isParameter {
		q.header = map[string]string{r.Header: bucket + "/k"}
	}
	return q
}

const (
	openBlock   = `<PublicAccessBlockConfiguration/>`
	aclsOn      = `<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>`
	aclsOff     = `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`
	restricting = `<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`
	ignoring    = `<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>`
)

// statement makes a statement of a policy for the bucket "matrix".
func statement(effect, principal, action, resource string) string {
	return fmt.Sprintf(`{"Effect": %q, "Principal": %s, "Action": %q, "Resource": %s}`, effect, principal, action, resource)
}

func policyOf(statements ...string) string {
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ", ") + `]}`
}

const (
	toAll   = `"*"`
	toGreen = `{"AWS": "222222222222"}`
	onBoth  = `["arn:aws:s3:::matrix", "arn:aws:s3:::matrix/*"]`
	onKeys  = `"arn:aws:s3:::matrix/*"`
	onName  = `"arn:aws:s3:::matrix"`
)

// world is a state of the bucket "matrix", and whom it lets do what.
type world struct {
	policy, block, ownership, acl string
	lets                          func(key string, r s3.Route) bool // owner apart
	bars                          func(r s3.Route) bool             // the owner, too
}

var worlds = map[string]world{
	"nothing": {block: openBlock, ownership: aclsOff},
	"to another account": {block: openBlock, ownership: aclsOff, policy: policyOf(statement("Allow", toGreen, "s3:*", onBoth)),
		lets: func(key string, r s3.Route) bool { return key == green && ofS3(r) }},
	"to all": {block: openBlock, ownership: aclsOff, policy: policyOf(statement("Allow", toAll, "s3:*", onBoth)),
		lets: func(_ string, r s3.Route) bool { return ofS3(r) }},
	"to all, restricted": {block: restricting, ownership: aclsOff, policy: policyOf(statement("Allow", toAll, "s3:*", onBoth))},
	"to another account, restricted": {block: restricting, ownership: aclsOff, policy: policyOf(statement("Allow", toGreen, "s3:*", onBoth)),
		lets: func(key string, r s3.Route) bool { return key == green && ofS3(r) }},
	"denied": {block: openBlock, ownership: aclsOff, policy: policyOf(statement("Allow", toAll, "s3:*", onBoth), statement("Deny", toAll, "s3:*", onBoth)),
		bars: func(r s3.Route) bool { return ofS3(r) && !strings.HasSuffix(r.Action, "BucketPolicy") }},
	"keys only": {block: openBlock, ownership: aclsOff, policy: policyOf(statement("Allow", toAll, "s3:*", onKeys)),
		lets: func(_ string, r s3.Route) bool { return ofS3(r) && r.Scope == s3.Object }},
	"bucket only": {block: openBlock, ownership: aclsOff, policy: policyOf(statement("Allow", toAll, "s3:*", onName)),
		lets: func(_ string, r s3.Route) bool { return ofS3(r) && r.Scope == s3.Bucket }},
	"public-read": {block: openBlock, ownership: aclsOn, acl: "public-read",
		lets: func(_ string, r s3.Route) bool { return isListing(r) }},
	"public-read, ignored": {block: ignoring, ownership: aclsOn, acl: "public-read"},
	"public-read-write": {block: openBlock, ownership: aclsOn, acl: "public-read-write",
		lets: func(_ string, r s3.Route) bool { return isListing(r) || isWriting(r) }},
	"authenticated-read": {block: openBlock, ownership: aclsOn, acl: "authenticated-read",
		lets: func(key string, r s3.Route) bool { return key != nobody && isListing(r) }},
	"public-read, denied": {block: openBlock, ownership: aclsOn, acl: "public-read", policy: policyOf(statement("Deny", toAll, "s3:List*", onName)),
		bars: isListing},
}

func ofS3(r s3.Route) bool { return strings.HasPrefix(r.Action, "s3:") }

func isListing(r s3.Route) bool {
	return r.Action == "s3:ListBucket" || r.Action == "s3:ListBucketVersions" || r.Action == "s3:ListBucketMultipartUploads"
}

// isWriting reports whether a route needs no more than permission to write new
// objects. The source of a copy must be readable, too.
func isWriting(r s3.Route) bool {
	return r.Action == "s3:PutObject" && r.Header == "" || r.Action == "s3:AbortMultipartUpload" || r.Action == "s3:ListMultipartUploadParts"
}

// become puts the bucket into a world, as its owner.
func (x world) become(tb testing.TB, s *server) {
	tb.Helper()
	s.must(tb, "DELETE", "/matrix?policy", "")
	s.must(tb, "PUT", "/matrix?publicAccessBlock", openBlock)
	s.must(tb, "PUT", "/matrix?ownershipControls", aclsOn)
	acl := x.acl
	if acl == "" {
		acl = "private"
	}
	s.must(tb, "PUT", "/matrix?acl", "", "X-Amz-Acl", acl)
	s.must(tb, "PUT", "/matrix?ownershipControls", x.ownership)
	s.must(tb, "PUT", "/matrix/k", "x")
	s.must(tb, "PUT", "/matrix?publicAccessBlock", x.block)
	if x.policy != "" {
		s.must(tb, "PUT", "/matrix?policy", x.policy)
	}
}

// allowed says what must become of a route.
func (x world) allowed(key string, r s3.Route) bool {
	switch {
	case r.Scope == s3.Service || r.Op == "CreateBucket":
		return key != nobody
	case r.Op == "CreateMultipartUpload" && key == nobody:
		return false // whatever is allowed
	case key == blue:
		return x.bars == nil || !x.bars(r)
	}
	return x.lets != nil && x.lets(key, r)
}

// TestMatrix asks for every operation of S3 as everybody, in every world. What
// is refused is refused with AccessDenied; what is not may fail of other causes.
func TestMatrix(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	for name, x := range worlds {
		t.Run(name, func(t *testing.T) {
			x.become(t, s)
			for _, r := range s3.Routes {
				if r.Op == "DeleteObjects" {
					continue // each key by itself
				}
				for _, key := range []string{nobody, green, blue} {
					s.wantAllowed(t, x, key, r)
				}
			}
		})
	}
}

func (s *server) wantAllowed(t *testing.T, x world, key string, r s3.Route) {
	t.Helper()
	status, code := s.sendAs(t, key, requestOf(r, "matrix"))
	denied := status == http.StatusForbidden && (code == "AccessDenied" || r.Method == "HEAD")
	if denied == x.allowed(key, r) {
		t.Errorf("%s as %q: %d %s, want it allowed: %v", r.Op, key, status, code, denied)
	}
	if status < 300 && r.Method != "GET" && r.Method != "HEAD" {
		x.become(t, s) // it may have changed the world
	}
}

// TestDenyBeatsAllow denies one action after the other in a policy that allows
// all: the operations that need it are refused to everybody, the owner among
// them, and others are not.
func TestDenyBeatsAllow(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	x := world{block: openBlock, ownership: aclsOff}
	x.become(t, s)
	for _, r := range s3.Routes {
		if !ofS3(r) || r.Scope == s3.Service || r.Op == "CreateBucket" || r.Op == "DeleteObjects" || r.Op == "PostObject" {
			continue
		}
		on := map[s3.Scope]string{s3.Bucket: onName, s3.Object: onKeys}[r.Scope]
		s.must(t, "PUT", "/matrix?policy", policyOf(statement("Allow", toAll, "s3:*", onBoth), statement("Deny", toAll, r.Action, on)))
		for _, key := range []string{nobody, green, blue} {
			status, code := s.sendAs(t, key, requestOf(r, "matrix"))
			denied := status == http.StatusForbidden && (code == "AccessDenied" || r.Method == "HEAD")
			if mine := key == blue && strings.HasSuffix(r.Action, "BucketPolicy"); denied == mine {
				t.Errorf("%s as %q: %d %s", r.Op, key, status, code)
			}
			other := request{method: "GET", path: "/matrix?location"}
			if r.Action == "s3:GetBucketLocation" {
				other.path = "/matrix"
			}
			if status, code := s.sendAs(t, key, other); status != 200 && r.Op != "DeleteBucketPolicy" {
				t.Errorf("%s as %q while %s is denied: %d %s", other.path, key, r.Action, status, code)
			}
		}
	}
}
