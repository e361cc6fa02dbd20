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
	"strings"
	"testing"

	"ecc/internal/failpoint"
	"ecc/roles/walrus"
)

// childDir tells the test binary to be a walrus on that folder instead.
const (
	childDir    = "WALRUS_TEST_DIR"
	childPoints = "WALRUS_TEST_FAILPOINTS"
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
	w, err := walrus.New(walrus.Config{Dir: dir, Region: region}, identity{}, slog.New(slog.DiscardHandler))
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
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	c := &child{server: &server{dir: dir}, cmd: cmd}
	tb.Cleanup(c.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("the child said nothing: %v", err)
	}
	c.url = strings.TrimSpace(line)
	return c
}

// kill ends the child as a power cut would, and waits for it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	http.DefaultClient.CloseIdleConnections()
}
