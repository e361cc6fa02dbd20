package clc

import (
	"maps"
	"slices"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
)

// burstable reports whether a type is of a family whose CPU comes in credits on
// EC2. Here nothing limits its vCPU: the choice is kept and told, no more.
func burstable(typ string) bool {
	family, _, _ := strings.Cut(typ, ".")
	return slices.Contains([]string{"t2", "t3", "t3a", "t4g"}, family)
}

// defaultCredits are a type's credits when nobody chose, "" for a type without.
func defaultCredits(typ string) string {
	switch {
	case !burstable(typ):
		return ""
	case strings.HasPrefix(typ, "t2."):
		return "standard"
	}
	return "unlimited"
}

// checkCredits refuses words that are none.
func checkCredits(word string) error {
	if word != "standard" && word != "unlimited" {
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "CpuCredits", "Value (%s) for parameter CpuCredits is invalid. Expecting standard or unlimited.", word)
	}
	return nil
}

// readCPU reads the CPU's credits and options. A type has as many cores as it
// has vCPUs and one thread on each: other counts are not valid, as on EC2 those
// DescribeInstanceTypes does not list are not.
func readCPU(in *ec2.RunInstancesRequest, l *launch) error {
	l.base.Credits = defaultCredits(l.kind.Name)
	if in.CreditSpecification != nil {
		if l.base.Credits == "" {
			return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The CreditSpecification parameter is not supported for the instance type %s.", l.kind.Name)
		}
		l.base.Credits = text(in.CreditSpecification.CpuCredits)
		if err := checkCredits(l.base.Credits); err != nil {
			return err
		}
	}
	o := in.CpuOptions
	switch {
	case o == nil:
	case text(o.AmdSevSnp) == "enabled" || text(o.NestedVirtualization) == "enabled":
		return cloud.Errorf(cloud.Unsupported, cloud.ResInstanceType, l.kind.Name, "The instance type %s offers neither AMD SEV-SNP nor nested virtualization.", l.kind.Name)
	case (o.CoreCount == nil) != (o.ThreadsPerCore == nil):
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameters CoreCount and ThreadsPerCore must be specified together.")
	case o.CoreCount != nil && (*o.CoreCount != int64(l.kind.VCPU) || *o.ThreadsPerCore != 1):
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "CpuOptions", "The CPU options %d cores, %d threads are not valid for the instance type %s: it has %d cores with one thread.", *o.CoreCount, *o.ThreadsPerCore, l.kind.Name, l.kind.VCPU)
	}
	return nil
}

// reserves reports whether a launch wants to run in reserved capacity.
func reserves(c *ec2.CapacityReservationSpecification) bool {
	return c != nil && (c.CapacityReservationTarget != nil || text(c.CapacityReservationPreference) == "capacity-reservations-only")
}

// namesResources reports whether a launch wants host names after its id: they
// are after the address here.
func namesResources(o *ec2.PrivateDnsNameOptionsRequest) bool {
	return o != nil && (text(o.HostnameType) == "resource-name" || truth(o.EnableResourceNameDnsARecord) || truth(o.EnableResourceNameDnsAAAARecord))
}

// tag adds tags for a kind of resource that the launch makes.
func (l *launch) tag(typ string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	all := maps.Clone(l.tags[typ])
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tags)
	l.tags[typ] = all
}
