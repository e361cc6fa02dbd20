package s3_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// ask is one raw request. In all its texts {name} stands for a value of the
// scene: {bucket}, and what earlier requests saved.
type ask struct {
	do     string // method and path, as in "PUT /{bucket}/k?acl"
	header head
	body   string
	as     string // "" for the tenant, "stranger", or "nobody" for no signature
	host   string // another Host
	save   string // "name=Header" or "name=<Element>": what to remember of the answer, separated by blanks
	md5    bool   // with the Content-MD5 that some operations demand
	url    bool   // signed in the URL, by version 4, for a minute
}

// head are headers of a request, or what is wanted of those of an answer: a
// text, "*" for anything, "" for not there.
type head map[string]string

// reply is what came back to a request.
type reply struct {
	status int
	header http.Header
	body   string
}

// code is the S3 code of an error document.
func (r reply) code() string {
	var doc struct {
		XMLName xml.Name
		Code    string
	}
	if err := xml.Unmarshal([]byte(r.body), &doc); err != nil || doc.XMLName.Local != "Error" {
		return ""
	}
	return doc.Code
}

func (r reply) String() string {
	body := r.body
	if len(body) > 800 {
		body = body[:800] + "…"
	}
	return fmt.Sprintf("%d %v\n%s", r.status, r.header, body)
}

// send sends a raw request.
func (s *scene) send(q ask) (reply, error) {
	r, err := s.request(q)
	if err != nil {
		return reply{}, err
	}
	resp, err := plain.Do(r)
	if err != nil {
		return reply{}, err
	}
	return readReply(resp)
}

// plain follows no redirects: where one leads is part of an answer. It keeps
// connections, as clients do: one that closes may not see an early refusal.
var plain = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, ExpectContinueTimeout: patience},
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func readReply(resp *http.Response) (reply, error) {
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(b)}, err
}

// request makes the HTTP request and signs it.
func (s *scene) request(q ask) (*http.Request, error) {
	method, path, _ := strings.Cut(s.fill(q.do), " ")
	body := s.fill(q.body)
	r, err := http.NewRequestWithContext(s.tb.Context(), method, s.server.endpoint()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	if q.host != "" {
		r.Host = s.fill(q.host)
	}
	if q.md5 {
		sum := md5.Sum([]byte(body))
		r.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	for k, v := range q.header {
		r.Header.Set(k, s.fill(v))
	}
	if q.as == "nobody" {
		return r, nil
	}
	if q.url {
		return r, s.presign(r)
	}
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if hash == "" {
		sum := sha256.Sum256([]byte(body))
		hash = hex.EncodeToString(sum[:])
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	a := s.tenant
	if q.as == "stranger" {
		a = s.stranger
	}
	return r, signer().SignHTTP(s.tb.Context(), a.credentials(), r, hash, "s3", a.Region, time.Now())
}

// presign signs a request in its URL.
func (s *scene) presign(r *http.Request) error {
	query := r.URL.Query()
	query.Set("X-Amz-Expires", "60")
	r.URL.RawQuery = query.Encode()
	signed, _, err := signer().PresignHTTP(s.tb.Context(), s.tenant.credentials(), r, "UNSIGNED-PAYLOAD", "s3", s.tenant.Region, time.Now())
	if err != nil {
		return err
	}
	r.URL, err = url.Parse(signed)
	return err
}

// signer signs as S3 has it: paths are not escaped twice.
func signer() *v4.Signer {
	return v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
}

func (a account) credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: a.Key, SecretAccessKey: a.Secret}
}

// keep remembers what an ask saves of its answer.
func (s *scene) keep(q ask, r reply) {
	for word := range strings.FieldsSeq(q.save) {
		name, from, _ := strings.Cut(word, "=")
		value := r.header.Get(from)
		if element, ok := strings.CutPrefix(from, "<"); ok {
			element = strings.TrimSuffix(element, ">")
			if m := regexp.MustCompile("<" + element + ">([^<]*)</" + element + ">").FindStringSubmatch(r.body); m != nil {
				value = m[1]
			}
		}
		if value == "" {
			s.tb.Fatalf("%s: no %s in the answer %v", q.do, from, r)
		}
		s.values[name] = value
	}
}

var placeholder = regexp.MustCompile(`\{[a-z0-9]+\}`)

// fill puts the scene's values in the place of their names. Names it does not
// know stay: braces occur in JSON, too.
func (s *scene) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if v, ok := s.values[strings.Trim(name, "{}")]; ok {
			return v
		}
		return name
	})
}
