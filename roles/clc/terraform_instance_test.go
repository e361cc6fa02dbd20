package clc_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// seenInstance is what Terraform's aws_instance keeps of a refresh.
type seenInstance struct {
	Type, AMI, Zone, Subnet, PrivateIP, PublicIP, PrivateName, PublicName, ARNOwner, State string
	Key, Tenancy, Group, Behaviour, UserData, Credits, Tokens, Recovery, Template          string
	Monitoring, Optimized, SourceCheck, NoTerminate, NoStop                                bool
	Groups                                                                                 []string
	Tags                                                                                   map[string]string
	Cores, Threads, Hops                                                                   int32
	ENI                                                                                    string
}

// refresh makes the calls of a read of aws_instance.
func (tn *tenant) refresh(id string) seenInstance {
	t := tn.f.t
	t.Helper()
	ctx := t.Context()
	out := must[*sdk.DescribeInstancesOutput](t)(tn.ec2.DescribeInstances(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{id}}))
	i := out.Reservations[0].Instances[0]
	s := seenInstance{Type: string(i.InstanceType), AMI: *i.ImageId, Zone: *i.Placement.AvailabilityZone, Subnet: aws.ToString(i.SubnetId), PrivateIP: aws.ToString(i.PrivateIpAddress),
		PublicIP: aws.ToString(i.PublicIpAddress), PrivateName: *i.PrivateDnsName, PublicName: aws.ToString(i.PublicDnsName), ARNOwner: *out.Reservations[0].OwnerId, State: string(i.State.Name),
		Key: aws.ToString(i.KeyName), Tenancy: string(i.Placement.Tenancy), Group: *i.Placement.GroupName, Tokens: string(i.MetadataOptions.HttpTokens), Recovery: string(i.MaintenanceOptions.AutoRecovery),
		Monitoring: i.Monitoring.State == types.MonitoringStateEnabled, Optimized: *i.EbsOptimized, Tags: map[string]string{},
		Cores: *i.CpuOptions.CoreCount, Threads: *i.CpuOptions.ThreadsPerCore, Hops: *i.MetadataOptions.HttpPutResponseHopLimit}
	for _, n := range i.NetworkInterfaces {
		if *n.Attachment.DeviceIndex == 0 {
			s.ENI, s.SourceCheck = *n.NetworkInterfaceId, *n.SourceDestCheck
			same(t, "primary address", true, *n.PrivateIpAddresses[0].Primary)
		}
	}
	for _, g := range i.SecurityGroups {
		s.Groups = append(s.Groups, *g.GroupId)
	}
	for _, tag := range i.Tags {
		s.Tags[*tag.Key] = *tag.Value
	}
	kinds := must[*sdk.DescribeInstanceTypesOutput](t)(tn.ec2.DescribeInstanceTypes(ctx, &sdk.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{i.InstanceType}}))
	same(t, "exactly the one type", 1, len(kinds.InstanceTypes))
	if *kinds.InstanceTypes[0].BurstablePerformanceSupported {
		c := must[*sdk.DescribeInstanceCreditSpecificationsOutput](t)(tn.ec2.DescribeInstanceCreditSpecifications(ctx, &sdk.DescribeInstanceCreditSpecificationsInput{InstanceIds: []string{id}}))
		s.Credits = *c.InstanceCreditSpecifications[0].CpuCredits
	}
	attribute := func(name types.InstanceAttributeName) *sdk.DescribeInstanceAttributeOutput {
		return must[*sdk.DescribeInstanceAttributeOutput](t)(tn.ec2.DescribeInstanceAttribute(ctx, &sdk.DescribeInstanceAttributeInput{InstanceId: &id, Attribute: name}))
	}
	s.Behaviour = *attribute(types.InstanceAttributeNameInstanceInitiatedShutdownBehavior).InstanceInitiatedShutdownBehavior.Value
	s.NoStop = *attribute(types.InstanceAttributeNameDisableApiStop).DisableApiStop.Value
	s.NoTerminate = *attribute(types.InstanceAttributeNameDisableApiTermination).DisableApiTermination.Value
	s.UserData = aws.ToString(attribute(types.InstanceAttributeNameUserData).UserData.Value)
	tags := must[*sdk.DescribeTagsOutput](t)(tn.ec2.DescribeTags(ctx, &sdk.DescribeTagsInput{Filters: []types.Filter{
		{Name: aws.String("resource-id"), Values: []string{id}}, {Name: aws.String("key"), Values: []string{"aws:ec2launchtemplate:id"}}}}))
	if len(tags.Tags) > 0 {
		s.Template = *tags.Tags[0].Value
		must[*sdk.DescribeLaunchTemplatesOutput](t)(tn.ec2.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{s.Template}}))
		must[*sdk.DescribeLaunchTemplateVersionsOutput](t)(tn.ec2.DescribeLaunchTemplateVersions(ctx, &sdk.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &s.Template,
			Versions: []string{s.Tags["aws:ec2launchtemplate:version"]}}))
	}
	return s
}

