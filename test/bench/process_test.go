package bench

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ecc/test/lab"
)

// binary is the ecc that is measured: that of "make build", or $ECC.
func binary(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("ECC"); path != "" {
		return path
	}
	path, err := filepath.Abs("../../bin/ecc")
	must(tb, err)
	if _, err := os.Stat(path); err != nil {
		tb.Fatalf("%v: make build", err)
	}
	return path
}

// nextPort is for listeners: the lab's network is its own, all ports are free.
var nextPort atomic.Int32

// newAddr leaves room: the edge's listener is by default one port above the endpoint.
func newAddr() string { return fmt.Sprintf("127.0.0.1:%d", 9000+nextPort.Add(10)) }

// process is a running ecc server.
type process struct {
	tb     testing.TB
	node   *lab.Node
	args   []string
	cmd    *exec.Cmd
	data   string
	listen string
	admin  string
	log    string
	ended  chan struct{} // closed when it has
}

// instanceType is the smallest guest that boots a boot sector.
const instanceType = "bench.tiny"

const configFile = `
[throttle]
factor = 0
[nc]
qemu_user = "root"  # the lab's libvirtd runs QEMU so
[[instance_type]]
name = "bench.tiny"
vcpu = 1
memory_mib = 64
`

// start starts ecc on the node, with its data in a folder of its own.
func start(tb testing.TB, node *lab.Node, args ...string) *process {
	tb.Helper()
	data, err := os.MkdirTemp("", "d")
	must(tb, err)
	must(tb, os.Chmod(data, 0o755))
	tb.Cleanup(func() { os.RemoveAll(data) })
	p := &process{tb: tb, node: node, args: args, data: data, listen: newAddr(), admin: newAddr()}
	must(tb, os.WriteFile(filepath.Join(data, "ecc.toml"), []byte(configFile), 0o644))
	return p.run()
}

// again starts a process that has stopped, with the data it has.
func (p *process) again() *process {
	return (&process{tb: p.tb, node: p.node, args: p.args, data: p.data, listen: p.listen, admin: p.admin}).run()
}

func (p *process) run() *process {
	p.tb.Helper()
	p.log, p.ended = filepath.Join(p.data, "ecc.log"), make(chan struct{})
	p.cmd = command(p.node, binary(p.tb), append([]string{"--config", filepath.Join(p.data, "ecc.toml"), "--data", p.data,
		"--listen", p.listen, "--set", "admin.listen=" + p.admin,
		"--set", "nc.libvirt_socket=/run/libvirt/libvirt-sock"}, p.args...)...)
	out, err := os.Create(p.log)
	must(p.tb, err)
	defer out.Close()
	p.cmd.Stdout, p.cmd.Stderr = out, out
	must(p.tb, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	p.tb.Cleanup(p.stop)
	return p
}

// command is a command of ecc on the node. The settings of the one who
// measures, and the lab's, are not ecc's.
func command(node *lab.Node, name string, args ...string) *exec.Cmd {
	cmd := node.Command(name, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ECC") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// ready waits until every role with an endpoint is.
func (p *process) ready() *process {
	p.tb.Helper()
	await(p.tb, "ecc to be ready", func() bool {
		select {
		case <-p.ended:
			p.tb.Fatal("ecc ended")
		default:
		}
		resp, err := http.Get("http://" + p.listen + "/_/health")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return p
}

// stop ends the server; when the benchmark failed it tells what the server said.
func (p *process) stop() {
	if p.tb.Failed() {
		text, _ := os.ReadFile(p.log)
		p.tb.Logf("%v:\n%s", p.cmd.Args, text[max(0, len(text)-2048):])
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.ended
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// operate runs one of ecc's commands for operators and returns what it printed.
func (p *process) operate(args ...string) string {
	p.tb.Helper()
	out, _ := p.operateCounted(args...)
	return out
}

// operateCounted is operate, and what the command read and wrote.
func (p *process) operateCounted(args ...string) (string, traffic) {
	p.tb.Helper()
	cmd := command(p.node, binary(p.tb), append(args, "--data", p.data)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	must(p.tb, cmd.Start())
	// Look before it is collected: then its counters are gone.
	var info unix.Siginfo
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	t := trafficOf(p.tb, cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		p.tb.Fatalf("ecc %v: %v\n%s", args, err, &errs)
	}
	return strings.TrimSpace(out.String()), t
}

var export = regexp.MustCompile(`export (\w+)=(\S+)`)

// env is what "ecc env" exports.
func (p *process) env() map[string]string {
	p.tb.Helper()
	vars := map[string]string{}
	for _, m := range export.FindAllStringSubmatch(p.operate("env"), -1) {
		vars[m[1]] = m[2]
	}
	return vars
}

// traffic is bytes of a process: read and written by calls, and those written
// that a disk gets (counted when a page becomes dirty, so a copy in memory
// counts and nothing counts twice).
type traffic struct{ read, disk float64 }

func trafficOf(tb testing.TB, pid int) traffic {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	must(tb, err)
	values := map[string]float64{}
	for line := range strings.SplitSeq(string(text), "\n") {
		var name string
		var n float64
		if _, err := fmt.Sscanf(line, "%s %f", &name, &n); err == nil {
			values[name] = n
		}
	}
	return traffic{read: values["rchar:"], disk: values["write_bytes:"] - values["cancelled_write_bytes:"]}
}

func (t traffic) minus(u traffic) traffic { return traffic{t.read - u.read, t.disk - u.disk} }

// status returns a size of /proc/PID/status, in bytes.
func status(tb testing.TB, pid int, key string) float64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(tb, err)
	for line := range strings.SplitSeq(string(text), "\n") {
		var kib float64
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			_, err := fmt.Sscanf(rest, "%f kB", &kib)
			must(tb, err)
			return kib * 1024
		}
	}
	tb.Fatalf("no %s of process %d", key, pid)
	return 0
}

// cpuTime returns the seconds of processor a process has used so far, its own
// and the kernel's for it.
func cpuTime(tb testing.TB, pid int) float64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	must(tb, err)
	// The name, in parentheses, may hold anything; utime and stime are the
	// 14th and 15th field, in hundredths of a second.
	_, rest, _ := strings.Cut(string(text), ") ")
	var user, system float64
	fields := strings.Fields(rest)
	_, err = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	must(tb, err)
	return (user + system) / 100
}

// room returns what the files below a folder take on the disk, in bytes.
func room(tb testing.TB, dir string) float64 {
	tb.Helper()
	var sum float64
	must(tb, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		var st unix.Stat_t
		if err != nil || unix.Lstat(path, &st) != nil { // gone meanwhile
			return nil
		}
		sum += float64(st.Blocks) * 512
		return nil
	}))
	return sum
}
