package walrus_test

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestContend lets many writers make the same key if it is not there: by every
// kind of write, exactly one succeeds and the others are told.
func TestContend(t *testing.T) {
	const writers = 8
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "race")
	s.mustPut(t, "race", "source", random(1, 20<<10))
	c, ctx, bucket, star := s.sdk(blue), t.Context(), aws.String("race"), aws.String("*")
	for kind, write := range map[string]func(key *string, u *upload) error{
		"put": func(key *string, _ *upload) error {
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, IfNoneMatch: star, Body: bytes.NewReader(random(2, 20<<10))})
			return err
		},
		"copy": func(key *string, _ *upload) error {
			_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: key, IfNoneMatch: star, CopySource: aws.String("race/source")})
			return err
		},
		"complete": func(key *string, u *upload) error {
			_, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, IfNoneMatch: star, UploadId: u.id,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts}})
			return err
		},
	} {
		uploads := make([]*upload, writers)
		for i := range uploads {
			uploads[i] = s.mustUpload(t, "race", kind)
			uploads[i].mustPart(t, 1, random(byte(i), 10))
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				switch err := write(&kind, uploads[i]); code(err) {
				case "":
					won.Add(1)
				case "PreconditionFailed":
				default:
					t.Errorf("%s: %v", kind, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%s: %d succeeded", kind, won.Load())
		}
	}
}

// TestCounter lets many clients count in one object with If-Match: no
// increment is lost.
func TestCounter(t *testing.T) {
	const clients, each = 6, 5
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "race")
	s.setVersioning(t, "race", "Enabled")
	s.mustPut(t, "race", "n", []byte("0"))
	bucket, key := aws.String("race"), aws.String("n")
	increment := func() (bool, error) {
		out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
		if err != nil {
			return false, err
		}
		defer out.Body.Close()
		var text bytes.Buffer
		if _, err := text.ReadFrom(out.Body); err != nil {
			return false, err
		}
		n, err := strconv.Atoi(text.String())
		if err != nil {
			return false, err
		}
		_, err = s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, IfMatch: out.ETag, Body: bytes.NewReader(fmt.Append(nil, n+1))})
		if code(err) == "PreconditionFailed" {
			return false, nil
		}
		return err == nil, err
	}
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for done := 0; done < each; {
				ok, err := increment()
				if err != nil {
					t.Error(err)
					return
				}
				if ok {
					done++
				}
			}
		})
	}
	wg.Wait()
	s.wantObject(t, "race", "n", fmt.Append(nil, clients*each))
	versions, err := s.walrus.Versions("race")
	if err != nil || len(versions) != clients*each+1 {
		t.Errorf("%d versions, %v", len(versions), err)
	}
}
