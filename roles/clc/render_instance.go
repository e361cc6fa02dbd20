package clc

import (
	"net/netip"
	"time"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// renderReservation makes the reservation an instance belongs to, without
// instances.
func renderReservation(i cloud.Instance) *ec2.Reservation {
	return &ec2.Reservation{ReservationId: ptr(string(i.Reservation)), OwnerId: ptr(string(i.Account)),
		Groups: []ec2.GroupIdentifier{}}
}

// renderInstance makes EC2's view of an instance.
func (s *Service) renderInstance(tx *store.Tx, i cloud.Instance) ec2.Instance {
	state := i.State()
	out := ec2.Instance{
		InstanceId: ptr(string(i.ID)), ImageId: ptr(string(i.Image)), State: renderState(state),
		InstanceType: ptr(i.Type), KeyName: opt(i.KeyName), AmiLaunchIndex: ptr(int64(i.LaunchIndex)),
		LaunchTime: ptr(i.Launched.UTC()), Architecture: ptr(i.Architecture), RootDeviceName: ptr(i.RootDevice),
		RootDeviceType: ptr("instance-store"), VirtualizationType: ptr("hvm"), Hypervisor: ptr("xen"),
		Placement:      s.renderPlacement(tx, i),
		Monitoring:     &ec2.Monitoring{State: ptr(enabled(i.Monitoring, "enabled", "disabled"))},
		PrivateDnsName: ptr(s.privateName(i.PrivateIP)), PublicDnsName: ptr(s.publicNameOf(tx, i.VPC, i.PublicIP)),
		PrivateIpAddress: address(i.PrivateIP), PublicIpAddress: address(i.PublicIP),
		ClientToken: opt(i.ClientToken), EbsOptimized: ptr(i.EBSOptimized), EnaSupport: ptr(true), SourceDestCheck: ptr(true),
		ProductCodes: []ec2.ProductCode{}, BlockDeviceMappings: []ec2.InstanceBlockDeviceMapping{},
		Tags: renderTags(tx, i.Account, string(i.ID)), SecurityGroups: renderGroups(tx, i.Groups),
		StateTransitionReason: ptr(transition(i)), PlatformDetails: ptr("Linux/UNIX"), UsageOperation: ptr("RunInstances"),
		BootMode: ptr("legacy-bios"), CurrentInstanceBootMode: ptr("legacy-bios"),
		CpuOptions:                       &ec2.CpuOptions{CoreCount: ptr(int64(i.VCPU)), ThreadsPerCore: ptr(int64(1))},
		MetadataOptions:                  renderMetadata(i.Metadata),
		CapacityReservationSpecification: &ec2.CapacityReservationSpecificationResponse{CapacityReservationPreference: ptr("open")},
		EnclaveOptions:                   &ec2.EnclaveOptions{Enabled: ptr(false)},
		HibernationOptions:               &ec2.HibernationOptions{Configured: ptr(false)},
		MaintenanceOptions:               renderMaintenance(i),
		PrivateDnsNameOptions: &ec2.PrivateDnsNameOptionsResponse{HostnameType: ptr("ip-name"),
			EnableResourceNameDnsARecord: ptr(false), EnableResourceNameDnsAAAARecord: ptr(false)},
	}
	if r := i.StateReason(); !r.IsZero() {
		out.StateReason = &ec2.StateReason{Code: ptr(r.Code), Message: ptr(r.Message)}
	}
	if a, ok := associationOf(tx, i.ID); ok {
		out.IamInstanceProfile = renderProfile(a)
	}
	if state != cloud.StateTerminated {
		out.SubnetId, out.VpcId = ptr(string(i.Subnet)), ptr(string(i.VPC))
		out.NetworkInterfaces = s.renderInterfaces(tx, i)
	}
	return out
}

// renderGroups names security groups.
func renderGroups(tx *store.Tx, ids []cloud.GroupID) []ec2.GroupIdentifier {
	out := make([]ec2.GroupIdentifier, 0, len(ids))
	for _, id := range ids {
		g, _ := tx.Groups().Get(id)
		out = append(out, ec2.GroupIdentifier{GroupId: ptr(string(id)), GroupName: ptr(g.Name)})
	}
	return out
}

// transition words the last change as EC2 does: "User initiated (2026-01-02
// 03:04:05 GMT)".
func transition(i cloud.Instance) string {
	switch i.StateReason().Code {
	case "":
		return ""
	case cloud.ReasonUserShutdown:
		return "User initiated (" + i.Desired.Changed.UTC().Format(time.DateTime) + " GMT)"
	}
	return i.StateReason().Code
}

// address renders an address, nil for none.
func address(a netip.Addr) *string {
	if !a.IsValid() {
		return nil
	}
	return ptr(a.String())
}

// enabled chooses between the words for on and off.
func enabled(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}
