package s3

import (
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite goldens")

func TestEventRecord(t *testing.T) {
	size := int64(1024)
	r := NewEventRecord(EventPut, time.Date(2026, 11, 22, 1, 2, 3, 456_789_000, time.UTC))
	r.Region, r.User.ID = "us-east-1", "111111111111"
	r.Request["sourceIPAddress"] = "127.0.0.1"
	r.Response["x-amz-request-id"], r.Response["x-amz-id-2"] = "C3D13FE58DE4C810", "C3D13FE58DE4C810"
	r.S3.Configuration = "all"
	r.S3.Bucket = EventBucket{Name: "b", Owner: EventPrincipal{"111111111111"}, ARN: "arn:aws:s3:::b"}
	r.S3.Object = EventObject{Key: EventKey("a b/ü+%"), Size: &size, ETag: "e", VersionID: "v", Sequencer: "0055AED6DCD90281"}
	got, err := json.MarshalIndent(EventMessage{Records: []EventRecord{r}}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/event.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	if v := NewEventRecord(EventExpired, time.Time{}).Version; v != "2.3" {
		t.Errorf("expiration has version %s", v)
	}
}

func TestWebhookName(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:ecc:webhook:::hook":                                    "hook",
		"arn:ecc:webhook:us-east-1:111111111111:hook":               "hook",
		"arn:ecc:webhook:us-east-1::hook":                           "hook",
		"arn:ecc:webhook:eu-west-1::hook":                           "",
		"arn:ecc:webhook::222222222222:hook":                        "",
		"arn:ecc:webhook:::ho/ok":                                   "",
		"arn:ecc:webhook:::":                                        "",
		"arn:ecc:webhook:::http://10.0.0.1/":                        "",
		"arn:aws:sqs:us-east-1:111111111111:hook":                   "hook",
		"arn:aws:sns:us-east-1:111111111111:hook":                   "hook",
		"arn:aws:lambda:us-east-1:111111111111:function:hook":       "hook",
		"arn:aws:lambda:us-east-1:111111111111:hook":                "",
		"arn:aws:lambda:us-east-1:111111111111:function:hook:alias": "",
		"arn:aws:s3:::hook":                                         "",
		"hook":                                                      "",
		"":                                                          "",
	} {
		if got, ok := WebhookName(arn, "us-east-1", "111111111111"); (want != "") != ok || ok && got != want {
			t.Errorf("%q: %q, %v; want %q", arn, got, ok, want)
		}
	}
}
