package walrus_test

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestManyClients lets clients put, copy, read and delete the same few keys.
// A read finds one of the values that were written, whole, or nothing.
func TestManyClients(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "busy")
	values := [][]byte{random(1, 10), random(2, 50<<10), random(3, 700<<10)}
	var wg sync.WaitGroup
	for client := range 6 {
		wg.Go(func() {
			for i := range 30 {
				key := fmt.Sprint((client + i) % 3)
				switch (client*7 + i) % 5 {
				case 0, 1:
					s.mustPut(t, "busy", key, values[i%3])
				case 2:
					_, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("busy"), Key: &key})
					wantCode(t, err, "")
				case 3:
					_, err := s.sdk(blue).CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("busy"), Key: aws.String("copy" + key), CopySource: aws.String("busy/" + key)})
					if c := code(err); c != "" && c != "NoSuchKey" {
						t.Errorf("copy: %v", err)
					}
				case 4:
					wantOneOf(t, s, key, values)
					wantOneOf(t, s, "copy"+key, values)
				}
			}
		})
	}
	wg.Wait()
	for _, key := range []string{"0", "1", "2", "copy0", "copy1", "copy2"} {
		_, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("busy"), Key: &key})
		wantCode(t, err, "")
	}
	wait(t, "all files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}

func wantOneOf(t *testing.T, s *server, key string, values [][]byte) {
	t.Helper()
	got, err := s.get(t, "busy", key)
	if code(err) == "NoSuchKey" {
		return
	}
	for _, v := range values {
		if err == nil && bytes.Equal(got, v) {
			return
		}
	}
	t.Errorf("%s: %d bytes, %v; want one of the values", key, len(got), err)
}

// TestOneWinner: of many conditional creations exactly one succeeds.
func TestOneWinner(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "busy")
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("busy"), Key: aws.String("lock"), IfNoneMatch: aws.String("*"), Body: bytes.NewReader(nil)})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else {
				wantCode(t, err, "PreconditionFailed")
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d winners, want 1", won)
	}
}

// TestReadOutlivesDelete: who began to read an object reads it to the end.
func TestReadOutlivesDelete(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "busy")
	u := s.mustUpload(t, "busy", "k")
	one, two := random(1, 8<<20), random(2, 8<<20)
	u.mustPart(t, 1, one)
	u.mustPart(t, 2, two)
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("busy"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("busy"), Key: aws.String("k")}); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(out.Body)
	_ = out.Body.Close()
	if err != nil || !bytes.Equal(got, append(one, two...)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	wait(t, "the files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}
