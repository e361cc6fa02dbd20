package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeImageAttribute tells one attribute of an image to its owner.
func (s *Service) DescribeImageAttribute(ctx context.Context, c *awsquery.Call, in *ec2.DescribeImageAttributeRequest) (*ec2.ImageAttribute, error) {
	out := &ec2.ImageAttribute{ImageId: in.ImageId}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		img, err := ownImage(tx, c.Caller.Account, text(in.ImageId))
		if err != nil {
			return err
		}
		renderImageAttribute(out, img, text(in.Attribute))
		return nil
	})
	return out, err
}

func renderImageAttribute(out *ec2.ImageAttribute, img cloud.Image, name string) {
	value := func(v string) *ec2.AttributeValue { return &ec2.AttributeValue{Value: opt(v)} }
	switch name {
	case "description":
		out.Description = value(img.Description)
	case "kernel":
		out.KernelId = value("")
	case "ramdisk":
		out.RamdiskId = value("")
	case "launchPermission":
		out.LaunchPermissions = renderLaunchers(img)
	case "productCodes":
		out.ProductCodes = []ec2.ProductCode{}
	case "blockDeviceMapping":
		out.BlockDeviceMappings = []ec2.BlockDeviceMapping{}
	case "sriovNetSupport":
		out.SriovNetSupport = value("")
	case "bootMode":
		out.BootMode = value("legacy-bios")
	case "tpmSupport":
		out.TpmSupport = value("")
	case "uefiData":
		out.UefiData = value("")
	case "lastLaunchedTime":
		out.LastLaunchedTime = value(imageStamp(img.LastLaunched))
	case "imdsSupport":
		out.ImdsSupport = value("")
	case "deregistrationProtection":
		out.DeregistrationProtection = value(protection(img))
	}
}

// renderLaunchers lists who may launch an image besides its owner.
func renderLaunchers(img cloud.Image) []ec2.LaunchPermission {
	out := []ec2.LaunchPermission{}
	if img.Public {
		out = append(out, ec2.LaunchPermission{Group: ptr("all")})
	}
	for _, a := range img.Launchers {
		out = append(out, ec2.LaunchPermission{UserId: ptr(string(a))})
	}
	return out
}
