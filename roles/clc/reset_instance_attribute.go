package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ResetInstanceAttribute sets an attribute back to its default. EC2 resets
// three; no instance has a kernel or a ramdisk besides its image's, so these
// are at their default.
func (s *Service) ResetInstanceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ResetInstanceAttributeRequest) (*ec2.ResetInstanceAttributeResult, error) {
	var change changeFunc
	var err error
	switch *in.Attribute {
	case "kernel", "ramdisk":
		change = whenStopped(func(*store.Tx, *cloud.Instance) error { return nil })
	case "sourceDestCheck":
		change, err = s.readFlag("sourceDestCheck", ptr(true))
	default:
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "Attribute", "The attribute %s cannot be reset: kernel, ramdisk and sourceDestCheck can.", *in.Attribute)
	}
	if err != nil {
		return nil, err
	}
	return nil, s.changeInstance(ctx, c, *in.InstanceId, change)
}
