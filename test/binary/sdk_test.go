package binary_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/internal/bufferedhttp"
)

// config is the account for aws-sdk-go-v2. Nothing is tried twice, so that a
// failure is seen where it happens.
func (a account) config() aws.Config {
	return aws.Config{
		Region: a.Region, BaseEndpoint: &a.Endpoint, HTTPClient: bufferedhttp.Client{},
		Credentials: credentials.NewStaticCredentialsProvider(a.Key, a.Secret, ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (a account) ec2() *ec2.Client { return ec2.NewFromConfig(a.config()) }

func (a account) sts() *sts.Client { return sts.NewFromConfig(a.config()) }

func (a account) s3() *s3.Client {
	return s3.NewFromConfig(a.config(), func(o *s3.Options) { o.UsePathStyle = true })
}

// answer is what came back to a raw request.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request. An error means that the server cut the connection.
func send(tb testing.TB, r *http.Request) (answer, error) {
	tb.Helper()
	resp, err := client().Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}

// signed makes a request of a service with a body, signed as of a time.
func (a account) signed(tb testing.TB, service, method, path string, body []byte, at time.Time) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, a.Endpoint+path, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := signer().SignHTTP(context.Background(), a.credentials(), r, hash, service, a.Region, at); err != nil {
		tb.Fatal(err)
	}
	return r
}

func signer() *v4.Signer { return v4.NewSigner() }

func (a account) credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: a.Key, SecretAccessKey: a.Secret}
}

// unsigned makes an S3 request whose body is not part of the signature.
func (a account) unsigned(tb testing.TB, method, path string, body io.Reader) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, a.Endpoint+path, body)
	if err != nil {
		tb.Fatal(err)
	}
	const hash = "UNSIGNED-PAYLOAD"
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := signer().SignHTTP(context.Background(), a.credentials(), r, hash, "s3", a.Region, time.Now()); err != nil {
		tb.Fatal(err)
	}
	return r
}

// action is the form of an EC2 action with parameters in pairs.
func action(name string, pairs ...string) string {
	v := url.Values{"Action": {name}, "Version": {"2016-11-15"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
