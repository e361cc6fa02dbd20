package clc

import (
	"encoding/json"
	"fmt"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// renderTemplate makes EC2's view of a launch template.
func renderTemplate(tx *store.Tx, t cloud.LaunchTemplate) *ec2.LaunchTemplate {
	return &ec2.LaunchTemplate{LaunchTemplateId: ptr(string(t.ID)), LaunchTemplateName: ptr(t.Name), CreateTime: ptr(t.Created.UTC()),
		CreatedBy: ptr(t.CreatedBy), DefaultVersionNumber: ptr(t.Default), LatestVersionNumber: ptr(t.Latest),
		Tags: renderTags(tx, t.Account, string(t.ID))}
}

// renderVersion makes EC2's view of a version.
func renderVersion(t cloud.LaunchTemplate, v cloud.LaunchTemplateVersion) (*ec2.LaunchTemplateVersion, error) {
	data, err := templateData(v)
	if err != nil {
		return nil, err
	}
	return &ec2.LaunchTemplateVersion{LaunchTemplateId: ptr(string(t.ID)), LaunchTemplateName: ptr(t.Name), VersionNumber: ptr(v.Number),
		VersionDescription: opt(v.Description), CreateTime: ptr(v.Created.UTC()), CreatedBy: ptr(v.CreatedBy),
		DefaultVersion: ptr(v.Number == t.Default), LaunchTemplateData: data}, nil
}

// templateData makes the answer's shape of a version's data: the model names
// the members of requests and answers the same.
func templateData(v cloud.LaunchTemplateVersion) (*ec2.ResponseLaunchTemplateData, error) {
	out := new(ec2.ResponseLaunchTemplateData)
	if err := json.Unmarshal([]byte(v.Data), out); err != nil {
		return nil, fmt.Errorf("read launch template version %s: %w", v.ID, err)
	}
	if m := out.MetadataOptions; m != nil {
		m.State = ptr("applied")
	}
	return out, nil
}
