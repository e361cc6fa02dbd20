package binary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	code           int
}

// execute runs a program to its end.
func execute(tb testing.TB, env []string, name string, args ...string) outcome {
	tb.Helper()
	return executeAs(tb, nil, env, name, args...)
}

// executeAs runs a program as another user; nil means this one.
func executeAs(tb testing.TB, user *syscall.Credential, env []string, name string, args ...string) outcome {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &stdout, &stderr, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		tb.Fatalf("%s %s: %v, %v", name, strings.Join(args, " "), err, ctx.Err())
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// ecc runs a command of the binary.
func ecc(tb testing.TB, args ...string) outcome {
	tb.Helper()
	return execute(tb, environment(), binary, args...)
}

// ecc runs a command about this process's data folder, which must succeed.
func (p *process) ecc(args ...string) string {
	p.tb.Helper()
	o := ecc(p.tb, append([]string{"--data", p.data}, args...)...)
	if o.code != 0 {
		p.tb.Fatalf("ecc %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.stdout, o.stderr)
	}
	return strings.TrimSpace(o.stdout)
}

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

// as returns the account at another process's endpoint.
func (a account) at(p *process) account {
	a.Endpoint = p.endpoint()
	return a
}

// environment is what the account's clients need; home keeps the user's own
// configuration out.
func (a account) environment(tb testing.TB) []string {
	tb.Helper()
	home := tempDir(tb)
	return environment("HOME="+home, "AWS_CONFIG_FILE="+filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "none"),
		"AWS_ACCESS_KEY_ID="+a.Key, "AWS_SECRET_ACCESS_KEY="+a.Secret, "AWS_DEFAULT_REGION="+a.Region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=2")
}

// awsCLI is Debian's, whatever else is in the PATH; it is the oldest we know
// to be in use.
func awsCLI(tb testing.TB) string {
	tb.Helper()
	if _, err := os.Stat("/usr/bin/aws"); err == nil {
		return "/usr/bin/aws"
	}
	name, err := exec.LookPath("aws")
	if err != nil {
		tb.Skip("there is no aws CLI: apt-get install awscli")
	}
	return name
}

// try runs the aws CLI as the account.
func (a account) try(tb testing.TB, args ...string) outcome {
	tb.Helper()
	return execute(tb, a.environment(tb), awsCLI(tb), append([]string{"--endpoint-url", a.Endpoint, "--output", "json"}, args...)...)
}

// aws runs the aws CLI as the account; it must succeed.
func (a account) aws(tb testing.TB, args ...string) string {
	tb.Helper()
	o := a.try(tb, args...)
	if o.code != 0 {
		tb.Fatalf("aws %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.stdout, o.stderr)
	}
	return strings.TrimSpace(o.stdout)
}

// awsJSON runs the aws CLI and decodes its answer.
func awsJSON[T any](tb testing.TB, a account, args ...string) T {
	tb.Helper()
	var v T
	out := a.aws(tb, args...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		tb.Fatalf("aws %s: %v in %s", strings.Join(args, " "), err, out)
	}
	return v
}
