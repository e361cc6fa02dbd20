package fabric

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"ecc/cloud"
)

// Validate reports everything in c that no host could do: values out of
// range, references to nothing, two ports with one address. Compile leaves
// out exactly what Validate complains of.
func (c Config) Validate() error {
	_, err := c.valid()
	return err
}

// valid returns the part of c that can be done, and what is wrong with the
// rest.
func (c Config) valid() (Config, error) {
	var ok Config
	var errs []error
	seen := make(map[string]string) // what must be unique → who has it
	claim := func(who string, what ...string) error {
		for _, w := range what {
			if other, taken := seen[w]; taken {
				return fmt.Errorf("%s: %s belongs to %s", who, w, other)
			}
		}
		for _, w := range what {
			seen[w] = who
		}
		return nil
	}
	vpcs := make(map[cloud.VPCID]VPC)
	for _, v := range c.VPCs {
		if err := errors.Join(v.check(), claim(string(v.ID), string(v.ID))); err != nil {
			errs = append(errs, err)
			continue
		}
		vpcs[v.ID] = v
		ok.VPCs = append(ok.VPCs, v)
	}
	for _, g := range c.Groups {
		if err := errors.Join(checkID(cloud.PrefixGroup, string(g.ID)), claim(string(g.ID), string(g.ID))); err != nil {
			errs = append(errs, err)
			continue
		}
		g, err := g.valid()
		errs = append(errs, err)
		ok.Groups = append(ok.Groups, g)
	}
	for _, p := range c.Ports {
		err := p.check(vpcs)
		if err == nil {
			err = claim(string(p.ENI), p.unique()...)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if p.Enclosed && len(p.Outside) == 0 {
			p.PublicIP = netip.Addr{}
		}
		ok.Ports = append(ok.Ports, p)
	}
	return ok, errors.Join(errs...)
}

// checkID keeps ids fit to be part of the names of chains and namespaces.
func checkID(prefix, id string) error {
	rest, found := strings.CutPrefix(id, prefix)
	if !found || rest == "" || len(rest) > 17 || strings.Trim(rest, "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return fmt.Errorf("%q is no id of the form %s…", id, prefix)
	}
	return nil
}

func (v VPC) check() error {
	if err := checkID(cloud.PrefixVPC, string(v.ID)); err != nil {
		return err
	}
	if !v.CIDR.IsValid() || !v.CIDR.Addr().Is4() || v.CIDR != v.CIDR.Masked() || v.CIDR.Bits() < 8 {
		return fmt.Errorf("%s: %v is no IPv4 network", v.ID, v.CIDR)
	}
	return nil
}

// unique lists what no other port may have.
func (p Port) unique() []string {
	u := []string{
		string(p.ENI), "device " + p.Tap,
		string(p.VPC) + " " + p.PrivateIP.String(), string(p.VPC) + " " + strings.ToLower(p.MAC),
	}
	if p.PublicIP.IsValid() {
		u = append(u, "public address "+p.PublicIP.String())
	}
	return u
}

func (p Port) check(vpcs map[cloud.VPCID]VPC) error {
	if err := checkID(cloud.PrefixENI, string(p.ENI)); err != nil {
		return err
	}
	v, ok := vpcs[p.VPC]
	mac, macErr := net.ParseMAC(p.MAC)
	switch {
	case !ok:
		return fmt.Errorf("%s: VPC %q is not in the config", p.ENI, p.VPC)
	case !validName(p.Tap):
		return fmt.Errorf("%s: %q is no device name", p.ENI, p.Tap)
	case macErr != nil || len(mac) != 6 || mac[0]&1 != 0:
		return fmt.Errorf("%s: %q is no unicast MAC", p.ENI, p.MAC)
	case p.MTU != 0 && (p.MTU < 576 || p.MTU > 65521):
		return fmt.Errorf("%s: MTU %d", p.ENI, p.MTU)
	case p.HopLimit < 0 || p.HopLimit > 255:
		return fmt.Errorf("%s: hop limit %d", p.ENI, p.HopLimit)
	case len(p.Hostname) > 253 || !validHost(p.Hostname):
		return fmt.Errorf("%s: %q is no host name", p.ENI, p.Hostname)
	}
	for _, to := range p.Outside {
		if !to.IsValid() || !to.Addr().Is4() || to != to.Masked() {
			return fmt.Errorf("%s: way to %v, which is no IPv4 network", p.ENI, to)
		}
	}
	return p.checkAddresses(v)
}

func (p Port) checkAddresses(v VPC) error {
	switch {
	case !p.Subnet.IsValid() || p.Subnet != p.Subnet.Masked() || p.Subnet.Bits() > 30 ||
		p.Subnet.Bits() < v.CIDR.Bits() || !v.CIDR.Contains(p.Subnet.Addr()):
		return fmt.Errorf("%s: %v is no subnet of %v", p.ENI, p.Subnet, v.CIDR)
	case !p.Subnet.Contains(p.PrivateIP) || p.PrivateIP == p.Subnet.Addr() || p.PrivateIP == p.Gateway():
		return fmt.Errorf("%s: %v is no address for a guest in %v", p.ENI, p.PrivateIP, p.Subnet)
	case p.PublicIP.IsValid() && (!p.PublicIP.Is4() || !p.PublicIP.IsGlobalUnicast()):
		return fmt.Errorf("%s: %v is no public address", p.ENI, p.PublicIP)
	}
	return nil
}

// Gateway is the guest's gateway: the first address of its subnet.
func (p Port) Gateway() netip.Addr { return p.Subnet.Addr().Next() }

func validName(s string) bool {
	return s != "" && len(s) <= 15 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz-") == ""
}

func validHost(s string) bool {
	return strings.Trim(strings.ToLower(s), "0123456789abcdefghijklmnopqrstuvwxyz-.") == ""
}
