package s3_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/minio/minio-go/v7"

	api "ecc/api/s3"
)

// row is a line of the table: one request in the words of each client that can
// say it, and what must come back. What comes back is looked at on the wire, so
// that it is the same for all clients; each client must also understand it.
type row struct {
	op      string                          // as the S3 API names it
	name    string                          // what is to be seen
	arrange []ask                           // what happens before, all of it with success
	lock    bool                            // the bucket is made with object lock
	raw     ask                             // one without "do": only another client can say it
	sdk     saying                          // nil: the SDK cannot say it
	minio   func(*scene, *minio.Core) error // nil: minio-go cannot say it
	want    want
	after   func(t *testing.T, s *scene, r reply) // further looks
}

// want is what must come back.
type want struct {
	status int    // 0 for 200
	code   string // of the error document
	header head
	body   string   // the whole body, if not ""
	holds  []string // parts of the body
	lacks  []string // what must not be in it
}

// rows is the table, by its chapters.
func rows() []row {
	var all []row
	for _, chapter := range [][]row{
		serviceRows, bucketRows, objectRows, rangeRows, conditionRows, checksumRows, listRows, deleteRows, copyRows,
		multipartRows, versionRows, lockRows, settingRows, sealedRows, doorRows, absentRows,
	} {
		all = append(all, chapter...)
	}
	return append(all, unwritten(all)...)
}

// unwritten makes rows for the operations nobody has written any for: then they
// are not offered.
func unwritten(written []row) []row {
	have := map[string]bool{}
	for _, r := range written {
		have[r.op] = true
	}
	var rest []row
	for _, route := range api.Routes {
		if have[route.Op] {
			continue
		}
		path := map[api.Scope]string{api.Service: "/", api.Bucket: "/{bucket}", api.Object: "/{bucket}/k"}[route.Scope]
		parameter, byQuery := strings.CutPrefix(route.Header, "?")
		r := absent(route.Op, route.Method+" "+path+"?"+route.Sub+"&id=1", "")
		if byQuery {
			r.raw.do += "&" + parameter
		} else if route.Header != "" {
			r.raw.header = head{route.Header: "/{bucket}/k"}
		}
		rest = append(rest, r)
	}
	return rest
}

// TestFiles plays the table on a walrus that keeps its objects in a folder.
func TestFiles(t *testing.T) {
	t.Parallel()
	play(t, newServer(t))
}

// TestBackend plays it on a walrus that keeps them in another S3, here another
// walrus.
func TestBackend(t *testing.T) {
	t.Parallel()
	play(t, newFront(t))
}

// newFront starts a walrus and another one that keeps its objects there.
func newFront(t *testing.T) *process {
	t.Helper()
	a := newServer(t).account("front")
	store := aws.String("store")
	if _, err := a.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: store}); err != nil {
		t.Fatal(err)
	}
	front := newServer(t, "--set", "walrus.backend=s3", "--set", "walrus.s3.endpoint="+a.Endpoint, "--set", "walrus.s3.bucket=store",
		"--set", "walrus.s3.access_key="+a.Key, "--set", "walrus.s3.secret_key="+a.Secret)
	s := &scene{tb: t, server: front, tenant: front.account("check"), values: map[string]string{"bucket": "check"}}
	s.must(ask{do: "PUT /{bucket}"})
	s.must(long)
	list, err := a.s3().ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: store})
	if err != nil || len(list.Contents) == 0 {
		t.Fatalf("what was put is not in the other S3: %+v, %v", list, err)
	}
	return front
}

// play plays all rows with all clients that can say them.
func play(t *testing.T, server *process) {
	troupe := newTroupe(server)
	for _, r := range rows() {
		t.Run(r.op+"/"+strings.ReplaceAll(r.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if r.raw.do != "" {
				r.play(t, troupe, "raw", func(s *scene) (err error) {
					s.seen.last, err = s.send(r.raw)
					return err
				})
			}
			if r.sdk != nil {
				r.play(t, troupe, "sdk", func(s *scene) error { return s.understood("sdk", r.sdk(s)) })
			}
			if r.minio != nil {
				r.play(t, troupe, "minio", func(s *scene) error { return s.understood("minio", r.minio(s, s.minio())) })
			}
		})
	}
}

// troupe are the accounts that play. An account may have 1,000 buckets, so
// there are several tenants.
type troupe struct {
	server   *process
	tenants  []account
	stranger account
	next     atomic.Int64
}

func newTroupe(server *process) *troupe {
	c := &troupe{server: server, stranger: server.account("stranger")}
	for i := range 4 {
		c.tenants = append(c.tenants, server.account(fmt.Sprint("tenant", i)))
	}
	return c
}

