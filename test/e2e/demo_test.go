package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/test/guest"
	"ecc/test/lab"
)

// TestDemo runs the very scripts of "make demo" and "make down" on a host that
// has nothing running, not even libvirtd, twice in a row. Each time the guest
// answers by ssh, and afterwards the host is as it was.
func TestDemo(t *testing.T) {
	data, ecc := filepath.Join(folder(t), "data"), binary(t, "e2e")
	image := guest.Image(t)
	host := lab.StartNode(t, "demo", lab.Options{NoLibvirt: true, Packaged: true})
	before := state(t, host)
	script := func(name string, env ...string) string {
		t.Helper()
		cmd := host.Command(filepath.Join("..", "..", "scripts", name))
		cmd.Env = append(environment(), append(env, "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
			"DATA="+data, "LISTEN=127.0.0.1:18773", "GUEST="+image, "ECC="+ecc, "KEEP=1")...)
		return watched(t, name, cmd)
	}
	for _, purge := range []string{"0", "1"} {
		out := script("demo")
		for _, want := range []string{": hello\n", "ecc-guest: ready", "| running", "aws ec2 describe-instances"} {
			if !strings.Contains(strings.Join(strings.Fields(out), " ")+"\n", strings.TrimSpace(want)) {
				t.Errorf("the demo does not show %q:\n%s", want, out)
			}
		}
		if seen := hostLeftovers(t, host); len(seen) < 5 {
			t.Errorf("the demo left only %v running", seen)
		}
		if t.Failed() {
			t.Fatal("down would hide what went wrong")
		}
		script("down", "PURGE="+purge)
		if left := hostLeftovers(t, host); len(left) > 0 {
			t.Errorf("left after down: %v", left)
		}
		if left := programs(t, host); len(left) > 0 {
			t.Errorf("running after down: %v", left)
		}
		if diff := cmp.Diff(before, state(t, host)); diff != "" {
			t.Errorf("the host is not as it was before (-before +after):\n%s", diff)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the data folder is left: %v", err)
	}
}

// watched runs a script to its end and returns what it wrote. Its output goes
// to a file: what it leaves running may keep a pipe open.
func watched(t *testing.T, name string, cmd *exec.Cmd) string {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-time.After(2 * boot):
		_ = cmd.Process.Kill()
		err = <-ended
	}
	if err != nil {
		t.Fatalf("scripts/%s: %v\n%s", name, err, tail(out.Name(), 16<<10))
	}
	return tail(out.Name(), 64<<10)
}

// state is what of a host a demo might change and not change back.
func state(t *testing.T, host *lab.Node) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, command := range []string{"cat /proc/mounts", "ip -br link", "ip -4 -br address", "ip -4 route show table all",
		"ip rule", "ip netns list", "nft list ruleset", "sysctl net.ipv4.ip_forward", "ls /dev/shm"} {
		words := strings.Fields(command)
		all[command] = host.Run(words[0], words[1:]...)
	}
	return all
}
