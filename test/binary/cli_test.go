package binary_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every command explains itself, and the list of commands in the help is the
// list of those there are.
func TestHelp(t *testing.T) {
	t.Parallel()
	var walk func(args ...string)
	walk = func(args ...string) {
		o := ecc(t, append(args, "--help")...)
		if o.code != 0 || o.stderr != "" || !strings.Contains(o.stdout, "USAGE:") || !strings.Contains(o.stdout, "--help") {
			t.Errorf("ecc %v --help: %+v", args, o)
		}
		for _, name := range subcommands(o.stdout) {
			walk(append(slices.Clone(args), name)...)
		}
	}
	walk()
	top := ecc(t, "--help").stdout
	for _, want := range []string{"--roles", "--config", "--data", "/var/lib/ecc", "--listen", "127.0.0.1:8773", "--hypervisor", "libvirt|sim", "--join", "--token", "ecc env"} {
		if !strings.Contains(top, want) {
			t.Errorf("ecc --help does not speak of %s", want)
		}
	}
	want := "account audit config doctor down env image keys nodes token version walrus"
	if got := subcommands(top); strings.Join(slices.Sorted(slices.Values(got)), " ") != want {
		t.Errorf("commands %v, want %s", got, want)
	}
}

// subcommands reads the names in a help's list of commands.
func subcommands(help string) []string {
	_, list, _ := strings.Cut(help, "COMMANDS:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var names []string
	for line := range strings.Lines(list) {
		if f := strings.Fields(line); len(f) > 1 {
			names = append(names, strings.TrimSuffix(f[0], ","))
		}
	}
	return names
}

// A mistake is answered on standard error, in a line or two, with what to do.
func TestMistakesAreAnsweredWithAdvice(t *testing.T) {
	t.Parallel()
	nothing := filepath.Join(tempDir(t), "nothing")
	for command, want := range map[string]string{
		"bogus":                            `there is no command "bogus"; ecc --help`,
		"--bogus":                          "-bogus; ecc --help",
		"account bogus":                    `there is no command "bogus"; ecc account --help`,
		"account create":                   "ecc account create NAME",
		"account create a b":               `"b" is too much`,
		"account create a --bogus":         "ecc account create --help",
		"account list x":                   `takes no "x"`,
		"nodes --bogus":                    "ecc nodes --help",
		"env x":                            `takes no "x"`,
		"token create --life soon":         "ecc token create --help",
		"image import":                     "ecc image import FILE",
		"image import x --name":            "needs an argument",
		"env --data " + nothing:            "no head runs with its data in " + nothing,
		"nodes --data " + nothing:          "ecc --data " + nothing,
		"--roles king":                     "clc, cc, walrus, nc",
		"--roles sc":                       "no volumes",
		"--roles nc":                       "--join",
		"--hypervisor xen":                 "not libvirt or sim",
		"--listen 8773":                    "127.0.0.1:8773",
		"--set sim.boot_time=x":            "not a duration",
		"--set boot_time=1s":               "did you mean sim.boot_time",
		"--set nothing":                    "KEY=VALUE",
		"--config " + nothing:              "no such file",
		"config print --set cc.zones=mars": "us-east-1",
		"--hypervisor sim --data /proc/no": "choose another with --data",
	} {
		o := ecc(t, strings.Fields(command)...)
		if o.code != 1 || o.stdout != "" || !strings.Contains(o.stderr, want) || strings.Count(o.stderr, "\n") > 3 || !strings.HasPrefix(o.stderr, "ecc: ") && !strings.HasPrefix(o.stderr, "time=") {
			t.Errorf("ecc %s: want 1 and %q in a line: %+v", command, want, o)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"version", "--version"} {
		if o := ecc(t, arg); o.code != 0 || !strings.Contains(o.stdout, testVersion) {
			t.Errorf("%s: %+v", arg, o)
		}
	}
}

// export is a line that a shell takes in.
var export = regexp.MustCompile(`(?m)^export ([A-Z0-9_]+)=(\S+)$`)

func exports(text string) map[string]string {
	vars := map[string]string{}
	for _, m := range export.FindAllStringSubmatch(text, -1) {
		vars[m[1]] = m[2]
	}
	return vars
}

func TestAccountsAndTheirEnvironment(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	var made map[string]string
	if err := json.Unmarshal([]byte(p.ecc("account", "create", "physics", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	for key, form := range map[string]string{"account_id": `^\d{12}$`, "canonical_id": `^[0-9a-f]{64}$`,
		"access_key_id": `^AKIA[A-Z2-7]{16}$`, "secret_access_key": `^[A-Za-z0-9+/]{40}$`} {
		if !regexp.MustCompile(form).MatchString(made[key]) {
			t.Errorf("%s is %q", key, made[key])
		}
	}

	if o := ecc(t, "--data", p.data, "env", "--account", "physics"); o.code != 1 || !strings.Contains(o.stderr, "ecc account key physics") || o.stdout != "" {
		t.Errorf("env shows a tenant's key: %+v", o)
	}
	env := exports(p.ecc("account", "key", "physics"))
	if env["AWS_ACCESS_KEY_ID"] == made["access_key_id"] || env["AWS_ENDPOINT_URL"] != p.endpoint() || env["AWS_DEFAULT_REGION"] != "us-east-1" {
		t.Errorf("account key physics: %v, made %v", env, made)
	}
	if o := ecc(t, "--data", p.data, "account", "key", "physics"); o.code != 1 || !strings.Contains(o.stderr, "2 access keys") {
		t.Errorf("a third key: %+v", o)
	}
	admin := exports(p.ecc("env"))
	if admin["AWS_ACCESS_KEY_ID"] == "" || admin["AWS_ACCESS_KEY_ID"] == env["AWS_ACCESS_KEY_ID"] {
		t.Errorf("env: %v", admin)
	}
	if again := exports(p.ecc("env")); !maps.Equal(again, admin) {
		t.Errorf("env changes: %v, then %v", admin, again)
	}
	if out := p.ecc("env"); !strings.Contains(out, "# an aws CLI before 2.13") || !strings.Contains(out, "aws --endpoint-url "+p.endpoint()) {
		t.Errorf("env does not help an old aws CLI: %s", out)
	}
	// What is printed really is what a shell takes in, in front of any client.
	shell := execute(t, environment(), "/bin/sh", "-ec", `eval "$($1 --data $2 env)"; echo $AWS_REGION $AWS_ENDPOINT_URL_S3; test -z "${AWS_PROFILE-}"`, "sh", binary, p.data)
	if shell.code != 0 || shell.stdout != "us-east-1 "+p.endpoint()+"\n" || shell.stderr != "" {
		t.Errorf("in a shell: %+v", shell)
	}

	if list := p.ecc("account", "list"); !strings.Contains(list, made["account_id"]) || !strings.Contains(list, "admin") || !strings.Contains(list, made["canonical_id"]) {
		t.Errorf("account list: %s", list)
	}
	for name, want := range map[string]string{"physics": "already", "Physics": "a-z", "": "name", "-x": "-x", strings.Repeat("a", 64): "63", "a/b": "a-z"} {
		o := ecc(t, "--data", p.data, "account", "create", name)
		if o.code != 1 || !strings.Contains(o.stderr, want) || o.stdout != "" {
			t.Errorf("account create %q: %+v, want %q", name, o, want)
		}
	}
	if o := ecc(t, "--data", p.data, "env", "--account", "nobody"); o.code != 1 || !strings.Contains(o.stderr, "nobody") || o.stdout != "" {
		t.Errorf("env of an unknown account: %+v", o)
	}
}

// --data counts wherever it is given.
func TestDataBeforeAndAfterACommand(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	for _, args := range [][]string{
		{"--data", p.data, "nodes"}, {"nodes", "--data", p.data}, {"nodes", "--data=" + p.data}, {"-data", p.data, "nodes"},
		{"--data", "/nowhere", "nodes", "--data", p.data}, // the nearest counts
		{"account", "list", "--data", p.data},
		{"account", "create", "one", "--data", p.data}, {"account", "create", "--data", p.data, "two"},
		{"account", "create", "three", "--json", "--data", p.data}, {"account", "create", "--json", "four", "--data", p.data},
		{"token", "create", "--data", p.data}, {"audit", "--data", p.data, "--json"}, {"env", "--data", p.data},
	} {
		if o := ecc(t, args...); o.code != 0 || o.stdout == "" {
			t.Errorf("ecc %v: %+v", args, o)
		}
	}
	if o := execute(t, environment("ECC_DATA="+p.data), binary, "nodes"); o.code != 0 {
		t.Errorf("ECC_DATA: %+v", o)
	}
	relative, err := filepath.Rel(".", p.data)
	if wd, wdErr := os.Getwd(); err != nil && wdErr == nil {
		relative, err = filepath.Rel(wd, p.data)
	}
	if o := ecc(t, "nodes", "--data", relative); err != nil || o.code != 0 {
		t.Errorf("a relative path: %+v, %v", o, err)
	}
}

func TestNodesAndAuditInJSON(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	var nodes []struct {
		Node struct{ ID, Zone, Hypervisor string }
	}
	if err := json.Unmarshal([]byte(p.ecc("nodes", "--json")), &nodes); err != nil || len(nodes) != 9 || nodes[0].Node.Hypervisor != "sim" {
		t.Errorf("nodes --json: %+v, %v", nodes, err)
	}
	var audit struct {
		Checked  map[string]int
		Findings []string
	}
	if err := json.Unmarshal([]byte(p.ecc("audit", "--json")), &audit); err != nil || audit.Checked["nodes"] != 9 || len(audit.Findings) != 0 {
		t.Errorf("audit --json: %+v, %v", audit, err)
	}
}

// A secret-bearing socket is its owner's alone.
func TestFilesAreProtected(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	for name, mode := range map[string]os.FileMode{"ecc.sock": 0o600, "clc.db": 0o600, "tls": 0o700, "tls/ca.key": 0o600} {
		st, err := os.Stat(filepath.Join(p.data, name))
		if err != nil || st.Mode().Perm()&^mode != 0 {
			t.Errorf("%s: %v, %v; want %v at most", name, st, err, mode)
		}
	}
}
