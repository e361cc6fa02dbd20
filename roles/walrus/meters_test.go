package walrus_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// scrape returns what a walrus tells, by name and labels.
func (s *server) scrape(t *testing.T) map[string]float64 {
	t.Helper()
	var text bytes.Buffer
	if err := s.walrus.WriteMetrics(&text); err != nil {
		t.Fatal(err)
	}
	told := map[string]float64{}
	for line := range strings.Lines(text.String()) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(line, "#") {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if _, twice := told[name]; !ok || err != nil || twice {
			t.Errorf("%q: %v, there twice: %v", line, err, twice)
		}
		told[name] = v
	}
	return told
}

// TestMetrics: the numbers are those of the traffic.
func TestMetrics(t *testing.T) {
	s := mustServe(t, t.TempDir(), always)
	wait(t, "the first pass", func() bool { return !s.scrubbed(t).Last.Ended.IsZero() })
	before := s.scrape(t)
	s.mustBucket(t, blue, "meter")
	for range 3 {
		s.mustPut(t, "meter", "small", random(1, 1000))
	}
	s.mustPut(t, "meter", "large", random(2, 300<<10))
	s.wantObject(t, "meter", "large", random(2, 300<<10))
	_, err := s.get(t, "meter", "missing")
	wantCode(t, err, "NoSuchKey")
	_, err = s.sdk("AKIANOBODYNOBODYNOBO").GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("meter"), Key: aws.String("small")})
	wantCode(t, err, "InvalidAccessKeyId")
	mustScrub(t, s)

	var after map[string]float64
	wait(t, "the last request to be counted", func() bool {
		after = s.scrape(t)
		return after[`ecc_s3_requests_total{op="none",code="4xx"}`] == 1
	})
	for name, want := range map[string]float64{
		`ecc_s3_requests_total{op="CreateBucket",code="2xx"}`:     1,
		`ecc_s3_requests_total{op="PutObject",code="2xx"}`:        4,
		`ecc_s3_requests_total{op="GetObject",code="2xx"}`:        1,
		`ecc_s3_requests_total{op="GetObject",code="4xx"}`:        1,
		`ecc_s3_request_seconds_count{op="PutObject"}`:            4,
		`ecc_s3_request_seconds_bucket{op="PutObject",le="+Inf"}`: 4,
		`ecc_walrus_file_commit_seconds_count`:                    1,
		`ecc_walrus_streams`:                                      0,
		`ecc_walrus_garbage`:                                      0,
		`ecc_walrus_failed`:                                       0,
		`ecc_walrus_scrub_damaged`:                                0,
	} {
		if got := after[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if n := after["ecc_s3_sent_bytes_total"]; n < 300<<10 || n > 310<<10 {
		t.Errorf("%v bytes sent", n)
	}
	if n := after["ecc_s3_received_bytes_total"]; n < 3000+(300<<10) || n > 320<<10 {
		t.Errorf("%v bytes received", n)
	}
	// A bucket and four objects, each of which waited for its own commit.
	if n := after["ecc_walrus_commit_seconds_count"] - before["ecc_walrus_commit_seconds_count"]; n < 5 {
		t.Errorf("%v commits", n)
	}
	if after["ecc_walrus_queue_seconds_count"] < after["ecc_walrus_commit_updates_sum"] || after["ecc_walrus_commit_updates_sum"] < 5 {
		t.Errorf("queued %v, in batches %v", after["ecc_walrus_queue_seconds_count"], after["ecc_walrus_commit_updates_sum"])
	}
	if after[`ecc_walrus_free_bytes{of="index"}`] <= 0 || after["ecc_walrus_index_bytes"] <= 0 || after["ecc_walrus_scrub_bytes"] < 300<<10 {
		t.Errorf("free %v, index %v, scrubbed %v", after[`ecc_walrus_free_bytes{of="index"}`], after["ecc_walrus_index_bytes"], after["ecc_walrus_scrub_bytes"])
	}
}
