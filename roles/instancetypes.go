package roles

import (
	"regexp"
	"slices"

	"ecc/cloud"
)

// builtinTypes are EC2's common instance types with the vCPUs and memory they
// have there. None has a disk of its own size: as there, the root disk is as
// large as the image.
var builtinTypes = []struct {
	name string
	vcpu int
	mib  int64
}{
	{"t1.micro", 1, 627},
	{"t2.nano", 1, 512}, {"t2.micro", 1, 1024}, {"t2.small", 1, 2048}, {"t2.medium", 2, 4096},
	{"t2.large", 2, 8192}, {"t2.xlarge", 4, 16384}, {"t2.2xlarge", 8, 32768},
	{"t3.nano", 2, 512}, {"t3.micro", 2, 1024}, {"t3.small", 2, 2048}, {"t3.medium", 2, 4096},
	{"t3.large", 2, 8192}, {"t3.xlarge", 4, 16384}, {"t3.2xlarge", 8, 32768},
	{"t3a.nano", 2, 512}, {"t3a.micro", 2, 1024}, {"t3a.small", 2, 2048}, {"t3a.medium", 2, 4096},
	{"t3a.large", 2, 8192}, {"t3a.xlarge", 4, 16384}, {"t3a.2xlarge", 8, 32768},
	{"m1.small", 1, 1740}, {"m1.medium", 1, 3788}, {"m1.large", 2, 7680}, {"m1.xlarge", 4, 15360},
	{"c1.medium", 2, 1740}, {"c1.xlarge", 8, 7168},
	{"m2.xlarge", 2, 17510}, {"m2.2xlarge", 4, 35020}, {"m2.4xlarge", 8, 70041},
	{"m3.medium", 1, 3840}, {"m3.large", 2, 7680}, {"m3.xlarge", 4, 15360}, {"m3.2xlarge", 8, 30720},
	{"m5.large", 2, 8192}, {"m5.xlarge", 4, 16384}, {"m5.2xlarge", 8, 32768}, {"m5.4xlarge", 16, 65536},
	{"m5.8xlarge", 32, 131072}, {"m5.12xlarge", 48, 196608}, {"m5.16xlarge", 64, 262144}, {"m5.24xlarge", 96, 393216},
	{"c5.large", 2, 4096}, {"c5.xlarge", 4, 8192}, {"c5.2xlarge", 8, 16384}, {"c5.4xlarge", 16, 32768},
	{"c5.9xlarge", 36, 73728}, {"c5.12xlarge", 48, 98304}, {"c5.18xlarge", 72, 147456}, {"c5.24xlarge", 96, 196608},
	{"r5.large", 2, 16384}, {"r5.xlarge", 4, 32768}, {"r5.2xlarge", 8, 65536}, {"r5.4xlarge", 16, 131072},
	{"r5.8xlarge", 32, 262144}, {"r5.12xlarge", 48, 393216}, {"r5.16xlarge", 64, 524288}, {"r5.24xlarge", 96, 786432},
}

// Types is the table of instance types: the built-in ones, if wanted, with
// those of the configuration added or put in the place of their namesakes.
func (c *Config) Types() cloud.InstanceTypes {
	var ts cloud.InstanceTypes
	if c.BuiltinTypes {
		for _, b := range builtinTypes {
			ts = append(ts, cloud.InstanceType{Name: b.name, VCPU: b.vcpu, Memory: cloud.Bytes(b.mib) * cloud.MiB})
		}
	}
	for _, own := range c.InstanceTypes {
		t := cloud.InstanceType{
			Name: own.Name, VCPU: own.VCPU,
			Memory: cloud.Bytes(own.MemoryMiB) * cloud.MiB, Disk: cloud.Bytes(own.DiskGiB) * cloud.GiB,
		}
		if i := slices.IndexFunc(ts, func(o cloud.InstanceType) bool { return o.Name == t.Name }); i >= 0 {
			ts[i] = t
		} else {
			ts = append(ts, t)
		}
	}
	return ts
}

var typeName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}\.[a-z0-9][a-z0-9-]{0,30}$`)

// Bounds of an instance type, far above real hosts: they keep sums of many
// from overflowing.
const (
	maxTypeVCPU = 4096
	maxTypeMiB  = 1 << 26 // 64 TiB
	maxTypeGiB  = 1 << 20 // 1 PiB
)

func (c *Config) validateTypes(p *problems) {
	p.check(c.BuiltinTypes || len(c.InstanceTypes) > 0, "builtin_instance_types", "without the built-in types, say which there are: [[instance_type]]")
	seen := map[string]bool{}
	for _, t := range c.InstanceTypes {
		p.check(typeName.MatchString(t.Name), "instance_type", "%q is not the name of a type, as m1.small", t.Name)
		p.check(!seen[t.Name], "instance_type", "%q is there twice", t.Name)
		seen[t.Name] = true
		p.check(t.VCPU > 0 && t.VCPU <= maxTypeVCPU, "instance_type", "%s: vcpu must be between 1 and %d", t.Name, maxTypeVCPU)
		p.check(t.MemoryMiB > 0 && t.MemoryMiB <= maxTypeMiB, "instance_type", "%s: memory_mib must be between 1 and %d", t.Name, maxTypeMiB)
		p.check(t.DiskGiB >= 0 && t.DiskGiB <= maxTypeGiB, "instance_type", "%s: disk_gib must be between 0 and %d", t.Name, maxTypeGiB)
	}
}
