package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// daemon is a program of a node that runs until it is killed. A nil daemon
// does not run.
type daemon struct {
	cmd   *exec.Cmd
	out   string        // file with what it wrote
	ended chan struct{} // closed once it has been waited for
}

func (n *Node) startDaemon(name string, args ...string) (*daemon, error) {
	d := &daemon{out: filepath.Join(n.Dir, name+".out"), ended: make(chan struct{})}
	f, err := os.OpenFile(d.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d.cmd = n.Command(name, args...)
	d.cmd.Stdout, d.cmd.Stderr = f, f
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.ended)
	}()
	return d, nil
}

func (d *daemon) kill() {
	if d != nil {
		_ = d.cmd.Process.Kill()
		<-d.ended
	}
}

// tail returns the last 4 KiB of what the daemon wrote.
func (d *daemon) tail() []byte {
	if d == nil {
		return nil
	}
	b, _ := os.ReadFile(d.out)
	return b[max(0, len(b)-4096):]
}

func (n *Node) startDaemons() error {
	if err := seedCapabilities(filepath.Join(n.Dir, "cache")); err != nil {
		return err
	}
	var err error
	if n.virtlogd, err = n.startDaemon("virtlogd", "--pid-file", "/run/libvirt/virtlogd.pid"); err != nil {
		return err
	}
	return n.startLibvirtd()
}

// startLibvirtd returns when libvirtd answers.
func (n *Node) startLibvirtd() (err error) {
	if n.libvirtd, err = n.startDaemon("libvirtd", "--pid-file", "/run/libvirt/libvirtd.pid"); err != nil {
		return err
	}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if n.libvirtdAnswers() {
			return nil
		}
		select {
		case <-n.libvirtd.ended:
			return fmt.Errorf("libvirtd ended: %s", n.libvirtd.tail())
		default:
		}
	}
	return fmt.Errorf("libvirtd does not answer: %s", n.libvirtd.tail())
}

func (n *Node) libvirtdAnswers() bool {
	if _, err := os.Stat(n.Socket); err != nil {
		return false
	}
	return exec.Command("virsh", "-q", "-c", "qemu+unix:///system?socket="+n.Socket, "uri").Run() == nil
}

// KillLibvirtd kills libvirtd with SIGKILL. Guests go on running.
func (n *Node) KillLibvirtd() {
	n.libvirtd.kill()
	n.libvirtd = nil
	// A killed libvirtd leaves its socket behind; connecting to it is refused.
}

// RestartLibvirtd kills libvirtd if it runs, starts it and waits until it
// answers.
func (n *Node) RestartLibvirtd() {
	n.tb.Helper()
	n.KillLibvirtd()
	if err := n.startLibvirtd(); err != nil {
		n.tb.Fatalf("lab: restart libvirtd of node %s: %v", n.Name, err)
	}
}

// SignalLibvirtd sends libvirtd a signal: SIGSTOP makes it silent, SIGCONT
// lets it go on.
func (n *Node) SignalLibvirtd(sig os.Signal) {
	n.tb.Helper()
	if err := n.libvirtd.cmd.Process.Signal(sig); err != nil {
		n.tb.Fatalf("lab: signal libvirtd of node %s: %v", n.Name, err)
	}
}

// What libvirt learns of the emulators by probing them at the first domain
// (seconds) is kept between test runs. libvirt itself checks that it is not
// out of date.
const capabilities = "qemu/capabilities"

func seedCapabilities(cache string) error {
	kept, err := capabilitiesDir()
	if err != nil {
		return err
	}
	return copyFiles(kept, filepath.Join(cache, capabilities))
}

func keepCapabilities(cache string) error {
	kept, err := capabilitiesDir()
	if err != nil {
		return err
	}
	return copyFiles(filepath.Join(cache, capabilities), kept)
}

func capabilitiesDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = "/root/.cache" // HOME is not set; the lab runs as root
	}
	return filepath.Join(dir, "ecc-lab", "capabilities"), nil
}

// copyFiles copies the plain files of one folder that another lacks or has
// differently, each at once, because labs run side by side. No folder is no
// files.
func copyFiles(from, to string) error {
	entries, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		if err := copyFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(to); err == nil && bytes.Equal(old, data) {
		return nil
	}
	tmp := fmt.Sprintf("%s.%d", to, os.Getpid())
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, to)
}
