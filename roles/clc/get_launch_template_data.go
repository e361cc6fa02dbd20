package clc

import (
	"context"
	"maps"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// GetLaunchTemplateData tells the parameters that would launch an instance like
// the one named.
func (s *Service) GetLaunchTemplateData(ctx context.Context, c *awsquery.Call, in *ec2.GetLaunchTemplateDataRequest) (*ec2.GetLaunchTemplateDataResult, error) {
	if err := checkInstanceIDs([]string{*in.InstanceId}); err != nil {
		return nil, err
	}
	out := &ec2.GetLaunchTemplateDataResult{}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		i, err := instanceOf(tx, c.Caller.Account, *in.InstanceId)
		if err != nil {
			return err
		}
		out.LaunchTemplateData = s.dataOf(tx, i)
		return nil
	})
}

// dataOf makes launch parameters of an instance.
func (s *Service) dataOf(tx *store.Tx, i cloud.Instance) *ec2.ResponseLaunchTemplateData {
	e, _ := tx.ENIs().Get(i.ENI)
	d := &ec2.ResponseLaunchTemplateData{
		ImageId: ptr(string(i.Image)), InstanceType: ptr(i.Type), KeyName: opt(i.KeyName), UserData: opt(i.UserData),
		EbsOptimized: ptr(i.EBSOptimized), DisableApiTermination: ptr(i.NoTerminate), DisableApiStop: ptr(i.NoStop),
		InstanceInitiatedShutdownBehavior: ptr(i.ShutdownBehavior), BlockDeviceMappings: []ec2.LaunchTemplateBlockDeviceMapping{},
		Monitoring: &ec2.LaunchTemplatesMonitoring{Enabled: ptr(i.Monitoring)},
		Placement:  &ec2.LaunchTemplatePlacement{AvailabilityZone: ptr(i.Zone), GroupName: ptr(groupName(tx, i)), Tenancy: ptr("default")},
		NetworkInterfaces: []ec2.LaunchTemplateInstanceNetworkInterfaceSpecification{{DeviceIndex: ptr(int64(0)), Description: ptr(e.Description),
			AssociatePublicIpAddress: ptr(i.PublicIP.IsValid()), DeleteOnTermination: ptr(true), InterfaceType: ptr("interface"),
			SubnetId: ptr(string(i.Subnet)), Groups: groupIDs(i.Groups), Ipv6Addresses: []ec2.InstanceIpv6Address{}, NetworkCardIndex: ptr(int64(0)),
			PrivateIpAddresses: []ec2.PrivateIpAddressSpecification{{Primary: ptr(true), PrivateIpAddress: address(i.PrivateIP)}}}},
		CpuOptions:         &ec2.LaunchTemplateCpuOptions{CoreCount: ptr(int64(i.VCPU)), ThreadsPerCore: ptr(int64(1))},
		HibernationOptions: &ec2.LaunchTemplateHibernationOptions{Configured: ptr(false)},
		EnclaveOptions:     &ec2.LaunchTemplateEnclaveOptions{Enabled: ptr(false)},
		MaintenanceOptions: &ec2.LaunchTemplateInstanceMaintenanceOptions{AutoRecovery: ptr(enabled(i.NoRecovery, "disabled", "default"))},
		MetadataOptions: &ec2.LaunchTemplateInstanceMetadataOptions{State: ptr("applied"), HttpPutResponseHopLimit: ptr(int64(i.Metadata.HopLimit)),
			HttpTokens:       ptr(enabled(i.Metadata.TokensRequired, "required", "optional")),
			HttpEndpoint:     ptr(enabled(!i.Metadata.Disabled, "enabled", "disabled")),
			HttpProtocolIpv6: ptr("disabled"), InstanceMetadataTags: ptr(enabled(i.Metadata.Tags, "enabled", "disabled"))},
		CapacityReservationSpecification: &ec2.LaunchTemplateCapacityReservationSpecificationResponse{CapacityReservationPreference: ptr("open")},
	}
	if i.Credits != "" {
		d.CreditSpecification = &ec2.CreditSpecification{CpuCredits: ptr(i.Credits)}
	}
	tags := ec2.LaunchTemplateTagSpecification{ResourceType: ptr("instance")}
	own := tagsFor(tx, i.Account, string(i.ID))
	for _, k := range slices.Sorted(maps.Keys(own)) {
		if !reservedTag(k) {
			tags.Tags = append(tags.Tags, ec2.Tag{Key: ptr(k), Value: ptr(own[k])})
		}
	}
	if len(tags.Tags) > 0 {
		d.TagSpecifications = []ec2.LaunchTemplateTagSpecification{tags}
	}
	return d
}

// instanceOf finds an account's instance.
func instanceOf(tx *store.Tx, a cloud.AccountID, id string) (cloud.Instance, error) {
	i, ok := tx.Instances().Get(cloud.InstanceID(id))
	if !ok || i.Account != a {
		return i, cloud.Errorf(cloud.NotFound, cloud.ResInstance, id, "")
	}
	return i, nil
}
