package tenant_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/test/process"
)

// old are clients that sign by version 2.
type old struct {
	process.Account
	t *testing.T
}

// query sends a request as boto 2 does and returns status and answer.
func (o old) query(method string, parameters ...string) string {
	o.t.Helper()
	return mustRun(o.t, process.Command{Name: need(o.t, "python3"), Env: process.Environment(),
		Args: append([]string{script(o.t, "version2.py"), o.Endpoint, o.Key, o.Secret, method}, parameters...)})
}

// s3cmd runs s3cmd, which must sign by version 2.
func (o old) s3cmd(dir string, args ...string) process.Outcome {
	o.t.Helper()
	host := strings.TrimPrefix(o.Endpoint, "http://")
	words := []string{"--signature-v2", "--access_key=" + o.Key, "--secret_key=" + o.Secret, "--host=" + host, "--host-bucket=" + host, "--no-ssl", "--no-progress"}
	return process.Command{Name: need(o.t, "s3cmd"), Args: append(words, args...), Dir: dir, Env: o.Environment(dir)}.Run(o.t)
}

// Where the switch is on, clients of old are served: by version 2 in the query
// and in the body, with the API of their day.
func TestOldClientsByVersion2(t *testing.T) {
	t.Parallel()
	need(t, "s3cmd")
	c := newCloud(t, "--set", "signature_v2=true")
	o := old{c.Account("old"), t}
	for _, method := range []string{"GET", "POST"} {
		for _, r := range []struct {
			want       string
			parameters []string
		}{
			{"<vpcId>vpc-", []string{"Action=DescribeVpcs", "Version=2014-10-01"}},
			{"<Account>" + o.ID, []string{"Action=GetCallerIdentity", "Version=2011-06-15"}},
			{"<UserName>a+b=c@d</UserName>", []string{"Action=CreateUser", "Version=2010-05-08", "UserName=a+b=c@d", "Path=/" + strings.ToLower(method) + "/"}},
		} {
			if got := o.query(method, r.parameters...); !strings.HasPrefix(got, "200 ") || !strings.Contains(got, r.want) {
				t.Errorf("%s %v: %s", method, r.parameters, got)
			}
		}
		if got := o.query("POST", "Action=DeleteUser", "Version=2010-05-08", "UserName=a+b=c@d"); !strings.HasPrefix(got, "200 ") {
			t.Errorf("DeleteUser: %s", got)
		}
	}
	wrong := o
	wrong.Secret = strings.Repeat("x", 40)
	if got := wrong.query("POST", "Action=DescribeVpcs", "Version=2014-10-01"); !strings.HasPrefix(got, "403 ") || !strings.Contains(got, "SignatureDoesNotMatch") {
		t.Errorf("wrong secret: %s", got)
	}

	dir := home(t)
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"mb", "s3://old"}, {"put", "file", "s3://old/a +ü/file"}, {"get", "s3://old/a +ü/file", "back"},
		{"del", "--recursive", "--force", "s3://old"}, {"rb", "s3://old"}} {
		if got := o.s3cmd(dir, args...); got.Code != 0 {
			t.Fatalf("s3cmd %v: %+v", args, got)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "back")); err != nil || string(b) != "hello" {
		t.Errorf("came back as %q, %v", b, err)
	}
	c.wantHealthy()
}

// Where it is off, as it is at first, they are refused: s3cmd, which knows
// better when it is told, goes on with version 4.
func TestVersion2IsOff(t *testing.T) {
	t.Parallel()
	need(t, "s3cmd")
	c := newCloud(t)
	o := old{c.Account("old"), t}
	for method, want := range map[string]string{"GET": "<Code>IncompleteSignature</Code>", "POST": "<Code>MissingAuthenticationToken</Code>"} {
		if got := o.query(method, "Action=DescribeVpcs", "Version=2014-10-01"); !strings.HasPrefix(got, "40") || !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
	const told = "Please use AWS4-HMAC-SHA256"
	if got := o.s3cmd(home(t), "--debug", "ls"); got.Code != 0 || !strings.Contains(got.Stderr, told) {
		t.Errorf("s3cmd was not told %q: %+v", told, got)
	}
	c.wantHealthy()
}
