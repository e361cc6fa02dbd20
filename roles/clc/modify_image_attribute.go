package clc

import (
	"context"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxLaunchers is how many accounts an image may be shared with.
const maxLaunchers = 1000

// ModifyImageAttribute changes an image's description or who may launch it. The
// attribute is a member of its own or, as old clients do it, named in Attribute.
func (s *Service) ModifyImageAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ModifyImageAttributeRequest) (*ec2.ModifyImageAttributeResult, error) {
	change, err := readImageAttribute(in)
	if err != nil {
		return nil, err
	}
	return nil, s.changeImage(ctx, c, in.ImageId, change)
}

type imageChange = func(tx *store.Tx, img *cloud.Image) error

func readImageAttribute(in *ec2.ModifyImageAttributeRequest) (imageChange, error) {
	name := text(in.Attribute)
	switch {
	case in.ImdsSupport != nil || name == "imdsSupport":
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "ImdsSupport is not offered: give HttpTokens=required at launch, or make it the account's default with ModifyInstanceMetadataDefaults.")
	case len(in.ProductCodes) > 0 || name == "productCodes":
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Product codes are not offered.")
	case len(in.OrganizationArns)+len(in.OrganizationalUnitArns) > 0:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "This cloud has no organizations: name the accounts.")
	case in.Description != nil:
		return describeAs(text(in.Description.Value))
	case name == "description":
		return describeAs(text(in.Value))
	case in.LaunchPermission != nil:
		return changeLaunchers(in.LaunchPermission.Add, in.LaunchPermission.Remove)
	case name == "launchPermission":
		return readOldPermission(in)
	case name == "":
		return nil, cloud.Errorf(cloud.Missing, cloud.ResParameter, "Attribute", "")
	}
	return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "Attribute", "Value (%s) for parameter attribute is invalid. Unknown attribute.", name)
}

func describeAs(description string) (imageChange, error) {
	if len(description) > 255 {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "Description", "The description is longer than 255 characters.")
	}
	return func(_ *store.Tx, img *cloud.Image) error { img.Description = description; return nil }, nil
}

// readOldPermission reads OperationType, UserId and UserGroup.
func readOldPermission(in *ec2.ModifyImageAttributeRequest) (imageChange, error) {
	var all []ec2.LaunchPermission
	for _, u := range in.UserIds {
		all = append(all, ec2.LaunchPermission{UserId: ptr(u)})
	}
	for _, g := range in.UserGroups {
		all = append(all, ec2.LaunchPermission{Group: ptr(g)})
	}
	switch text(in.OperationType) {
	case "add":
		return changeLaunchers(all, nil)
	case "remove":
		return changeLaunchers(nil, all)
	}
	return nil, cloud.Errorf(cloud.Missing, cloud.ResParameter, "OperationType", "")
}

// changeLaunchers adds and removes accounts and the group of all.
func changeLaunchers(add, remove []ec2.LaunchPermission) (imageChange, error) {
	if len(add)+len(remove) == 0 {
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No changes to the launch permissions were given.")
	}
	for _, p := range slices.Concat(add, remove) {
		if err := checkLauncher(p); err != nil {
			return nil, err
		}
	}
	return func(tx *store.Tx, img *cloud.Image) error {
		if img.Disabled && len(add) > 0 {
			return cloud.Errorf(cloud.WrongState, cloud.ResImage, string(img.ID), "The image id '[%s]' is disabled and cannot be shared", img.ID)
		}
		has := slices.Clone(img.Launchers)
		for _, p := range add {
			if p.Group != nil {
				if err := mayPublish(tx, img); err != nil {
					return err
				}
				img.Public = true
			} else {
				has = append(has, cloud.AccountID(*p.UserId))
			}
		}
		for _, p := range remove {
			if p.Group != nil {
				img.Public = false
			} else {
				has = slices.DeleteFunc(has, func(a cloud.AccountID) bool { return string(a) == *p.UserId })
			}
		}
		slices.Sort(has)
		if img.Launchers = slices.Compact(has); len(img.Launchers) > maxLaunchers {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResImage, string(img.ID), "An image may be shared with %d accounts.", maxLaunchers)
		}
		return nil
	}, nil
}

// checkLauncher checks the form of one permission.
func checkLauncher(p ec2.LaunchPermission) error {
	switch u := text(p.UserId); {
	case p.OrganizationArn != nil || p.OrganizationalUnitArn != nil:
		return cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "This cloud has no organizations: name the accounts.")
	case (p.Group == nil) == (p.UserId == nil):
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "A launch permission is a user id or the group all.")
	case p.Group != nil && *p.Group != "all":
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "Group", "Value (%s) for parameter group is invalid. The only group is all.", *p.Group)
	case p.UserId != nil && (len(u) != 12 || strings.Trim(u, "0123456789") != ""):
		return cloud.Errorf(cloud.Malformed, cloud.ResAccount, u, "")
	}
	return nil
}
