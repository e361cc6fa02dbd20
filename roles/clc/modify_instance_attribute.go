package clc

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyInstanceAttribute changes one attribute of an instance.
func (s *Service) ModifyInstanceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstanceAttributeRequest) (*ec2.ModifyInstanceAttributeResult, error) {
	change, err := s.readAttribute(in)
	if err != nil {
		return nil, err
	}
	return nil, s.changeInstance(ctx, c, *in.InstanceId, change)
}

// readAttribute reads which attribute a request changes, and how. It may name
// it in a member of its own or, as old clients do, in Attribute and Value; two
// at once are refused.
func (s *Service) readAttribute(in *ec2.ModifyInstanceAttributeRequest) (changeFunc, error) {
	var changes []changeFunc
	var errs []error
	add := func(change changeFunc, err error) {
		changes, errs = append(changes, change), append(errs, err)
	}
	for _, a := range []struct {
		name  string
		value *ec2.AttributeBooleanValue
	}{
		{"sourceDestCheck", in.SourceDestCheck}, {"disableApiStop", in.DisableApiStop}, {"disableApiTermination", in.DisableApiTermination},
		{"ebsOptimized", in.EbsOptimized}, {"enaSupport", in.EnaSupport},
	} {
		if a.value != nil {
			add(s.readFlag(a.name, a.value.Value))
		}
	}
	for _, a := range []struct {
		name  string
		value *ec2.AttributeValue
	}{
		{"instanceType", in.InstanceType}, {"instanceInitiatedShutdownBehavior", in.InstanceInitiatedShutdownBehavior},
		{"kernel", in.Kernel}, {"ramdisk", in.Ramdisk}, {"sriovNetSupport", in.SriovNetSupport},
	} {
		if a.value != nil {
			add(s.readWord(a.name, text(a.value.Value)))
		}
	}
	if in.UserData != nil {
		add(s.readWord("userData", base64.StdEncoding.EncodeToString(in.UserData.Value)))
	}
	if len(in.Groups) > 0 {
		add(s.readGroups(in.Groups))
	}
	if len(in.BlockDeviceMappings) > 0 {
		add(nil, unmodifiable("blockDeviceMapping"))
	}
	if in.Attribute != nil {
		add(s.readNamed(*in.Attribute, in.Value))
	}
	switch len(changes) {
	case 0:
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No attributes specified.")
	case 1:
		return changes[0], errs[0]
	}
	return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Fields for multiple attribute types specified")
}

// readNamed reads the old form.
func (s *Service) readNamed(name string, value *string) (changeFunc, error) {
	if value == nil {
		return nil, cloud.Errorf(cloud.Missing, cloud.ResParameter, "Value", "")
	}
	switch name {
	case "sourceDestCheck", "disableApiStop", "disableApiTermination", "ebsOptimized", "enaSupport":
		switch strings.ToLower(*value) {
		case "true":
			return s.readFlag(name, ptr(true))
		case "false":
			return s.readFlag(name, ptr(false))
		}
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "Value", "Value (%s) for parameter Value is invalid. Expecting true or false.", *value)
	}
	return s.readWord(name, *value)
}

// readFlag reads an attribute that is on or off.
func (s *Service) readFlag(name string, value *bool) (changeFunc, error) {
	on := truth(value)
	switch {
	case value == nil:
		return nil, cloud.Errorf(cloud.Missing, cloud.ResParameter, name+".Value", "")
	case name == "disableApiTermination":
		return func(_ *store.Tx, i *cloud.Instance) error { i.NoTerminate = on; return nil }, nil
	case name == "disableApiStop":
		return func(_ *store.Tx, i *cloud.Instance) error { i.NoStop = on; return nil }, nil
	case name == "ebsOptimized":
		return whenStopped(func(_ *store.Tx, i *cloud.Instance) error { i.EBSOptimized = on; return nil }), nil
	case on: // sourceDestCheck and enaSupport are always on
		return func(*store.Tx, *cloud.Instance) error { return nil }, nil
	}
	return nil, unmodifiable(name)
}

// readWord reads an attribute that is text.
func (s *Service) readWord(name, value string) (changeFunc, error) {
	switch name {
	case "instanceType":
		t, ok := s.cfg.Types.Get(value)
		if !ok {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResInstanceType, value, "")
		}
		return whenStopped(func(_ *store.Tx, i *cloud.Instance) error {
			i.Type, i.VCPU, i.Memory = t.Name, t.VCPU, t.Memory // whether its node has room is seen at the start
			return nil
		}), nil
	case "userData":
		if err := checkUserData(value); err != nil {
			return nil, err
		}
		return whenStopped(func(_ *store.Tx, i *cloud.Instance) error { i.UserData = value; return nil }), nil
	case "instanceInitiatedShutdownBehavior":
		if !slices.Contains(ec2.EnumValues("ShutdownBehavior"), value) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "InstanceInitiatedShutdownBehavior", "Value (%s) for parameter instanceInitiatedShutdownBehavior is invalid. Expecting stop or terminate.", value)
		}
		return func(_ *store.Tx, i *cloud.Instance) error { i.ShutdownBehavior = value; return nil }, nil
	case "groupSet":
		return s.readGroups([]string{value})
	}
	return nil, unmodifiable(name)
}

// readGroups reads the security groups an instance's interface shall be in.
func (s *Service) readGroups(ids []string) (changeFunc, error) {
	if err := checkGroupIDs(ids); err != nil {
		return nil, err
	}
	return func(tx *store.Tx, i *cloud.Instance) error {
		groups, err := s.launchGroups(tx, i.Account, launch{groupIDs: ids}, i.VPC)
		if err != nil {
			return err
		}
		e, ok := tx.ENIs().Get(i.ENI)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResENI, string(i.ENI), "")
		}
		i.Groups, e.Groups = groups, groups
		return tx.ENIs().Put(e)
	}, nil
}

// whenStopped lets a change through on a stopped instance only.
func whenStopped(change changeFunc) changeFunc {
	return func(tx *store.Tx, i *cloud.Instance) error {
		if i.State() != cloud.StateStopped {
			return cloud.Errorf(cloud.WrongState, cloud.ResInstance, string(i.ID), "The instance '%s' is not in the 'stopped' state.", i.ID)
		}
		return change(tx, i)
	}
}

func unmodifiable(name string) error {
	return cloud.Errorf(cloud.Unsupported, cloud.ResInstance, "", "This cloud does not change the attribute %s of an instance.", name)
}
