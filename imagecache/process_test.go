package imagecache_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/image/imagetest"
	"ecc/imagecache"
)

// The test binary runs itself as another host's process. What it shall do
// comes by the environment.
const (
	envDir   = "ECC_TEST_CACHE_DIR"
	envURL   = "ECC_TEST_CACHE_URL"
	envKeys  = "ECC_TEST_CACHE_KEYS"
	envRef   = "ECC_TEST_CACHE_REF"
	envMount = "ECC_TEST_CACHE_MOUNT" // options of a tmpfs to mount over the folder
)

// child is another process that ensures one image and prints how it went.
func child() {
	dir := os.Getenv(envDir)
	if dir == "" {
		return
	}
	if o := os.Getenv(envMount); o != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, o); err != nil {
			fmt.Println("mount:", err)
			os.Exit(3)
		}
	}
	var ref imagecache.Ref
	fmt.Sscan(os.Getenv(envRef), &ref.Image, &ref.Digest, (*int64)(&ref.Size))
	c, err := imagecache.New(dir, imagecache.Options{}, slog.New(slog.DiscardHandler))
	if err == nil {
		src := urlSource(os.Getenv(envURL), strings.Fields(os.Getenv(envKeys)), imagecache.NewClient())
		_, err = c.Ensure(context.Background(), ref, fmt.Sprint("i-", os.Getpid()), src)
	}
	files, _ := os.ReadDir(dir)
	var left []string
	for _, f := range files {
		left = append(left, f.Name())
	}
	fmt.Printf("%s|%v|%v\n", kind(err), err, left)
	os.Exit(0)
}

// process starts a child on the folder dir for the image s.
func process(t *testing.T, s *stored, dir, mount string) (*exec.Cmd, func() string) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "-test.run=none")
	cmd.Env = append(os.Environ(), envDir+"="+dir, envURL+"="+s.url, envKeys+"="+strings.Join(s.Keys(), " "),
		envRef+"="+fmt.Sprint(s.ref.Image, " ", s.ref.Digest, " ", int64(s.ref.Size)), envMount+"="+mount)
	if mount != "" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, func() string {
		line, _ := bufio.NewReader(out).ReadString('\n')
		_ = cmd.Wait()
		return strings.TrimSpace(line)
	}
}

func kind(err error) string {
	if err == nil {
		return "ok"
	}
	return cloud.AsError(err).Kind.String()
}

// TestProcessesShareAFolder: two hosts' processes and we, one fill.
func TestProcessesShareAFolder(t *testing.T) {
	s := store(t, imagetest.Disk(30*mib, 20), nil)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 2 {
		_, wait := process(t, s, dir, "")
		wg.Go(func() {
			if got := wait(); !strings.HasPrefix(got, "ok|") {
				t.Errorf("child: %s", got)
			}
		})
	}
	c := open(t, dir, imagecache.Options{})
	path := ensure(t, c, s)
	wg.Wait()
	s.check(t, path)
	if _, gets := s.Fetched(s.res.IndexKey); gets != 1 || s.sent() > s.res.StoredBytes {
		t.Errorf("index fetched %d times, %d bytes of %d", gets, s.sent(), s.res.StoredBytes)
	}
	if pins, err := c.Pins(); err != nil || len(pins[ami]) != 3 {
		t.Errorf("pins %v, %v", pins, err)
	}
}

// TestKilledFillerIsReplaced: the filler is killed in the middle; who waits
// takes over and does not begin anew.
func TestKilledFillerIsReplaced(t *testing.T) {
	reached, released := make(chan struct{}), make(chan struct{})
	var requests atomic.Int64
	s := store(t, imagetest.Disk(240*mib, 21), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := requests.Add(1)
			if n == 9 { // index and four ranges were served and used; four more are wanted
				close(reached)
			}
			if n > 5 {
				select {
				case <-released:
				case <-r.Context().Done():
					return
				}
			}
			h.ServeHTTP(w, r)
		})
	})
	dir := t.TempDir()
	filler, dead := process(t, s, dir, "")
	<-reached
	before := s.sent()
	_, wait := process(t, s, dir, "")
	waitFor(t, "the waiter's pin", func() bool {
		pins, err := open(t, dir, imagecache.Options{}).Pins()
		return err == nil && len(pins[ami]) == 2
	})
	if err := filler.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if got := dead(); got != "" {
		t.Fatalf("the filler ended by itself: %s", got)
	}
	close(released)
	if got := wait(); !strings.HasPrefix(got, "ok|") {
		t.Fatalf("the waiter: %s", got)
	}
	s.check(t, open(t, dir, imagecache.Options{}).Path(ami))
	if after := s.sent() - before; after > s.res.StoredBytes*2/3 {
		t.Errorf("the waiter fetched %d bytes of %d again", after, s.res.StoredBytes)
	}
}

// TestNoRoom: the folder's filesystem is full. It is a tmpfs in a mount
// namespace of the child's own.
func TestNoRoom(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount a small filesystem")
	}
	s := store(t, imagetest.Disk(40*mib, 22), nil)
	for _, o := range []string{"size=8m", "size=4k", "nr_inodes=4"} {
		_, wait := process(t, s, t.TempDir(), o)
		got := wait()
		left := got[strings.LastIndex(got, "|")+1:]
		if !strings.HasPrefix(got, "exhausted|") || strings.Contains(left, "partial") || strings.Contains(left, ".raw") {
			t.Errorf("%s: %s", o, got)
		}
	}
}

// waitFor waits until ok.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); !ok(); {
		select {
		case <-deadline:
			t.Fatalf("no %s after 30 s", what)
		case <-tick.C:
		}
	}
}
