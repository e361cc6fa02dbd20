package clc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/roles/clc"
	"ecc/rpc"
)

func TestCredits(t *testing.T) {
	f := newCloud(t)
	run := func(typ types.InstanceType, credits string) string {
		return *f.alice.run(1, func(in *sdk.RunInstancesInput) {
			if in.InstanceType = typ; credits != "" {
				in.CreditSpecification = &types.CreditSpecificationRequest{CpuCredits: &credits}
			}
		}).Instances[0].InstanceId
	}
	plain, unlimited, standard := run("m1.small", ""), run("t3.micro", ""), run("t3.micro", "standard")
	told := func(ids ...string) (string, error) {
		out, err := f.alice.ec2.DescribeInstanceCreditSpecifications(t.Context(), &sdk.DescribeInstanceCreditSpecificationsInput{InstanceIds: ids})
		if err != nil {
			return "", err
		}
		var s []string
		for _, c := range out.InstanceCreditSpecifications {
			s = append(s, *c.InstanceId+" "+*c.CpuCredits)
		}
		return strings.Join(s, ", "), nil
	}
	same(t, "named", standard+" standard", must[string](t)(told(standard)))
	same(t, "all that are unlimited", unlimited+" unlimited", must[string](t)(told()))
	_, err := told(plain)
	wantCode(t, err, "InstanceCreditSpecification.NotSupported")
	out := must[*sdk.ModifyInstanceCreditSpecificationOutput](t)(f.alice.ec2.ModifyInstanceCreditSpecification(t.Context(), &sdk.ModifyInstanceCreditSpecificationInput{
		ClientToken: aws.String("t"), InstanceCreditSpecifications: []types.InstanceCreditSpecificationRequest{{InstanceId: &standard, CpuCredits: aws.String("unlimited")},
			{InstanceId: &plain, CpuCredits: aws.String("standard")}, {InstanceId: aws.String("x"), CpuCredits: aws.String("standard")}}}))
	same(t, "done", standard, *out.SuccessfulInstanceCreditSpecifications[0].InstanceId)
	same(t, "not done", "InstanceCreditSpecification.NotSupported InvalidInstanceID.Malformed",
		string(out.UnsuccessfulInstanceCreditSpecifications[0].Error.Code+" "+out.UnsuccessfulInstanceCreditSpecifications[1].Error.Code))
	same(t, "now", standard+" unlimited", must[string](t)(told(standard)))
	f.alice.refused("ModifyInstanceCreditSpecification", args{"InstanceCreditSpecification.1.InstanceId": standard, "InstanceCreditSpecification.1.CpuCredits": "endless"}, "InvalidParameterValue")
}

func TestMetadataDefaults(t *testing.T) {
	f := newCloud(t)
	tokens := func(change ...func(*sdk.RunInstancesInput)) types.HttpTokensState {
		return f.alice.run(1, change...).Instances[0].MetadataOptions.HttpTokens
	}
	same(t, "the cloud's", types.HttpTokensStateOptional, tokens())
	set := func(a args) { t.Helper(); ok(t, f.alice.query2("ModifyInstanceMetadataDefaults", a)) }
	set(args{"HttpTokens": "required", "HttpPutResponseHopLimit": "5", "InstanceMetadataTags": "enabled"})
	i := f.alice.run(1).Instances[0].MetadataOptions
	same(t, "the account's", "required enabled", string(i.HttpTokens)+" "+string(i.InstanceMetadataTags))
	same(t, "hops", int32(5), *i.HttpPutResponseHopLimit)
	optional := func(in *sdk.RunInstancesInput) {
		in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: types.HttpTokensStateOptional}
	}
	same(t, "the launch's", types.HttpTokensStateOptional, tokens(optional))
	set(args{"HttpTokensEnforced": "enabled"})
	f.alice.refused("RunInstances", launch.with(args{"MetadataOptions.HttpTokens": "optional"}), "UnsupportedOperation")
	id := *f.alice.run(1).Instances[0].InstanceId
	f.alice.refused("ModifyInstanceMetadataOptions", args{"InstanceId": id, "HttpTokens": "optional"}, "UnsupportedOperation")
	f.alice.refused("ModifyInstanceMetadataDefaults", args{"HttpTokens": "optional"}, "InvalidParameterCombination")
	set(args{"HttpTokensEnforced": "no-preference", "HttpTokens": "no-preference", "HttpPutResponseHopLimit": "-1"})
	out := must[*sdk.GetInstanceMetadataDefaultsOutput](t)(f.alice.ec2.GetInstanceMetadataDefaults(t.Context(), nil))
	same(t, "left", " enabled", string(out.AccountLevel.HttpTokens)+" "+string(out.AccountLevel.InstanceMetadataTags))
	same(t, "of others", types.InstanceMetadataTagsState(""), must[*sdk.GetInstanceMetadataDefaultsOutput](t)(f.bob.ec2.GetInstanceMetadataDefaults(t.Context(), nil)).AccountLevel.InstanceMetadataTags)
	f.alice.refused("ModifyInstanceMetadataDefaults", args{"HttpPutResponseHopLimit": "65"}, "InvalidParameterValue")
}

