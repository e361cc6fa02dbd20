package clc

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Tags that tell which launch template an instance is of. Tenants read them and
// cannot write them.
const (
	tagTemplate        = "aws:ec2launchtemplate:id"
	tagTemplateVersion = "aws:ec2launchtemplate:version"
)

// underTemplate returns the request with what its launch template says where it
// says nothing itself, and the tags that tell of the template.
func (s *Service) underTemplate(ctx context.Context, a cloud.AccountID, in *ec2.RunInstancesRequest) (*ec2.RunInstancesRequest, map[string]string, error) {
	if in.LaunchTemplate == nil {
		return in, nil, nil
	}
	ref := templateRef{in.LaunchTemplate.LaunchTemplateId, in.LaunchTemplate.LaunchTemplateName}
	if err := ref.check(); err != nil {
		return nil, nil, err
	}
	var v cloud.LaunchTemplateVersion
	err := s.store.View(ctx, func(tx *store.Tx) error {
		t, err := ref.find(tx, a)
		if err != nil {
			return err
		}
		v, err = versionOf(tx, t, text(in.LaunchTemplate.Version))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	said, err := readVersion(v)
	if err != nil {
		return nil, nil, err
	}
	whole := *in
	whole.TagSpecifications = mergeTagSpecs(in.TagSpecifications, said.TagSpecifications)
	said.TagSpecifications, whole.LaunchTemplate = nil, nil
	fillUnder(reflect.ValueOf(&whole).Elem(), reflect.ValueOf(said).Elem())
	return &whole, map[string]string{tagTemplate: string(v.Template), tagTemplateVersion: strconv.FormatInt(v.Number, 10)}, nil
}

// readVersion reads a version's data as a request to run instances: the model
// names the same members in both.
func readVersion(v cloud.LaunchTemplateVersion) (*ec2.RunInstancesRequest, error) {
	in, only := new(ec2.RunInstancesRequest), struct {
		InstanceRequirements     json.RawMessage
		ElasticGpuSpecifications []ec2.ElasticGpuSpecification
	}{}
	for _, to := range []any{in, &only} {
		if err := json.Unmarshal([]byte(v.Data), to); err != nil {
			return nil, fmt.Errorf("read launch template version %s: %w", v.ID, err)
		}
	}
	if only.InstanceRequirements != nil {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResLaunchTemplate, string(v.Template), "This cloud does not choose an instance type by requirements: the launch template must name a type.")
	}
	in.ElasticGpuSpecification = only.ElasticGpuSpecifications
	return in, nil
}

// fillUnder sets the members of a structure that are not set to those of
// another: what is nested member by member, a list as a whole.
func fillUnder(to, from reflect.Value) {
	for k := range to.NumField() {
		t, f := to.Field(k), from.Field(k)
		switch {
		case f.IsZero():
		case t.IsZero():
			t.Set(f)
		case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
			own := reflect.New(t.Type().Elem()) // the request's is not ours to change
			own.Elem().Set(t.Elem())
			fillUnder(own.Elem(), f.Elem())
			t.Set(own)
		}
	}
}

// mergeTagSpecs adds a template's tags to a request's: the request's win key by
// key.
func mergeTagSpecs(own, under []ec2.TagSpecification) []ec2.TagSpecification {
	type key struct{ typ, key string }
	has := map[key]bool{}
	for _, s := range own {
		for _, t := range s.Tags {
			has[key{text(s.ResourceType), text(t.Key)}] = true
		}
	}
	out := append([]ec2.TagSpecification(nil), own...)
	for _, s := range under {
		add := ec2.TagSpecification{ResourceType: s.ResourceType}
		for _, t := range s.Tags {
			if !has[key{text(s.ResourceType), text(t.Key)}] {
				add.Tags = append(add.Tags, t)
			}
		}
		if len(add.Tags) > 0 {
			out = append(out, add)
		}
	}
	return out
}
