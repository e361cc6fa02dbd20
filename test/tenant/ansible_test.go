package tenant_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"ecc/test/process"
)

// The day by Ansible: it makes what is asked for, finds a second time that
// nothing is to be done, and takes it away.
func TestDayByAnsible(t *testing.T) {
	t.Parallel()
	ansible := need(t, "ansible-playbook")
	c := newCloud(t)
	a := c.Account("ansible")
	dir := home(t)
	env := append(a.Environment(dir), "ANSIBLE_LOCAL_TEMP="+filepath.Join(dir, "tmp"), "ANSIBLE_REMOTE_TEMP="+filepath.Join(dir, "tmp"),
		"ANSIBLE_DEPRECATION_WARNINGS=false", "ANSIBLE_NOCOLOR=true", "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3")
	play := func(state string) (out, changes string) {
		t.Helper()
		out = mustRun(t, process.Command{Name: ansible, Args: []string{"-i", "localhost,", "-e", "endpoint=" + a.Endpoint, "-e", "state=" + state, script(t, "day.yml")},
			Dir: dir, Env: env, Long: true})
		m := regexp.MustCompile(`changed=(\d+) +unreachable=0 +failed=0`).FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no recap without failures: %s", out)
		}
		return out, m[1]
	}
	for _, c := range []struct{ state, changes string }{{"present", "15"}, {"present", "0"}, {"absent", "14"}} {
		if out, got := play(c.state); got != c.changes {
			t.Errorf("%s changed %s things, want %s: %s", c.state, got, c.changes, out)
		}
	}
	c.wantClean()
	c.Ecc("account", "delete", "ansible")
	c.wantHealthy()
}
