package lab

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

func TestTheLabIsPrivate(t *testing.T) {
	Require(t)
	if comm := readFile(t, "/proc/1/cmdline"); !strings.Contains(comm, "lab.test") {
		t.Errorf("PID 1 is %q, want this test binary", comm)
	}
	links := run(t, "ip", "-br", "link")
	if strings.Contains(links, "eth0") {
		t.Errorf("the lab sees the host's network:\n%s", links)
	}
	if _, err := os.Stat("/run/netns"); err != nil {
		t.Error(err)
	}
}

func TestOrphansAreCollected(t *testing.T) {
	Require(t)
	pid := strings.TrimSpace(run(t, "sh", "-c", "sleep 0.05 >/dev/null & echo $!"))
	waitFor(t, "PID 1 to collect an orphan", func() bool {
		_, err := os.Stat("/proc/" + pid)
		return os.IsNotExist(err)
	})
}

func TestNodesReachEachOtherAndTheLab(t *testing.T) {
	a := StartNode(t, "a", Options{NoLibvirt: true})
	b := StartNode(t, "b", Options{NoLibvirt: true})
	for _, ip := range []string{b.IP.String(), Gateway.String()} {
		if out := a.Run("ping", "-c1", "-W5", ip); !strings.Contains(out, "1 received") {
			t.Errorf("a cannot reach %s:\n%s", ip, out)
		}
	}
	if got := strings.TrimSpace(b.Run("hostname")); got != "b" {
		t.Errorf("host name %q, want b", got)
	}
	if wd, _ := os.Getwd(); strings.TrimSpace(a.Run("pwd")) != wd {
		t.Errorf("a program on a node does not start in %s", wd)
	}
	if out := run(t, "ip", "-n", "a", "-br", "addr"); !strings.Contains(out, a.IP.String()) {
		t.Errorf("ip netns does not know node a: %s", out)
	}
}

func TestNodesDoNotShareNamesOrMounts(t *testing.T) {
	a := StartNode(t, "a", Options{NoLibvirt: true})
	b := StartNode(t, "b", Options{NoLibvirt: true})
	a.Run("ip", "netns", "add", "vpc-1")
	a.Run("touch", "/var/lib/libvirt/of-a")
	if out := b.Run("ip", "netns", "list"); strings.Contains(out, "vpc-1") {
		t.Errorf("b sees a's namespace: %s", out)
	}
	if out := b.Run("ls", "/var/lib/libvirt"); strings.Contains(out, "of-a") {
		t.Errorf("b sees a's files: %s", out)
	}
	b.Run("ip", "netns", "add", "vpc-1")
}

func TestProcessesOfANodeEndWithIt(t *testing.T) {
	Require(t)
	var pid int
	t.Run("node", func(t *testing.T) {
		n := StartNode(t, "n", Options{NoLibvirt: true})
		cmd := n.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Wait() }) // runs before the node's
		pid = cmd.Process.Pid
		waitFor(t, "the program to enter the node", func() bool { return len(n.pids()) == 1 })
		_ = cmd.Process.Signal(syscall.Signal(0))
		n.killAll()
	})
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process %d of the node is still there: %v", pid, err)
	}
	if _, err := os.Stat("/run/netns/n"); !os.IsNotExist(err) {
		t.Errorf("the name of the namespace is still there: %v", err)
	}
}

func TestLibvirtdStartsAndRestarts(t *testing.T) {
	n := Single(t)
	dial := func() error {
		c, err := net.Dial("unix", n.Socket)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	n.KillLibvirtd()
	if err := dial(); err == nil {
		t.Fatal("a killed libvirtd answers")
	}
	n.RestartLibvirtd()
	if err := dial(); err != nil {
		t.Fatal(err)
	}
}

func TestTwoLibvirtdsAreTwo(t *testing.T) {
	a, b := StartNode(t, "a", Options{}), StartNode(t, "b", Options{})
	for _, n := range []*Node{a, b} {
		out := run(t, "virsh", "-q", "-c", "qemu+unix:///system?socket="+n.Socket, "hostname")
		if got := strings.TrimSpace(out); got != n.Name {
			t.Errorf("libvirtd of %s says it is on %q", n.Name, got)
		}
	}
}

// A lab whose outer process is killed, as a test runner does that has lost
// patience, leaves no process. It is a lab within this one.
func TestNothingIsLeftOfAKilledLab(t *testing.T) {
	Require(t)
	if os.Getenv(victimEnv) != "" {
		StartNode(t, "victim", Options{})
		fmt.Println(victimEnv, readLink(t, "/proc/self/ns/pid"))
		select {}
	}
	outer := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$")
	outer.Env = append(os.Environ(), stepEnv+"=", victimEnv+"=1")
	out, err := outer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := outer.Start(); err != nil {
		t.Fatal(err)
	}
	ns := scanFor(t, out, victimEnv)
	if n := len(inPIDNS(ns)); n < 4 {
		t.Errorf("only %d processes in the lab within, want PID 1, tests, holder, libvirtd, virtlogd", n)
	}
	_ = outer.Process.Kill()
	_ = outer.Wait()
	waitFor(t, "the lab within to end", func() bool { return len(inPIDNS(ns)) == 0 })
}

const victimEnv = "ECC_TEST_LAB_VICTIM"

// scanFor returns the word after the given one.
func scanFor(t *testing.T, r io.Reader, word string) string {
	t.Helper()
	s := bufio.NewScanner(r)
	for s.Scan() {
		if rest, ok := strings.CutPrefix(s.Text(), word+" "); ok {
			return rest
		}
	}
	t.Fatalf("the output ended without %s", word)
	return ""
}

func inPIDNS(ns string) (pids []string) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if l, err := os.Readlink("/proc/" + e.Name() + "/ns/pid"); err == nil && l == ns {
			pids = append(pids, e.Name())
		}
	}
	return pids
}

func TestWithoutRootTheReasonIsSaid(t *testing.T) {
	Require(t)
	for _, c := range []struct{ name, flag, want string }{
		{"fails", "-test.short=false", "needs root"},
		{"skips with -short", "-test.short=true", "because of -short"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command("/proc/self/exe", "-test.v", "-test.run=^TestTwoLibvirtdsAreTwo$", c.flag)
			cmd.Env = append(os.Environ(), stepEnv+"=")
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			out, _ := cmd.CombinedOutput()
			if !strings.Contains(string(out), c.want) {
				t.Errorf("it says %q, want %q in it", out, c.want)
			}
		})
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func readLink(t *testing.T, path string) string {
	t.Helper()
	s, err := os.Readlink(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
	}
}
