package clc_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc"
)

// Every attribute of the model is told.
func TestDescribeInstanceAttribute(t *testing.T) {
	f := newCloud(t)
	data := "I2Nsb3VkLWNvbmZpZwo=\n" // as some clients send it
	id := *f.alice.run(1, func(in *sdk.RunInstancesInput) {
		in.UserData, in.DisableApiTermination, in.EbsOptimized = &data, aws.Bool(true), aws.Bool(true)
	}).Instances[0].InstanceId
	for name, want := range map[string]string{
		"instanceType":                      "<instanceType><value>m1.small</value></instanceType>",
		"kernel":                            "<kernel></kernel>",
		"ramdisk":                           "<ramdisk></ramdisk>",
		"userData":                          "<userData><value>I2Nsb3VkLWNvbmZpZwo=&#xA;</value></userData>",
		"disableApiTermination":             "<disableApiTermination><value>true</value></disableApiTermination>",
		"disableApiStop":                    "<disableApiStop><value>false</value></disableApiStop>",
		"instanceInitiatedShutdownBehavior": "<instanceInitiatedShutdownBehavior><value>stop</value></instanceInitiatedShutdownBehavior>",
		"rootDeviceName":                    "<rootDeviceName><value>/dev/sda1</value></rootDeviceName>",
		"blockDeviceMapping":                "<blockDeviceMapping></blockDeviceMapping>",
		"productCodes":                      "<productCodes></productCodes>",
		"sourceDestCheck":                   "<sourceDestCheck><value>true</value></sourceDestCheck>",
		"groupSet":                          "<groupSet><item><groupId>" + string(f.instance(id).Groups[0]) + "</groupId><groupName>default</groupName></item></groupSet>",
		"ebsOptimized":                      "<ebsOptimized><value>true</value></ebsOptimized>",
		"sriovNetSupport":                   "<sriovNetSupport></sriovNetSupport>",
		"enaSupport":                        "<enaSupport><value>true</value></enaSupport>",
		"enclaveOptions":                    "<enclaveOptions><enabled>false</enabled></enclaveOptions>",
		"disableApiStop ":                   "",
	} {
		got := f.alice.query("DescribeInstanceAttribute", args{"InstanceId": id, "Attribute": name})
		body := strings.NewReplacer("<kernel/>", "<kernel></kernel>", "<ramdisk/>", "<ramdisk></ramdisk>", "<blockDeviceMapping/>", "<blockDeviceMapping></blockDeviceMapping>",
			"<productCodes/>", "<productCodes></productCodes>", "<sriovNetSupport/>", "<sriovNetSupport></sriovNetSupport>").Replace(string(got.body))
		if want == "" {
			same(t, "unknown attribute", "InvalidParameterValue", got.code)
			continue
		}
		_, after, _ := strings.Cut(body, "</requestId>")
		after = strings.Replace(after, "<instanceId>"+id+"</instanceId>", "", 1)
		same(t, name, want+"</DescribeInstanceAttributeResponse>", strings.TrimSpace(after))
	}
	for _, name := range ec2.EnumValues("InstanceAttributeName") {
		if got := f.alice.query("DescribeInstanceAttribute", args{"InstanceId": id, "Attribute": name}); got.code != "" {
			t.Errorf("%s: %s", name, got.code)
		}
	}
}

