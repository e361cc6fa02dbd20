package clc

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// DescribeInstanceTypes lists the sizes this cloud offers. What it says of them
// is what instances really get here: no type has a disk of its own or volumes,
// whatever its namesake on AWS has. A t-type's choice of credits is kept and
// nothing limits its CPU.
func (s *Service) DescribeInstanceTypes(_ context.Context, c *awsquery.Call, in *ec2.DescribeInstanceTypesRequest) (*ec2.DescribeInstanceTypesResult, error) {
	found, next, err := find(c, s.typeKind(), query{ids: in.InstanceTypes, filters: in.Filters, max: in.MaxResults,
		token: in.NextToken, limits: awsquery.Limits{Min: 5, Max: 100}})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceTypesResult{NextToken: next, InstanceTypes: []ec2.InstanceTypeInfo{}}
	for _, t := range found {
		out.InstanceTypes = append(out.InstanceTypes, renderType(t))
	}
	return out, nil
}

// typeKind is what a query for instance types knows of them.
func (s *Service) typeKind() kind[cloud.InstanceType] {
	return kind[cloud.InstanceType]{resource: cloud.ResInstanceType, id: typeName, all: slices.Values(s.cfg.Types),
		get: s.cfg.Types.Get, filters: typeFilters}
}

func typeName(t cloud.InstanceType) string { return t.Name }

// oldFamilies are the families EC2 itself calls previous generation.
var oldFamilies = []string{"t1", "m1", "m2", "m3", "c1"}

func currentGeneration(t cloud.InstanceType) bool {
	family, _, _ := strings.Cut(t.Name, ".")
	return !slices.Contains(oldFamilies, family)
}

// typeFilters are the filters of DescribeInstanceTypes.
var typeFilters = func() awsquery.Filters[cloud.InstanceType] {
	type typ = cloud.InstanceType
	number := func(get func(typ) int) func(typ) []string {
		return one(func(t typ) string { return strconv.Itoa(get(t)) })
	}
	f := awsquery.Filters[typ]{
		"current-generation":                        one(func(t typ) string { return strconv.FormatBool(currentGeneration(t)) }),
		"hypervisor":                                fixed[typ]("xen"),
		"burstable-performance-supported":           one(func(t typ) string { return strconv.FormatBool(burstable(t.Name)) }),
		"instance-type":                             one(typeName),
		"memory-info.size-in-mib":                   number(func(t typ) int { return int(t.Memory / cloud.MiB) }),
		"vcpu-info.default-cores":                   number(func(t typ) int { return t.VCPU }),
		"vcpu-info.default-vcpus":                   number(func(t typ) int { return t.VCPU }),
		"vcpu-info.valid-cores":                     number(func(t typ) int { return t.VCPU }),
		"processor-info.supported-architecture":     fixed[typ]("x86_64"),
		"supported-boot-mode":                       fixed[typ]("legacy-bios"),
		"supported-root-device-type":                fixed[typ]("instance-store"),
		"supported-usage-class":                     fixed[typ]("on-demand"),
		"supported-virtualization-type":             fixed[typ]("hvm"),
		"network-info.ena-support":                  fixed[typ]("supported"),
		"network-info.ipv6-addresses-per-interface": fixed[typ]("0"),
		"network-info.network-performance":          fixed[typ](networkPerformance),
	}
	for _, name := range []string{"vcpu-info.default-threads-per-core", "vcpu-info.valid-threads-per-core",
		"network-info.maximum-network-interfaces", "network-info.maximum-network-cards", "network-info.ipv4-addresses-per-interface"} {
		f[name] = fixed[typ]("1")
	}
	for _, name := range []string{"auto-recovery-supported", "bare-metal", "dedicated-hosts-supported",
		"free-tier-eligible", "hibernation-supported", "instance-storage-supported", "network-info.efa-supported",
		"network-info.encryption-in-transit-supported", "network-info.ipv6-supported"} {
		f[name] = fixed[typ]("false")
	}
	for _, name := range []string{"ebs-info.ebs-optimized-support", "ebs-info.encryption-support", "ebs-info.nvme-support",
		"instance-storage-info.encryption-support", "instance-storage-info.nvme-support", "nitro-enclaves-support", "nitro-tpm-support",
		"reboot-migration-support"} {
		f[name] = fixed[typ]("unsupported")
	}
	for _, name := range []string{"ebs-info.attachment-limit-type", "ebs-info.maximum-ebs-attachments", "ebs-info.maximum-ebs-cards",
		"ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps", "ebs-info.ebs-optimized-info.baseline-iops",
		"ebs-info.ebs-optimized-info.baseline-throughput-in-mbps", "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
		"ebs-info.ebs-optimized-info.maximum-iops", "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
		"instance-storage-info.disk.count", "instance-storage-info.disk.size-in-gb", "instance-storage-info.disk.type",
		"instance-storage-info.total-size-in-gb", "network-info.bandwidth-weightings", "network-info.flexible-ena-queues-support", "network-info.efa-info.maximum-efa-interfaces",
		"nitro-tpm-info.supported-versions", "processor-info.supported-features",
		"processor-info.sustained-clock-speed-in-ghz"} {
		f[name] = fixed[typ]()
	}
	return f
}()

