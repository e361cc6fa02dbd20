package walrus_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/walrus"
)

// childDir tells the test binary to be a walrus on that folder instead.
const (
	childDir    = "WALRUS_TEST_DIR"
	childPoints = "WALRUS_TEST_FAILPOINTS"
	childTmpfs  = "WALRUS_TEST_TMPFS"   // options of a small disk to use; the child has its own mounts
	childKeep   = "WALRUS_TEST_RESERVE" // Config.Reserve
	childHook   = "WALRUS_TEST_WEBHOOK" // address of the webhook "hook"; "" for none
)

// childMain serves until it is killed, if this process is a child.
func childMain() bool {
	dir := os.Getenv(childDir)
	if dir == "" {
		return false
	}
	if err := serveChild(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func serveChild(dir string) error {
	if err := failpoint.Arm(os.Getenv(childPoints)); err != nil {
		return err
	}
	if options := os.Getenv(childTmpfs); options != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
			return fmt.Errorf("mount: %w", err)
		}
	}
	files, _, err := openPlace(dir)
	if err != nil {
		return err
	}
	reserve, _ := strconv.ParseInt(os.Getenv(childKeep), 10, 64) // 0 is the default
	hooks := map[string]string{}
	if url := os.Getenv(childHook); url != "" {
		hooks["hook"] = url
	}
	w, err := walrus.New(walrus.Config{Dir: dir, Region: region, Reserve: cloud.Bytes(reserve), Files: files, Webhooks: hooks}, identity{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	go func() { _ = w.Run(context.Background()) }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return http.Serve(l, w.Handler())
}

// child is a walrus in a process of its own.
type child struct {
	*server
	cmd *exec.Cmd
}

// mustStart starts a child; points arms failpoints in it.
func mustStart(tb testing.TB, dir, points string) *child {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childPoints+"="+points)
	return mustRun(tb, cmd, dir)
}

// mustStartOnDisk starts a child on a disk of so many MiB. It needs root.
func mustStartOnDisk(tb testing.TB, size int, reserve cloud.Bytes) *child {
	tb.Helper()
	if onS3() {
		tb.Skip("the disk has the index only")
	}
	if os.Geteuid() != 0 {
		tb.Skip("only root can mount a small disk")
	}
	dir := tb.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprintf("%s=size=%dm", childTmpfs, size), fmt.Sprintf("%s=%d", childKeep, reserve))
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	return mustRun(tb, cmd, dir)
}

func mustRun(tb testing.TB, cmd *exec.Cmd, dir string) *child {
	tb.Helper()
	c := &child{server: &server{dir: dir}, cmd: cmd}
	url, err := start(cmd)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.kill)
	c.url = url
	return c
}

// start starts a child and returns its URL.
func start(cmd *exec.Cmd) (url string, err error) {
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_, _ = cmd.Process.Kill(), cmd.Wait()
		return "", fmt.Errorf("the child said nothing: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// kill ends the child as a power cut would, and waits for it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	http.DefaultClient.CloseIdleConnections()
}
