package clc_test

import (
	"strings"
	"sync"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
)

// within cuts the first thing between two marks out of an answer.
func within(t *testing.T, body, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, before)
	out, _, ok2 := strings.Cut(rest, after)
	if !ok || !ok2 {
		t.Fatalf("no %s…%s in %s", before, after, body)
	}
	return out
}

// Requests and answers of the family, to the letter.
func TestInstanceFamilyGoldens(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Types = c.Types[:3] })
	tp := newTape(f)
	al := f.alice
	tp.does(al, "CreatePlacementGroup", args{"GroupName": "apart", "Strategy": "partition", "PartitionCount": "3",
		"TagSpecification.1.ResourceType": "placement-group", "TagSpecification.1.Tag.1.Key": "k", "TagSpecification.1.Tag.1.Value": "v"})
	tp.does(al, "DescribePlacementGroups", args{"GroupName.1": "apart"})
	lt := tp.does(al, "CreateLaunchTemplate", args{"LaunchTemplateName": "web", "VersionDescription": "first", "LaunchTemplateData.ImageId": imageID,
		"LaunchTemplateData.InstanceType": "t3.micro", "LaunchTemplateData.MetadataOptions.HttpTokens": "required",
		"LaunchTemplateData.Placement.GroupName": "apart", "LaunchTemplateData.TagSpecification.1.ResourceType": "instance",
		"LaunchTemplateData.TagSpecification.1.Tag.1.Key": "Name", "LaunchTemplateData.TagSpecification.1.Tag.1.Value": "web"}, "launchTemplateId")
	of := args{"LaunchTemplateId": lt}
	tp.does(al, "CreateLaunchTemplateVersion", of.with(args{"SourceVersion": "1", "VersionDescription": "second", "LaunchTemplateData.UserData": "eA==", "LaunchTemplateData.InstanceType": "m5.large"}))
	tp.does(al, "ModifyLaunchTemplate", of.with(args{"SetDefaultVersion": "2"}))
	tp.does(al, "DescribeLaunchTemplates", args{"LaunchTemplateName.1": "web"})
	tp.does(al, "DescribeLaunchTemplateVersions", of)
	id := tp.does(al, "RunInstances", args{"MinCount": "1", "MaxCount": "1", "LaunchTemplate.LaunchTemplateName": "web", "LaunchTemplate.Version": "1",
		"Placement.AvailabilityZone": zoneA, "CreditSpecification.CpuCredits": "standard"}, "instanceId")
	one, ofOne := args{"InstanceId.1": id}, args{"InstanceId": id}
	f.zone.see(id, cloud.PhaseUp)
	tp.does(al, "DescribeInstances", one)
	tp.does(al, "DescribeInstanceStatus", one)
	tp.does(al, "DescribeInstanceAttribute", ofOne.with(args{"Attribute": "instanceType"}))
	tp.does(al, "DescribeInstanceTypes", args{"InstanceType.1": "t3.micro"})
	tp.does(al, "DescribeInstanceTypeOfferings", nil)
	tp.does(al, "DescribeInstanceCreditSpecifications", one)
	tp.does(al, "ModifyInstanceCreditSpecification", args{"InstanceCreditSpecification.1.InstanceId": id, "InstanceCreditSpecification.1.CpuCredits": "unlimited",
		"InstanceCreditSpecification.2.InstanceId": "i-0000000000000dead", "InstanceCreditSpecification.2.CpuCredits": "standard"})
	tp.does(al, "MonitorInstances", one)
	tp.does(al, "UnmonitorInstances", one)
	tp.does(al, "ModifyInstanceMetadataOptions", ofOne.with(args{"HttpTokens": "optional", "HttpPutResponseHopLimit": "2"}))
	tp.does(al, "ModifyInstanceMetadataDefaults", args{"HttpTokens": "required", "HttpPutResponseHopLimit": "3"})
	tp.does(al, "GetInstanceMetadataDefaults", nil)
	tp.does(al, "ModifyInstanceMaintenanceOptions", ofOne.with(args{"AutoRecovery": "disabled"}))
	tp.does(al, "ModifyInstanceAttribute", ofOne.with(args{"DisableApiStop.Value": "true"}))
	tp.does(al, "ModifyInstanceAttribute", ofOne.with(args{"DisableApiStop.Value": "false"}))
	tp.does(al, "ReportInstanceStatus", args{"InstanceId.1": id, "Status": "impaired", "ReasonCode.1": "unresponsive"})
	tp.does(al, "GetLaunchTemplateData", ofOne)
	tp.do(al, "GetInstanceUefiData", ofOne)
	tp.do(al, "GetConsoleScreenshot", ofOne)
	tp.does(al, "RebootInstances", one)
	for _, action := range []string{"GetConsoleOutput", "GetPasswordData"} {
		answer := f.nodeAnswers("<Password>\r\nAQID\r\n</Password>")
		tp.does(al, action, ofOne)
		answer()
	}
	tp.does(al, "StopInstances", one)
	f.zone.follow()
	tp.does(al, "ResetInstanceAttribute", ofOne.with(args{"Attribute": "kernel"}))
	tp.does(al, "ModifyInstancePlacement", ofOne.with(args{"GroupName": ""}))
	tp.does(al, "StartInstances", one)
	tp.does(al, "TerminateInstances", one)
	tp.does(al, "DeletePlacementGroup", args{"GroupName": "apart"})
	tp.does(al, "DeleteLaunchTemplateVersions", of.with(args{"LaunchTemplateVersion.1": "1", "LaunchTemplateVersion.2": "2", "LaunchTemplateVersion.3": "7"}))
	tp.does(al, "DeleteLaunchTemplate", of)
	for _, a := range clc.InstanceActions() {
		if tp.lines[a.Name] == nil && !otherFamily[a.Name] {
			t.Errorf("%s has no golden", a.Name)
		}
	}
	tp.check()
}

// otherFamily are actions in the table of instances that others have goldens of.
var otherFamily = map[string]bool{"AssociateIamInstanceProfile": true, "DescribeIamInstanceProfileAssociations": true,
	"DisassociateIamInstanceProfile": true, "ReplaceIamInstanceProfileAssociation": true}

// nodeAnswers plays the node of the next question to the first zone, which the
// caller asks before it calls wait.
func (f *fixture) nodeAnswers(data string) (wait func()) {
	var all sync.WaitGroup
	all.Go(func() {
		for ctx := soon(f.t); ; {
			z, err := f.svc.WatchZone(ctx, zoneA, f.store.Revision())
			if err != nil {
				f.t.Error(err)
				return
			}
			if len(z.Asks) > 0 {
				if err := f.svc.Answer(ctx, z.Asks[0].Node, rpc.Answer{ID: z.Asks[0].ID, Data: []byte(data)}); err != nil {
					f.t.Error(err)
				}
				return
			}
		}
	})
	return all.Wait
}
