package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Options vary a node.
type Options struct {
	// NoLibvirt leaves libvirtd and virtlogd out: network and mounts only.
	NoLibvirt bool
	// LabNetwork leaves the node in the lab's own network namespace: no
	// underlay, and the test's own process can make its taps.
	LabNetwork bool
	// Packaged leaves QEMU's configuration as the distribution has it, but for
	// cgroups: its own user, mount namespace and system call filter. Else it is
	// lean.
	Packaged bool
}

// Node is one host of the lab: a network namespace, mounts and a libvirtd of
// its own. It is gone at the end of the test that started it.
type Node struct {
	Name   string
	Dir    string     // its state, seen from the lab
	NetNS  string     // path of its network namespace, /run/netns/<name>
	IP     netip.Addr // on the underlay, 10.66.0.0/24; zero with LabNetwork
	Socket string     // path of libvirt's socket

	tb       testing.TB
	holder   *exec.Cmd
	libvirtd *daemon
	virtlogd *daemon
}

// Single starts the cheapest node with a libvirtd: in the lab's own network.
func Single(tb testing.TB) *Node {
	tb.Helper()
	return StartNode(tb, "single", Options{LabNetwork: true})
}

// StartNode starts a host. Its name is unique among the nodes of the lab that
// run and names its network namespace, so that "ip netns exec NAME" works in
// the lab.
func StartNode(tb testing.TB, name string, opt Options) *Node {
	tb.Helper()
	Require(tb)
	n, err := startNode(tb, name, opt)
	if err != nil {
		tb.Fatalf("lab: start node %s: %v", name, err)
	}
	return n
}

func startNode(tb testing.TB, name string, opt Options) (*Node, error) {
	n := &Node{
		Name: name, tb: tb,
		Dir:   filepath.Join(runDir, name),
		NetNS: filepath.Join("/run/netns", name),
	}
	n.Socket = filepath.Join(n.Dir, "run", "libvirt-sock")
	if err := os.Mkdir(n.Dir, 0o755); err != nil {
		return nil, err
	}
	tb.Cleanup(n.stop)
	if err := n.hold(opt); err != nil {
		return nil, err
	}
	if err := n.nameNetNS(); err != nil {
		return nil, err
	}
	if !opt.LabNetwork {
		if err := n.plug(); err != nil {
			return nil, err
		}
	}
	if opt.NoLibvirt {
		return n, nil
	}
	return n, n.startDaemons()
}

// hold starts the process that the node's namespaces live in.
func (n *Node) hold(opt Options) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), stepEnv+"="+stepNode, nameEnv+"="+n.Name, dirEnv+"="+n.Dir)
	if opt.Packaged {
		cmd.Env = append(cmd.Env, packagedEnv+"=1")
	}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS}
	if !opt.LabNetwork {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWNET
	}
	if _, err := cmd.StdinPipe(); err != nil { // its end tells the holder to go
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	n.holder = cmd
	if s, err := bufio.NewReader(out).ReadString('\n'); s != "ok\n" {
		return fmt.Errorf("its namespaces were not set up: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	return nil
}

// Command prepares a program that runs inside the node: its network, mounts
// and host name. The program starts in the test's working directory, is the
// process that Cmd names, and may be started, waited for and killed as any.
func (n *Node) Command(name string, args ...string) *exec.Cmd {
	enter := []string{"--target", strconv.Itoa(n.holder.Process.Pid), "--mount", "--net", "--uts"}
	if wd, err := os.Getwd(); err == nil {
		enter = append(enter, "--wdns="+wd)
	}
	return exec.Command("nsenter", append(append(enter, "--", name), args...)...)
}

// Run runs a program inside the node to its end and fails the test unless it
// succeeds. It returns what the program wrote.
func (n *Node) Run(name string, args ...string) string {
	n.tb.Helper()
	out, err := n.Command(name, args...).CombinedOutput()
	if err != nil {
		n.tb.Fatalf("lab: on node %s: %s %v: %v\n%s", n.Name, name, args, err, out)
	}
	return string(out)
}

// stop ends every process of the node and gives its names back.
func (n *Node) stop() {
	if n.tb.Failed() {
		n.tb.Logf("lab: libvirtd of node %s said:\n%s", n.Name, n.libvirtd.tail())
	}
	n.libvirtd.kill()
	n.virtlogd.kill()
	if err := keepCapabilities(filepath.Join(n.Dir, "cache")); err != nil {
		n.tb.Logf("lab: the next start will be slow: %v", err)
	}
	if n.holder != nil {
		n.killAll()
		_ = n.holder.Process.Kill()
		_ = n.holder.Wait()
	}
	n.unnameNetNS()
	if err := os.RemoveAll(n.Dir); err != nil {
		n.tb.Errorf("lab: clean up after node %s: %v", n.Name, err)
	}
}

// killAll kills what runs on the node (its QEMUs are nobody's children by now)
// until nothing does: PID 1 collects them.
func (n *Node) killAll() {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		pids := n.pids()
		if len(pids) == 0 {
			return
		}
		if time.Now().After(deadline) {
			n.tb.Errorf("lab: processes %v of node %s do not end", pids, n.Name)
			return
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// pids lists the processes of the node, but for the holder: those in its UTS
// namespace, because a QEMU may have a mount namespace of its own.
func (n *Node) pids() []int {
	ours, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/uts", n.holder.Process.Pid))
	if err != nil {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == n.holder.Process.Pid {
			continue
		}
		if ns, err := os.Readlink("/proc/" + e.Name() + "/ns/uts"); err == nil && ns == ours {
			pids = append(pids, pid)
		}
	}
	return pids
}
