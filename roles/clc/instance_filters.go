package clc

import (
	"strconv"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// instanceFilters are the filters of DescribeInstances: an instance's own and,
// behind "network-interface.", those of its interfaces.
func (s *Service) instanceFilters(tx *store.Tx) awsquery.Filters[cloud.Instance] {
	type inst = cloud.Instance
	yes := func(get func(inst) bool) func(inst) []string {
		return one(func(i inst) string { return enabled(get(i), "true", "false") })
	}
	f := awsquery.Filters[inst]{
		"architecture":               one(func(i inst) string { return i.Architecture }),
		"availability-zone":          one(func(i inst) string { return i.Zone }),
		"availability-zone-id":       one(func(i inst) string { return s.zoneID(i.Zone) }),
		"boot-mode":                  fixed[inst]("legacy-bios"),
		"client-token":               one(func(i inst) string { return i.ClientToken }),
		"current-instance-boot-mode": fixed[inst]("legacy-bios"),
		"dns-name":                   one(func(i inst) string { return s.publicNameOf(tx, i.VPC, i.PublicIP) }),
		"ebs-optimized":              yes(func(i inst) bool { return i.EBSOptimized }),
		"ena-support":                fixed[inst]("true"),
		"enclave-options.enabled":    fixed[inst]("false"),
		"hypervisor":                 fixed[inst]("xen"),
		"image-id":                   one(func(i inst) string { return string(i.Image) }),
		"instance-id":                one(func(i inst) string { return string(i.ID) }),
		"instance-state-code":        one(func(i inst) string { return strconv.Itoa(int(i.State())) }),
		"instance-state-name":        one(func(i inst) string { return i.State().String() }),
		"instance-type":              one(func(i inst) string { return i.Type }),
		"instance.group-id":          func(i inst) []string { return groupIDs(i.Groups) },
		"instance.group-name":        func(i inst) []string { return groupNames(tx, i.Groups) },
		"ip-address":                 one(func(i inst) string { return text(address(i.PublicIP)) }),
		"key-name":                   one(func(i inst) string { return i.KeyName }),
		"launch-index":               one(func(i inst) string { return strconv.Itoa(i.LaunchIndex) }),
		"launch-time":                one(func(i inst) string { return i.Launched.UTC().Format(filterTime) }),
		"monitoring-state":           one(func(i inst) string { return enabled(i.Monitoring, "enabled", "disabled") }),
		"operator.managed":           fixed[inst]("false"),
		"owner-id":                   one(func(i inst) string { return string(i.Account) }),
		"platform-details":           fixed[inst]("Linux/UNIX"),
		"placement-group-name":       one(func(i inst) string { return groupName(tx, i) }),
		"placement-partition-number": one(func(i inst) string { return numberUnlessZero(i.Partition) }),
		"private-dns-name":           one(func(i inst) string { return s.privateName(i.PrivateIP) }),
		"private-ip-address":         one(func(i inst) string { return text(address(i.PrivateIP)) }),
		"reason":                     one(transition),
		"reservation-id":             one(func(i inst) string { return string(i.Reservation) }),
		"root-device-name":           one(func(i inst) string { return i.RootDevice }),
		"root-device-type":           fixed[inst]("instance-store"),
		"source-dest-check":          fixed[inst]("true"),
		"state-reason-code":          one(func(i inst) string { return i.StateReason().Code }),
		"state-reason-message":       one(func(i inst) string { return i.StateReason().Message }),
		"subnet-id":                  one(func(i inst) string { return string(i.Subnet) }),
		"tenancy":                    fixed[inst]("default"),
		"usage-operation":            fixed[inst]("RunInstances"),
		"virtualization-type":        fixed[inst]("hvm"),
		"vpc-id":                     one(func(i inst) string { return string(i.VPC) }),

		"hibernation-options.configured":               fixed[inst]("false"),
		"maintenance-options.auto-recovery":            one(func(i inst) string { return enabled(i.NoRecovery, "disabled", "default") }),
		"metadata-options.http-tokens":                 one(func(i inst) string { return enabled(i.Metadata.TokensRequired, "required", "optional") }),
		"metadata-options.http-endpoint":               one(func(i inst) string { return enabled(!i.Metadata.Disabled, "enabled", "disabled") }),
		"metadata-options.http-protocol-ipv4":          fixed[inst]("enabled"),
		"metadata-options.http-protocol-ipv6":          fixed[inst]("disabled"),
		"metadata-options.instance-metadata-tags":      one(func(i inst) string { return enabled(i.Metadata.Tags, "enabled", "disabled") }),
		"metadata-options.state":                       fixed[inst]("applied"),
		"metadata-options.http-put-response-hop-limit": one(func(i inst) string { return strconv.Itoa(i.Metadata.HopLimit) }),

		"private-dns-name-options.hostname-type":                             fixed[inst]("ip-name"),
		"private-dns-name-options.enable-resource-name-dns-a-record":         fixed[inst]("false"),
		"private-dns-name-options.enable-resource-name-dns-aaaa-record":      fixed[inst]("false"),
		"capacity-reservation-specification.capacity-reservation-preference": fixed[inst]("open"),
	}
	for name, get := range profileFilters {
		f["iam-instance-profile."+name] = one(func(i inst) string {
			a, _ := associationOf(tx, i.ID)
			return get(a)
		})
	}
	for _, name := range instanceHasNo {
		f[name] = fixed[inst]()
	}
	for name, get := range s.eniFilters(tx) {
		f["network-interface."+name] = func(i inst) []string {
			var out []string
			for e := range tx.ENIs().By(store.ByInstance, string(i.ID)) {
				out = append(out, get(e)...)
			}
			return out
		}
	}
	return f
}

// instanceHasNo are filters for what no instance has here: nothing passes them.
// The groups without "instance." are those of EC2-Classic.
var instanceHasNo = []string{
	"affinity", "block-device-mapping.attach-time", "block-device-mapping.delete-on-termination", "block-device-mapping.device-name",
	"block-device-mapping.status", "block-device-mapping.volume-id", "capacity-reservation-id",
	"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
	"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
	"group-id", "group-name", "host-id",
	"instance-lifecycle", "ipv6-address", "kernel-id", "network-performance-options.bandwidth-weighting", "operator.principal",
	"outpost-arn", "platform",
	"product-code", "product-code.type", "ramdisk-id", "requester-id", "spot-instance-request-id", "tpm-support",
	"usage-operation-update-time",
}

func groupIDs(ids []cloud.GroupID) []string {
	out := make([]string, len(ids))
	for k, id := range ids {
		out[k] = string(id)
	}
	return out
}

func groupNames(tx *store.Tx, ids []cloud.GroupID) []string {
	out := make([]string, len(ids))
	for k, id := range ids {
		g, _ := tx.Groups().Get(id)
		out[k] = g.Name
	}
	return out
}

func numberUnlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
