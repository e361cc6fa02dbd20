package clc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// template makes a launch template and returns its id.
func (tn *tenant) template(name string, data args) string {
	tn.f.t.Helper()
	a := args{"LaunchTemplateName": name}
	for k, v := range data {
		a["LaunchTemplateData."+k] = v
	}
	got := tn.query("CreateLaunchTemplate", a)
	if got.code != "" {
		tn.f.t.Fatalf("%s: %s", got.code, got.msg)
	}
	return within(tn.f.t, string(got.body), "<launchTemplateId>", "<")
}

// The model names the members of a template's data the same in requests to make
// one, in answers and in RunInstances: that is how the one becomes the other.
func TestTemplateDataIsALaunch(t *testing.T) {
	elsewhere := []string{".InstanceRequirements", ".ElasticGpuSpecifications"} // read by themselves
	var walk func(path string, from, to reflect.Type)
	walk = func(path string, from, to reflect.Type) {
		for from.Kind() == reflect.Pointer || from.Kind() == reflect.Slice {
			if to.Kind() != from.Kind() {
				t.Errorf("%s: %s became %s", path, from, to)
				return
			}
			from, to = from.Elem(), to.Elem()
		}
		if from.Kind() != reflect.Struct || from == reflect.TypeFor[time.Time]() {
			if from != to {
				t.Errorf("%s: %s became %s", path, from, to)
			}
			return
		}
		for k := range from.NumField() {
			name := from.Field(k).Name
			if slices.Contains(elsewhere, path+"."+name) {
				continue
			}
			twin, ok := to.FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, name) })
			if !ok {
				t.Errorf("%s has no %s.%s", to, path, name)
				continue
			}
			walk(path+"."+name, from.Field(k).Type, twin.Type)
		}
	}
	data := reflect.TypeFor[ec2.RequestLaunchTemplateData]()
	walk("", data, reflect.TypeFor[ec2.RunInstancesRequest]())
	elsewhere = nil
	walk("", data, reflect.TypeFor[ec2.ResponseLaunchTemplateData]())
}

