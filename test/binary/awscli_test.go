package binary_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The whole life of an instance by the oldest aws CLI in use.
func TestLifeOfAnInstanceByTheCLI(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	image := a.aws(t, "ec2", "describe-images", "--query", "Images[0].ImageId", "--output", "text")

	dry := a.try(t, "ec2", "run-instances", "--image-id", image, "--dry-run")
	if dry.code == 0 || !strings.Contains(dry.stderr, "DryRunOperation") {
		t.Errorf("dry run: %+v", dry)
	}
	run := awsJSON[struct {
		Instances []struct {
			InstanceID string `json:"InstanceId"`
			State      struct{ Name string }
		}
	}](t, a, "ec2", "run-instances", "--image-id", image, "--instance-type", "t2.nano", "--count", "3",
		"--tag-specifications", "ResourceType=instance,Tags=[{Key=role,Value=web}]", "--user-data", "#!/bin/sh")
	if len(run.Instances) != 3 || run.Instances[0].State.Name != "pending" {
		t.Fatalf("run-instances: %+v", run)
	}
	var ids []string
	for _, i := range run.Instances {
		ids = append(ids, i.InstanceID)
	}
	with := func(command ...string) []string { return append(append([]string{"ec2"}, command...), ids...) }

	a.aws(t, with("wait", "instance-running", "--instance-ids")...)
	a.aws(t, with("stop-instances", "--instance-ids")...)
	a.awaitState(t, "stopped", ids...) // the CLI looks every 15 s only
	a.aws(t, with("wait", "instance-stopped", "--instance-ids")...)
	a.aws(t, with("start-instances", "--instance-ids")...)
	a.awaitState(t, "running", ids...)
	a.aws(t, with("reboot-instances", "--instance-ids")...)
	console := a.aws(t, "ec2", "get-console-output", "--instance-id", ids[0], "--output", "text")
	if !strings.Contains(console, "simulate") {
		t.Errorf("the console does not say that it is simulated: %q", console)
	}
	wantPages(t, a, ids)
	wantFilters(t, a, ids)
	a.aws(t, with("terminate-instances", "--instance-ids")...)
	a.awaitState(t, "terminated", ids...)
	a.aws(t, with("wait", "instance-terminated", "--instance-ids")...)
	p.settled()
}

// wantPages reads the instances in pages, by both of the CLI's options.
func wantPages(t *testing.T, a account, ids []string) {
	t.Helper()
	const query = "Reservations[].Instances[].InstanceId"
	all := strings.Fields(a.aws(t, "ec2", "describe-instances", "--page-size", "5", "--query", query, "--output", "text"))
	slices.Sort(all)
	if want := slices.Sorted(slices.Values(ids)); !slices.Equal(all, want) {
		t.Errorf("in pages: %v, want %v", all, want)
	}
	type page struct {
		NextToken         string
		InstanceTypes     []struct{ InstanceType string }
		AvailabilityZones []struct{ ZoneName string }
	}
	first := awsJSON[page](t, a, "ec2", "describe-instance-types", "--max-items", "7", "--page-size", "5")
	if len(first.InstanceTypes) != 7 || first.NextToken == "" {
		t.Fatalf("the first 7 of the types: %+v", first)
	}
	second := awsJSON[page](t, a, "ec2", "describe-instance-types", "--max-items", "7", "--page-size", "5", "--starting-token", first.NextToken)
	if len(second.InstanceTypes) != 7 || second.InstanceTypes[0] == first.InstanceTypes[0] || slices.Contains(second.InstanceTypes, first.InstanceTypes[6]) {
		t.Errorf("the next 7 of the types: %+v after %+v", second, first)
	}
}

func wantFilters(t *testing.T, a account, ids []string) {
	t.Helper()
	for filter, want := range map[string]int{
		"Name=tag:role,Values=w?b Name=private-ip-address,Values=172.31.*,10.0.*": len(ids),
		"Name=tag:role,Values=db": 0,
		"Name=instance-state-name,Values=running Name=instance-id,Values=" + ids[1] + ",i-12345": 1,
	} {
		got := strings.Fields(a.aws(t, append(append([]string{"ec2", "describe-instances", "--filters"}, strings.Fields(filter)...),
			"--query", "Reservations[].Instances[].InstanceId", "--output", "text")...))
		if len(got) != want {
			t.Errorf("filter %s finds %v, want %d", filter, got, want)
		}
	}
	wrong := a.try(t, "ec2", "describe-instances", "--filters", "Name=colour,Values=red")
	if wrong.code == 0 || !strings.Contains(wrong.stderr, "InvalidParameterValue") || !strings.Contains(wrong.stderr, "colour") {
		t.Errorf("an unknown filter: %+v", wrong)
	}
}

// settled waits until an audit finds nothing: what is being made or removed
// just now may show up before.
func (p *process) settled() {
	p.tb.Helper()
	eventually(p.tb, "the audit is clean", func() error {
		if o := ecc(p.tb, "--data", p.data, "audit"); o.code != 0 || strings.Contains(o.stdout, "not heard") {
			return fmt.Errorf("%s%s", o.stdout, o.stderr)
		}
		return nil
	})
}