// scene makes a scene with a fresh name for its bucket.
func (c *troupe) scene(tb testing.TB) *scene {
	n := c.next.Add(1)
	s := &scene{tb: tb, server: c.server, tenant: c.tenants[n%int64(len(c.tenants))], stranger: c.stranger}
	s.values = map[string]string{
		"bucket": fmt.Sprintf("row-%d", n), "host": c.server.listen(), "domain": fmt.Sprintf("localhost:%d", c.server.port),
		"me": s.tenant.Canonical, "account": s.tenant.ID, "name": s.tenant.Name,
		"stranger": s.stranger.Canonical, "strangeraccount": s.stranger.ID,
	}
	return s
}

// play plays a row with one client.
func (r row) play(t *testing.T, c *troupe, client string, speak func(*scene) error) {
	t.Run(client, func(t *testing.T) {
		s := c.scene(t)
		if r.op != "CreateBucket" {
			make := ask{do: "PUT /{bucket}"}
			if r.lock {
				make.header = head{"X-Amz-Bucket-Object-Lock-Enabled": "true"}
			}
			s.must(make)
		}
		for _, q := range r.arrange {
			s.must(q)
		}
		if err := speak(s); err != nil {
			t.Fatalf("%v\n%v", err, s.seen.last)
		}
		s.compare(r.want, s.seen.last)
		if r.after != nil && !t.Failed() {
			r.after(t, s, s.seen.last)
		}
	})
}

// must sends a request that has to succeed.
func (s *scene) must(q ask) reply {
	s.tb.Helper()
	r, err := s.send(q)
	if err != nil || r.status >= 300 {
		s.tb.Fatalf("arrange %s: %v\n%v", s.fill(q.do), err, r)
	}
	s.keep(q, r)
	return r
}

// understood tells whether a client took an answer for what it was: a success,
// or a failure with the code on the wire.
func (s *scene) understood(client string, err error) error {
	last := s.seen.last
	var api smithy.APIError
	var code string
	switch {
	case err == nil && last.status < 300:
		return nil
	case errors.As(err, &api):
		code = api.ErrorCode()
	case err != nil && client == "minio":
		code = minio.ToErrorResponse(err).Code
	}
	if err == nil || last.status < 300 && last.code() == "" {
		return fmt.Errorf("the client ended with %w", err)
	}
	if wire := last.code(); wire != "" && code != wire {
		return fmt.Errorf("the client read %q from %q: %w", code, wire, err)
	}
	return nil
}

// compare holds an answer against what is wanted.
func (s *scene) compare(w want, r reply) {
	s.tb.Helper()
	if w.status == 0 {
		w.status = 200
	}
	if r.status != w.status || r.code() != w.code {
		s.tb.Errorf("%d %q, want %d %q\n%v", r.status, r.code(), w.status, w.code, r)
		return
	}
	for name, want := range w.header {
		got, there := r.header.Get(name), len(r.header.Values(name)) > 0
		if want = s.fill(want); want == "*" && got != "" || want == "" && !there || got == want {
			continue
		}
		s.tb.Errorf("%s: %q, want %q", name, got, want)
	}
	if w.body != "" && r.body != s.fill(w.body) {
		s.tb.Errorf("%d bytes %.200q, want %d %.200q", len(r.body), r.body, len(w.body), s.fill(w.body))
	}
	for _, part := range w.holds {
		if !strings.Contains(r.body, s.fill(part)) {
			s.tb.Errorf("no %q in %s", s.fill(part), r.body)
		}
	}
	for _, part := range w.lacks {
		if strings.Contains(r.body, s.fill(part)) {
			s.tb.Errorf("%q in %s", s.fill(part), r.body)
		}
	}
}

// look is a further look after a row: a request and what it must answer.
func look(q ask, w want) func(*testing.T, *scene, reply) {
	return func(t *testing.T, s *scene, _ reply) {
		t.Helper()
		r, err := s.send(q)
		if err != nil {
			t.Fatal(err)
		}
		s.compare(w, r)
	}
}

// inOrder wants parts in a body one after the other.
func inOrder(parts ...string) func(*testing.T, *scene, reply) {
	return func(t *testing.T, s *scene, r reply) {
		t.Helper()
		rest := r.body
		for _, part := range parts {
			_, after, ok := strings.Cut(rest, s.fill(part))
			if !ok {
				t.Fatalf("no %q, or not in this order, in %s", s.fill(part), r.body)
			}
			rest = after
		}
	}
}