func TestLaunchFromTemplate(t *testing.T) {
	f := newCloud(t)
	group := f.alice.newGroup("g")
	id := f.alice.template("web", args{"ImageId": imageID, "InstanceType": "m5.large", "UserData": "eA==", "SecurityGroupId.1": group,
		"MetadataOptions.HttpTokens": "required", "MetadataOptions.HttpPutResponseHopLimit": "4", "Monitoring.Enabled": "true",
		"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "a", "TagSpecification.1.Tag.1.Value": "template",
		"TagSpecification.1.Tag.2.Key": "b", "TagSpecification.1.Tag.2.Value": "template"})
	f.alice.query("CreateLaunchTemplateVersion", args{"LaunchTemplateId": id, "LaunchTemplateData.InstanceType": "t3.micro", "SourceVersion": "1"})
	run := func(version *string, change func(*sdk.RunInstancesInput)) types.Instance {
		t.Helper()
		in := &sdk.RunInstancesInput{MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &id, Version: version}}
		if change != nil {
			change(in)
		}
		return must[*sdk.RunInstancesOutput](t)(f.alice.ec2.RunInstances(t.Context(), in)).Instances[0]
	}
	tags := func(i types.Instance) map[string]string {
		out := map[string]string{}
		for _, tag := range i.Tags {
			out[*tag.Key] = *tag.Value
		}
		return out
	}
	i := run(nil, nil)
	same(t, "type", types.InstanceTypeM5Large, i.InstanceType)
	same(t, "group", group, *i.SecurityGroups[0].GroupId)
	same(t, "monitoring", types.MonitoringStateEnabled, i.Monitoring.State)
	same(t, "tags", map[string]string{"a": "template", "b": "template", "aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "1"}, tags(i))
	same(t, "user data", "eA==", f.instance(*i.InstanceId).UserData)

	i = run(aws.String("$Latest"), func(in *sdk.RunInstancesInput) {
		in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: types.HttpTokensStateOptional}
		in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("own")}}}}
	})
	same(t, "the latest's type", types.InstanceTypeT3Micro, i.InstanceType)
	same(t, "the request's tokens", types.HttpTokensStateOptional, i.MetadataOptions.HttpTokens)
	same(t, "the template's hops", int32(4), *i.MetadataOptions.HttpPutResponseHopLimit)
	same(t, "tags", map[string]string{"a": "template", "b": "own", "aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "2"}, tags(i))
	found := must[*sdk.DescribeTagsOutput](t)(f.alice.ec2.DescribeTags(t.Context(), &sdk.DescribeTagsInput{Filters: []types.Filter{
		{Name: aws.String("resource-id"), Values: []string{*i.InstanceId}}, {Name: aws.String("key"), Values: []string{"aws:ec2launchtemplate:version"}}}}))
	same(t, "found by its template", "2", *found.Tags[0].Value)

	// Tenants neither write nor lose the cloud's tags.
	f.alice.refused("CreateTags", args{"ResourceId.1": *i.InstanceId, "Tag.1.Key": "aws:ec2launchtemplate:id", "Tag.1.Value": "x"}, "InvalidParameterValue")
	f.alice.refused("DeleteTags", args{"ResourceId.1": *i.InstanceId, "Tag.1.Key": "aws:ec2launchtemplate:id"}, "InvalidParameterValue")
	ok(t, f.alice.query2("DeleteTags", args{"ResourceId.1": *i.InstanceId}))
	same(t, "left", map[string]string{"aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "2"}, f.alice.tagsOf(*i.InstanceId))

	// The same token is the same launch, whatever the template says by now.
	token := func(in *sdk.RunInstancesInput) { in.ClientToken = aws.String("t") }
	first := run(nil, token)
	f.alice.query("ModifyLaunchTemplate", args{"LaunchTemplateId": id, "SetDefaultVersion": "2"})
	same(t, "replay", *first.InstanceId, *run(nil, token).InstanceId)
	same(t, "the new default", types.InstanceTypeT3Micro, run(nil, nil).InstanceType)
}

func TestLaunchTemplateRefusals(t *testing.T) {
	f := newCloud(t)
	id := f.alice.template("web", args{"InstanceType": "m1.small", "ImageId": imageID})
	foreign := f.bob.template("web", args{"InstanceType": "m1.small"})
	wants := f.alice.template("wants", args{"ImageId": imageID, "InstanceRequirements.VCpuCount.Min": "1", "InstanceRequirements.MemoryMiB.Min": "1"})
	unset := "lt-0000000000000dead"
	of := args{"LaunchTemplateId": id}
	launch := args{"MinCount": "1", "MaxCount": "1"}
	typ := args{"LaunchTemplateData.InstanceType": "m1.small"}
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"name taken":        {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "web"}), "InvalidLaunchTemplateName.AlreadyExistsException"},
		"name too short":    {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "ab"}), "InvalidParameterValue"},
		"name of wrong":     {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "a b c"}), "InvalidParameterValue"},
		"no name":           {"CreateLaunchTemplate", typ, "MissingParameter"},
		"no data":           {"CreateLaunchTemplate", args{"LaunchTemplateName": "new"}, "MissingParameter"},
		"data not base64":   {"CreateLaunchTemplate", args{"LaunchTemplateName": "new", "LaunchTemplateData.UserData": "%"}, "InvalidParameterValue"},
		"reserved tag":      {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "new", "LaunchTemplateData.TagSpecification.1.ResourceType": "instance", "LaunchTemplateData.TagSpecification.1.Tag.1.Key": "aws:x"}), "InvalidParameterValue"},
		"tags of others":    {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "new", "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "x"}), "InvalidParameterValue"},
		"data too long":     {"CreateLaunchTemplate", long(), "InvalidParameterValue"},
		"dry":               {"CreateLaunchTemplate", typ.with(args{"LaunchTemplateName": "new", "DryRun": "true"}), "DryRunOperation"},
		"source missing":    {"CreateLaunchTemplateVersion", of.with(typ).with(args{"SourceVersion": "7"}), "InvalidLaunchTemplateId.VersionNotFound"},
		"source is none":    {"CreateLaunchTemplateVersion", of.with(typ).with(args{"SourceVersion": "new"}), "InvalidParameterValue"},
		"version of none":   {"CreateLaunchTemplateVersion", typ, "MissingParameter"},
		"by both":           {"CreateLaunchTemplateVersion", of.with(typ).with(args{"LaunchTemplateName": "web"}), "InvalidParameterCombination"},
		"unknown name":      {"CreateLaunchTemplateVersion", typ.with(args{"LaunchTemplateName": "nobody"}), "InvalidLaunchTemplateName.NotFoundException"},
		"default missing":   {"ModifyLaunchTemplate", of.with(args{"SetDefaultVersion": "2"}), "InvalidLaunchTemplateId.VersionNotFound"},
		"no default":        {"ModifyLaunchTemplate", of, "MissingParameter"},
		"unknown id":        {"DeleteLaunchTemplate", args{"LaunchTemplateId": unset}, "InvalidLaunchTemplateId.NotFound"},
		"another's":         {"DeleteLaunchTemplate", args{"LaunchTemplateId": foreign}, "InvalidLaunchTemplateId.NotFound"},
		"no id":             {"DeleteLaunchTemplate", args{"LaunchTemplateId": "lt-x"}, "InvalidLaunchTemplateId.Malformed"},
		"listed":            {"DescribeLaunchTemplates", args{"LaunchTemplateId.1": unset}, "InvalidLaunchTemplateId.NotFound"},
		"listed by name":    {"DescribeLaunchTemplates", args{"LaunchTemplateName.1": "nobody"}, "InvalidLaunchTemplateName.NotFoundException"},
		"versions of all":   {"DescribeLaunchTemplateVersions", nil, "MissingParameter"},
		"numbers of all":    {"DescribeLaunchTemplateVersions", args{"LaunchTemplateVersion.1": "1"}, "InvalidParameterCombination"},
		"version missing":   {"DescribeLaunchTemplateVersions", of.with(args{"LaunchTemplateVersion.1": "2"}), "InvalidLaunchTemplateId.VersionNotFound"},
		"version and range": {"DescribeLaunchTemplateVersions", of.with(args{"LaunchTemplateVersion.1": "1", "MinVersion": "1"}), "InvalidParameterCombination"},
		"page too long":     {"DescribeLaunchTemplateVersions", of.with(args{"MaxResults": "201"}), "InvalidParameterValue"},
		"delete no number":  {"DeleteLaunchTemplateVersions", of.with(args{"LaunchTemplateVersion.1": "$Latest"}), "InvalidParameterValue"},
		"run of none":       {"RunInstances", launch.with(args{"LaunchTemplate.Version": "1"}), "MissingParameter"},
		"run unknown":       {"RunInstances", launch.with(args{"LaunchTemplate.LaunchTemplateId": unset}), "InvalidLaunchTemplateId.NotFound"},
		"run another's":     {"RunInstances", launch.with(args{"LaunchTemplate.LaunchTemplateId": foreign}), "InvalidLaunchTemplateId.NotFound"},
		"run no version":    {"RunInstances", launch.with(args{"LaunchTemplate.LaunchTemplateId": id, "LaunchTemplate.Version": "9"}), "InvalidLaunchTemplateId.VersionNotFound"},
		"run requirements":  {"RunInstances", launch.with(args{"LaunchTemplate.LaunchTemplateId": wants}), "UnsupportedOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
			f.view(func(tx *store.Tx) { same(t, "templates", 3, tx.LaunchTemplates().Len()) })
		})
	}
}

