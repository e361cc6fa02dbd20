package s3_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// injector is a strace that spoils calls of a running process.
type injector struct {
	t   *testing.T
	cmd *exec.Cmd
}

// inject spoils the given calls of the process from now on, in all its threads:
// spoil is strace's "error=EIO", "signal=KILL:when=3" and the like.
func inject(t *testing.T, p *process, calls, spoil string) *injector {
	t.Helper()
	cmd := exec.Command(need(t, "strace"), "-f", "-o", "/dev/null", "-e", "trace="+calls, "-e", "inject="+calls+":"+spoil, "-p", fmt.Sprint(p.cmd.Process.Pid))
	says, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil || !strings.Contains(line, "attached") {
		_ = cmd.Wait()
		t.Fatalf("strace says %q, %v", line, err)
	}
	i := &injector{t, cmd}
	t.Cleanup(i.stop)
	return i
}

// stop lets the process work again.
func (i *injector) stop() {
	if i.cmd == nil {
		return
	}
	_ = i.cmd.Process.Signal(syscall.SIGINT) // detaches
	_ = i.cmd.Wait()
	i.cmd = nil
}

// failure is a way of the disk to fail, and what walrus may still do.
type failure struct {
	name, calls, spoil string
	small, large       bool // are such objects still stored?
	reads              bool // are files still read?
	dies               bool // is it for a restart to mend?
}

var failures = []failure{
	{name: "fdatasync", calls: "fdatasync", spoil: "error=EIO", reads: true, dies: true},
	{name: "sync of folders", calls: "fsync", spoil: "error=EIO", small: true, reads: true},
	{name: "rename", calls: "rename,renameat,renameat2,link,linkat", spoil: "error=EIO", small: true, reads: true},
	{name: "write to the index", calls: "pwrite64", spoil: "error=EIO", reads: true, dies: true},
	{name: "no space in the index", calls: "pwrite64", spoil: "error=ENOSPC", reads: true},
	{name: "read", calls: "pread64", spoil: "error=EIO", small: true, large: true},
	{name: "open", calls: "openat", spoil: "error=EMFILE", small: true},
}

// What the disk refuses is never acknowledged; what was acknowledged before is
// there after it works again.
func TestFailingDisk(t *testing.T) {
	t.Parallel()
	need(t, "strace")
	if testing.Short() {
		t.Skip("strace is slow")
	}
	for _, f := range failures {
		t.Run(strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			p := newServer(t)
			l := newLedger(t, p.account("tenant"))
			l.work(t, 30, p.over)
			i := inject(t, p, f.calls, f.spoil)
			l.suffer(t, f)
			i.stop()
			l.recover(t, p, f)
		})
	}
}

// suffer works while the disk fails.
func (l *ledger) suffer(t *testing.T, f failure) {
	t.Helper()
	for _, c := range []struct {
		key   string
		size  int
		works bool
	}{{"small", 100, f.small}, {"large", 300 << 10, f.large}, {"small", 200, f.small}} {
		v := value{there: true, seed: uint64(c.size), size: c.size}
		l.ask(c.key, v)
		_, err := l.a.s3().PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: &c.key, Body: bytes.NewReader(v.bytes())})
		if err == nil {
			l.promised(func() { l.keys[c.key] = []value{v} })
		}
		if c.works != (err == nil) {
			t.Errorf("put of %d bytes: %v", c.size, err)
		}
	}
	for key := range l.keys {
		got, err := l.read(t.Context(), plainBucket, key, "")
		if err == nil && !one(got, l.may(key)) {
			t.Errorf("%s is %v, want one of %v", key, got, l.may(key))
		}
		if f.reads && !f.dies && err != nil {
			t.Errorf("read %s: %v", key, err)
		}
	}
}

// recover goes on when the disk works again, after a restart if it has to be.
func (l *ledger) recover(t *testing.T, p *process, f failure) {
	t.Helper()
	if f.dies {
		if code := p.awaitEnd(); code == 0 {
			t.Error("it ended as if nothing had happened")
		}
		p.start()
		p.awaitReady()
	}
	l.verify(t)
	for _, size := range []int{100, 300 << 10} {
		v := value{there: true, seed: 77, size: size}
		eventually(t, "objects are stored again, without anybody's doing", func() error {
			_, err := l.a.s3().PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(plainBucket), Key: aws.String("after"), Body: bytes.NewReader(v.bytes())})
			return err
		})
	}
	p.stop()
	p.wantOrder()
	p.start()
	p.awaitReady()
	l.verify(t)
}

// Killed in the midst of the calls that make things durable, the Nth of a
// thread: nothing acknowledged is lost.
func TestKilledAtSyscalls(t *testing.T) {
	t.Parallel()
	need(t, "strace")
	if testing.Short() {
		t.Skip("strace is slow")
	}
	p := newServer(t)
	l := newLedger(t, p.account("tenant"))
	for n, calls := range slices.Repeat([]string{"fdatasync", "fsync", "rename,renameat,renameat2", "pwrite64", "unlinkat"}, 3) {
		i := inject(t, p, calls, fmt.Sprintf("signal=KILL:when=%d", 1+n/10))
		l.work(t, 1<<30, p.over)
		if code := p.awaitEnd(); code != -1 {
			t.Errorf("%s: ended with %d, not by a signal", calls, code)
		}
		i.stop()
		p.start()
		p.awaitReady()
		l.verify(t)
		l.trim(50)
	}
	t.Logf("%d calls were acknowledged", l.acks)
	p.stop()
	p.wantOrder()
}
