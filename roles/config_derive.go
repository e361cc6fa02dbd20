package roles

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ecc/cloud"
)

const (
	defaultData = "/var/lib/ecc"
	auto        = "auto"
	// Off is the address of a listener that is not wanted.
	Off = "off"
	// HypervisorSim is the hypervisor that runs no guests.
	HypervisorSim = "sim"
)

// derive fills what is empty from what is set.
func (c *Config) derive(hostname string) (err error) {
	if c.Roles, err = ParseRoles(c.Roles, c.CC.Elsewhere); err != nil {
		return err
	}
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	if len(c.Zones) == 0 {
		c.Zones = defaultZones(c.Region, c.Hypervisor)
	}
	if len(c.CC.Zones) == 0 {
		c.CC.Zones = c.Zones
	}
	if c.Edge.Listen == auto {
		c.Edge.Listen = c.edgeAddress()
	}
	fallback(&c.NC.Name, nodeName(hostname))
	fallback(&c.NC.Zone, c.Zones[0])
	fallback(&c.NC.InstancesDir, filepath.Join(c.Data, "instances"))
	fallback(&c.NC.CacheDir, filepath.Join(c.Data, "cache"))
	fallback(&c.Network.Name, installation(c.Data))
	fallback(&c.Walrus.Dir, filepath.Join(c.Data, "walrus"))
	fallback(&c.Walrus.Keyring, filepath.Join(c.Data, "keys", "walrus.keyring"))
	fallback(&c.CLC.IdentityKey, filepath.Join(c.Data, "keys", "identity.key"))
	fallback(&c.Images.Region, c.Region)
	return nil
}

func fallback(v *string, to string) {
	if *v == "" {
		*v = to
	}
}

// defaultZones is one zone for a real cloud, and three for a simulated one,
// because tenants' programs want to be tested with more than one.
func defaultZones(region, hypervisor string) []string {
	if hypervisor == HypervisorSim {
		return []string{region + "a", region + "b", region + "c"}
	}
	return []string{region + "a"}
}

// edgeAddress is the tenants' address and the next port. A process with all
// roles that only its own host can reach serves no other host: it has none,
// so that several run side by side with nothing but their ports set.
func (c *Config) edgeAddress() string {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return Off // Validate tells what is wrong with it
	}
	ip, err := netip.ParseAddr(host)
	local := host == "localhost" || err == nil && ip.IsLoopback()
	serves := c.Has(RoleCLC) || c.Has(RoleCC)
	alone := local && c.Has(RoleCLC) && c.Has(RoleCC) && c.Has(RoleWalrus) && c.Has(RoleNC)
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 65535 || alone || !serves {
		return Off
	}
	if n > 0 {
		n++
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10))
}

// Has reports whether the process has a role.
func (c *Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

// nodeName makes a node's name of a hostname.
func nodeName(hostname string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(hostname))
	name = strings.TrimLeft(name[:min(len(name), 63)], ".-")
	if !cloud.ValidNodeID(name) {
		return "node"
	}
	return name
}

// installation tells apart the networks of several ecc on one host.
func installation(data string) string {
	if data == defaultData {
		return "main"
	}
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:3])
}