// long is a launch template with more than a record holds.
func long() args {
	a := args{"LaunchTemplateName": "long"}
	for k := range 300 {
		a[fmt.Sprintf("LaunchTemplateData.BlockDeviceMapping.%d.DeviceName", k+1)] = strings.Repeat("d", 200)
	}
	return a
}

func TestLaunchTemplateVersions(t *testing.T) {
	f := newCloud(t)
	id := f.alice.template("web", args{"InstanceType": "m1.small", "ImageId": imageID, "EbsOptimized": "true", "MetadataOptions.HttpTokens": "required"})
	f.alice.template("other", args{"InstanceType": "t3.micro"})
	add := func(a args) string {
		t.Helper()
		got := f.alice.query("CreateLaunchTemplateVersion", args{"LaunchTemplateId": id}.with(a))
		if got.code != "" {
			t.Fatalf("%s: %s", got.code, got.msg)
		}
		return within(t, string(got.body), "<versionNumber>", "<")
	}
	for k := range 6 {
		same(t, "number", fmt.Sprint(k+2), add(args{"LaunchTemplateData.KeyName": fmt.Sprint("k", k), "SourceVersion": "$Latest", "ClientToken": fmt.Sprint(k)}))
	}
	same(t, "again", "7", add(args{"LaunchTemplateData.KeyName": "k5", "SourceVersion": "$Latest", "ClientToken": "5"}))
	f.alice.refused("CreateLaunchTemplateVersion", args{"LaunchTemplateId": id, "LaunchTemplateData.KeyName": "x", "ClientToken": "5"}, "IdempotentParameterMismatch")
	numbers := func(a args) (out []string) {
		t.Helper()
		body := string(f.alice.query("DescribeLaunchTemplateVersions", a).body)
		for _, part := range strings.Split(body, "<versionNumber>")[1:] {
			n, _, _ := strings.Cut(part, "<")
			out = append(out, n)
		}
		return out
	}
	of := args{"LaunchTemplateId": id}
	for _, c := range []struct {
		a    args
		want string
	}{
		{of, "7 6 5 4 3 2 1"},
		{of.with(args{"MinVersion": "3", "MaxVersion": "5"}), "5 4 3"},
		{of.with(args{"MinVersion": "$Latest"}), "7"},
		{of.with(args{"LaunchTemplateVersion.1": "$Default", "LaunchTemplateVersion.2": "$Latest", "LaunchTemplateVersion.3": "1"}), "7 1"},
		{args{"LaunchTemplateVersion.1": "$Latest"}, "7 1"},
		{of.with(args{"Filter.1.Name": "is-default-version", "Filter.1.Value.1": "true"}), "1"},
		{of.with(args{"Filter.1.Name": "http-tokens", "Filter.1.Value.1": "required", "MaxVersion": "2"}), "2 1"},
		{of.with(args{"Filter.1.Name": "ebs-optimized", "Filter.1.Value.1": "true", "MaxVersion": "2"}), "2 1"},
		{of.with(args{"Filter.1.Name": "instance-type", "Filter.1.Value.1": "m1.*", "MinVersion": "7"}), "7"},
		{of.with(args{"Filter.1.Name": "image-id", "Filter.1.Value.1": "ami-none"}), ""},
	} {
		got := strings.Join(numbers(c.a), " ")
		if c.a["LaunchTemplateId"] == "" {
			parts := strings.Fields(got)
			slices.Sort(parts)
			slices.Reverse(parts)
			got = strings.Join(parts, " ")
		}
		same(t, fmt.Sprint(c.a), c.want, got)
	}
	var paged []string
	p := sdk.NewDescribeLaunchTemplateVersionsPaginator(f.alice.ec2, &sdk.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("web"), MaxResults: aws.Int32(3)})
	for p.HasMorePages() {
		page := must[*sdk.DescribeLaunchTemplateVersionsOutput](t)(p.NextPage(t.Context()))
		for _, v := range page.LaunchTemplateVersions {
			paged = append(paged, fmt.Sprint(*v.VersionNumber))
			same(t, "inherited", imageID, *v.LaunchTemplateData.ImageId)
		}
	}
	same(t, "in pages", "7 6 5 4 3 2 1", strings.Join(paged, " "))

	gone := must[*sdk.DeleteLaunchTemplateVersionsOutput](t)(f.alice.ec2.DeleteLaunchTemplateVersions(t.Context(), &sdk.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: []string{"7", "6", "1", "99"}}))
	same(t, "gone, kept", "2 2", fmt.Sprint(len(gone.SuccessfullyDeletedLaunchTemplateVersions), " ", len(gone.UnsuccessfullyDeletedLaunchTemplateVersions)))
	same(t, "latest", "5", numbers(of.with(args{"LaunchTemplateVersion.1": "$Latest"}))[0])
	same(t, "a number is used once", "8", add(args{"LaunchTemplateData.KeyName": "new"}))
	must[*sdk.DeleteLaunchTemplateOutput](t)(f.alice.ec2.DeleteLaunchTemplate(t.Context(), &sdk.DeleteLaunchTemplateInput{LaunchTemplateId: &id}))
	f.alice.refused("DescribeLaunchTemplateVersions", of, "InvalidLaunchTemplateId.NotFound")
	f.alice.template("web", args{"InstanceType": "m1.small"})
	f.view(func(tx *store.Tx) { same(t, "versions left", 2, tx.LaunchTemplateVersions().Len()) })
}