// What Terraform does with an aws_instance of a launch template: apply, refresh
// without a change, changes of each kind, destroy.
func TestTerraformInstance(t *testing.T) {
	f := newCloud(t)
	al, ctx := f.alice, t.Context()
	group := al.newGroup("web")
	lt := al.template("base", args{"ImageId": imageID, "InstanceType": "t3.micro"})
	data := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n"))
	run := must[*sdk.RunInstancesOutput](t)(al.ec2.RunInstances(ctx, &sdk.RunInstancesInput{MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String("terraform-1"),
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &lt, Version: aws.String("$Default")}, UserData: &data, SecurityGroupIds: []string{group},
		CreditSpecification: &types.CreditSpecificationRequest{CpuCredits: aws.String("unlimited")}, DisableApiTermination: aws.Bool(true), EbsOptimized: aws.Bool(false),
		Monitoring: &types.RunInstancesMonitoringEnabled{Enabled: aws.Bool(false)}, Placement: &types.Placement{AvailabilityZone: aws.String(zoneA)},
		MetadataOptions:   &types.InstanceMetadataOptionsRequest{HttpEndpoint: types.InstanceMetadataEndpointStateEnabled, HttpTokens: types.HttpTokensStateRequired, HttpPutResponseHopLimit: aws.Int32(1)},
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("web")}}}}}))
	id := *run.Instances[0].InstanceId
	f.zone.follow()
	ok(t, sdk.NewInstanceRunningWaiter(al.ec2).Wait(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{id}}, time.Minute))
	first := al.refresh(id)
	same(t, "state", "running unlimited required stop true", first.State+" "+first.Credits+" "+first.Tokens+" "+first.Behaviour+" "+map[bool]string{true: "true"}[first.NoTerminate])
	same(t, "user data as sent", data, first.UserData)
	same(t, "template", lt, first.Template)
	same(t, "no change", first, al.refresh(id))

	// Changes that need no stop.
	want := first
	other := al.newGroup("other")
	must[*sdk.ModifyNetworkInterfaceAttributeOutput](t)(al.ec2.ModifyNetworkInterfaceAttribute(ctx, &sdk.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: &first.ENI, Groups: []string{other}}))
	must[*sdk.ModifyInstanceMetadataOptionsOutput](t)(al.ec2.ModifyInstanceMetadataOptions(ctx, &sdk.ModifyInstanceMetadataOptionsInput{InstanceId: &id, HttpTokens: types.HttpTokensStateOptional,
		HttpPutResponseHopLimit: aws.Int32(2), HttpEndpoint: types.InstanceMetadataEndpointStateEnabled}))
	must[*sdk.MonitorInstancesOutput](t)(al.ec2.MonitorInstances(ctx, &sdk.MonitorInstancesInput{InstanceIds: []string{id}}))
	must[*sdk.ModifyInstanceCreditSpecificationOutput](t)(al.ec2.ModifyInstanceCreditSpecification(ctx, &sdk.ModifyInstanceCreditSpecificationInput{
		InstanceCreditSpecifications: []types.InstanceCreditSpecificationRequest{{InstanceId: &id, CpuCredits: aws.String("standard")}}}))
	must[*sdk.ModifyInstanceMaintenanceOptionsOutput](t)(al.ec2.ModifyInstanceMaintenanceOptions(ctx, &sdk.ModifyInstanceMaintenanceOptionsInput{InstanceId: &id, AutoRecovery: types.InstanceAutoRecoveryStateDisabled}))
	must[*sdk.CreateTagsOutput](t)(al.ec2.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("new")}}}))
	want.Groups, want.Tokens, want.Hops, want.Monitoring, want.Credits, want.Recovery = []string{other}, "optional", 2, true, "standard", "disabled"
	want.Tags = map[string]string{"Name": "new", "aws:ec2launchtemplate:id": lt, "aws:ec2launchtemplate:version": "1"}
	same(t, "changed", want, al.refresh(id))

	// A change of type and user data: stop, modify, start.
	must[*sdk.StopInstancesOutput](t)(al.ec2.StopInstances(ctx, &sdk.StopInstancesInput{InstanceIds: []string{id}}))
	f.zone.follow()
	ok(t, sdk.NewInstanceStoppedWaiter(al.ec2).Wait(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{id}}, time.Minute))
	must[*sdk.ModifyInstanceAttributeOutput](t)(al.ec2.ModifyInstanceAttribute(ctx, &sdk.ModifyInstanceAttributeInput{InstanceId: &id, InstanceType: &types.AttributeValue{Value: aws.String("m5.large")}}))
	must[*sdk.ModifyInstanceAttributeOutput](t)(al.ec2.ModifyInstanceAttribute(ctx, &sdk.ModifyInstanceAttributeInput{InstanceId: &id, UserData: &types.SecureBlobAttributeValue{Value: []byte("new")}}))
	must[*sdk.StartInstancesOutput](t)(al.ec2.StartInstances(ctx, &sdk.StartInstancesInput{InstanceIds: []string{id}}))
	f.zone.follow()
	want.Type, want.Cores, want.Credits, want.UserData = "m5.large", 2, "", base64.StdEncoding.EncodeToString([]byte("new"))
	same(t, "changed again", want, al.refresh(id))

	// Destroy: protection off, terminate, wait until it is terminated.
	_, err := al.ec2.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{id}})
	wantCode(t, err, "OperationNotPermitted")
	for _, in := range []*sdk.ModifyInstanceAttributeInput{{InstanceId: &id, DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}},
		{InstanceId: &id, DisableApiStop: &types.AttributeBooleanValue{Value: aws.Bool(false)}}} {
		must[*sdk.ModifyInstanceAttributeOutput](t)(al.ec2.ModifyInstanceAttribute(ctx, in))
	}
	must[*sdk.TerminateInstancesOutput](t)(al.ec2.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{id}}))
	f.zone.follow()
	ok(t, sdk.NewInstanceTerminatedWaiter(al.ec2).Wait(ctx, &sdk.DescribeInstancesInput{InstanceIds: []string{id}}, time.Minute))
	must[*sdk.DeleteSecurityGroupOutput](t)(al.ec2.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: &other}))
	f.audit()
}

