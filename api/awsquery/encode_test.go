package awsquery_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ecc/api/ec2"
)

func p[T any](v T) *T { return &v }

func TestResultGoldens(t *testing.T) {
	at := time.Date(2026, 1, 2, 5, 4, 5, 678_900_000, time.FixedZone("", 7200))
	results := map[string]*ec2.RunInstancesResult{
		"run_instances.xml": {
			ReservationId: p("r-1"), OwnerId: p("123456789012"), Groups: []ec2.GroupIdentifier{},
			Instances: []ec2.Instance{
				{InstanceId: p("i-1"), LaunchTime: &at, AmiLaunchIndex: p(int64(0)), EbsOptimized: p(false), State: &ec2.InstanceState{Code: p(int64(0)), Name: p("pending")}, Tags: []ec2.Tag{{Key: p("a<b"), Value: p("")}}},
				{InstanceId: p("i-2"), KeyName: p("bad \x00\x1b\ufffe \xff text"), Placement: &ec2.Placement{}, BlockDeviceMappings: []ec2.InstanceBlockDeviceMapping{}},
			},
		},
		"empty.xml": nil,
	}
	for name, result := range results {
		d := &desk{run: func(context.Context, *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) { return result, nil }}
		h, _ := dispatcher(t, config(), d)
		w := post(h, "Action=RunInstances&MinCount=1&MaxCount=1"+version)
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/xml;charset=UTF-8" {
			t.Errorf("%s: %d %s", name, w.Code, w.Header())
		}
		golden(t, name, []byte(strings.ReplaceAll(w.Body.String(), "><", ">\n<")))
	}
}

// A Describe action's own list is there even when the action left it nil:
// clients index the answer by it.
func TestDescribeAlwaysHasItsList(t *testing.T) {
	h, _ := dispatcher(t, config(), new(desk))
	got := post(h, "Action=DescribeInstances"+version).Body.String()
	if !strings.Contains(got, "</requestId><reservationSet/></DescribeInstancesResponse>") {
		t.Errorf("got %s", got)
	}
}

// The response is in the version the client speaks.
func TestNothingToSay(t *testing.T) {
	h, _ := dispatcher(t, config(), new(desk))
	got := post(h, "Action=RebootInstances&InstanceId.1=i-1&Version=2014-10-01").Body.String()
	want := `<RebootInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2014-10-01/"><requestId>` + firstID + `</requestId><return>true</return></RebootInstancesResponse>`
	if !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}
