package guest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// machine is one plain QEMU without libvirt or ecc: what is tested here is the
// image alone. QEMU's user network plays the cloud: its net is 169.254/16, so
// that the metadata service has its usual address.
type machine struct {
	cmd     *exec.Cmd
	monitor *monitor

	mu      sync.Mutex
	console strings.Builder
	changed chan struct{} // closed and replaced at each new line
	ended   chan struct{} // closed when the serial console is
}

// boot starts image with metadata requests going to the server at imds
// (host:port). Nothing is written to image.
func boot(ctx context.Context, tb testing.TB, image, imds string) *machine {
	tb.Helper()
	socket := filepath.Join(tb.TempDir(), "qmp")
	host, port, err := net.SplitHostPort(imds)
	if err != nil {
		tb.Fatal(err)
	}
	network := "user,model=virtio-net-pci,net=169.254.0.0/16,dhcpstart=169.254.0.15,hostfwd=tcp:127.0.0.1:0-:22" +
		fmt.Sprintf(",guestfwd=tcp:169.254.169.254:80-cmd:nc -N %s %s", host, port)
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64",
		"-accel", "tcg", "-machine", "q35", "-m", "192", "-display", "none", "-nodefaults",
		"-drive", "file="+image+",format=raw,if=virtio,snapshot=on",
		"-device", "virtio-rng-pci", "-nic", network,
		"-serial", "stdio", "-qmp", "unix:"+socket+",server=on,wait=off")
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	m := &machine{cmd: cmd, changed: make(chan struct{}), ended: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go m.read(out)
	tb.Cleanup(func() {
		cmd.Process.Kill() // already gone if the test went well
		<-m.ended
		cmd.Wait()
		if tb.Failed() {
			tb.Logf("console:\n%s", m.console.String())
		}
	})
	// SeaBIOS or the boot loader has spoken: the monitor's socket is there.
	m.monitor = dialMonitor(ctx, tb, socket, m)
	return m
}

// read collects the serial console until QEMU ends.
func (m *machine) read(out io.Reader) {
	defer close(m.ended)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		m.mu.Lock()
		m.console.WriteString(lines.Text() + "\n")
		close(m.changed)
		m.changed = make(chan struct{})
		m.mu.Unlock()
	}
}

// wait returns the console once it holds marker.
func (m *machine) wait(ctx context.Context, tb testing.TB, marker string) string {
	tb.Helper()
	for {
		m.mu.Lock()
		console, changed := m.console.String(), m.changed
		m.mu.Unlock()
		if strings.Contains(console, marker) {
			return console
		}
		select {
		case <-changed:
		case <-m.ended:
			tb.Fatalf("QEMU ended before the guest said %q", marker)
		case <-ctx.Done():
			tb.Fatalf("the guest did not say %q: %v", marker, context.Cause(ctx))
		}
	}
}

// sshAddress asks QEMU which of the host's ports it forwards to the guest's 22.
func (m *machine) sshAddress(tb testing.TB) string {
	tb.Helper()
	text := m.monitor.command(tb, "human-monitor-command", map[string]any{"command-line": "info usernet"})
	found := regexp.MustCompile(`HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)`).FindStringSubmatch(text)
	if found == nil {
		tb.Fatalf("QEMU forwards no port:\n%s", text)
	}
	return "127.0.0.1:" + found[1]
}

// monitor is a QMP connection, used by one goroutine.
type monitor struct {
	conn    net.Conn
	replies *json.Decoder
}

func dialMonitor(ctx context.Context, tb testing.TB, socket string, m *machine) *monitor {
	tb.Helper()
	m.wait(ctx, tb, "ecc-guest: init") // long after the socket was made
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	mon := &monitor{conn: conn, replies: json.NewDecoder(conn)}
	var greeting map[string]any
	if err := mon.replies.Decode(&greeting); err != nil {
		tb.Fatal(err)
	}
	mon.command(tb, "qmp_capabilities", nil)
	return mon
}

// command returns what QEMU answers, if that is a string.
func (m *monitor) command(tb testing.TB, name string, arguments map[string]any) string {
	tb.Helper()
	request := map[string]any{"execute": name}
	if arguments != nil {
		request["arguments"] = arguments
	}
	if err := json.NewEncoder(m.conn).Encode(request); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	for {
		var reply struct {
			Return any
			Error  any
			Event  string
		}
		if err := m.replies.Decode(&reply); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		switch {
		case reply.Event != "":
			continue
		case reply.Error != nil:
			tb.Fatalf("%s: %v", name, reply.Error)
		}
		text, _ := reply.Return.(string)
		return text
	}
}
