package walrus_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestFilledByOthers fills the disk to its last byte behind walrus' back, as
// guests' disks do: reads and deletions go on, uploads are refused, and all is
// well when the others make room.
func TestFilledByOthers(t *testing.T) {
	c := mustStartOnDisk(t, 100, 0)
	c.mustBucket(t, blue, "full")
	small, large := random(1, 1000), random(2, 300<<10)
	for i := range 20 {
		c.mustPut(t, "full", fmt.Sprintf("small/%d", i), small)
		c.mustPut(t, "full", fmt.Sprintf("large/%d", i), large)
	}
	filler := filepath.Join(fmt.Sprintf("/proc/%d/root", c.cmd.Process.Pid), c.dir, "somebody else's")
	mustFillUp(t, filler)
	for i := range 20 {
		for prefix, want := range map[string][]byte{"small": small, "large": large} {
			key := fmt.Sprintf("%s/%d", prefix, i)
			c.wantObject(t, "full", key, want)
			wantCode(t, c.tryPut(t, "new", want), "InsufficientStorage")
			if i%2 == 0 {
				_, err := c.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("full"), Key: &key})
				wantCode(t, err, "")
				mustFillUp(t, filler) // the others take that space, too
			}
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	wait(t, "uploads again", func() bool { return c.tryPut(t, "new", large) == nil })
	c.wantObject(t, "full", "new", large)
	c.wantObject(t, "full", "large/1", large)
	_, err := c.get(t, "full", "large/0")
	wantCode(t, err, "NoSuchKey")
}

func (s *server) tryPut(t *testing.T, key string, body []byte) error {
	t.Helper()
	_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("full"), Key: &key, Body: bytes.NewReader(body)})
	return err
}

// mustFillUp writes a file until there is no space for one byte more.
func mustFillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
