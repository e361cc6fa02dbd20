package walrus_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSiteByAWSCLI makes a website and rules for other origins as people do.
func TestSiteByAWSCLI(t *testing.T) {
	aws := awsCommands(t)[0]
	s := mustServe(t, t.TempDir(), inHosts).shell(t)
	run := func(args ...string) string {
		t.Helper()
		return s.run(t, aws, append([]string{"--endpoint-url", s.url}, args...)...)
	}
	s.mustBucket(t, blue, "site")
	s.publish(t, "site")
	run("s3", "website", "s3://site/", "--index-document", "index.html", "--error-document", "error.html")
	s.mustPut(t, "site", "index.html", []byte("home"))
	s.mustPut(t, "site", "error.html", []byte("sorry"))
	for path, want := range map[string]string{"/": "home", "/x": "sorry"} {
		if _, body := s.ask(t, "GET", path, "Host", "site.s3-website.d.test"); body != want {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
	}
	rules := `{"CORSRules": [{"AllowedOrigins": ["http://page.test"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]}`
	run("s3api", "put-bucket-cors", "--bucket", "site", "--cors-configuration", rules)
	var told, sent any
	if err := json.Unmarshal([]byte(run("s3api", "get-bucket-cors", "--bucket", "site")), &told); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(rules), &sent); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(told)
	b, _ := json.Marshal(sent)
	if string(a) != string(b) {
		t.Errorf("rules %s, want %s", a, b)
	}
	resp, _ := s.ask(t, "GET", "/", "Host", "site.s3-website.d.test", "Origin", "http://page.test")
	if resp.Header.Get("Access-Control-Allow-Origin") != "http://page.test" {
		t.Errorf("a page's visit: %v", resp.Header)
	}
	run("s3api", "delete-bucket-cors", "--bucket", "site")
	run("s3api", "delete-bucket-website", "--bucket", "site")
	if resp, body := s.ask(t, "GET", "/", "Host", "site.s3-website.d.test"); resp.StatusCode != 404 || !strings.Contains(body, "NoSuchWebsiteConfiguration") {
		t.Errorf("afterwards: %d %s", resp.StatusCode, body)
	}
}

func TestSiteByS3cmd(t *testing.T) {
	need(t, "s3cmd")
	s := mustServe(t, t.TempDir()).shell(t)
	host := strings.TrimPrefix(s.url, "http://")
	s3cmd := func(args ...string) string {
		t.Helper()
		return s.run(t, "s3cmd", append([]string{"--access_key=" + blue, "--secret_key=" + secret, "--host=" + host, "--host-bucket=" + host, "--no-ssl", "--region=" + region}, args...)...)
	}
	s3cmd("mb", "s3://site")
	s3cmd("ws-create", "--ws-index=index.html", "--ws-error=error.html", "s3://site")
	if out := s3cmd("ws-info", "s3://site"); !strings.Contains(out, "index.html") || !strings.Contains(out, "error.html") {
		t.Errorf("ws-info: %s", out)
	}
	s3cmd("ws-delete", "s3://site")
	document := `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`
	if err := os.WriteFile(filepath.Join(s.home, "cors.xml"), []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	s3cmd("setcors", "cors.xml", "s3://site")
	if resp, _ := s.ask(t, "OPTIONS", "/site/k", "Origin", "http://a.test", "Access-Control-Request-Method", "GET"); resp.StatusCode != 200 {
		t.Errorf("preflight: %d", resp.StatusCode)
	}
	s3cmd("delcors", "s3://site")
	if url := strings.TrimSpace(s3cmd("signurl", "s3://site/k", "+60")); !strings.Contains(url, "Signature=") {
		t.Errorf("signurl: %s", url)
	}
	s.wantError(t, "version 2 in a header", request{method: "GET", path: "/site", unsigned: true, header: map[string]string{"Authorization": "AWS " + blue + ":AAAA"}}, 400, "InvalidRequest")
}
