package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// value is what an object may be: absent, or bytes that follow from a seed.
type value struct {
	there bool
	seed  uint64
	size  int
}

func (v value) bytes() []byte {
	b := make([]byte, v.size)
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(v.seed >> (8 * i))
	}
	_, _ = rand.NewChaCha8(seed).Read(b)
	return b
}

// sizes of objects: inline, in a file, in many blocks.
var sizes = []int{0, 100, 5000, 20 << 10, 300 << 10, 700 << 10}

// ledger is what a walrus has acknowledged in two buckets, one of them with
// versions, and what it was asked besides.
type ledger struct {
	a account

	mu       sync.Mutex
	keys     map[string][]value // what each key may be: the last acknowledged, then what was asked since
	versions map[string]value   // acknowledged versions, by key and id
	uploads  map[string]upload  // begun, with acknowledged parts
	acks     int
	seed     uint64
	changed  chan struct{} // holds a token after an acknowledgement
}

// upload is a multipart upload of which all parts were acknowledged.
type upload struct {
	key, id string
	parts   []types.CompletedPart
	whole   value
}

const plainBucket, versionBucket = "plain", "versions"

// newLedger makes the buckets, and waits until they are acknowledged.
func newLedger(tb testing.TB, a account) *ledger {
	tb.Helper()
	for _, b := range []string{plainBucket, versionBucket} {
		if _, err := a.s3().CreateBucket(tb.Context(), &s3.CreateBucketInput{Bucket: &b}); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := a.s3().PutBucketVersioning(tb.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String(versionBucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}); err != nil {
		tb.Fatal(err)
	}
	return &ledger{a: a, keys: map[string][]value{}, versions: map[string]value{}, uploads: map[string]upload{}, changed: make(chan struct{}, 1)}
}

// fresh makes a value nobody has written yet.
func (l *ledger) fresh() value {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seed++
	return value{there: true, seed: l.seed, size: sizes[rand.IntN(len(sizes))]}
}

// ask notes what a key may become.
func (l *ledger) ask(key string, v value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys[key] == nil {
		l.keys[key] = []value{{}}
	}
	l.keys[key] = append(l.keys[key], v)
}

// promised notes what an answer has promised.
func (l *ledger) promised(f func()) {
	l.mu.Lock()
	f()
	l.acks++
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acks
}

// may lists what a key may be.
func (l *ledger) may(key string) []value {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys[key] == nil {
		return []value{{}}
	}
	return slices.Clone(l.keys[key])
}

func (l *ledger) put(ctx context.Context, key string) error {
	v := l.fresh()
	l.ask(key, v)
	_, err := l.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: &key, Body: bytes.NewReader(v.bytes())})
	if err == nil {
		l.promised(func() { l.keys[key] = []value{v} })
	}
	return err
}

func (l *ledger) remove(ctx context.Context, key string) error {
	l.ask(key, value{})
	_, err := l.a.s3().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(plainBucket), Key: &key})
	if err == nil {
		l.promised(func() { l.keys[key] = []value{{}} })
	}
	return err
}

// copy puts a source of its own and copies it onto the key.
func (l *ledger) copy(ctx context.Context, key string) error {
	v, from := l.fresh(), key+"-source"
	if _, err := l.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: &from, Body: bytes.NewReader(v.bytes())}); err != nil {
		return err
	}
	l.ask(key, v)
	_, err := l.a.s3().CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(plainBucket), Key: &key, CopySource: aws.String(plainBucket + "/" + from)})
	if err == nil {
		l.promised(func() { l.keys[key] = []value{v} })
	}
	return err
}

// assemble uploads in one part, and completes.
func (l *ledger) assemble(ctx context.Context, key string) error {
	v := l.fresh()
	c := l.a.s3()
	up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String(plainBucket), Key: &key})
	if err != nil {
		return err
	}
	part, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: aws.String(plainBucket), Key: &key, UploadId: up.UploadId,
		PartNumber: aws.Int32(1), Body: bytes.NewReader(v.bytes())})
	if err != nil {
		return err
	}
	u := upload{key, *up.UploadId, []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}, v}
	l.promised(func() { l.uploads[u.id] = u })
	l.ask(key, v)
	return l.complete(ctx, u)
}

func (l *ledger) complete(ctx context.Context, u upload) error {
	_, err := l.a.s3().CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: aws.String(plainBucket), Key: &u.key, UploadId: &u.id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts}})
	if err == nil {
		l.promised(func() { l.keys[u.key] = []value{u.whole}; delete(l.uploads, u.id) })
	}
	return err
}