// aws_launch_template: create, read, update with a new default, destroy.
func TestTerraformLaunchTemplate(t *testing.T) {
	f := newCloud(t)
	al, ctx := f.alice, t.Context()
	made := must[*sdk.CreateLaunchTemplateOutput](t)(al.ec2.CreateLaunchTemplate(ctx, &sdk.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("web"), ClientToken: aws.String("terraform-2"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String(imageID), InstanceType: types.InstanceTypeT3Micro},
		TagSpecifications:  []types.TagSpecification{{ResourceType: types.ResourceTypeLaunchTemplate, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}}}))
	id := made.LaunchTemplate.LaunchTemplateId
	read := func(latest, standard int64, typ types.InstanceType) {
		t.Helper()
		lt := must[*sdk.DescribeLaunchTemplatesOutput](t)(al.ec2.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{*id}})).LaunchTemplates[0]
		same(t, "versions", [2]int64{latest, standard}, [2]int64{*lt.LatestVersionNumber, *lt.DefaultVersionNumber})
		same(t, "tag", "v", *lt.Tags[0].Value)
		v := must[*sdk.DescribeLaunchTemplateVersionsOutput](t)(al.ec2.DescribeLaunchTemplateVersions(ctx, &sdk.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: id, Versions: []string{"$Latest"}}))
		same(t, "one", 1, len(v.LaunchTemplateVersions))
		same(t, "type", typ, v.LaunchTemplateVersions[0].LaunchTemplateData.InstanceType)
	}
	read(1, 1, types.InstanceTypeT3Micro)
	read(1, 1, types.InstanceTypeT3Micro)
	must[*sdk.CreateLaunchTemplateVersionOutput](t)(al.ec2.CreateLaunchTemplateVersion(ctx, &sdk.CreateLaunchTemplateVersionInput{LaunchTemplateId: id, ClientToken: aws.String("terraform-3"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{InstanceType: types.InstanceTypeM5Large}}))
	must[*sdk.ModifyLaunchTemplateOutput](t)(al.ec2.ModifyLaunchTemplate(ctx, &sdk.ModifyLaunchTemplateInput{LaunchTemplateId: id, DefaultVersion: aws.String("2")}))
	read(2, 2, types.InstanceTypeM5Large)
	must[*sdk.DeleteLaunchTemplateOutput](t)(al.ec2.DeleteLaunchTemplate(ctx, &sdk.DeleteLaunchTemplateInput{LaunchTemplateId: id}))
	_, err := al.ec2.DescribeLaunchTemplates(ctx, &sdk.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{*id}})
	wantCode(t, err, "InvalidLaunchTemplateId.NotFound")
	_, err = al.ec2.DeleteLaunchTemplate(ctx, &sdk.DeleteLaunchTemplateInput{LaunchTemplateId: id})
	wantCode(t, err, "InvalidLaunchTemplateId.NotFound")
}

// aws_placement_group: create, wait until it is available, destroy, wait until
// it is unknown.
func TestTerraformPlacementGroup(t *testing.T) {
	f := newCloud(t)
	al, ctx := f.alice, t.Context()
	name := aws.String("hpc")
	must[*sdk.CreatePlacementGroupOutput](t)(al.ec2.CreatePlacementGroup(ctx, &sdk.CreatePlacementGroupInput{GroupName: name, Strategy: types.PlacementStrategySpread, SpreadLevel: types.SpreadLevelRack}))
	list := func() (*sdk.DescribePlacementGroupsOutput, error) {
		return al.ec2.DescribePlacementGroups(ctx, &sdk.DescribePlacementGroupsInput{GroupNames: []string{*name}})
	}
	g := must[*sdk.DescribePlacementGroupsOutput](t)(list()).PlacementGroups[0]
	same(t, "group", "available spread rack", string(g.State)+" "+string(g.Strategy)+" "+string(g.SpreadLevel))
	must[*sdk.DeletePlacementGroupOutput](t)(al.ec2.DeletePlacementGroup(ctx, &sdk.DeletePlacementGroupInput{GroupName: name}))
	_, err := list()
	wantCode(t, err, "InvalidPlacementGroup.Unknown")
}
