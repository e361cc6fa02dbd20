package binary_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// killRounds is how often the process is killed under load.
func killRounds() int {
	if testing.Short() {
		return 3
	}
	return 15
}

// Killed again and again under load: whatever was acknowledged is there.
func TestAcknowledgedCallsSurviveKills(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "throttle.factor=0")
	l := newLedger(t, p.account("tenant"))
	for round := range killRounds() {
		l.work(t, p, round)
		p.start()
		l.a.awaitAnswer(t)
	}
	p.awaitReady()
	t.Logf("%d calls were acknowledged, %d instances asked for", l.acks, len(l.tokens))
	l.verify(t)
	p.settled()
	if proof := p.ecc("audit", "log", "--verify"); !strings.Contains(proof, "hold together") {
		t.Error(proof)
	}
}

// work makes calls until some more were acknowledged, and kills the process in
// the midst of them.
func (l *ledger) work(t *testing.T, p *process, round int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	for worker, call := range []func(context.Context, string) error{l.runNewOrOld, l.runNewOrOld, l.tag, l.terminate, l.put, l.put} {
		calls.Go(func() {
			for n := 0; ctx.Err() == nil && !p.over(); n++ {
				if err := call(ctx, fmt.Sprintf("%d-%d-%d", round, worker, n)); err != nil && !cut(err) {
					t.Error(err)
				}
			}
		})
	}
	until, enough := l.count()+5+rand.IntN(25), false
	for deadline := time.After(patience); !enough; enough = l.count() >= until {
		select {
		case <-l.changed:
		case <-deadline:
			t.Error("nothing is acknowledged any more")
			until = 0
		}
	}
	p.kill()
	cancel()
	calls.Wait()
}

func (l *ledger) count() (acks int) {
	l.note(func() { acks = l.acks })
	return acks
}

// awaitAnswer waits until the API answers.
func (a account) awaitAnswer(tb testing.TB) {
	tb.Helper()
	eventually(tb, "the API answers", func() error {
		_, err := a.ec2().DescribeRegions(tb.Context(), &ec2.DescribeRegionsInput{})
		return err
	})
}

// Killed at each step of a call: the same call again has the outcome it would
// have had.
func TestKilledAtEveryPointOfACall(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	l := newLedger(t, p.account("tenant"))
	if err := l.run(t.Context(), "victim"); err != nil {
		t.Fatal(err)
	}
	victim := l.tokens["victim"]
	l.a.awaitState(t, "running", victim)
	for _, c := range []struct {
		point string
		call  func() error
	}{
		{"run.checked", func() error { return l.run(t.Context(), "run.checked") }},
		{"run.accepted", func() error { return l.run(t.Context(), "run.accepted") }},
		{"store.commit", func() error { return l.run(t.Context(), "store.commit") }},
		{"store.committed", func() error { return l.run(t.Context(), "store.committed") }},
		{"clc.report", func() error { return l.run(t.Context(), "clc.report") }},
		{"terminate.accepted", func() error {
			l.note(func() { l.ended[victim] = true })
			_, err := l.a.ec2().TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{victim}})
			return err
		}},
	} {
		p.stop()
		p.dieAt(c.point, c.call)
		p.start()
		p.awaitReady()
		if err := c.call(); err != nil {
			t.Errorf("%s: again: %v", c.point, err)
		}
		p.settled()
	}
	l.a.awaitState(t, "terminated", victim)
	l.verify(t)
}

// dieAt starts the process with a failpoint and calls until it has died there.
// Some points are met by the start itself.
func (p *process) dieAt(point string, call func() error) {
	p.tb.Helper()
	p.start("ECC_FAILPOINTS=" + point + "=kill")
	eventually(p.tb, "killed at "+point, func() error {
		err := call()
		if err == nil {
			return fmt.Errorf("it lives and has answered")
		}
		if !cut(err) {
			p.tb.Errorf("%s: %v", point, err)
		}
		if !p.over() {
			return err
		}
		return nil
	})
	if code := p.awaitEnd(); code != -1 {
		p.tb.Errorf("%s: ended with %d, not by a signal", point, code)
	}
}

// Killed at each step of a PUT: the object is there whole, or as it was.
func TestKilledAtEveryPointOfAPut(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	l := newLedger(t, p.account("tenant"))
	for _, point := range []string{"put.1.opened", "put.2.streamed", "put.3.verified", "put.4.synced", "put.5.renamed", "put.6.index",
		"put.6.committed", "put.7.reply", "complete.1.parsed", "complete.3.assembled", "complete.4.written", "complete.5.committed", "complete.6.replied"} {
		before := bytes.Repeat([]byte("before "), 40_000)
		after := bytes.Repeat([]byte("after "), 1_000_000)
		if err := l.replace(t.Context(), point, before); err != nil {
			t.Fatal(err)
		}
		write := l.replace
		if point[0] == 'c' {
			write = l.multipart
		}
		p.stop()
		p.dieAt("walrus."+point, func() error { return write(t.Context(), point, after) })
		p.start()
		l.a.awaitAnswer(t)
		out, err := l.a.s3().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &point})
		switch {
		case err != nil:
			t.Errorf("%s: %v", point, err)
		case aws.ToInt64(out.ContentLength) == int64(len(before)):
			l.verifyObject(t, point, before)
		default:
			l.verifyObject(t, point, after)
		}
		if err := write(t.Context(), point, after); err != nil {
			t.Errorf("%s: again: %v", point, err)
		}
		l.verifyObject(t, point, after)
	}
	out, err := l.a.s3().ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil || len(out.Contents) != 13 {
		t.Errorf("objects %+v, %v", out, err)
	}
}

func (l *ledger) replace(ctx context.Context, key string, body []byte) error {
	_, err := l.a.s3().PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(body)})
	return err
}

// multipart writes an object in two parts.
func (l *ledger) multipart(ctx context.Context, key string, body []byte) error {
	c := l.a.s3()
	up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return err
	}
	var done s3types.CompletedMultipartUpload
	for i, part := range [][]byte{body[:5<<20], body[5<<20:]} {
		number := aws.Int32(int32(i + 1))
		out, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: aws.String(bucket), Key: &key, UploadId: up.UploadId, PartNumber: number, Body: bytes.NewReader(part)})
		if err != nil {
			return err
		}
		done.Parts = append(done.Parts, s3types.CompletedPart{PartNumber: number, ETag: out.ETag})
	}
	_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, UploadId: up.UploadId, MultipartUpload: &done})
	return err
}
