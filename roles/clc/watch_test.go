package clc_test

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// poll starts a long poll and returns its answers.
func (f *fixture) poll(zone string, after cloud.Revision) <-chan rpc.ZoneIntent {
	got := make(chan rpc.ZoneIntent, 1)
	ctx := soon(f.t)
	go func() {
		z, err := f.svc.WatchZone(ctx, zone, after)
		if err != nil && ctx.Err() == nil {
			f.t.Error(err)
		}
		got <- z
	}()
	return got
}

// A change of the zone ends a poll, one of something else does not: the poll
// that other changes came to before it must still be waiting.
func TestWatchZoneWakesOnItsOwnChanges(t *testing.T) {
	f := newCloud(t)
	now := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0))
	got := f.poll(zoneA, now.Revision)

	f.alice.run(1, inZone(zoneB))                                                                 // another zone
	ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}))            // no zone
	ok(t, f.alice.query2("CreateSecurityGroup", args{"GroupName": "g", "GroupDescription": "d"})) // of no instance
	mine := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	z := <-got
	if len(z.Instances) != 1 || string(z.Instances[0].ID) != mine {
		t.Fatalf("woken with %+v", z)
	}

	f.zone.see(mine, cloud.PhaseUp) // what was seen is no part of what is wanted
	for _, change := range []func(){
		func() { ok(t, f.alice.reboot(mine)) },
		func() {
			g := string(f.instance(mine).Groups[0])
			ok(t, f.alice.query2("AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "0.0.0.0/0"}))
		},
		func() { must[string](t)(f.alice.stop(mine, false)) },
	} {
		f.wakes(must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0)).Revision, change)
	}
}

// wakes fails the test unless the change ends a poll.
func (f *fixture) wakes(after cloud.Revision, change func()) {
	f.t.Helper()
	got := f.poll(zoneA, after)
	change()
	if z := <-got; z.Revision <= after || len(z.Instances) != 1 {
		f.t.Errorf("woken after %d with %+v", after, z)
	}
}

func TestWatchZoneRefusals(t *testing.T) {
	f := newCloud(t)
	if _, err := f.svc.WatchZone(t.Context(), "elsewhere", 0); !errors.Is(err, cloud.NotFound) {
		t.Errorf("unknown zone: %v", err)
	}
	if _, err := f.svc.WatchZone(t.Context(), zoneA, f.store.Revision()+1); !errors.Is(err, cloud.Stale) {
		t.Errorf("revision from the future: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.svc.WatchZone(ctx, zoneA, f.store.Revision()); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the caller left: %v", err)
	}
}

// A question goes out with the next intent, wakes a poll once, is answered by
// its node alone, and is asked no more then.
func TestConsole(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	node := f.instance(id).Desired.Node
	now := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0))
	got := f.poll(zoneA, now.Revision)

	output := make(chan *sdk.GetConsoleOutputOutput, 1)
	go func() {
		out, err := f.alice.ec2.GetConsoleOutput(soon(t), &sdk.GetConsoleOutputInput{InstanceId: aws.String(id)})
		if err != nil {
			t.Error(err)
		}
		output <- out
	}()
	z := <-got
	if len(z.Asks) != 1 || z.Asks[0].Node != node || z.Asks[0].Kind != rpc.AskConsole || string(z.Asks[0].Instance) != id {
		t.Fatalf("asked %+v", z.Asks)
	}
	again := f.poll(zoneA, z.Revision) // was told: must wait for something new
	ask := z.Asks[0].ID
	if err := f.svc.Answer(t.Context(), "b1", rpc.Answer{ID: ask, Data: []byte("lies")}); !errors.Is(err, cloud.Denied) {
		t.Errorf("another node answered: %v", err)
	}
	ok(t, f.svc.Answer(t.Context(), node, rpc.Answer{ID: ask, Data: []byte("login:\x1b[0m")}))
	ok(t, f.svc.Answer(t.Context(), node, rpc.Answer{ID: ask, Data: []byte("late")})) // nobody waits
	same(t, "output", "bG9naW46G1swbQ==", *(<-output).Output)

	must[string](t)(f.alice.stop(id, false))
	if z := <-again; len(z.Asks) != 0 || z.Revision <= now.Revision {
		t.Errorf("woken with %+v", z)
	}
}

