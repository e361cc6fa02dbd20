package walrus_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/roles/walrus"
)

// TestAWSCLIConfigurations writes configurations as people do and reads them
// back: what the CLI shows is what it was given.
func TestAWSCLIConfigurations(t *testing.T) {
	aws := awsCommands(t)[0]
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Webhooks = map[string]string{"hook": "http://127.0.0.1:9/"} }).shell(t)
	api := func(args ...string) string {
		return s.run(t, aws, append([]string{"--endpoint-url", s.url, "--output", "json", "s3api"}, args...)...)
	}
	api("create-bucket", "--bucket", "conf", "--object-lock-enabled-for-bucket")
	api("create-bucket", "--bucket", "logs")
	for _, c := range []struct {
		put, flag, get, doc string
	}{
		{"put-bucket-lifecycle-configuration", "--lifecycle-configuration", "get-bucket-lifecycle-configuration", `{
			"TransitionDefaultMinimumObjectSize": "all_storage_classes_128K",
			"Rules": [
				{"ID": "tags", "Status": "Enabled", "Filter": {"And": {"Prefix": "t/", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": ""}]}}, "Expiration": {"Days": 3}},
				{"ID": "date", "Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Date": "2030-01-01T00:00:00.000Z"}},
				{"ID": "size", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1024}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2}},
				{"ID": "rest", "Status": "Enabled", "Filter": {"Prefix": "up/"}, "Expiration": {"ExpiredObjectDeleteMarker": true}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}
			]}`},
		{"put-bucket-tagging", "--tagging", "get-bucket-tagging", `{"TagSet": [{"Key": "owner", "Value": "a team"}]}`},
		{"put-object-lock-configuration", "--object-lock-configuration", "get-object-lock-configuration",
			`{"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}}`},
		{"put-bucket-logging", "--bucket-logging-status", "get-bucket-logging", `{"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "p/"}}`},
		{"put-bucket-request-payment", "--request-payment-configuration", "get-bucket-request-payment", `{"Payer": "Requester"}`},
		{"put-bucket-notification-configuration", "--notification-configuration", "get-bucket-notification-configuration", `{
			"QueueConfigurations": [{"Id": "q", "QueueArn": "arn:ecc:webhook:::hook", "Events": ["s3:ObjectCreated:*"],
				"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}],
			"LambdaFunctionConfigurations": [{"Id": "f", "LambdaFunctionArn": "arn:aws:lambda:us-east-1:111111111111:function:hook", "Events": ["s3:ObjectRemoved:*"]}]}`},
	} {
		t.Run(c.put, func(t *testing.T) {
			var doc map[string]any
			if err := json.Unmarshal([]byte(c.doc), &doc); err != nil {
				t.Fatal(err)
			}
			given, extra := doc, []string(nil)
			if inner, ok := doc["ObjectLockConfiguration"]; ok {
				given = inner.(map[string]any)
			}
			if size, ok := doc["TransitionDefaultMinimumObjectSize"]; ok {
				given = map[string]any{"Rules": doc["Rules"]}
				extra = []string{"--transition-default-minimum-object-size", size.(string)}
			}
			text, err := json.Marshal(given)
			if err != nil {
				t.Fatal(err)
			}
			api(append([]string{c.put, "--bucket", "conf", c.flag, string(text)}, extra...)...)
			var got map[string]any
			answer := strings.ReplaceAll(api(c.get, "--bucket", "conf"), "00:00:00+00:00", "00:00:00.000Z") // version 2 of the CLI reads times
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(doc, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestS3cmdConfigurations uses the commands s3cmd has for it.
func TestS3cmdConfigurations(t *testing.T) {
	need(t, "s3cmd")
	s := mustServe(t, t.TempDir()).shell(t)
	host := strings.TrimPrefix(s.url, "http://")
	s3cmd := func(args ...string) string {
		return s.run(t, "s3cmd", append([]string{"--no-ssl", "--host", host, "--host-bucket", host, "--access_key", blue, "--secret_key", secret, "--region", region}, args...)...)
	}
	s3cmd("mb", "s3://short", "s3://logs")
	s3cmd("expire", "--expiry-days", "30", "--expiry-prefix", "tmp/", "s3://short")
	if got := s3cmd("getlifecycle", "s3://short"); !strings.Contains(got, "<Days>30</Days>") || !strings.Contains(got, "tmp/") {
		t.Errorf("after expire: %s", got)
	}
	s3cmd("expire", "--expiry-date", "2030-01-01", "s3://short")
	if got := s3cmd("getlifecycle", "s3://short"); !strings.Contains(got, "2030-01-01T00:00:00.000Z") {
		t.Errorf("after expire by date: %s", got)
	}
	file := filepath.Join(s.home, "rules.xml")
	rules := `<?xml version="1.0" ?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>mine</ID><Prefix/><Status>Enabled</Status>` +
		`<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>`
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	s3cmd("setlifecycle", file, "s3://short")
	if got := s3cmd("getlifecycle", "s3://short"); !strings.Contains(got, "<ID>mine</ID>") {
		t.Errorf("after setlifecycle: %s", got)
	}
	s3cmd("dellifecycle", "s3://short")
	if got := s3cmd("info", "s3://short"); !strings.Contains(got, "Expiration Rule: none") {
		t.Errorf("after dellifecycle: %s", got)
	}
	s3cmd("payer", "--requester-pays", "s3://short")
	if got := s3cmd("info", "s3://short"); !strings.Contains(got, "Payer:     Requester") {
		t.Errorf("payer: %s", got)
	}
}
