package walrus_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// names gives version ids short names in the order they appear: v1, v2, … Other
// ids can be put in by hand.
type names map[string]string

var (
	versionPattern = regexp.MustCompile(`\b[0-9a-f]{16}\b`)
	requestPattern = regexp.MustCompile(`<RequestId>[0-9A-F]{16}</RequestId><HostId>[0-9A-F]{16}</HostId>`)
	timePattern    = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z|\w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT`)
	ownerPattern   = regexp.MustCompile(`<ID>b{64}</ID>`)
)

// scrub replaces what differs from run to run.
func (n names) scrub(s string) string {
	s = strings.Replace(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", 1)
	s = strings.ReplaceAll(s, ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`, "")
	s = requestPattern.ReplaceAllString(s, "…")
	s = timePattern.ReplaceAllString(s, "TIME")
	s = ownerPattern.ReplaceAllString(s, "blue")
	for id, name := range n {
		s = strings.ReplaceAll(s, id, name)
	}
	return versionPattern.ReplaceAllStringFunc(s, func(id string) string {
		if n[id] == "" {
			n[id] = fmt.Sprintf("v%d", n.versions()+1)
		}
		return n[id]
	})
}

func (n names) versions() (count int) {
	for _, name := range n {
		if strings.HasPrefix(name, "v") {
			count++
		}
	}
	return count
}

// known turns the short names in a path back.
func (n names) known(path string) string {
	for id, name := range n {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return path
}

// step is a request and its exact answer: the status, the headers S3 has for
// it, and the body.
type step struct {
	do     string // method and path; {v1} is the first version id seen
	header map[string]string
	body   string
	want   string
}

// play sends requests and compares the answers, byte by byte but for what
// differs from run to run.
func (s *server) play(t *testing.T, n names, steps []step) {
	t.Helper()
	for i, st := range steps {
		method, path, _ := strings.Cut(n.known(st.do), " ")
		if strings.Contains(path, "?delete") && st.header == nil {
			sum := md5.Sum([]byte(st.body))
			st.header = headers("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
		}
		resp, err := http.DefaultClient.Do(s.build(t, request{method: method, path: path, header: st.header, body: []byte(st.body)}))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := n.scrub(fmt.Sprintf("%d%s %s", resp.StatusCode, telling(resp.Header), body))
		if got = strings.TrimSpace(got); got != st.want {
			t.Errorf("step %d, %s:\n got %s\nwant %s", i, st.do, got, st.want)
		}
	}
}

// telling are the headers of an answer that say something about the object.
func telling(h http.Header) string {
	var lines []string
	for name, values := range h {
		switch name {
		case "X-Amz-Request-Id", "X-Amz-Id-2", "Server", "Date", "Content-Length", "Content-Type", "Accept-Ranges",
			"X-Amz-Bucket-Region", "Connection", "Last-Modified", "Etag":
			continue
		}
		if strings.HasPrefix(name, "X-Amz-Checksum-") {
			continue
		}
		lines = append(lines, " "+strings.ToLower(strings.TrimPrefix(name, "X-Amz-"))+"="+strings.Join(values, ","))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
