package s3

import (
	"strings"
	"testing"
	"time"
)

var loggedAt = time.Date(2019, 2, 6, 0, 0, 38, 0, time.UTC)

func TestAccessRecord(t *testing.T) {
	for _, c := range []struct {
		r    AccessRecord
		want string
	}{
		{AccessRecord{At: loggedAt}, `- - [06/Feb/2019:00:00:38 +0000] - - - - - - - - - - 0 - "-" "-" - - - - - - - - -`},
		{AccessRecord{
			Owner: "79a5", Bucket: "b", At: loggedAt, Remote: "192.0.2.3", Requester: "79a5", ID: "3E57427F3EXAMPLE", Operation: "REST.GET.VERSIONING",
			Method: "GET", URI: "/b?versioning", Proto: "HTTP/1.1", Status: 200, Sent: 113, Took: 7 * time.Millisecond, Agent: "S3Console/0.4",
			Host: "s9lz", Signature: "SigV4", Cipher: "ECDHE-RSA-AES128-GCM-SHA256", Auth: "AuthHeader", Endpoint: "b.s3.test", TLS: "TLSv1.2",
		}, `79a5 b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /b?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lz SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader b.s3.test TLSv1.2 - -`},
		{AccessRecord{
			Bucket: "b", At: loggedAt, Operation: "REST.PUT.OBJECT", Key: "a b/\"\n", Method: "PUT", URI: "/b/a%20b", Proto: "HTTP/1.1",
			Status: 403, Code: "AccessDenied", Referer: "x\" 200 -\r\nforged", Agent: "ü\x1b[0m",
		}, `- b [06/Feb/2019:00:00:38 +0000] - - - REST.PUT.OBJECT a%20b/%22%0A "PUT /b/a%20b HTTP/1.1" 403 AccessDenied - - 0 - "x%22 200 -%0D%0Aforged" "%C3%BC%1B[0m" - - - - - - - - -`},
	} {
		if got := c.r.Line(); got != c.want+"\n" {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
	}
}

func FuzzAccessRecord(f *testing.F) {
	f.Add("k", "/b/k", "agent", "referer")
	f.Fuzz(func(t *testing.T, key, uri, agent, referer string) {
		r := AccessRecord{At: loggedAt, Key: key, Method: "GET", URI: uri, Proto: "HTTP/1.1", Agent: agent, Referer: referer, Version: key, ID: uri}
		line := r.Line()
		if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
			t.Errorf("not one line: %q", line)
		}
		// Outside quotes, spaces separate fields: there are always as many.
		quote, fields := false, 1
		for _, c := range line {
			switch {
			case c == '"':
				quote = !quote
			case c == ' ' && !quote:
				fields++
			}
		}
		if quote || fields != 27 { // 26, the time being two
			t.Errorf("%d fields: %q", fields, line)
		}
	})
}

// TestAccessOperations: every operation has a name in logs.
func TestAccessOperations(t *testing.T) {
	for op, want := range map[string]string{
		"GetObject": "REST.GET.OBJECT", "HeadBucket": "REST.HEAD.BUCKET", "CopyObject": "REST.COPY.OBJECT", "UploadPart": "REST.PUT.PART",
		"UploadPartCopy": "REST.COPY.PART", "CompleteMultipartUpload": "REST.POST.UPLOAD", "CreateMultipartUpload": "REST.POST.UPLOADS",
		"DeleteObjects": "REST.POST.MULTI_OBJECT_DELETE", "GetBucketVersioning": "REST.GET.VERSIONING", "PutBucketLogging": "REST.PUT.LOGGING_STATUS",
		"GetObjectTagging": "REST.GET.OBJECT_TAGGING", "ListObjectsV2": "REST.GET.BUCKET", "GetBucketLocation": "REST.GET.LOCATION",
		"PutBucketLifecycleConfiguration": "REST.PUT.LIFECYCLE", "GetObjectAcl": "REST.GET.ACL",
	} {
		for _, r := range Routes {
			if r.Op == op && AccessOperation(r) != want {
				t.Errorf("%s: %s, want %s", op, AccessOperation(r), want)
			}
		}
	}
	for _, r := range Routes {
		if name := AccessOperation(r); strings.HasSuffix(name, ".") || strings.ContainsAny(name, " -") {
			t.Errorf("%s: %q", r.Op, name)
		}
	}
}

func TestLogKey(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 1, 2, 0, time.UTC)
	prefix := "logs/"
	for _, c := range []struct {
		format *LoggingKeyFormat
		want   string
	}{
		{nil, "logs/2026-11-23-00-01-02-U"},
		{&LoggingKeyFormat{Simple: &struct{}{}}, "logs/2026-11-23-00-01-02-U"},
		{&LoggingKeyFormat{Partitioned: &PartitionedPrefix{}}, "logs/111/here/src/2026/11/23/2026-11-23-00-01-02-U"},
		{&LoggingKeyFormat{Partitioned: &PartitionedPrefix{Source: "EventTime"}}, "logs/111/here/src/2026/11/22/2026-11-22-00-00-00-U"},
	} {
		e := LoggingEnabled{Prefix: &prefix, Format: c.format}
		if got := e.LogKey("111", "here", "src", now.Add(-time.Hour), now, "U"); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