// Versions of a template that is gone go with the next round.
func TestOrphanedVersionsExpire(t *testing.T) {
	f := newCloud(t)
	id := f.alice.template("web", args{"InstanceType": "m1.small"})
	f.change(func(tx *store.Tx) error { return tx.LaunchTemplates().Delete(cloud.LaunchTemplateID(id)) })
	f.alice.template("kept", args{"InstanceType": "m1.small"})
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	f.view(func(tx *store.Tx) { same(t, "versions", 1, tx.LaunchTemplateVersions().Len()) })
}

// The data an instance gives makes a template that launches its like.
func TestTemplateFromInstance(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA), func(in *sdk.RunInstancesInput) { in.InstanceType = types.InstanceTypeT3Micro }).Instances[0].InstanceId
	out := must[*sdk.GetLaunchTemplateDataOutput](t)(f.alice.ec2.GetLaunchTemplateData(t.Context(), &sdk.GetLaunchTemplateDataInput{InstanceId: &id}))
	data := new(types.RequestLaunchTemplateData)
	ok(t, json.Unmarshal(must[[]byte](t)(json.Marshal(out.LaunchTemplateData)), data))
	data.NetworkInterfaces[0].PrivateIpAddresses = nil
	lt := must[*sdk.CreateLaunchTemplateOutput](t)(f.alice.ec2.CreateLaunchTemplate(t.Context(), &sdk.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("like"), LaunchTemplateData: data}))
	run := must[*sdk.RunInstancesOutput](t)(f.alice.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: lt.LaunchTemplate.LaunchTemplateId}}))
	a, b := f.instance(id), f.instance(*run.Instances[0].InstanceId)
	same(t, "like", fmt.Sprint(a.Type, a.Image, a.Groups, a.Zone, a.Metadata, a.Credits), fmt.Sprint(b.Type, b.Image, b.Groups, b.Zone, b.Metadata, b.Credits))
}

