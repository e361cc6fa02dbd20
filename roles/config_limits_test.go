package roles

import (
	"testing"

	"ecc/api/awsquery"
	"ecc/cloud"
)

func TestLimitSettings(t *testing.T) {
	for text, want := range map[string]LimitSetting{"vpcs=20": {cloud.LimitVPCs, 20}, "vcpus=-1": {cloud.LimitVCPUs, cloud.Unlimited}, "users=0": {cloud.LimitUsers, 0}} {
		var got LimitSetting
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := got.MarshalText(); err != nil || string(again) != text {
			t.Errorf("%s is written %s, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "vpcs", "vpcs=", "vpcs=-2", "vpcs=many", "cups=1", "VPCS=1", "=1"} {
		if err := new(LimitSetting).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a limit", text)
		}
	}
}

func TestActionRates(t *testing.T) {
	for text, want := range map[string]ActionRate{
		"ec2:RunInstances=50/20": {"ec2:RunInstances", awsquery.Rate{Burst: 50, PerSecond: 20}},
		"iam:CreateUser=1/0.5":   {"iam:CreateUser", awsquery.Rate{Burst: 1, PerSecond: 0.5}},
	} {
		var got ActionRate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := got.MarshalText(); err != nil || string(again) != text {
			t.Errorf("%s is written %s, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "RunInstances=1/1", "ec2:X=0/1", "ec2:X=1/0", "ec2:X=1", "ec2:X=1/NaN", "ec2:X=1/1e12", "ec2:X=a/b"} {
		if err := new(ActionRate).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a rate", text)
		}
	}
}

// What the configuration says comes over what is built in.
func TestLimitsOfEveryAccount(t *testing.T) {
	cfg := Default()
	cfg.Limits.InstancesPerAccount = 7
	cfg.Limits.Account = []LimitSetting{{cloud.LimitVPCs, 20}}
	all := cfg.Limits.every()
	if all[cloud.LimitInstances] != 7 || all[cloud.LimitVPCs] != 20 || all[cloud.LimitAddresses] != 5 || len(all) != len(cloud.LimitNames()) {
		t.Errorf("%v", all)
	}
	cfg.Limits.Account = append(cfg.Limits.Account, LimitSetting{cloud.LimitVPCs, 21})
	if err := cfg.Validate(); err == nil {
		t.Error("a limit twice")
	}
}
