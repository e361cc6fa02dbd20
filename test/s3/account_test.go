package s3_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/internal/bufferedhttp"
)

// account is what "ecc account create --json" prints.
type account struct {
	ID        string `json:"account_id"`
	Canonical string `json:"canonical_id"`
	Key       string `json:"access_key_id"`
	Secret    string `json:"secret_access_key"`
	Name      string `json:"name"`
	Endpoint  string `json:"endpoint"`
	Region    string `json:"region"`
}

// account makes a tenant.
func (p *process) account(name string) account {
	p.tb.Helper()
	var a account
	if err := json.Unmarshal([]byte(p.ecc("account", "create", name, "--json")), &a); err != nil {
		p.tb.Fatal(err)
	}
	return a
}

// ecc runs a command about this process's data folder, which must succeed.
func (p *process) ecc(args ...string) string {
	p.tb.Helper()
	o := execute(p.tb, environment(), binary, append([]string{"--data", p.data}, args...)...)
	if o.code != 0 {
		p.tb.Fatalf("ecc %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.stdout, o.stderr)
	}
	return strings.TrimSpace(o.stdout)
}

// wantOrder checks the store, every byte of it, after the process has stopped.
func (p *process) wantOrder() {
	p.tb.Helper()
	p.ecc("walrus", "fsck", "--verify", "--quiet")
}

// outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	code           int
}

// execute runs a program to its end.
func execute(tb testing.TB, env []string, name string, args ...string) outcome {
	tb.Helper()
	return executeIn(tb, "", env, name, args...)
}

// executeIn runs a program to its end, in a folder.
func executeIn(tb testing.TB, dir string, env []string, name string, args ...string) outcome {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.Dir = &stdout, &stderr, env, dir
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		tb.Fatalf("%s %s: %v, %v", name, strings.Join(args, " "), err, ctx.Err())
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// s3 is the account's client of the AWS SDK. Nothing is tried twice, so that a
// failure is seen where it happens.
func (a account) s3(edit ...func(*s3.Options)) *s3.Client {
	return s3.NewFromConfig(aws.Config{
		Region: a.Region, BaseEndpoint: &a.Endpoint, HTTPClient: bufferedhttp.Client{},
		Credentials: credentials.NewStaticCredentialsProvider(a.Key, a.Secret, ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}, append([]func(*s3.Options){func(o *s3.Options) { o.UsePathStyle = true }}, edit...)...)
}

// environment is what the account's command line clients need; home keeps the
// user's own configuration out.
func (a account) environment(home string) []string {
	return environment("HOME="+home, "AWS_CONFIG_FILE="+filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "none"),
		"AWS_ACCESS_KEY_ID="+a.Key, "AWS_SECRET_ACCESS_KEY="+a.Secret, "AWS_DEFAULT_REGION="+a.Region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=2", "LC_ALL=C.UTF-8", "LANG=C.UTF-8")
}

// need finds a program. Without it, which make deps would have installed, the
// test is skipped and the summary of make test names it.
func need(tb testing.TB, program string) string {
	tb.Helper()
	if _, err := os.Stat("/usr/bin/" + program); err == nil {
		return "/usr/bin/" + program // Debian's, whatever else is in the PATH
	}
	path, err := exec.LookPath(program)
	if err != nil {
		tb.Skipf("there is no %s: make deps installs it", program)
	}
	return path
}
