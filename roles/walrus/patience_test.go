package walrus_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/internal/failpoint"
	"ecc/roles/walrus"
)

// sleepAt lets points of the program take a while, for the rest of a test.
func sleepAt(t *testing.T, points ...string) {
	t.Helper()
	for _, p := range points {
		failpoint.Enable(t, p, "sleep(100ms)")
	}
}

// TestPatience: a client that waits for a completion or a copy gets white
// space and then the answer, or an error inside of "200 OK".
func TestPatience(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Patience = 20 * time.Millisecond })
	s.mustBucket(t, blue, "slow")
	s.mustPut(t, "slow", "from", random(1, 100<<10))
	alive := func(name, body, root string) {
		t.Helper()
		if !regexp.MustCompile(`^<\?xml version="1.0" encoding="UTF-8"\?>\n +<` + root + `[ >]`).MatchString(body) {
			t.Errorf("%s: %.200q", name, body)
		}
	}
	complete := func(u *upload) request {
		etag := aws.ToString(u.parts[0].ETag)
		return request{method: "POST", path: fmt.Sprintf("/slow/%s?uploadId=%s", *u.key, *u.id),
			body: []byte("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>")}
	}
	copying := request{method: "PUT", path: "/slow/to", header: map[string]string{"X-Amz-Copy-Source": "slow/from"}}
	part := func(u *upload) request {
		return request{method: "PUT", path: fmt.Sprintf("/slow/%s?partNumber=1&uploadId=%s", *u.key, *u.id), header: copying.header}
	}
	u := s.mustUpload(t, "slow", "u")
	u.mustPart(t, 1, random(1, 10))

	sleepAt(t, "walrus.complete.3.assembled", "walrus.copy.1.opened", "walrus.put.3.verified")
	status, body := s.send(t, complete(u))
	alive("complete", body, "CompleteMultipartUploadResult")
	status2, body := s.send(t, copying)
	alive("copy", body, "CopyObjectResult")
	status3, body := s.send(t, part(s.mustUpload(t, "slow", "p")))
	alive("part copy", body, "CopyPartResult")
	if status != 200 || status2 != 200 || status3 != 200 {
		t.Errorf("%d, %d, %d", status, status2, status3)
	}
	s.wantObject(t, "slow", "u", random(1, 10))
	s.wantObject(t, "slow", "to", random(1, 100<<10))

	failpoint.Enable(t, "walrus.complete.4.written", "error(x)")
	failpoint.Enable(t, "walrus.copy.2.written", "error(x)")
	u = s.mustUpload(t, "slow", "v")
	u.mustPart(t, 1, random(2, 10))
	status, body = s.send(t, complete(u))
	alive("failing complete", body, "Error")
	_, err := u.complete(t, u.parts)
	wantCode(t, err, "InternalError")
	_, err = s.sdk(blue).CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("slow"), Key: aws.String("x"), CopySource: aws.String("slow/from")})
	wantCode(t, err, "InternalError")
	if status != 200 {
		t.Error(status)
	}
	_, err = s.get(t, "slow", "v")
	wantCode(t, err, "NoSuchKey")
}
