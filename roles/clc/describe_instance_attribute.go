package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeInstanceAttribute tells one attribute of an instance.
func (s *Service) DescribeInstanceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInstanceAttributeRequest) (*ec2.DescribeInstanceAttributeResult, error) {
	i, err := s.instance(ctx, c.Caller.Account, *in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &ec2.InstanceAttribute{InstanceId: in.InstanceId}
	err = s.store.View(ctx, func(tx *store.Tx) error { return renderAttribute(tx, i, *in.Attribute, out) })
	return out, err
}

// renderAttribute sets the one member of out that is asked for. What no
// instance here has (a kernel, a ramdisk) is named without a value, as on EC2.
func renderAttribute(tx *store.Tx, i cloud.Instance, name string, out *ec2.InstanceAttribute) error {
	switch name {
	case "instanceType":
		out.InstanceType = textValue(i.Type)
	case "kernel":
		out.KernelId = &ec2.AttributeValue{}
	case "ramdisk":
		out.RamdiskId = &ec2.AttributeValue{}
	case "userData":
		out.UserData = &ec2.AttributeValue{Value: opt(i.UserData)}
	case "disableApiTermination":
		out.DisableApiTermination = boolValue(i.NoTerminate)
	case "disableApiStop":
		out.DisableApiStop = boolValue(i.NoStop)
	case "instanceInitiatedShutdownBehavior":
		out.InstanceInitiatedShutdownBehavior = textValue(i.ShutdownBehavior)
	case "rootDeviceName":
		out.RootDeviceName = textValue(i.RootDevice)
	case "blockDeviceMapping":
		out.BlockDeviceMappings = []ec2.InstanceBlockDeviceMapping{}
	case "productCodes":
		out.ProductCodes = []ec2.ProductCode{}
	case "sourceDestCheck":
		out.SourceDestCheck = boolValue(true)
	case "groupSet":
		out.Groups = renderGroups(tx, i.Groups)
	case "ebsOptimized":
		out.EbsOptimized = boolValue(i.EBSOptimized)
	case "sriovNetSupport":
		out.SriovNetSupport = &ec2.AttributeValue{}
	case "enaSupport":
		out.EnaSupport = boolValue(true)
	case "enclaveOptions":
		out.EnclaveOptions = &ec2.EnclaveOptions{Enabled: ptr(false)}
	default:
		return cloud.Errorf(cloud.Unsupported, cloud.ResInstance, string(i.ID), "This cloud does not have the attribute %s.", name)
	}
	return nil
}