func TestModifyInstanceAttribute(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.follow()
	group := f.alice.newGroup("g")
	in := args{"InstanceId": id}
	stopped := []args{{"InstanceType.Value": "m5.large"}, {"UserData.Value": "eA=="}, {"EbsOptimized.Value": "true"}, {"Attribute": "userData", "Value": "eQ=="}}
	for _, a := range stopped {
		f.alice.refused("ModifyInstanceAttribute", in.with(a), "IncorrectInstanceState")
	}
	for _, a := range []args{{"DisableApiTermination.Value": "true"}, {"DisableApiStop.Value": "true"}, {"InstanceInitiatedShutdownBehavior.Value": "terminate"},
		{"GroupId.1": group}, {"SourceDestCheck.Value": "true"}} {
		ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(a)))
	}
	i := f.instance(id)
	same(t, "flags", true, i.NoStop && i.NoTerminate)
	same(t, "behaviour", "terminate", i.ShutdownBehavior)
	same(t, "groups", []cloud.GroupID{cloud.GroupID(group)}, i.Groups)
	ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(args{"Attribute": "disableApiStop", "Value": "False"})))
	ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(args{"Attribute": "instanceInitiatedShutdownBehavior", "Value": "stop"})))
	must[string](t)(f.alice.stop(id, false))
	f.alice.refused("ModifyInstanceAttribute", in.with(stopped[0]), "IncorrectInstanceState") // still stopping
	f.zone.follow()
	for _, a := range stopped {
		ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(a)))
	}
	i = f.instance(id)
	same(t, "type", "m5.large 2", i.Type+" "+string(rune('0'+i.VCPU)))
	same(t, "user data", "eQ==", i.UserData)
	same(t, "EBS", true, i.EBSOptimized)

	// A type its node cannot hold is taken, and refused at the start.
	ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(args{"InstanceType.Value": "x1.huge"})))
	_, err := f.alice.start(id)
	wantCode(t, err, "InsufficientInstanceCapacity")

	many := args{}
	for k := range clc.MaxGroupsPerENI + 1 {
		many["GroupId."+string(rune('1'+k))] = f.alice.newGroup("more" + string(rune('a'+k)))
	}
	for name, c := range map[string]struct {
		a    args
		code string
	}{
		"nothing":             {nil, "InvalidParameterCombination"},
		"two at once":         {args{"DisableApiStop.Value": "true", "DisableApiTermination.Value": "true"}, "InvalidParameterCombination"},
		"both forms":          {args{"DisableApiStop.Value": "true", "Attribute": "disableApiStop", "Value": "true"}, "InvalidParameterCombination"},
		"no value":            {args{"Attribute": "disableApiStop"}, "MissingParameter"},
		"neither true nor":    {args{"Attribute": "disableApiStop", "Value": "yes"}, "InvalidParameterValue"},
		"unknown type":        {args{"InstanceType.Value": "z9.nano"}, "InvalidParameterValue"},
		"unknown behaviour":   {args{"InstanceInitiatedShutdownBehavior.Value": "explode"}, "InvalidParameterValue"},
		"data is not base64":  {args{"UserData.Value": "%"}, "InvalidParameterValue"},
		"old data likewise":   {args{"Attribute": "userData", "Value": "%"}, "InvalidParameterValue"},
		"data too long":       {args{"UserData.Value": base64.StdEncoding.EncodeToString(make([]byte, clc.MaxUserData+1))}, "InvalidParameterValue"},
		"group malformed":     {args{"GroupId.1": "g"}, "InvalidGroupId.Malformed"},
		"group unknown":       {args{"GroupId.1": "sg-00000000000000000"}, "InvalidGroup.NotFound"},
		"too many groups":     {many, "SecurityGroupsPerInterfaceLimitExceeded"},
		"no source check":     {args{"SourceDestCheck.Value": "false"}, "UnsupportedOperation"},
		"kernel":              {args{"Kernel.Value": "aki-1"}, "UnsupportedOperation"},
		"block devices":       {args{"BlockDeviceMapping.1.DeviceName": "/dev/sda1"}, "UnsupportedOperation"},
		"root device":         {args{"Attribute": "rootDeviceName", "Value": "/dev/sda"}, "UnsupportedOperation"},
		"unknown attribute":   {args{"Attribute": "colour", "Value": "red"}, "InvalidParameterValue"},
		"only asked for":      {args{"DisableApiStop.Value": "true", "DryRun": "true"}, "DryRunOperation"},
		"instance's id wrong": {args{"InstanceId": "x", "DisableApiStop.Value": "true"}, "InvalidInstanceID.Malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query("ModifyInstanceAttribute", in.with(c.a)); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	ok(t, f.alice.query2("ModifyInstanceAttribute", in.with(args{"DisableApiTermination.Value": "false"})))
	must[string](t)(f.alice.terminate(id))
	f.alice.refused("ModifyInstanceAttribute", in.with(args{"DisableApiStop.Value": "true"}), "IncorrectInstanceState")
}

func TestDescribeInstanceStatus(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	status := func(all bool) string {
		t.Helper()
		out := must[*sdk.DescribeInstanceStatusOutput](t)(f.alice.ec2.DescribeInstanceStatus(t.Context(), &sdk.DescribeInstanceStatusInput{
			InstanceIds: []string{id}, IncludeAllInstances: &all}))
		if len(out.InstanceStatuses) == 0 {
			return ""
		}
		s := out.InstanceStatuses[0]
		return string(s.InstanceState.Name) + " " + string(s.SystemStatus.Status) + " " + string(s.InstanceStatus.Status)
	}
	same(t, "pending", "", status(false))
	same(t, "pending, all", "pending initializing initializing", status(true))
	f.zone.see(id, cloud.PhaseUp)
	same(t, "running", "running ok ok", status(false))
	f.zone.nodes[f.instance(id).Desired.Node].Down = true
	f.clock.forward(time.Minute)
	f.zone.report()
	same(t, "unheard", "running impaired insufficient-data", status(false))
	out := must[*sdk.DescribeInstanceStatusOutput](t)(f.alice.ec2.DescribeInstanceStatus(t.Context(), &sdk.DescribeInstanceStatusInput{}))
	d := out.InstanceStatuses[0].SystemStatus.Details[0]
	same(t, "since", begin.Add(time.Minute), *d.ImpairedSince)
	same(t, "check", types.StatusTypeFailed, d.Status)
	must[string](t)(f.alice.stop(id, true))
	same(t, "stopping", "stopping not-applicable not-applicable", status(true))
	same(t, "stopping, not asked for", "", status(false))
}
