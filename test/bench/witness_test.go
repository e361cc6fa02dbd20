package bench

import (
	"bufio"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"ecc/test/lab"
)

// witness is a client of libvirt that writes down when domains began to run:
// someone who is neither ecc nor the tenant.
type witness struct {
	tb testing.TB

	mu      sync.Mutex
	running map[string]time.Time
}

func uri(node *lab.Node) string { return "qemu+unix:///system?socket=" + node.Socket }

// "2026-01-02 03:04:05.678+0000: event 'lifecycle' for domain 'NAME': Resumed Unpaused"
var lifecycle = regexp.MustCompile(`^(\S+ \S+): event 'lifecycle' for domain '?([^':]+)'?: (\w+)`)

const eventTime = "2006-01-02 15:04:05.000-0700"

func newWitness(tb testing.TB, node *lab.Node) *witness {
	tb.Helper()
	w := &witness{tb: tb, running: map[string]time.Time{}}
	cmd := exec.Command("stdbuf", "-oL", "virsh", "-c", uri(node), "event", "--event", "lifecycle", "--loop", "--timestamp")
	out, err := cmd.StdoutPipe()
	must(tb, err)
	must(tb, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			w.hear(lines.Text())
		}
	}()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
	})
	return w
}

func (w *witness) hear(line string) {
	m := lifecycle.FindStringSubmatch(line)
	if m == nil || m[3] != "Resumed" {
		return
	}
	at, err := time.Parse(eventTime, m[1])
	if err != nil {
		w.tb.Errorf("%q: %v", line, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[m[2]] = at
}

// saw returns when the last of the domains began to run.
func (w *witness) saw(ids []string) time.Time {
	w.tb.Helper()
	var last time.Time
	await(w.tb, "libvirt to say that domains run", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, id := range ids {
			at, ok := w.running[id]
			if !ok {
				return false
			}
			if at.After(last) {
				last = at
			}
		}
		return true
	})
	return last
}