// What is changed on a running instance is in its node's intent, of the same
// generation: nothing restarts.
func TestMetadataOptionsReachTheNode(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.follow()
	before := must[rpc.ZoneIntent](t)(clc.CompileZone(t.Context(), f.svc, zoneA)).Instances[0]
	ok(t, f.alice.query2("ModifyInstanceMetadataOptions", args{"InstanceId": id, "HttpTokens": "required", "HttpPutResponseHopLimit": "3", "InstanceMetadataTags": "enabled"}))
	ok(t, f.alice.query2("CreateTags", args{"ResourceId.1": id, "Tag.1.Key": "k", "Tag.1.Value": "v"}))
	now := must[rpc.ZoneIntent](t)(clc.CompileZone(t.Context(), f.svc, zoneA)).Instances[0]
	same(t, "generation", before.Generation, now.Generation)
	o := now.Metadata.Options
	same(t, "options", true, o.TokensRequired && o.HopLimit == 3 && o.Tags && !o.Disabled)
	same(t, "tags", map[string]string{"k": "v"}, now.Metadata.Tags)
	for code, a := range map[string]args{
		"InvalidParameterValue":       {"InstanceId": id, "HttpPutResponseHopLimit": "0"},
		"UnsupportedOperation":        {"InstanceId": id, "HttpProtocolIpv6": "enabled"},
		"InvalidInstanceID.Malformed": {"InstanceId": "x"},
		"InvalidInstanceID.NotFound":  {"InstanceId": "i-0000000000000dead"},
		"DryRunOperation":             {"InstanceId": id, "DryRun": "true"},
	} {
		f.alice.refused("ModifyInstanceMetadataOptions", a, code)
	}
	must[string](t)(f.alice.terminate(id))
	f.alice.refused("ModifyInstanceMetadataOptions", args{"InstanceId": id, "HttpTokens": "optional"}, "IncorrectInstanceState")
}

