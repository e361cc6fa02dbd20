package clc

import (
	"encoding/base64"

	"ecc/api/ec2"
	"ecc/cloud"
)

// maxUserData is EC2's limit, before base64.
const maxUserData = 16 << 10

// defaultType is what EC2 runs when no type is named.
const defaultType = "m1.small"

// readLaunch checks a request as far as it can be without the store.
func (s *Service) readLaunch(in *ec2.RunInstancesRequest) (launch, error) {
	l := launch{zone: "", tags: map[string]map[string]string{}}
	for _, read := range []func(*ec2.RunInstancesRequest, *launch) error{
		refuseUnoffered, s.readCount, s.readKind, readCPU, readPlacement, readUserData, readNetwork, readDisk, readOptions, readLaunchTags,
	} {
		if err := read(in, &l); err != nil {
			return l, err
		}
	}
	return l, nil
}

// refuseUnoffered refuses what this cloud does not do. Taking it in silence
// would promise something.
func refuseUnoffered(in *ec2.RunInstancesRequest, _ *launch) error {
	for _, o := range []struct {
		what string
		set  bool
	}{
		{"a kernel of its own", in.KernelId != nil || in.RamdiskId != nil},
		{"IPv6 addresses", in.Ipv6AddressCount != nil || len(in.Ipv6Addresses) > 0},
		{"spot instances", in.InstanceMarketOptions != nil},
		{"hibernation", in.HibernationOptions != nil && truth(in.HibernationOptions.Configured)},
		{"enclaves", in.EnclaveOptions != nil && truth(in.EnclaveOptions.Enabled)},
		{"elastic accelerators", len(in.ElasticGpuSpecification)+len(in.ElasticInferenceAccelerators) > 0},
		{"secondary interfaces", len(in.SecondaryInterfaces) > 0},
		{"license configuration", len(in.LicenseSpecifications) > 0},
		{"a reserved capacity", reserves(in.CapacityReservationSpecification)},
		{"IPv6 addresses", truth(in.EnablePrimaryIpv6)},
		{"service providers that manage instances", in.Operator != nil},
		{"bandwidth weighting", in.NetworkPerformanceOptions != nil && text(in.NetworkPerformanceOptions.BandwidthWeighting) != "default"},
		{"host names of resources", namesResources(in.PrivateDnsNameOptions)},
	} {
		if o.set {
			return cloud.Errorf(cloud.Unsupported, cloud.AnyResource, "", "This cloud does not offer %s for RunInstances yet.", o.what)
		}
	}
	return nil
}

func (s *Service) readCount(in *ec2.RunInstancesRequest, l *launch) error {
	lo, hi := *in.MinCount, *in.MaxCount
	switch {
	case lo < 1:
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "Value (%d) for parameter minCount is invalid. Expecting a positive number.", lo)
	case hi < lo:
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "Value (%d) for parameter maxCount is invalid. It must be at least minCount (%d).", hi, lo)
	case hi > int64(s.cfg.MaxPerCall):
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResInstance, "", "You have requested more instances (%d) than one call may start (%d).", hi, s.cfg.MaxPerCall)
	}
	l.min, l.max = int(lo), int(hi)
	return nil
}

func (s *Service) readKind(in *ec2.RunInstancesRequest, l *launch) error {
	id := text(in.ImageId)
	if id == "" {
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "ImageId", "The request must contain the parameter ImageId")
	}
	if !cloud.ValidID(cloud.PrefixImage, id) {
		return cloud.Errorf(cloud.Malformed, cloud.ResImage, id, "")
	}
	name := text(in.InstanceType)
	if name == "" {
		name = defaultType
	}
	t, ok := s.cfg.Types.Get(name)
	if !ok {
		return cloud.Errorf(cloud.Invalid, cloud.ResInstanceType, name, "Invalid value '%s' for InstanceType.", name)
	}
	l.image, l.kind, l.key = cloud.ImageID(id), t, text(in.KeyName)
	return s.readZone(in.Placement, l)
}

// readZone reads the zone asked for, by name or by id.
func (s *Service) readZone(p *ec2.Placement, l *launch) error {
	if p == nil {
		return nil
	}
	l.zone = text(p.AvailabilityZone)
	if id := text(p.AvailabilityZoneId); id != "" {
		z, ok := s.zoneOfID(id)
		switch {
		case !ok:
			return cloud.Errorf(cloud.Invalid, cloud.ResZone, id, "")
		case l.zone != "" && l.zone != z:
			return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The availability zone %s does not have the id %s", l.zone, id)
		}
		l.zone = z
	}
	if l.zone == "" {
		return nil
	}
	return s.checkZone(l.zone)
}

func readUserData(in *ec2.RunInstancesRequest, l *launch) error {
	l.base.UserData = text(in.UserData)
	return checkUserData(l.base.UserData)
}

// checkUserData refuses user data, as sent, that is not base64 or too long.
func checkUserData(u string) error {
	b, err := base64.StdEncoding.DecodeString(u)
	if err != nil {
		return cloud.Errorf(cloud.Malformed, cloud.ResUserData, "", "")
	}
	if len(b) > maxUserData {
		return cloud.Errorf(cloud.Invalid, cloud.ResUserData, "", "User data is limited to %d bytes", maxUserData)
	}
	return nil
}

