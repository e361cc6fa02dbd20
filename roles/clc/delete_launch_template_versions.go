package clc

import (
	"context"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Codes of the result of one version, of the model's LaunchTemplateErrorCode.
const (
	versionMissing = "launchTemplateVersionDoesNotExist"
	versionKept    = "unexpectedError"
)

// DeleteLaunchTemplateVersions removes versions of a launch template, each for
// itself: the answer says which went and which did not. The default version
// cannot go.
func (s *Service) DeleteLaunchTemplateVersions(ctx context.Context, c *awsquery.Call, in *ec2.DeleteLaunchTemplateVersionsRequest) (*ec2.DeleteLaunchTemplateVersionsResult, error) {
	ref := templateRef{in.LaunchTemplateId, in.LaunchTemplateName}
	if err := ref.check(); err != nil {
		return nil, err
	}
	if len(in.Versions) > maxVersionsACall {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, "LaunchTemplateVersion", "One call may delete %d versions.", maxVersionsACall)
	}
	var out *ec2.DeleteLaunchTemplateVersionsResult
	err := s.update(ctx, c, func(tx *store.Tx) error {
		out = &ec2.DeleteLaunchTemplateVersionsResult{SuccessfullyDeletedLaunchTemplateVersions: []ec2.DeleteLaunchTemplateVersionsResponseSuccessItem{},
			UnsuccessfullyDeletedLaunchTemplateVersions: []ec2.DeleteLaunchTemplateVersionsResponseErrorItem{}}
		t, err := ref.find(tx, c.Caller.Account)
		if err != nil {
			return err
		}
		for _, name := range in.Versions {
			n, err := strconv.ParseInt(name, 10, 64)
			if err != nil || n < 1 {
				return cloud.Errorf(cloud.Invalid, cloud.ResLaunchTemplateVersion, name, "Invalid launch template version: '%s' is not a number.", name)
			}
			if err := deleteVersion(tx, t, n, out); err != nil {
				return err
			}
		}
		return settleLatest(tx, t)
	})
	return out, err
}

// deleteVersion removes one version and notes what became of it.
func deleteVersion(tx *store.Tx, t cloud.LaunchTemplate, n int64, out *ec2.DeleteLaunchTemplateVersionsResult) error {
	id, name, number := ptr(string(t.ID)), ptr(t.Name), ptr(n)
	refuse := func(code, why string) error {
		out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions,
			ec2.DeleteLaunchTemplateVersionsResponseErrorItem{LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: number,
				ResponseError: &ec2.ResponseError{Code: ptr(code), Message: ptr(why)}})
		return nil
	}
	if _, ok := tx.LaunchTemplateVersions().Get(versionID(t.ID, n)); !ok {
		return refuse(versionMissing, "Could not find the specified version "+strconv.FormatInt(n, 10)+" for the launch template with ID "+string(t.ID)+".")
	}
	if n == t.Default {
		return refuse(versionKept, "The default version of a launch template cannot be deleted. Make another version the default first.")
	}
	out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions,
		ec2.DeleteLaunchTemplateVersionsResponseSuccessItem{LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: number})
	return tx.LaunchTemplateVersions().Delete(versionID(t.ID, n))
}

// settleLatest notes the newest version that is left: there is one, the
// default.
func settleLatest(tx *store.Tx, t cloud.LaunchTemplate) error {
	latest := int64(0)
	for v := range tx.LaunchTemplateVersions().By(store.ByTemplate, string(t.ID)) {
		latest = max(latest, v.Number)
	}
	if latest == t.Latest {
		return nil
	}
	t.Latest = latest
	return tx.LaunchTemplates().Put(t)
}
