package binary_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// bucket is where the ledger's objects are.
const bucket = "kept"

// ledger is what a cloud has acknowledged, and what it was asked besides.
type ledger struct {
	a      account
	launch ec2.RunInstancesInput // but for the token

	mu      sync.Mutex
	tokens  map[string]string   // client token → instance; "" when no answer came
	tags    map[string][]string // instance → what its tag may be: the last acknowledged value, "" before any, and later ones
	ended   map[string]bool     // instances whose termination was asked for: acknowledged or not
	objects map[string][]byte   // by key
	acks    int
	changed chan struct{} // holds a token after an acknowledgement
}

func newLedger(t *testing.T, a account) *ledger {
	t.Helper()
	if _, err := a.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		t.Fatal(err)
	}
	return &ledger{a: a, launch: *a.launch(t, 1), tokens: map[string]string{}, tags: map[string][]string{},
		ended: map[string]bool{}, objects: map[string][]byte{}, changed: make(chan struct{}, 1)}
}

// note changes the books.
func (l *ledger) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// acknowledged notes what an answer has promised.
func (l *ledger) acknowledged(f func()) {
	l.note(func() { f(); l.acks++ })
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// cut reports whether an error is that of a connection: the process died. What
// the API answers is something else.
func cut(err error) bool {
	var api smithy.APIError
	return err != nil && !errors.As(err, &api)
}

var errChanged = errors.New("a client token gives another instance than before")

// run starts an instance under a token, or asks again what the token gave.
func (l *ledger) run(ctx context.Context, token string) error {
	in := l.launch
	in.ClientToken = &token
	l.note(func() { l.tokens[token] += "" })
	out, err := l.a.ec2().RunInstances(ctx, &in)
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "IdempotentInstanceTerminated" && l.asked(token) {
		return nil
	}
	if err != nil {
		return err
	}
	id := aws.ToString(out.Instances[0].InstanceId)
	l.acknowledged(func() {
		if was := l.tokens[token]; was != "" && was != id || len(out.Instances) != 1 {
			err = errChanged
		}
		l.tokens[token] = id
	})
	return err
}

// asked reports whether the end of a token's instance was asked for.
func (l *ledger) asked(token string) (asked bool) {
	l.note(func() { _, asked = l.ended[l.tokens[token]] })
	return asked
}

// runNewOrOld launches, every third time with a token from before.
func (l *ledger) runNewOrOld(ctx context.Context, name string) error {
	if rand.IntN(3) == 0 {
		if old, ok := l.pick(l.tokens, func(string) bool { return true }); ok {
			name = old
		}
	}
	return l.run(ctx, name)
}

// pick returns the key of any entry that fits.
func (l *ledger) pick(of map[string]string, fits func(value string) bool) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, v := range of { // in random order
		if fits(v) {
			return k, true
		}
	}
	return "", false
}

// instance picks one that is known and not ended.
func (l *ledger) instance() (string, bool) {
	token, ok := l.pick(l.tokens, func(id string) bool {
		_, ended := l.ended[id]
		return id != "" && !ended
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens[token], ok
}

func (l *ledger) tag(ctx context.Context, name string) error {
	id, ok := l.instance()
	if !ok {
		return nil
	}
	l.note(func() {
		if l.tags[id] == nil {
			l.tags[id] = []string{""}
		}
		l.tags[id] = append(l.tags[id], name)
	})
	_, err := l.a.ec2().CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: aws.String("n"), Value: &name}}})
	if err == nil {
		l.acknowledged(func() { l.tags[id] = []string{name} })
	}
	return err
}

func (l *ledger) terminate(ctx context.Context, _ string) error {
	id, ok := l.instance()
	if !ok || rand.IntN(4) > 0 {
		return nil
	}
	l.note(func() { l.ended[id] = false })
	_, err := l.a.ec2().TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	if err == nil {
		l.acknowledged(func() { l.ended[id] = true })
	}
	return err
}

func (l *ledger) put(ctx context.Context, name string) error {
	body := make([]byte, rand.IntN(300<<10))
	for i := range body {
		body[i] = byte(i) ^ name[i%len(name)]
	}
	_, err := l.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &name, Body: bytes.NewReader(body)})
	if err == nil {
		l.acknowledged(func() { l.objects[name] = body })
	}
	return err
}

// verify compares the cloud with the books: every token gives what it gave,
// there is one instance for each, and tags and objects are there.
func (l *ledger) verify(t *testing.T) {
	t.Helper()
	for _, token := range slices.Collect(maps.Keys(l.tokens)) {
		if err := l.run(t.Context(), token); err != nil {
			t.Errorf("token %s: %v", token, err)
		}
	}
	found := map[string]types.Instance{}
	pages := ec2.NewDescribeInstancesPaginator(l.a.ec2(), &ec2.DescribeInstancesInput{MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Reservations {
			found[aws.ToString(r.Instances[0].InstanceId)] = r.Instances[0]
		}
	}
	if len(found) != len(l.tokens) {
		t.Errorf("%d instances for %d tokens", len(found), len(l.tokens))
	}
	for token, id := range l.tokens {
		l.verifyInstance(t, token, found[id])
	}
	for key, want := range l.objects {
		l.verifyObject(t, key, want)
	}
}

func (l *ledger) verifyInstance(t *testing.T, token string, i types.Instance) {
	t.Helper()
	id := l.tokens[token]
	switch {
	case i.State == nil:
		t.Errorf("instance %s is lost", id)
	case l.ended[id] && i.State.Name != types.InstanceStateNameShuttingDown && i.State.Name != types.InstanceStateNameTerminated:
		t.Errorf("instance %s was terminated and is %s", id, i.State.Name)
	case l.tags[id] != nil && !slices.Contains(l.tags[id], tagOf(i)):
		t.Errorf("instance %s has the tag %q, not one of %q", id, tagOf(i), l.tags[id])
	}
}

// tagOf is the value of an instance's only tag, or "".
func tagOf(i types.Instance) string {
	if len(i.Tags) == 0 {
		return ""
	}
	return aws.ToString(i.Tags[0].Value)
}

func (l *ledger) verifyObject(t *testing.T, key string, want []byte) {
	t.Helper()
	out, err := l.a.s3().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		t.Errorf("object %s: %v", key, err)
		return
	}
	defer out.Body.Close()
	if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, want) {
		t.Errorf("object %s has %d bytes, %v; want the %d that were put", key, len(got), err, len(want))
	}
}
