package s3_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// verb is what a client does to the one key.
type verb int

const (
	reads   verb = iota // GET, or a copy of it to another key
	writes              // PUT, or a copy of another key to it
	removes             // DELETE
	creates             // PUT if it is absent
	swaps               // PUT if it is what was read before
)

// input is an operation: its values are ETags, "" is absent.
type input struct {
	verb     verb
	old, new string
}

// output is how it ended.
type output struct {
	unknown bool // no answer: it happened, or happens at any time later, or never
	refused bool // by its condition
	read    string
}

// register is one key: its state is an ETag.
var register = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, in, out any) (bool, any) {
		now, i, o := state.(string), in.(input), out.(output) //nolint:forcetypeassert // they are ours
		switch i.verb {
		case reads:
			return o.read == now, now
		case writes:
			return true, i.new
		case removes:
			return true, ""
		case creates:
			return o.unknown || o.refused == (now != ""), either(now == "", i.new, now)
		default:
			return o.unknown || o.refused == (now != i.old), either(now == i.old, i.new, now)
		}
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
}

func either(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

// picture draws a history that cannot be, and returns where the drawing is.
func (h *history) picture(t *testing.T, info porcupine.LinearizationInfo) string {
	t.Helper()
	f, err := os.CreateTemp("", "ecc-history-*.html") //nolint:usetesting // it is to outlive the test
	if err == nil {
		err = errors.Join(porcupine.Visualize(register, info, f), f.Close())
	}
	if err != nil {
		return err.Error()
	}
	return f.Name()
}

// history is what clients saw of one key.
type history struct {
	a   account
	key string

	mu    sync.Mutex
	begin time.Time
	all   []porcupine.Operation
	n     int
}

// note adds an operation; one of unknown outcome has not ended yet.
func (h *history) note(client int, i input, o output, call time.Time) {
	end := int64(math.MaxInt64)
	if !o.unknown {
		end = int64(time.Since(h.begin))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, porcupine.Operation{ClientId: client, Input: i, Call: int64(call.Sub(h.begin)), Output: o, Return: end})
}

// fresh makes bytes nobody has written yet, and their ETag.
func (h *history) fresh() (body []byte, etag string) {
	h.mu.Lock()
	h.n++
	text := fmt.Sprintf("%s %d ", h.key, h.n)
	h.mu.Unlock()
	body = []byte(strings.Repeat(text, 1+rand.IntN(2)*20_000)) // inline, or in a file
	sum := md5.Sum(body)
	return body, hex.EncodeToString(sum[:])
}

// Kills leave each key a register all the same: whatever clients saw before
// and after can have happened in one order.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	p := newServer(t)
	a := p.account("tenant")
	for _, b := range []string{plainBucket, versionBucket} {
		if _, err := a.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &b}); err != nil {
			t.Fatal(err)
		}
	}
	keys := 24
	if testing.Short() {
		keys = 3
	}
	for k := range keys {
		h := &history{a: a, key: fmt.Sprint("key-", k), begin: time.Now()}
		h.load(t, p, p.crash)
		p.kill()
		p.start()
		p.awaitReady()
		h.load(t, p, func() {}) // each call without an answer doubles the work of the checker: one kill is enough
		if !h.read(t.Context(), 9) {
			t.Error("the last read failed")
		}
		result, info := porcupine.CheckOperationsVerbose(register, h.all, patience)
		if result == porcupine.Ok {
			continue
		}
		t.Errorf("%s: %v over %d operations: %s", h.key, result, len(h.all), h.picture(t, info))
	}
	p.stop()
}

// load lets clients work on the key; amid that, end is called.
func (h *history) load(t *testing.T, p *process, end func()) {
	t.Helper()
	var calls sync.WaitGroup
	var over atomic.Bool
	for client := range 5 {
		calls.Go(func() {
			for n := 0; !over.Load() && !p.over(); n++ {
				h.one(t.Context(), client)
				if client == 0 && n == 20 {
					end()
					over.Store(true)
				}
			}
		})
	}
	calls.Wait()
}

// one makes one call.
func (h *history) one(ctx context.Context, client int) {
	switch rand.IntN(8) {
	case 0:
		h.write(ctx, client, writes, func(in *s3.PutObjectInput) {}, "")
	case 1:
		h.write(ctx, client, creates, func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }, "")
	case 2:
		if old, err := h.get(ctx); err == nil && old != "" {
			h.write(ctx, client, swaps, func(in *s3.PutObjectInput) { in.IfMatch = aws.String(`"` + old + `"`) }, old)
		}
	case 3:
		h.remove(ctx, client)
	case 4:
		h.copyIn(ctx, client)
	case 5:
		h.copyOut(ctx, client)
	default:
		h.read(ctx, client)
	}
}

func (h *history) write(ctx context.Context, client int, v verb, condition func(*s3.PutObjectInput), old string) {
	body, etag := h.fresh()
	in := &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: &h.key, Body: bytes.NewReader(body)}
	condition(in)
	call := time.Now()
	_, err := h.a.s3().PutObject(ctx, in)
	h.note(client, input{v, old, etag}, outcomeOf(err), call)
}

// outcomeOf tells an answer from none. A server that is ending may say
// anything but that the condition did not hold.
func outcomeOf(err error) output {
	var api smithy.APIError
	switch {
	case err == nil:
		return output{}
	case errors.As(err, &api) && (api.ErrorCode() == "PreconditionFailed" || api.ErrorCode() == "NoSuchKey"):
		return output{refused: true}
	}
	return output{unknown: true}
}

func (h *history) remove(ctx context.Context, client int) {
	call := time.Now()
	_, err := h.a.s3().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(plainBucket), Key: &h.key})
	h.note(client, input{verb: removes}, outcomeOf(err), call)
}

// copyIn copies an object of this client's onto the key.
func (h *history) copyIn(ctx context.Context, client int) {
	body, etag := h.fresh()
	from := fmt.Sprint(h.key, "-from-", client)
	if _, err := h.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: &from, Body: bytes.NewReader(body)}); err != nil {
		return
	}
	call := time.Now()
	_, err := h.a.s3().CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(plainBucket), Key: &h.key, CopySource: aws.String(plainBucket + "/" + from)})
	h.note(client, input{verb: writes, new: etag}, outcomeOf(err), call)
}

// copyOut copies the key elsewhere, which reads it.
func (h *history) copyOut(ctx context.Context, client int) {
	to := fmt.Sprint(h.key, "-to-", client)
	call := time.Now()
	out, err := h.a.s3().CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(plainBucket), Key: &to, CopySource: aws.String(plainBucket + "/" + h.key)})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "NoSuchKey" {
		h.note(client, input{verb: reads}, output{}, call)
	} else if err == nil {
		h.note(client, input{verb: reads}, output{read: strings.Trim(aws.ToString(out.CopyObjectResult.ETag), `"`)}, call)
	}
}

// read notes a GET, and reports whether there was an answer.
func (h *history) read(ctx context.Context, client int) bool {
	call := time.Now()
	etag, err := h.get(ctx)
	if err == nil {
		h.note(client, input{verb: reads}, output{read: etag}, call)
	}
	return err == nil
}

// get returns the ETag of what it read, worked out from the bytes.
func (h *history) get(ctx context.Context) (string, error) {
	l := ledger{a: h.a}
	got, err := l.read(ctx, plainBucket, h.key, "")
	if err != nil || !got.there {
		return "", err
	}
	sum := md5.Sum(got.body)
	return hex.EncodeToString(sum[:]), nil
}
