package walrus_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs real clients against a walrus.
type shell struct {
	*server
	home string
}

func (s *server) shell(tb testing.TB) *shell { return &shell{server: s, home: tb.TempDir()} }

// run runs a program and returns its output; the test fails if it does.
func (s *shell) run(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), name, args...)
	cmd.Dir = s.home
	cmd.Env = append(os.Environ(),
		"HOME="+s.home, "AWS_ACCESS_KEY_ID="+blue, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_DEFAULT_REGION="+region,
		"AWS_ENDPOINT_URL="+s.url, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// need skips a test whose client is not installed.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

// awsCommands returns every aws CLI on this machine, of different major
// versions if there are.
func awsCommands(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, "aws")
		if st, err := os.Stat(path); err == nil && st.Mode()&0o111 != 0 && dir != "/bin" {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("the aws CLI is not installed")
	}
	return found
}

func TestAWSCLI(t *testing.T) {
	for i, aws := range awsCommands(t) {
		t.Run(fmt.Sprint(i, "_", filepath.Dir(aws)), func(t *testing.T) {
			s := mustServe(t, t.TempDir()).shell(t)
			s3 := func(args ...string) string {
				return s.run(t, aws, append([]string{"--endpoint-url", s.url, "s3"}, args...)...)
			}
			small, big := random(1, 100), random(2, 20<<20)
			for name, data := range map[string][]byte{"small": small, "big": big} {
				if err := os.WriteFile(filepath.Join(s.home, name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s3("mb", "s3://cli")
			s3("cp", "small", "s3://cli/dir/small +ü")
			s3("cp", "big", "s3://cli/big") // multipart
			s.wantObject(t, "cli", "dir/small +ü", small)
			s.wantObject(t, "cli", "big", big)
			if out := s3("ls", "s3://cli"); !strings.Contains(out, "PRE dir/") || !strings.Contains(out, fmt.Sprint(len(big), " big")) {
				t.Errorf("ls: %s", out)
			}
			if out := s3("ls"); !strings.Contains(out, " cli") {
				t.Errorf("ls of buckets: %s", out)
			}
			s3("cp", "s3://cli/big", "back")
			wantFile(t, filepath.Join(s.home, "back"), big)
			s3("cp", "s3://cli/big", "s3://cli/copy") // by part copies
			s.wantObject(t, "cli", "copy", big)
			wantURL(t, strings.TrimSpace(s3("presign", "s3://cli/dir/small +ü")), small)
			s3("rm", "s3://cli/big")
			s3("rm", "--recursive", "s3://cli/dir")
			s3("rb", "--force", "s3://cli")
			if out := s3("ls"); out != "" {
				t.Errorf("after rb: %s", out)
			}
		})
	}
}

// TestSync moves a tree of odd names there and back.
func TestSync(t *testing.T) {
	for i, aws := range awsCommands(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := mustServe(t, t.TempDir()).shell(t)
			for i := range 60 {
				path := filepath.Join(s.home, "tree", fmt.Sprintf("d%d", i%7), fmt.Sprintf("%d +&é%%41'%s", i, strings.Repeat("~", i%5)))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, random(byte(i), i*700), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s.run(t, aws, "--endpoint-url", s.url, "s3", "mb", "s3://sync")
			s.run(t, aws, "--endpoint-url", s.url, "s3", "sync", "tree", "s3://sync/t")
			if out := s.run(t, aws, "--endpoint-url", s.url, "s3", "sync", "tree", "s3://sync/t"); strings.Contains(out, "upload:") {
				t.Errorf("the second sync had work to do: %s", out)
			}
			s.run(t, aws, "--endpoint-url", s.url, "s3", "sync", "s3://sync/t", "back")
			s.run(t, "diff", "-r", "tree", "back")
		})
	}
}

func TestS3cmd(t *testing.T) {
	need(t, "s3cmd")
	s := mustServe(t, t.TempDir()).shell(t)
	host := strings.TrimPrefix(s.url, "http://")
	s3cmd := func(args ...string) string {
		return s.run(t, "s3cmd", append([]string{"--access_key=" + blue, "--secret_key=" + secret, "--host=" + host, "--host-bucket=" + host, "--no-ssl", "--region=" + region}, args...)...)
	}
	data := random(1, 18<<20)
	if err := os.WriteFile(filepath.Join(s.home, "file"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s3cmd("mb", "s3://s3cmd")
	s3cmd("put", "file", "s3://s3cmd/a +ü/file") // multipart
	if out := s3cmd("ls", "-r", "s3://s3cmd"); !strings.Contains(out, "s3://s3cmd/a +ü/file") {
		t.Errorf("ls: %s", out)
	}
	s3cmd("get", "s3://s3cmd/a +ü/file", "back")
	wantFile(t, filepath.Join(s.home, "back"), data)
	s3cmd("cp", "s3://s3cmd/a +ü/file", "s3://s3cmd/copy")
	s.wantObject(t, "s3cmd", "copy", data)
	s3cmd("del", "-r", "-f", "s3://s3cmd")
	s3cmd("rb", "s3://s3cmd")
}

func wantFile(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v; want %d", path, len(got), err, len(want))
	}
}

// wantURL fetches a presigned URL with plain HTTP.
func wantURL(t *testing.T, url string, want []byte) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d, %d bytes, %v", url, resp.StatusCode, len(got), err)
	}
}