// version puts a version, or deletes with a marker.
func (l *ledger) version(ctx context.Context, key string) error {
	if rand.IntN(3) == 0 {
		out, err := l.a.s3().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(versionBucket), Key: &key})
		if err == nil {
			l.promised(func() { l.versions[key+" "+aws.ToString(out.VersionId)] = value{} })
		}
		return err
	}
	v := l.fresh()
	out, err := l.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(versionBucket), Key: &key, Body: bytes.NewReader(v.bytes())})
	if err == nil {
		l.promised(func() { l.versions[key+" "+aws.ToString(out.VersionId)] = v })
	}
	return err
}

// look reads a key that nobody else is writing to.
func (l *ledger) look(ctx context.Context, key string) error {
	got, err := l.read(ctx, plainBucket, key, "")
	if err == nil && !one(got, l.may(key)) {
		return fmt.Errorf("%w: %s is %v, want one of %v", errWrong, key, got, l.may(key))
	}
	return err
}

var errWrong = errors.New("wrong bytes")

// found is what was read: nothing, or bytes.
type found struct {
	there bool
	body  []byte
}

func (f found) String() string { return fmt.Sprintf("%v, %d bytes", f.there, len(f.body)) }

func (l *ledger) read(ctx context.Context, bucket, key, version string) (found, error) {
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := l.a.s3().GetObject(ctx, in)
	var api smithy.APIError
	if errors.As(err, &api) && (api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "MethodNotAllowed") {
		return found{}, nil
	}
	if err != nil {
		return found{}, err
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	return found{true, b}, err
}

// one reports whether what was found is one of the values.
func one(f found, of []value) bool {
	return slices.ContainsFunc(of, func(v value) bool {
		return v.there == f.there && v.size == len(f.body) && (!v.there || bytes.Equal(v.bytes(), f.body))
	})
}

// work lets clients work until enough calls more are acknowledged or the
// server is gone. The clients have ended then.
func (l *ledger) work(tb testing.TB, enough int, gone func() bool) {
	tb.Helper()
	l.workUntil(tb, enough, gone, func() {})
}

// workUntil is work that calls end, which ends the server, while the clients
// are at it.
func (l *ledger) workUntil(tb testing.TB, enough int, gone func() bool, end func()) {
	tb.Helper()
	until := l.count() + enough
	var stop atomic.Bool
	over := func() bool { return stop.Load() || gone() }
	var calls sync.WaitGroup
	for worker := range 4 {
		calls.Go(func() { l.client(tb, worker, over) })
	}
	deadline := time.After(patience)
	for l.count() < until && !over() {
		select {
		case <-l.changed:
		case <-time.After(10 * time.Millisecond): // to look whether it is over
		case <-deadline:
			tb.Error("nothing is acknowledged any more")
			until = 0
		}
	}
	end()
	stop.Store(true)
	calls.Wait()
}

// client makes calls about its own keys, so that it knows what they may be.
func (l *ledger) client(tb testing.TB, worker int, over func() bool) {
	for !over() {
		key := fmt.Sprintf("%d/%d", worker, rand.IntN(6))
		call := []func(context.Context, string) error{l.put, l.put, l.remove, l.look, l.look, l.copy, l.assemble, l.version, l.version}[rand.IntN(9)]
		if err := call(tb.Context(), key); errors.Is(err, errWrong) {
			tb.Error(err)
		}
	}
}

// verify compares walrus with the books, and closes what was open: from now on
// a key is what it was found to be.
func (l *ledger) verify(tb testing.TB) {
	tb.Helper()
	for key := range l.keys {
		got, err := l.read(tb.Context(), plainBucket, key, "")
		if err != nil || !one(got, l.keys[key]) {
			tb.Errorf("%s is %v, %v; want one of %v", key, got, err, l.keys[key])
			continue
		}
		i := slices.IndexFunc(l.keys[key], func(v value) bool { return one(got, []value{v}) })
		l.keys[key] = []value{l.keys[key][i]}
	}
	for at, want := range l.versions {
		var key, id string
		_, _ = fmt.Sscanf(at, "%s %s", &key, &id)
		if got, err := l.read(tb.Context(), versionBucket, key, id); err != nil || !one(got, []value{want}) {
			tb.Errorf("version %s is %v, %v; want %v", at, got, err, want)
		}
	}
	for _, u := range l.uploads {
		l.ask(u.key, u.whole)
		if err := l.complete(tb.Context(), u); err != nil {
			tb.Errorf("complete %s again, whose part was acknowledged: %v", u.key, err)
		}
	}
}

// trim forgets all but some versions, so that verify stays quick.
func (l *ledger) trim(n int) {
	for at := range l.versions {
		if len(l.versions) <= n {
			return
		}
		delete(l.versions, at)
	}
}
