package walrus_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// presignPost makes a form as web applications do.
const presignPost = `
import json, os, sys
try:
    import botocore.session as session
    from botocore.config import Config
except ImportError:
    try:
        import awscli.botocore.session as session
        from awscli.botocore.config import Config
    except ImportError:
        sys.exit(77)
s3 = session.get_session().create_client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(signature_version="s3v4"))
post = s3.generate_presigned_post(Bucket="forms", Key="in/${filename}", ExpiresIn=60, Fields={"Content-Type": "text/plain", "success_action_status": "201"},
    Conditions=[["starts-with", "$Content-Type", "text/"], {"success_action_status": "201"}, ["content-length-range", 1, 100]])
print(json.dumps(post))
`

// TestPostByCurl sends such forms with curl, whose way to write them is that of
// browsers.
func TestPostByCurl(t *testing.T) {
	need(t, "curl")
	s := mustServe(t, t.TempDir()).shell(t)
	s.mustBucket(t, blue, "forms")
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", presignPost)
	cmd.Env = append(os.Environ(), "HOME="+s.home, "AWS_ACCESS_KEY_ID="+blue, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_DEFAULT_REGION="+region, "AWS_ENDPOINT_URL="+s.url)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skip("there is no botocore: apt-get install awscli")
	}
	var post struct {
		URL    string            `json:"url"`
		Fields map[string]string `json:"fields"`
	}
	if err != nil || json.Unmarshal(out, &post) != nil {
		t.Fatalf("%v, %s", err, out)
	}
	send := func(file string, data []byte) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.home, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-sS", "-w", " %{http_code}"}
		for name, value := range post.Fields {
			args = append(args, "--form-string", name+"="+value)
		}
		return s.run(t, "curl", append(args, "-F", `file=@"`+file+`"`, post.URL)...)
	}
	const name = "a ü;x.txt"
	if out := send(name, random(1, 100)); !strings.HasSuffix(out, " 201") || !strings.Contains(out, "<Key>in/"+name+"</Key>") {
		t.Errorf("%s", out)
	}
	s.wantObject(t, "forms", "in/"+name, random(1, 100))
	if out := send("large", random(1, 101)); !strings.HasSuffix(out, " 400") || !strings.Contains(out, "<Code>EntityTooLarge</Code>") {
		t.Errorf("too large: %s", out)
	}
	post.Fields["x-amz-meta-more"] = "x"
	if out := send(name, nil); !strings.HasSuffix(out, " 403") || !strings.Contains(out, "Extra input fields: x-amz-meta-more") {
		t.Errorf("one field more: %s", out)
	}
}