// What a launch cannot have is refused with the reason, what changes nothing is
// taken.
func TestLaunchOptions(t *testing.T) {
	f := newCloud(t)
	for name, c := range map[string]struct {
		a    args
		code string
	}{
		"credits of a plain type": {args{"InstanceType": "m5.large", "CreditSpecification.CpuCredits": "standard"}, "InvalidParameterCombination"},
		"credits unknown":         {args{"InstanceType": "t3.micro", "CreditSpecification.CpuCredits": "endless"}, "InvalidParameterValue"},
		"credits":                 {args{"InstanceType": "t3.micro", "CreditSpecification.CpuCredits": "unlimited"}, ""},
		"its cores":               {args{"InstanceType": "m5.large", "CpuOptions.CoreCount": "2", "CpuOptions.ThreadsPerCore": "1"}, ""},
		"half its cores":          {args{"InstanceType": "m5.large", "CpuOptions.CoreCount": "1", "CpuOptions.ThreadsPerCore": "2"}, "InvalidParameterValue"},
		"cores without threads":   {args{"CpuOptions.CoreCount": "1"}, "InvalidParameterCombination"},
		"encrypted memory":        {args{"CpuOptions.AmdSevSnp": "enabled"}, "Unsupported"},
		"spot":                    {args{"InstanceMarketOptions.MarketType": "spot"}, "UnsupportedOperation"},
		"no enclave":              {args{"EnclaveOptions.Enabled": "false", "HibernationOptions.Configured": "false"}, ""},
		"enclave":                 {args{"EnclaveOptions.Enabled": "true"}, "UnsupportedOperation"},
		"hibernation":             {args{"HibernationOptions.Configured": "true"}, "UnsupportedOperation"},
		"licence":                 {args{"LicenseSpecification.1.LicenseConfigurationArn": "arn:x"}, "UnsupportedOperation"},
		"open reservation":        {args{"CapacityReservationSpecification.CapacityReservationPreference": "open"}, ""},
		"reservations only":       {args{"CapacityReservationSpecification.CapacityReservationPreference": "capacity-reservations-only"}, "UnsupportedOperation"},
		"name by address":         {args{"PrivateDnsNameOptions.HostnameType": "ip-name", "PrivateDnsNameOptions.EnableResourceNameDnsARecord": "false"}, ""},
		"name by id":              {args{"PrivateDnsNameOptions.HostnameType": "resource-name"}, "UnsupportedOperation"},
		"maintenance":             {args{"MaintenanceOptions.AutoRecovery": "disabled"}, ""},
		"bandwidth":               {args{"NetworkPerformanceOptions.BandwidthWeighting": "vpc-1"}, "UnsupportedOperation"},
		"no bandwidth":            {args{"NetworkPerformanceOptions.BandwidthWeighting": "default"}, ""},
		"metadata over IPv6":      {args{"MetadataOptions.HttpProtocolIpv6": "enabled"}, "UnsupportedOperation"},
		"operator":                {args{"Operator.Principal": "x"}, "UnsupportedOperation"},
		"tenancy":                 {args{"Placement.Tenancy": "default"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query("RunInstances", launch.with(c.a)); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
}

func TestMonitoringAndMaintenance(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.follow()
	on := must[*sdk.MonitorInstancesOutput](t)(f.alice.ec2.MonitorInstances(t.Context(), &sdk.MonitorInstancesInput{InstanceIds: []string{id}}))
	same(t, "answer", types.MonitoringStatePending, on.InstanceMonitorings[0].Monitoring.State)
	same(t, "record", true, f.instance(id).Monitoring)
	off := must[*sdk.UnmonitorInstancesOutput](t)(f.alice.ec2.UnmonitorInstances(t.Context(), &sdk.UnmonitorInstancesInput{InstanceIds: []string{id}}))
	same(t, "answer", types.MonitoringStateDisabling, off.InstanceMonitorings[0].Monitoring.State)
	same(t, "record", false, f.instance(id).Monitoring)
	must[*sdk.ModifyInstanceMaintenanceOptionsOutput](t)(f.alice.ec2.ModifyInstanceMaintenanceOptions(t.Context(), &sdk.ModifyInstanceMaintenanceOptionsInput{
		InstanceId: &id, AutoRecovery: types.InstanceAutoRecoveryStateDisabled}))
	out := must[*sdk.DescribeInstancesOutput](t)(f.alice.ec2.DescribeInstances(t.Context(), &sdk.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("maintenance-options.auto-recovery"), Values: []string{"disabled"}}}}))
	same(t, "kept", types.InstanceAutoRecoveryStateDisabled, out.Reservations[0].Instances[0].MaintenanceOptions.AutoRecovery)
	for action, a := range map[string]args{
		"MonitorInstances": {"InstanceId.1": id, "InstanceId.2": "i-0000000000000dead"}, "ReportInstanceStatus": {"InstanceId.1": "i-0000000000000dead", "Status": "ok", "ReasonCode.1": "other"},
		"ResetInstanceAttribute": {"InstanceId": "i-0000000000000dead", "Attribute": "sourceDestCheck"},
	} {
		f.alice.refused(action, a, "InvalidInstanceID.NotFound")
	}
	same(t, "all or none", false, f.instance(id).Monitoring)
	f.alice.refused("ReportInstanceStatus", args{"InstanceId.1": id, "Status": "ok", "ReasonCode.1": "boredom"}, "InvalidParameterValue")
	f.alice.refused("ReportInstanceStatus", args{"InstanceId.1": id, "Status": "ok", "ReasonCode.1": "other", "StartTime": "2026-01-02T00:00:00Z", "EndTime": "2026-01-01T00:00:00Z"}, "InvalidParameterValue")
	ok(t, f.alice.query2("ResetInstanceAttribute", args{"InstanceId": id, "Attribute": "sourceDestCheck"}))
	f.alice.refused("ResetInstanceAttribute", args{"InstanceId": id, "Attribute": "kernel"}, "IncorrectInstanceState")
	f.alice.refused("ResetInstanceAttribute", args{"InstanceId": id, "Attribute": "userData"}, "InvalidParameterValue")
	f.alice.refused("GetConsoleScreenshot", args{"InstanceId": "i-0000000000000dead"}, "InvalidInstanceID.NotFound")
	must[string](t)(f.alice.terminate(id))
	f.alice.refused("MonitorInstances", args{"InstanceId.1": id}, "IncorrectInstanceState")
}