// networkPerformance: nothing limits a guest's bandwidth but its host's.
const networkPerformance = "Shared with the host"

func renderType(t cloud.InstanceType) ec2.InstanceTypeInfo {
	n := int64(t.VCPU)
	return ec2.InstanceTypeInfo{InstanceType: ptr(t.Name), CurrentGeneration: ptr(currentGeneration(t)), FreeTierEligible: ptr(false),
		SupportedUsageClasses: []string{"on-demand"}, SupportedRootDeviceTypes: []string{"instance-store"},
		SupportedVirtualizationTypes: []string{"hvm"}, BareMetal: ptr(false), Hypervisor: ptr("xen"),
		ProcessorInfo: &ec2.ProcessorInfo{SupportedArchitectures: []string{"x86_64"}},
		VCpuInfo: &ec2.VCpuInfo{DefaultVCpus: ptr(n), DefaultCores: ptr(n), DefaultThreadsPerCore: ptr(int64(1)),
			ValidCores: []int64{n}, ValidThreadsPerCore: []int64{1}},
		MemoryInfo: &ec2.MemoryInfo{SizeInMiB: ptr(int64(t.Memory / cloud.MiB))}, InstanceStorageSupported: ptr(false),
		EbsInfo: &ec2.EbsInfo{EbsOptimizedSupport: ptr("unsupported"), EncryptionSupport: ptr("unsupported"), NvmeSupport: ptr("unsupported")},
		NetworkInfo: &ec2.NetworkInfo{NetworkPerformance: ptr(networkPerformance), MaximumNetworkInterfaces: ptr(int64(1)),
			MaximumNetworkCards: ptr(int64(1)), DefaultNetworkCardIndex: ptr(int64(0)),
			NetworkCards:              []ec2.NetworkCardInfo{{NetworkCardIndex: ptr(int64(0)), NetworkPerformance: ptr(networkPerformance), MaximumNetworkInterfaces: ptr(int64(1))}},
			Ipv4AddressesPerInterface: ptr(int64(1)), Ipv6AddressesPerInterface: ptr(int64(0)), Ipv6Supported: ptr(false),
			EnaSupport: ptr("supported"), EfaSupported: ptr(false), EncryptionInTransitSupported: ptr(false), EnaSrdSupported: ptr(false)},
		PlacementGroupInfo: &ec2.PlacementGroupInfo{SupportedStrategies: []string{cloud.StrategyCluster, cloud.StrategyPartition, cloud.StrategySpread}}, HibernationSupported: ptr(false),
		BurstablePerformanceSupported: ptr(burstable(t.Name)), DedicatedHostsSupported: ptr(false), AutoRecoverySupported: ptr(false),
		SupportedBootModes: []string{"legacy-bios"}, NitroEnclavesSupport: ptr("unsupported"), NitroTpmSupport: ptr("unsupported"),
		PhcSupport: ptr("unsupported")}
}