// readNetwork reads the flat parameters or the one interface specification.
func readNetwork(in *ec2.RunInstancesRequest, l *launch) error {
	l.subnet, l.groupIDs, l.groups = cloud.SubnetID(text(in.SubnetId)), in.SecurityGroupIds, in.SecurityGroups
	if len(in.NetworkInterfaces) > 0 {
		if l.subnet != "" || len(l.groupIDs)+len(l.groups) > 0 || text(in.PrivateIpAddress) != "" {
			return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Network interfaces and an instance-level subnet ID, security groups or private address may not be specified on the same request")
		}
		if err := readInterface(in.NetworkInterfaces, l); err != nil {
			return err
		}
	} else if err := readPrivate(in.PrivateIpAddress, nil, nil, l); err != nil {
		return err
	}
	if l.subnet != "" && !cloud.ValidID(cloud.PrefixSubnet, string(l.subnet)) {
		return cloud.Errorf(cloud.Malformed, cloud.ResSubnet, string(l.subnet), "")
	}
	if l.subnet != "" && len(l.groups) > 0 {
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter groupName cannot be used with the parameter subnet")
	}
	return checkGroupIDs(l.groupIDs)
}

// checkGroupIDs refuses ids that are none.
func checkGroupIDs(ids []string) error {
	for _, g := range ids {
		if !cloud.ValidID(cloud.PrefixGroup, g) {
			return cloud.Errorf(cloud.Malformed, cloud.ResGroup, g, "")
		}
	}
	return nil
}

// readDisk takes a size for the root disk. Other mappings are volumes.
func readDisk(in *ec2.RunInstancesRequest, l *launch) error {
	for _, m := range in.BlockDeviceMappings {
		if m.Ebs == nil || m.VirtualName != nil || m.NoDevice != nil || len(in.BlockDeviceMappings) > 1 ||
			m.Ebs.SnapshotId != nil || truth(m.Ebs.Encrypted) || m.Ebs.KmsKeyId != nil {
			return cloud.Errorf(cloud.Unsupported, cloud.ResVolume, "", "This cloud offers no volumes yet: a block device mapping may only size the root device.")
		}
		if d := m.Ebs.DeleteOnTermination; d != nil && !*d {
			return cloud.Errorf(cloud.Unsupported, cloud.ResVolume, "", "The root disk ends with its instance: DeleteOnTermination must be true.")
		}
		if l.rootName = text(m.DeviceName); l.rootName == "" {
			return cloud.Errorf(cloud.Missing, cloud.ResParameter, "BlockDeviceMapping.1.DeviceName", "")
		}
		if m.Ebs.VolumeSize == nil {
			continue
		}
		if *m.Ebs.VolumeSize < 1 || *m.Ebs.VolumeSize > 16384 {
			return cloud.Errorf(cloud.Invalid, cloud.ResVolume, "", "Volume of %dGiB is out of range: 1 to 16384", *m.Ebs.VolumeSize)
		}
		l.disk = cloud.Bytes(*m.Ebs.VolumeSize) * cloud.GiB
	}
	return nil
}

// readOptions copies what is kept as it is.
func readOptions(in *ec2.RunInstancesRequest, l *launch) error {
	b := &l.base
	b.ClientToken = text(in.ClientToken)
	b.ShutdownBehavior = text(in.InstanceInitiatedShutdownBehavior)
	if b.ShutdownBehavior == "" {
		b.ShutdownBehavior = "stop"
	}
	b.NoTerminate, b.NoStop = truth(in.DisableApiTermination), truth(in.DisableApiStop)
	b.EBSOptimized = truth(in.EbsOptimized)
	b.Monitoring = in.Monitoring != nil && truth(in.Monitoring.Enabled)
	b.NoRecovery = in.MaintenanceOptions != nil && text(in.MaintenanceOptions.AutoRecovery) == "disabled"
	l.metadata, l.profile = in.MetadataOptions, in.IamInstanceProfile
	if l.profile != nil {
		if err := checkProfile(l.profile); err != nil {
			return err
		}
	}
	return checkMetadata(l.metadata)
}

// readLaunchTags reads the tags for each kind of resource a launch makes.
func readLaunchTags(in *ec2.RunInstancesRequest, l *launch) error {
	of := map[string][]ec2.Tag{}
	for _, t := range in.TagSpecifications {
		typ := text(t.ResourceType)
		switch typ {
		case "instance", typeENI, "volume": // a launch makes no volumes: those tags have nothing to go to
		default:
			return cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "'%s' is not a valid taggable resource type for this operation.", typ)
		}
		of[typ] = append(of[typ], t.Tags...)
	}
	for typ, all := range of {
		tags, err := readTags(all)
		if err != nil {
			return err
		}
		l.tags[typ] = tags
	}
	return nil
}

// text and truth read optional parameters.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func truth(b *bool) bool { return b != nil && *b }