// Lists of the family come in pages.
func TestInstanceFamilyPages(t *testing.T) {
	f := newCloud(t)
	for k := range 12 {
		f.alice.template(fmt.Sprintf("t%02d", k), args{"InstanceType": "m1.small"})
	}
	f.alice.run(12, inZone(zoneA), func(in *sdk.RunInstancesInput) { in.InstanceType = types.InstanceTypeT3Micro })
	for action, item := range map[string]string{"DescribeLaunchTemplates": `<launchTemplateId>([^<]+)<`, "DescribeInstanceCreditSpecifications": `<instanceId>([^<]+)<`} {
		find := regexp.MustCompile(item)
		want := found(find, f.alice.query(action, nil).body)
		same(t, action, 12, len(want))
		same(t, action+" in pages", want, f.alice.pages(t, action, nil, find))
		first := f.alice.query(action, args{"MaxResults": "5"})
		f.bob.refused(action, args{"MaxResults": "5", "NextToken": tokenOf(first.body)}, "InvalidNextToken")
		f.alice.refused(action, args{"MaxResults": "5", "NextToken": "bm9uZQ"}, "InvalidNextToken")
		f.alice.refused(action, args{"MaxResults": "5000"}, "InvalidParameterValue")
		f.alice.refused(action, args{"Filter.1.Name": "colour", "Filter.1.Value.1": "x"}, "InvalidParameterValue")
	}
}