func TestConsoleOfOthers(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.bob.refused("GetConsoleOutput", args{"InstanceId": id}, "InvalidInstanceID.NotFound")
	must[string](t)(f.alice.terminate(id))
	f.zone.see(id, cloud.PhaseGone)
	out := must[*sdk.GetConsoleOutputOutput](t)(f.alice.ec2.GetConsoleOutput(t.Context(), &sdk.GetConsoleOutputInput{InstanceId: aws.String(id)}))
	same(t, "output of a terminated one", true, out.Output == nil)
}

// A node may read the images of instances it has and no others.
func TestGrantImage(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	node := f.instance(id).Desired.Node
	g := must[rpc.ImageGrant](t)(f.svc.GrantImage(t.Context(), node, imageID))
	same(t, "index", "https://store.test/images/images/"+imageID+"/index?for=1h0m0s", g.Index)
	same(t, "objects", 2, len(g.Data))
	for _, n := range []cloud.NodeID{"n1", "n2", "b1", "nobody"} {
		if n == node {
			continue
		}
		if _, err := f.svc.GrantImage(t.Context(), n, imageID); !errors.Is(err, cloud.Denied) {
			t.Errorf("node %s: %v", n, err)
		}
	}
	if _, err := f.svc.GrantImage(t.Context(), node, privateID); !errors.Is(err, cloud.Denied) {
		t.Errorf("an image of no instance there: %v", err)
	}
	must[string](t)(f.alice.terminate(id))
	if _, err := f.svc.GrantImage(t.Context(), node, imageID); !errors.Is(err, cloud.Denied) {
		t.Errorf("after the end: %v", err)
	}
}

// A stopped instance's changed attributes reach its node.
func TestIntentFollowsAttributes(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.follow()
	must[string](t)(f.alice.stop(id, false))
	f.zone.follow()
	must[*sdk.ModifyInstanceAttributeOutput](t)(f.alice.ec2.ModifyInstanceAttribute(t.Context(), &sdk.ModifyInstanceAttributeInput{InstanceId: &id,
		InstanceType: &types.AttributeValue{Value: aws.String("m5.large")}}))
	must[*sdk.ModifyInstanceAttributeOutput](t)(f.alice.ec2.ModifyInstanceAttribute(t.Context(), &sdk.ModifyInstanceAttributeInput{InstanceId: &id,
		UserData: &types.SecureBlobAttributeValue{Value: []byte("two")}}))
	group := *must[*sdk.CreateSecurityGroupOutput](t)(f.alice.ec2.CreateSecurityGroup(t.Context(), &sdk.CreateSecurityGroupInput{
		GroupName: aws.String("g"), Description: aws.String("d")})).GroupId
	must[*sdk.ModifyInstanceAttributeOutput](t)(f.alice.ec2.ModifyInstanceAttribute(t.Context(), &sdk.ModifyInstanceAttributeInput{InstanceId: &id, Groups: []string{group}}))
	in := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0)).Instances[0]
	same(t, "vCPU", 2, in.VCPU)
	same(t, "memory", 8*cloud.GiB, in.Memory)
	same(t, "user data", "two", string(in.Metadata.UserData))
	same(t, "groups", []cloud.GroupID{cloud.GroupID(group)}, in.NIC.Groups)
	f.view(func(tx *store.Tx) {
		e, _ := tx.ENIs().Get(in.NIC.ENI)
		same(t, "interface's groups", in.NIC.Groups, e.Groups)
	})
	f.alice.refused("DeleteSecurityGroup", args{"GroupId": group}, "DependencyViolation")
	out := must[*sdk.DescribeInstanceAttributeOutput](t)(f.alice.ec2.DescribeInstanceAttribute(t.Context(), &sdk.DescribeInstanceAttributeInput{
		InstanceId: &id, Attribute: types.InstanceAttributeNameUserData}))
	same(t, "as it is told", base64.StdEncoding.EncodeToString([]byte("two")), *out.UserData.Value)
}
