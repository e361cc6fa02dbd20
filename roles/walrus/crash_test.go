package walrus_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// TestKilledUnderLoad kills a walrus again and again while clients write.
// Every acknowledged write must be there after every restart.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	c := mustStart(t, dir, "")
	c.mustBucket(t, blue, "crash")
	acked := sync.Map{} // key → version acknowledged
	for round := range 4 {
		var wg sync.WaitGroup
		for writer := range 4 {
			wg.Go(func() { writeUntilFailure(t, c, writer, round, &acked) })
		}
		n := 0
		wait(t, "some acknowledged writes", func() bool {
			n = 0
			acked.Range(func(_, _ any) bool { n++; return true })
			return n >= 20*(round+1)
		})
		c.kill()
		wg.Wait()
		c = mustStart(t, dir, "")
		acked.Range(func(key, value any) bool {
			want := value.(version)
			c.wantObject(t, "crash", key.(string), random(want.seed, want.size))
			return true
		})
	}
	c.kill()
	wantTidy(t, dir)
}

// version is what a write stored.
type version struct {
	seed byte
	size int
}

// writeUntilFailure writes objects of all kinds of sizes until the server is
// gone.
func writeUntilFailure(t *testing.T, c *child, writer, round int, acked *sync.Map) {
	for i := 0; ; i++ {
		key := fmt.Sprintf("%d/%d/%d", round, writer, i)
		v := version{byte(i), []int{0, 100, 20 << 10, 600 << 10}[i%4]}
		_, err := c.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("crash"), Key: &key, Body: bytes.NewReader(random(v.seed, v.size))})
		if err != nil {
			return
		}
		acked.Store(key, v)
	}
}

// TestKilledAtEveryStep kills a walrus at each named point of a write. The old
// object or the new one is there, whole, and nothing else is left.
func TestKilledAtEveryStep(t *testing.T) {
	old, fresh := random(1, 100<<10), random(2, 200<<10)
	for point, committed := range map[string]bool{
		"walrus.put.1.opened": false, "walrus.put.2.streamed": false, "walrus.put.3.verified": false,
		"walrus.put.4.synced": false, "walrus.put.5.renamed": false, "walrus.put.6.index": false,
		"walrus.put.6.committed": true, "walrus.put.7.reply": true, "walrus.put.8.reclaim": true,
	} {
		t.Run(point, func(t *testing.T) {
			dir := t.TempDir()
			c := mustStart(t, dir, "")
			c.mustBucket(t, blue, "steps")
			c.mustPut(t, "steps", "k", old)
			c.kill()
			c = mustStart(t, dir, point+"=kill")
			_, _ = c.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("steps"), Key: aws.String("k"), Body: bytes.NewReader(fresh)})
			waitExit(t, c)
			c = mustStart(t, dir, "")
			want := old
			if committed {
				want = fresh
			}
			c.wantObject(t, "steps", "k", want)
			wait(t, "one data file", func() bool { return len(dataFiles(t, dir)) == 1 })
			c.kill()
			wantTidy(t, dir)
		})
	}
}

// TestKilledWhileCompleting does the same with the completion of an upload,
// and repeats the completion after the restart.
func TestKilledWhileCompleting(t *testing.T) {
	one, two := random(1, partSize), random(2, 1000)
	for _, point := range []string{"walrus.complete.1.parsed", "walrus.complete.2.verified", "walrus.complete.3.assembled", "walrus.complete.4.written", "walrus.complete.5.committed", "walrus.complete.6.replied"} {
		t.Run(point, func(t *testing.T) {
			dir := t.TempDir()
			c := mustStart(t, dir, point+"=kill")
			c.mustBucket(t, blue, "steps")
			u := c.mustUpload(t, "steps", "k")
			u.mustPart(t, 1, one)
			u.mustPart(t, 2, two)
			u.mustPart(t, 3, two)
			_, _ = u.complete(t, u.parts[:2])
			waitExit(t, c)
			c = mustStart(t, dir, "")
			u.server = c.server
			if out, err := u.complete(t, u.parts[:2]); err != nil || aws.ToString(out.ETag) != multipartETag(one, two) {
				t.Fatalf("repeated completion: %+v, %v", out, err)
			}
			c.wantObject(t, "steps", "k", append(bytes.Clone(one), two...))
			wait(t, "two data files", func() bool { return len(dataFiles(t, dir)) == 2 })
			c.kill()
			wantTidy(t, dir)
		})
	}
}

