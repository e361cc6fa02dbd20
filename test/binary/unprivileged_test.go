package binary_test

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without rights.
func nobody(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("not root: the other tests show already that no root is needed")
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Skip("there is no user nobody")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil || gidErr != nil {
		t.Fatal(u, err, gidErr)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// The simulator needs no root, and another user does not reach into it.
func TestSimulatorWithoutRoot(t *testing.T) {
	t.Parallel()
	p := newProcess(t, simulated...)
	p.user = nobody(t)
	home := filepath.Dir(p.data)
	if err := os.Chown(home, int(p.user.Uid), int(p.user.Gid)); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.awaitReady()
	a := p.account("tenant") // root may use anybody's socket
	ids := a.run(t, 2)
	a.awaitState(t, "running", ids...)
	p.kill()
	p.start()
	p.awaitReady()
	a.awaitState(t, "running", ids...)
	p.settled()

	if o := p.asNobody(p.user, "--data", p.data, "nodes"); o.code != 0 || !strings.Contains(o.stdout, "sim-us-east-1a-1") {
		t.Errorf("its own user: %+v", o)
	}
	rich := newCloud(t) // root's
	if o := p.asNobody(p.user, "--data", rich.data, "nodes"); o.code != 1 || !strings.Contains(o.stderr, "permission denied") && !strings.Contains(o.stderr, "may not be used by you") {
		t.Errorf("a stranger: %+v", o)
	}
	o := p.asNobody(p.user, "doctor", "--hypervisor", "sim", "--data", p.data, "--listen", p.listen())
	if o.code != 0 {
		t.Errorf("doctor for the simulator: %+v", o)
	}
	o = p.asNobody(p.user, "doctor", "--data", filepath.Join(home, "real"), "--listen", local(freePorts(t)))
	if o.code != 1 || !strings.Contains(o.stdout, "--hypervisor sim") {
		t.Errorf("doctor for real guests: %+v", o)
	}
	o = p.asNobody(p.user, "--data", filepath.Join(folder, "not-mine"), "--hypervisor", "sim", "--listen", local(freePorts(t)))
	if o.code != 1 || !strings.Contains(o.stderr, "choose another with --data") {
		t.Errorf("a data folder that cannot be made: %+v", o)
	}
}

// asNobody runs a command as another user.
func (p *process) asNobody(user *syscall.Credential, args ...string) outcome {
	p.tb.Helper()
	return executeAs(p.tb, user, environment("HOME=/nonexistent"), binary, args...)
}
