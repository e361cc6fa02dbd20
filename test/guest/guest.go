// Package guest builds the small guest that ecc is tested and shown with: a
// whole-disk image that boots its own Debian kernel by its own boot loader,
// takes its address by DHCP and its ssh key from the metadata service.
//
// build.sh does the work and says how; the guest's own files are ramdisk/ and
// root/. What the guest tells on its serial console, in this order:
//
//	ecc-guest: init at 2.1 s
//	ecc-guest: host key ssh-ed25519 AAAA… root@…     for a known_hosts line
//	ecc-guest: ready at 2.5 s                        ssh and web server listen
//	ecc-guest: address 172.31.0.5 at 2.6 s
//	ecc-guest: instance i-… (IMDSv2) keys=1 at 3 s   ssh lets the key in
//	ecc-guest: user-data ended with 0                only if it starts with #!
//	ecc-guest: power button                          ACPI power-off arrived
//	ecc-guest: stopping
//
// Only tests import it.
package guest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Markers on the serial console.
const (
	// HostKey is followed by the guest's public ssh host key, made at its first
	// boot. It is the only one: a client in Go must set HostKeyAlgorithms to
	// ssh-ed25519, because dropbear 2022.83 offers RSA as well and then fails.
	HostKey = "ecc-guest: host key "
	// Ready is printed when ssh (port 22) and the web server (port 80) listen,
	// whether there is a network or not.
	Ready = "ecc-guest: ready"
	// Instance is printed once the metadata service was heard and the ssh key
	// is in place; the instance id follows it after a space.
	Instance = "ecc-guest: instance"
	// Stopping is printed when the guest was told to power off or to reboot.
	Stopping = "ecc-guest: stopping"
)

// Image returns the path of the guest's raw disk image, build/guest.raw, and
// builds it first if its inputs changed. The test fails, with the builder's
// own words, when the host lacks something. The file is shared: boot it with
// an overlay or a snapshot, never write to it.
func Image(tb testing.TB) string {
	tb.Helper()
	root := moduleRoot(tb)
	image := filepath.Join(root, "build", "guest.raw")
	Build(tb, image)
	return image
}

// Build builds the image at path, which nothing else may be using.
func Build(tb testing.TB, path string) {
	tb.Helper()
	script := filepath.Join(moduleRoot(tb), "test", "guest", "build.sh")
	out, err := exec.CommandContext(tb.Context(), script, path).CombinedOutput()
	if err != nil {
		tb.Fatalf("building the guest image: %v\n%s", err, out)
	}
	tb.Logf("%s", out)
}

// moduleRoot is the folder above the test's that holds go.mod.
func moduleRoot(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	tb.Fatal("no go.mod above the working folder")
	return ""
}
