package s3_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
	miniocreds "github.com/minio/minio-go/v7/pkg/credentials"

	"ecc/internal/bufferedhttp"
)

// scene is where one row is played by one client: a bucket of its own, and
// what was learnt on the way.
type scene struct {
	tb               testing.TB
	server           *process
	tenant, stranger account
	values           map[string]string
	seen             recorder
}

func (s *scene) bucket() string { return s.values["bucket"] }

// recorder keeps the last answer a client got, as it was on the wire.
type recorder struct {
	mu   sync.Mutex
	last reply
}

// record keeps an answer and gives the client its own copy.
func (c *recorder) record(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	r, err := readReply(resp)
	resp.Body = io.NopCloser(strings.NewReader(r.body))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = r
	return resp, err
}

// Do makes a recorder the HTTP client of an AWS SDK.
func (c *recorder) Do(r *http.Request) (*http.Response, error) {
	return c.record(bufferedhttp.Client{}.Do(r))
}

// RoundTrip makes a recorder the transport of minio-go.
func (c *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	return c.record(plain.Transport.RoundTrip(r))
}

// sdk is the tenant's client of the AWS SDK.
func (s *scene) sdk() *s3.Client {
	return s.tenant.s3(func(o *s3.Options) { o.HTTPClient = &s.seen })
}

// minio is the tenant's client of minio-go.
func (s *scene) minio() *minio.Core {
	c, err := minio.NewCore(s.server.listen(), &minio.Options{
		Creds: miniocreds.NewStaticV4(s.tenant.Key, s.tenant.Secret, ""), Region: s.tenant.Region, MaxRetries: 1, Transport: &s.seen,
		TrailingHeaders: true,
	})
	if err != nil {
		s.tb.Fatal(err)
	}
	return c
}

// saying is a row's request in the words of the AWS SDK.
type saying func(*scene) error

// say makes a saying of an operation and its input. The bucket is filled in,
// the key "k" if it has none, and {name} as in an ask.
func say[I, O any](op func(*s3.Client, context.Context, *I, ...func(*s3.Options)) (*O, error), in *I) saying {
	return func(s *scene) error {
		filled := *in
		v := reflect.ValueOf(&filled).Elem()
		for name, value := range map[string]string{"Bucket": "{bucket}", "Key": "k"} {
			if f := v.FieldByName(name); f.IsValid() && f.IsNil() {
				f.Set(reflect.ValueOf(&value))
			}
		}
		s.fillIn(v)
		_, err := op(s.sdk(), s.tb.Context(), &filled)
		return err
	}
}

// text is a body in a table. It becomes a reader each time it is said.
type text string

func (text) Read([]byte) (int, error) { panic("a text is read before it was said") }

// fillIn replaces the values of a structure that hold placeholders, by copies.
func (s *scene) fillIn(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if t, ok := v.Interface().(text); ok {
			v.Set(reflect.ValueOf(strings.NewReader(s.fill(string(t)))))
		}
	case reflect.Pointer:
		if !v.IsNil() && v.CanSet() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			s.fillIn(c.Elem())
			v.Set(c)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				s.fillIn(v.Field(i))
			}
		}
	case reflect.Slice:
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		for i := range c.Len() {
			s.fillIn(c.Index(i))
		}
		if !v.IsNil() {
			v.Set(c)
		}
	case reflect.String:
		v.SetString(s.fill(v.String()))
	default:
	}
}

// ptr points to a value; inputs of the SDK are full of pointers.
func ptr[T any](v T) *T { return &v }