// TestKilledWhileCopying: the target is as it was, or the whole copy, of an
// object with a file of its own and of a small one.
func TestKilledWhileCopying(t *testing.T) {
	for point, committed := range map[string]bool{
		"walrus.copy.1.opened": false, "walrus.copy.2.written": false, "walrus.copy.3.committed": true, "walrus.copy.4.replied": true,
	} {
		for _, size := range []int{100, 200 << 10} {
			t.Run(fmt.Sprint(point, "_", size), func(t *testing.T) {
				old, fresh := random(1, 100<<10), random(2, size)
				dir := t.TempDir()
				c := mustStart(t, dir, point+"=kill")
				c.mustBucket(t, blue, "steps")
				c.mustPut(t, "steps", "source", fresh)
				c.mustPut(t, "steps", "k", old)
				_, _ = c.sdk(blue).CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("steps"), Key: aws.String("k"), CopySource: aws.String("steps/source")})
				waitExit(t, c)
				c = mustStart(t, dir, "")
				want := old
				if committed {
					want = fresh
				}
				c.wantObject(t, "steps", "k", want)
				c.wantObject(t, "steps", "source", fresh)
				c.kill()
				wantTidy(t, dir)
			})
		}
	}
}

// TestKilledWhileDeleting: a bucket with versions has a marker more, or one
// version less, or all it had.
func TestKilledWhileDeleting(t *testing.T) {
	for point, committed := range map[string]bool{
		"walrus.delete.1.parsed": false, "walrus.delete.2.written": false, "walrus.delete.3.committed": true, "walrus.delete.4.replied": true,
	} {
		for _, forGood := range []bool{false, true} {
			t.Run(fmt.Sprint(point, "_", forGood), func(t *testing.T) {
				dir := t.TempDir()
				c := mustStart(t, dir, point+"=kill")
				older, newer := c.mustTwoVersions(t, "steps", "k")
				in := &s3.DeleteObjectInput{Bucket: aws.String("steps"), Key: aws.String("k")}
				if forGood {
					in.VersionId = &newer
				}
				_, _ = c.sdk(blue).DeleteObject(t.Context(), in)
				waitExit(t, c)
				c = mustStart(t, dir, "")
				c.wantVersions(t, "steps", "k", older, newer, committed, forGood)
				c.kill()
				wantTidy(t, dir)
			})
		}
	}
}

// mustTwoVersions makes a bucket with versions and two of a key, and returns
// their ids.
func (s *server) mustTwoVersions(t *testing.T, bucket, key string) (older, newer string) {
	t.Helper()
	s.mustBucket(t, blue, bucket)
	_, err := s.sdk(blue).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for seed := range byte(2) {
		out, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(random(seed, 100<<10))})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, aws.ToString(out.VersionId))
	}
	return ids[0], ids[1]
}

// wantVersions looks at the versions of mustTwoVersions after a deletion that
// was committed or not: of the key, or of the newer version.
func (s *server) wantVersions(t *testing.T, bucket, key, older, newer string, committed, forGood bool) {
	t.Helper()
	out, err := s.sdk(blue).ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	versions, markers := 2, 0
	switch {
	case committed && forGood:
		versions = 1
	case committed:
		markers = 1
	}
	if len(out.Versions) != versions || len(out.DeleteMarkers) != markers || aws.ToString(out.Versions[versions-1].VersionId) != older {
		t.Errorf("versions %+v, markers %+v", out.Versions, out.DeleteMarkers)
	}
	_, err = s.get(t, bucket, key)
	if markers == 1 {
		wantCode(t, err, "NoSuchKey")
	} else {
		wantCode(t, err, "")
	}
	if versions == 2 && aws.ToString(out.Versions[0].VersionId) != newer {
		t.Errorf("the newest version is %s, want %s", aws.ToString(out.Versions[0].VersionId), newer)
	}
}

// waitExit waits until a child has died of its failpoint.
func waitExit(t *testing.T, c *child) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); _ = c.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the failpoint was not reached")
	}
}

// wantTidy opens a folder after the crash and compares files and index.
func wantTidy(t *testing.T, dir string) {
	t.Helper()
	s := mustServe(t, dir)
	if n := halfWritten(t, dir); n != 0 {
		t.Errorf("%d things left half written", n)
	}
	wait(t, "files and index to agree", func() bool {
		ok := true
		on := dataFileIDs(t, dir)
		err := s.walrus.Index().View(func(tx *index.Tx) error {
			for id := range on {
				ok = ok && tx.HasFile(index.ID(id))
			}
			return tx.Files(func(id index.ID) { ok = ok && on[datafile.ID(id)] })
		})
		return ok && err == nil
	})
}