// Every filter AWS documents for versions is taken, and lets nothing pass that
// does not have the value.
func TestVersionFilters(t *testing.T) {
	f := newCloud(t)
	id := f.alice.template("web", args{"InstanceType": "m1.small", "NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkCardIndex": "0",
		"IamInstanceProfile.Name": "p", "LicenseSpecification.1.LicenseConfigurationArn": "arn:l", "KernelId": "aki-1", "RamDiskId": "ari-1",
		"MetadataOptions.HttpEndpoint": "enabled"})
	for name, has := range map[string]string{"create-time": "2026-03-04*", "ebs-optimized": "", "http-endpoint": "enabled", "http-protocol-ipv4": "", "http-tokens": "",
		"iam-instance-profile": "p", "image-id": "", "instance-type": "m1.small", "is-default-version": "true", "kernel-id": "aki-1", "license-configuration-arn": "arn:l",
		"network-card-index": "0", "ram-disk-id": "ari-1"} {
		of := args{"LaunchTemplateId": id, "Filter.1.Name": name, "Filter.1.Value.1": "no such value"}
		if got := f.alice.query("DescribeLaunchTemplateVersions", of); got.code != "" || strings.Contains(string(got.body), "<item>") {
			t.Errorf("%s: %s %s", name, got.code, got.body)
		}
		if got := f.alice.query("DescribeLaunchTemplateVersions", of.with(args{"Filter.1.Value.2": has})); has != "" && !strings.Contains(string(got.body), id) {
			t.Errorf("%s=%s: %s", name, has, got.body)
		}
	}
}

// A launch that was let through is pinned to the version of the template that
// was decided on, and one with a template that is not there is not let through.
func TestAuthorizedLaunchIsPinned(t *testing.T) {
	f := newCloud(t)
	id := f.alice.template("web", args{"ImageId": imageID, "InstanceType": "t3.micro"})
	call := &awsquery.Call{Service: "ec2", Action: "RunInstances", Caller: cloud.Caller{Account: f.alice.account.ID, Kind: cloud.PrincipalUser,
		Rights: &cloud.Rights{Identity: []cloud.Document{{Name: "all", Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`}}}}}
	in := &ec2.RunInstancesRequest{MinCount: aws.Int64(1), MaxCount: aws.Int64(1), LaunchTemplate: &ec2.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")}}
	ok(t, f.svc.Authorize(t.Context(), call, awsquery.May("ec2:RunInstances"), in))
	if got := in.LaunchTemplate; aws.ToString(got.LaunchTemplateId) != id || aws.ToString(got.Version) != "1" || got.LaunchTemplateName != nil {
		t.Errorf("pinned to %v", got)
	}
	in.LaunchTemplate = &ec2.LaunchTemplateSpecification{LaunchTemplateName: aws.String("none")}
	if err := f.svc.Authorize(t.Context(), call, awsquery.May("ec2:RunInstances"), in); !errors.Is(err, cloud.NotFound) {
		t.Errorf("a template that is not there: %v", err)
	}
}
