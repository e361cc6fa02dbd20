package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Command is a program that is run to its end.
type Command struct {
	Name string
	Args []string
	Dir  string              // "" is the test's
	Env  []string            // all of it: see Environment
	User *syscall.Credential // nil is this one
	Long bool                // it may take ten minutes, not one
}

// Outcome is how a command ended.
type Outcome struct {
	Stdout, Stderr string
	Code           int
}

// Run runs the command. That it fails is for the caller to judge; that it
// cannot be started or does not end fails the test.
func (c Command) Run(tb testing.TB) Outcome {
	tb.Helper()
	limit := Patience
	if c.Long {
		limit = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.Dir = &stdout, &stderr, c.Env, c.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.User}
	cmd.WaitDelay = time.Second // a child of its that holds the pipes open
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		tb.Fatalf("%s %s: %v, %v\n%.4000s%.4000s", c.Name, strings.Join(c.Args, " "), err, ctx.Err(), &stdout, &stderr)
	}
	return Outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// Ecc runs one of the binary's commands about this data folder; it must
// succeed. It returns what that printed.
func (s *Server) Ecc(args ...string) string {
	s.tb.Helper()
	o := Command{Name: s.Binary, Args: append([]string{"--data", s.Data}, args...), Env: Environment()}.Run(s.tb)
	if o.Code != 0 {
		s.tb.Fatalf("ecc %s: exit %d\n%s%s", strings.Join(args, " "), o.Code, o.Stdout, o.Stderr)
	}
	return strings.TrimSpace(o.Stdout)
}

// Account is what "ecc account create --json" prints.
type Account struct {
	ID        string `json:"account_id"`
	Canonical string `json:"canonical_id"`
	Key       string `json:"access_key_id"`
	Secret    string `json:"secret_access_key"`
	Name      string `json:"name"`
	Endpoint  string `json:"endpoint"`
	Region    string `json:"region"`
}

// Account makes a tenant, whose root the answer is.
func (s *Server) Account(name string) Account {
	s.tb.Helper()
	var a Account
	if err := json.Unmarshal([]byte(s.Ecc("account", "create", name, "--json")), &a); err != nil {
		s.tb.Fatal(err)
	}
	return a
}

// Environment is what the account's clients need. home keeps the user's own
// configuration out.
func (a Account) Environment(home string) []string {
	return Environment("HOME="+home, "AWS_CONFIG_FILE="+filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "none"),
		"AWS_ACCESS_KEY_ID="+a.Key, "AWS_SECRET_ACCESS_KEY="+a.Secret, "AWS_DEFAULT_REGION="+a.Region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=2", "LC_ALL=C.UTF-8", "LANG=C.UTF-8")
}