func TestPasswordIn(t *testing.T) {
	for console, want := range map[string]string{
		"": "",
		"boot\r\n<Password>\r\nQUJD\r\nREVG==\r\n</Password>\r\nready": "QUJDREVG==",
		"<Password>old=</Password> then <Password>bmV3</Password>":     "bmV3",
		"<Password>":                                                  "",
		"</Password><Password>x":                                      "",
		"<Password>not base64: \x1b[0m</Password>":                    "",
		"<Password>" + strings.Repeat("A", 2000) + "</Password>":      "",
		"a guest that prints </Password> alone":                       "",
		"<Password></Password>":                                       "",
		"<Password>YQ==</Password>\n<Password>half of the next one\n": "YQ==",
	} {
		same(t, console, want, clc.PasswordIn([]byte(console)))
	}
}

func FuzzPasswordIn(f *testing.F) {
	f.Add([]byte("<Password>\r\nQUJD\r\n</Password>"))
	f.Add([]byte("</Password><Password>"))
	f.Fuzz(func(t *testing.T, console []byte) {
		if p := clc.PasswordIn(console); len(p) > 1024 || strings.Trim(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != "" {
			t.Errorf("%q", p)
		}
	})
}

// What no other test asks by the SDK.
func TestInstanceFamilyBySDK(t *testing.T) {
	f := newCloud(t)
	ctx := t.Context()
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.follow()
	wait := f.nodeAnswers("no password yet")
	p := must[*sdk.GetPasswordDataOutput](t)(f.alice.ec2.GetPasswordData(ctx, &sdk.GetPasswordDataInput{InstanceId: &id}))
	wait()
	same(t, "password", "", *p.PasswordData)
	_, err := f.alice.ec2.GetConsoleScreenshot(ctx, &sdk.GetConsoleScreenshotInput{InstanceId: &id})
	wantCode(t, err, "UnsupportedOperation")
	_, err = f.alice.ec2.GetInstanceUefiData(ctx, &sdk.GetInstanceUefiDataInput{InstanceId: &id})
	wantCode(t, err, "UnsupportedOperation")
	must[*sdk.ReportInstanceStatusOutput](t)(f.alice.ec2.ReportInstanceStatus(ctx, &sdk.ReportInstanceStatusInput{Instances: []string{id},
		Status: types.ReportStatusTypeImpaired, ReasonCodes: []types.ReportInstanceReasonCodes{types.ReportInstanceReasonCodesUnresponsive}}))
	must[*sdk.ModifyInstanceMetadataDefaultsOutput](t)(f.alice.ec2.ModifyInstanceMetadataDefaults(ctx, &sdk.ModifyInstanceMetadataDefaultsInput{HttpPutResponseHopLimit: aws.Int32(2)}))
	must[string](t)(f.alice.stop(id, true))
	f.zone.follow()
	must[*sdk.ResetInstanceAttributeOutput](t)(f.alice.ec2.ResetInstanceAttribute(ctx, &sdk.ResetInstanceAttributeInput{InstanceId: &id, Attribute: types.InstanceAttributeNameKernel}))
	group := f.alice.placementGroup("near", types.PlacementStrategyCluster)
	moved := must[*sdk.ModifyInstancePlacementOutput](t)(f.alice.ec2.ModifyInstancePlacement(ctx, &sdk.ModifyInstancePlacementInput{InstanceId: &id, GroupId: &group}))
	same(t, "moved", true, *moved.Return)

	// The launch time is that of the last start.
	before := f.instance(id).Launched
	f.clock.forward(time.Minute)
	must[string](t)(f.alice.start(id))
	same(t, "launch time", before.Add(time.Minute), f.instance(id).Launched)
}
