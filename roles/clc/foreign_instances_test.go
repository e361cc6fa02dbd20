package clc_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// ownTemplates makes what else the family of instances has ids of.
func (f *fixture) ownTemplates(own map[string]string) {
	f.t.Helper()
	own["template"] = f.alice.template("web", args{"InstanceType": "m1.small"})
	own["placement"] = f.alice.placementGroup("near", types.PlacementStrategyCluster)
}

// foreignInstances are the calls of the family that name another's.
func foreignInstances(own map[string]string) []foreignCase {
	of, one := args{"LaunchTemplateId": own["template"]}, args{"InstanceId": own["instance"]}
	many := args{"InstanceId.1": own["instance"]}
	const none, noInstance = "InvalidLaunchTemplateId.NotFound", "InvalidInstanceID.NotFound"
	name := args{"LaunchTemplateName": "web"}
	const noName = "InvalidLaunchTemplateName.NotFoundException"
	return []foreignCase{
		{"CreateLaunchTemplateVersion", of.with(args{"LaunchTemplateData.KeyName": "k"}), none},
		{"DeleteLaunchTemplate", of, none},
		{"DeleteLaunchTemplate", name, noName},
		{"DeleteLaunchTemplateVersions", of.with(args{"LaunchTemplateVersion.1": "1"}), none},
		{"DescribeLaunchTemplates", args{"LaunchTemplateId.1": own["template"]}, none},
		{"DescribeLaunchTemplates", args{"LaunchTemplateName.1": "web"}, noName},
		{"DescribeLaunchTemplateVersions", of, none},
		{"DescribeLaunchTemplateVersions", name, noName},
		{"ModifyLaunchTemplate", of.with(args{"SetDefaultVersion": "1"}), none},
		{"RunInstances", launch.with(args{"ImageId": publicID, "LaunchTemplate.LaunchTemplateId": own["template"]}), none},
		{"RunInstances", launch.with(args{"ImageId": publicID, "Placement.GroupId": own["placement"]}), "InvalidPlacementGroupId.NotFound"},
		{"RunInstances", launch.with(args{"ImageId": publicID, "Placement.GroupName": "near"}), "InvalidPlacementGroup.Unknown"},
		{"DescribePlacementGroups", args{"GroupId.1": own["placement"]}, "InvalidPlacementGroupId.NotFound"},
		{"DeletePlacementGroup", args{"GroupName": "near"}, "InvalidPlacementGroup.Unknown"},
		{"CreateTags", args{"ResourceId.1": own["template"], "Tag.1.Key": "k", "Tag.1.Value": "v"}, none},
		{"CreateTags", args{"ResourceId.1": own["placement"], "Tag.1.Key": "k", "Tag.1.Value": "v"}, "InvalidPlacementGroupId.NotFound"},
		{"DescribeInstanceCreditSpecifications", many, noInstance},
		{"GetConsoleScreenshot", one, noInstance},
		{"GetInstanceUefiData", one, noInstance},
		{"GetLaunchTemplateData", one, noInstance},
		{"GetPasswordData", one, noInstance},
		{"ModifyInstanceMaintenanceOptions", one.with(args{"AutoRecovery": "disabled"}), noInstance},
		{"ModifyInstanceMetadataOptions", one.with(args{"HttpTokens": "required"}), noInstance},
		{"ModifyInstancePlacement", one.with(args{"GroupName": ""}), noInstance},
		{"ResetInstanceAttribute", one.with(args{"Attribute": "kernel"}), noInstance},
		{"MonitorInstances", many, noInstance},
		{"UnmonitorInstances", many, noInstance},
		{"ReportInstanceStatus", many.with(args{"Status": "ok", "ReasonCode.1": "other"}), noInstance},
	}
}

// The action that answers for each instance by itself.
func TestForeignCredits(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1).Instances[0].InstanceId
	for _, of := range []string{id, nobodys(id)} {
		got := f.bob.query("ModifyInstanceCreditSpecification", args{"InstanceCreditSpecification.1.InstanceId": of, "InstanceCreditSpecification.1.CpuCredits": "standard"})
		same(t, "code", "InvalidInstanceID.NotFound", within(t, string(got.body), "<code>", "<"))
	}
	same(t, "credits", "", f.instance(id).Credits)
}
