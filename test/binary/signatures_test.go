package binary_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// harmless is a request of each Query service.
var harmless = map[string]string{
	"ec2": "Action=DescribeRegions&Version=2016-11-15",
	"iam": "Action=ListAccountAliases&Version=2010-05-08",
	"sts": "Action=GetCallerIdentity&Version=2011-06-15",
}

// presigned is a request whose signature is in its query.
func (a account) presigned(t *testing.T, service, form string, at time.Time, expires string) *http.Request {
	t.Helper()
	target := a.Endpoint + "/?" + form
	if expires != "" {
		target += "&X-Amz-Expires=" + expires
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(nil)
	uri, _, err := signer().PresignHTTP(context.Background(), a.credentials(), r, hex.EncodeToString(sum[:]), service, a.Region, at)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, uri, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// Signatures of the Query services that are wrong, late, or another request's.
func TestSignatures(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	for service, form := range harmless {
		t.Run(service, func(t *testing.T) { wrongSignatures(t, a, service, form) })
		t.Run(service+" presigned", func(t *testing.T) { wrongURLs(t, a, service, form) })
		t.Run(service+" framing", func(t *testing.T) { wrongFraming(t, p, a, service, form) })
	}
	p.still(t, a)
}

func wrongSignatures(t *testing.T, a account, service, form string) {
	now := time.Now()
	post := func(a account) *http.Request { return a.signed(t, service, http.MethodPost, "/", []byte(form), now) }
	late := map[bool]string{true: "RequestExpired", false: "SignatureDoesNotMatch"}[service == "ec2"]
	nobody := map[bool]string{true: "AuthFailure", false: "InvalidClientTokenId"}[service == "ec2"]
	other := map[string]string{"ec2": "sts", "sts": "iam", "iam": "ec2"}[service]
	for name, c := range map[string]struct {
		make func() *http.Request
		want string
	}{
		"good": {func() *http.Request { return post(a) }, ""},
		"wrong secret": {func() *http.Request {
			b := a
			b.Secret = strings.Repeat("x", 40)
			return post(b)
		}, "SignatureDoesNotMatch"},
		"unknown key": {func() *http.Request {
			b := a
			b.Key = "AKIAAAAAAAAAAAAAAAAA"
			return post(b)
		}, nobody},
		"16 minutes ago": {func() *http.Request {
			return a.signed(t, service, http.MethodPost, "/", []byte(form), now.Add(-16*time.Minute))
		}, late},
		"in 16 minutes": {func() *http.Request {
			return a.signed(t, service, http.MethodPost, "/", []byte(form), now.Add(16*time.Minute))
		}, late},
		"14 minutes ago": {func() *http.Request {
			return a.signed(t, service, http.MethodPost, "/", []byte(form), now.Add(-14*time.Minute))
		}, ""},
		"another body": {func() *http.Request {
			r := post(a)
			body := strings.Replace(form, "Action=", "Action=X", 1)
			r.Body, r.ContentLength = http.NoBody, 0
			r2, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL.String(), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r2.Header = r.Header
			return r2
		}, "SignatureDoesNotMatch"},
		"another method": {func() *http.Request {
			r := a.signed(t, service, http.MethodGet, "/?"+form, nil, now)
			r.Method = http.MethodPost
			return r
		}, "SignatureDoesNotMatch"},
		"another query": {func() *http.Request {
			r := a.signed(t, service, http.MethodGet, "/?"+form, nil, now)
			r.URL.RawQuery += "&DryRun=true"
			return r
		}, "SignatureDoesNotMatch"},
		"another host": {func() *http.Request {
			r := post(a)
			r.Host = "elsewhere.test"
			return r
		}, "SignatureDoesNotMatch"},
		"another service": {func() *http.Request {
			r := post(a)
			h := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(h, "/"+service+"/", "/"+other+"/", 1))
			return r
		}, "SignatureDoesNotMatch"},
		"of s3": {func() *http.Request {
			r := a.signed(t, "s3", http.MethodPost, "/", []byte(form), now)
			h := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(h, "/s3/", "/"+service+"/", 1))
			return r
		}, "SignatureDoesNotMatch"},
		"another region": {func() *http.Request {
			b := a
			b.Region = "eu-west-9"
			return post(b)
		}, "SignatureDoesNotMatch"},
		"a header added": {func() *http.Request {
			r := post(a)
			r.Header.Set("X-Amz-Security-Token", "x")
			return r
		}, "SignatureDoesNotMatch"},
		"no signature": {func() *http.Request {
			r := a.signed(t, service, http.MethodPost, "/", []byte(form), now)
			r.Header.Del("Authorization")
			return r
		}, "MissingAuthenticationToken"},
		"an empty algorithm": {func() *http.Request {
			r := post(a)
			r.Header.Set("Authorization", strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256"))
			return r
		}, "IncompleteSignature MissingAuthenticationToken"},
		"Version 2": {func() *http.Request { return a.version2(t, "/", form, now) }, "MissingAuthenticationToken"},
	} {
		got, err := send(t, c.make())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantCode(t, name, got, c.want)
	}
}

var codeElement = regexp.MustCompile(`<Code>([^<]*)</Code>`)

// wantCode checks that an answer has one of the codes, or for "" succeeded.
func wantCode(t *testing.T, name string, got answer, want string) {
	t.Helper()
	if want == "" {
		if got.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		return
	}
	m := codeElement.FindStringSubmatch(got.body)
	if m == nil || !strings.Contains(" "+want+" ", " "+m[1]+" ") || got.status < 400 || got.status > 403 {
		t.Errorf("%s: %d %s, want %s", name, got.status, got.body, want)
	}
}

// wrongURLs are presigned requests that live too long, or are over.
func wrongURLs(t *testing.T, a account, service, form string) {
	now := time.Now()
	for name, c := range map[string]struct {
		at      time.Time
		expires string
		want    string
	}{
		"good":                {now, "60", ""},
		"for no time":         {now, "0", "IncompleteSignature RequestExpired"},
		"for over a week":     {now, "604801", "IncompleteSignature"},
		"for less than none":  {now, "-1", "IncompleteSignature"},
		"for ever":            {now, "1e30", "IncompleteSignature"},
		"expired by a second": {now.Add(-61 * time.Second), "60", "RequestExpired"},
		"not yet":             {now.Add(16 * time.Minute), "60", "RequestExpired"},
	} {
		got, err := send(t, a.presigned(t, service, form, c.at, c.expires))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantCode(t, name, got, c.want)
	}
}

// wrongFraming are requests with a good signature that two readers might read
// as two different ones: they are refused, and the connection is closed.
func wrongFraming(t *testing.T, p *process, a account, service, form string) {
	var b bytes.Buffer
	if err := a.signed(t, service, http.MethodPost, "/", []byte(form), time.Now()).Write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	if got := p.raw(t, good); got != "200" {
		t.Fatalf("good: %s", got)
	}
	edit := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	for name, text := range map[string]string{
		"two hosts":            edit("Host: ", "Host: x\r\nHost: "),
		"two authorizations":   edit("Authorization: ", "Authorization: x\r\nAuthorization: "),
		"length and chunks":    edit("Content-Length: ", "Transfer-Encoding: chunked\r\nContent-Length: "),
		"a folded header":      edit("X-Amz-Date: ", "X-Amz-Date:\r\n "),
		"a bare LF":            edit("\r\nX-Amz-Date: ", "\nX-Amz-Date: "),
		"a space in a name":    edit("Content-Length:", "Content-Length :"),
		"two lengths":          edit("Content-Length: ", "Content-Length: 1\r\nContent-Length: "),
		"an unknown encoding":  edit("Content-Length: ", "Transfer-Encoding: gzip\r\nContent-Length: "),
		"a NUL in a header":    edit("Content-Type: ", "Content-Type: \x00"),
		"no version of HTTP":   edit(" HTTP/1.1", ""),
		"a control in a value": edit("User-Agent: ", "User-Agent: \x07"),
	} {
		if got := p.raw(t, text); got != "400" && got != "cut" && got != "501" {
			t.Errorf("%s: %s, want 400", name, got)
		}
	}
}

// version2 signs parameters as old clients do.
func (a account) version2(t *testing.T, path, form string, at time.Time) *http.Request {
	t.Helper()
	v, err := url.ParseQuery(form)
	if err != nil {
		t.Fatal(err)
	}
	for k, value := range map[string]string{"AWSAccessKeyId": a.Key, "SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "Timestamp": at.UTC().Format("2006-01-02T15:04:05Z")} {
		v.Set(k, value)
	}
	host := strings.TrimPrefix(a.Endpoint, "http://")
	m := hmac.New(sha256.New, []byte(a.Secret))
	m.Write([]byte("POST\n" + host + "\n" + path + "\n" + v.Encode()))
	v.Set("Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.Endpoint+path, strings.NewReader(v.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// Where it is configured, old clients are served, each service by the version of
// the API they name.
func TestVersion2(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "signature_v2=true")
	a := p.account("tenant")
	for service, form := range harmless {
		got, err := send(t, a.version2(t, "/", form, time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, service, got, "")
		b := a
		b.Secret = "wrong"
		if got, err = send(t, b.version2(t, "/", form, time.Now())); err != nil {
			t.Fatal(err)
		}
		wantCode(t, service+", wrong secret", got, "SignatureDoesNotMatch")
		if got, err = send(t, a.version2(t, "/", form, time.Now().Add(-16*time.Minute))); err != nil {
			t.Fatal(err)
		}
		wantCode(t, service+", late", got, "RequestExpired")
	}
}

// element is the text of an answer's element.
func element(t *testing.T, body, name string) string {
	t.Helper()
	_, after, ok := strings.Cut(body, "<"+name+">")
	text, _, ok2 := strings.Cut(after, "<")
	if !ok || !ok2 {
		t.Fatalf("no %s in %s", name, body)
	}
	return text
}

// A session dies with the key it was made with: within a second, in every
// service, and it stays dead when ecc starts again.
func TestSessionsDieWithTheirKey(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	root := p.account("tenant")
	do := func(form string) string {
		t.Helper()
		got, err := send(t, root.signed(t, "iam", http.MethodPost, "/", []byte(form+"&Version=2010-05-08"), time.Now()))
		if err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %+v, %v", form, got, err)
		}
		return got.body
	}
	do("Action=CreateUser&UserName=ann")
	do("Action=AttachUserPolicy&UserName=ann&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess")
	user := root
	made := do("Action=CreateAccessKey&UserName=ann")
	user.Key, user.Secret = element(t, made, "AccessKeyId"), element(t, made, "SecretAccessKey")
	out, err := user.sts().GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	session := user.config()
	session.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		c := out.Credentials
		return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}, nil
	})
	who := sts.NewFromConfig(session)
	buckets := s3.NewFromConfig(session, func(o *s3.Options) { o.UsePathStyle = true })
	ask := func() (error, error) {
		_, identity := who.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		_, listing := buckets.ListBuckets(t.Context(), &s3.ListBucketsInput{})
		return identity, listing
	}
	if identity, listing := ask(); identity != nil || listing != nil {
		t.Fatalf("before: %v, %v", identity, listing)
	}
	do("Action=UpdateAccessKey&UserName=ann&Status=Inactive&AccessKeyId=" + user.Key)
	time.Sleep(1100 * time.Millisecond) // what is promised: no more than a second
	dead := func(when string) {
		t.Helper()
		if identity, listing := ask(); identity == nil || listing == nil || !strings.Contains(listing.Error(), "InvalidToken") {
			t.Errorf("%s: %v, %v", when, identity, listing)
		}
	}
	dead("after a second")
	p.stop()
	p.start()
	p.awaitReady()
	dead("after a restart")
	p.stop()
	noSecrets(t, p, root.Secret, user.Secret, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
}

// noSecrets checks that secrets are in no file of the cloud and in no log; the
// key they are sealed with is in its own file only.
func noSecrets(t *testing.T, p *process, secrets ...string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(p.data, "keys", "identity.key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, strings.TrimSpace(string(key)))
	look := func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Base(path) == "identity.key" {
			return err
		}
		b, err := os.ReadFile(path)
		for i, s := range secrets {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("secret %d is in %s", i, path)
			}
		}
		return err
	}
	for _, root := range []string{p.data, p.log} {
		if err := filepath.WalkDir(root, look); err != nil {
			t.Fatal(err)
		}
	}
}
