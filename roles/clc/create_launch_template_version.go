package clc

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateLaunchTemplateVersion adds a version to a launch template. With a
// source version it has that one's parameters, less those the request names.
func (s *Service) CreateLaunchTemplateVersion(ctx context.Context, c *awsquery.Call, in *ec2.CreateLaunchTemplateVersionRequest) (*ec2.CreateLaunchTemplateVersionResult, error) {
	ref := templateRef{in.LaunchTemplateId, in.LaunchTemplateName}
	if err := ref.check(); err != nil {
		return nil, err
	}
	data, err := writeTemplateData(in.LaunchTemplateData)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateLaunchTemplateVersionResult{}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			t, err := ref.find(tx, c.Caller.Account)
			if err != nil {
				return nil, err
			}
			name := versionLatest
			if done != nil {
				name = done[0]
			} else if t, err = addVersion(tx, c, t, in, data); err != nil {
				return nil, err
			}
			v, err := versionOf(tx, t, name)
			if err != nil {
				return nil, err
			}
			out.LaunchTemplateVersion, err = renderVersion(t, v)
			return []string{strconv.FormatInt(v.Number, 10)}, err
		})
	})
}

// addVersion writes a new version and the template that now has it.
func addVersion(tx *store.Tx, c *awsquery.Call, t cloud.LaunchTemplate, in *ec2.CreateLaunchTemplateVersionRequest, data string) (cloud.LaunchTemplate, error) {
	if in.SourceVersion != nil {
		source, err := versionOf(tx, t, *in.SourceVersion)
		if err != nil {
			return t, err
		}
		if data, err = mergeTemplateData(in.LaunchTemplateData, source); err != nil {
			return t, err
		}
	}
	t.Last++
	t.Latest = t.Last
	if err := putVersion(tx, c, t, t.Last, text(in.VersionDescription), data); err != nil {
		return t, err
	}
	return t, tx.LaunchTemplates().Put(t)
}

// mergeTemplateData makes the data of a version based on another: each
// parameter of the request replaces the source's whole.
func mergeTemplateData(in *ec2.RequestLaunchTemplateData, source cloud.LaunchTemplateVersion) (string, error) {
	merged := new(ec2.RequestLaunchTemplateData)
	if err := json.Unmarshal([]byte(source.Data), merged); err != nil {
		return "", fmt.Errorf("read launch template version %s: %w", source.ID, err)
	}
	to, from := reflect.ValueOf(merged).Elem(), reflect.ValueOf(in).Elem()
	for k := range from.NumField() {
		if !from.Field(k).IsZero() {
			to.Field(k).Set(from.Field(k))
		}
	}
	return writeTemplateData(merged)
}
