// Package domainxml turns a hypervisor.Spec into libvirt's domain XML and
// reads back what ecc needs of it: pure functions, tested against goldens.
//
// It talks to nobody. Only hypervisor/libvirt imports it.
package domainxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"ecc/cloud"
	"ecc/hypervisor"
)

// Namespace is that of ecc's own element in a domain's metadata.
const Namespace = "urn:ecc:domain:1"

// Host is what the XML depends on besides the spec.
type Host struct {
	Accelerator string // "kvm" or "tcg"
	Emulator    string // path of the QEMU binary
}

// Render returns the XML of the domain that s specifies. It fails only on a
// spec that no domain can be made of.
func Render(s hypervisor.Spec, h Host) (string, error) {
	if err := check(s, h); err != nil {
		return "", fmt.Errorf("domain of %s: %w", s.ID, err)
	}
	out, err := xml.MarshalIndent(build(s, h), "", "  ")
	if err != nil {
		return "", fmt.Errorf("domain of %s: %w", s.ID, err)
	}
	return string(out) + "\n", nil
}

// check refuses what would become a wrong or dangerous domain: names that
// libvirt or the kernel would cut, and relative paths, which would mean
// libvirtd's working directory.
func check(s hypervisor.Spec, h Host) error {
	paths := []string{s.Disk.Path, s.Disk.Base, s.Console, h.Emulator}
	for _, p := range paths {
		if !filepath.IsAbs(p) || strings.ContainsAny(p, "\x00\n\r") {
			return fmt.Errorf("path %q is not an absolute path", p)
		}
	}
	if _, err := net.ParseMAC(s.NIC.MAC); err != nil {
		return err
	}
	switch {
	case !cloud.ValidID(cloud.PrefixInstance, string(s.ID)):
		return errors.New("not an instance's id")
	case s.Cluster == "":
		return errors.New("no cluster")
	case s.VCPU < 1 || s.Memory < cloud.MiB:
		return fmt.Errorf("%d vCPUs and %d bytes of memory", s.VCPU, s.Memory)
	case s.NIC.Tap == "" || len(s.NIC.Tap) > 15:
		return fmt.Errorf("tap %q: a device name has 1 to 15 characters", s.NIC.Tap)
	case !strings.HasPrefix(serial(s), "ec2"):
		return fmt.Errorf("serial %q does not start with ec2", s.Serial)
	case h.Accelerator != "kvm" && h.Accelerator != "tcg":
		return fmt.Errorf("accelerator %q", h.Accelerator)
	}
	return nil
}

func serial(s hypervisor.Spec) string {
	if s.Serial != "" {
		return s.Serial
	}
	return hypervisor.UUID(s.ID)
}
