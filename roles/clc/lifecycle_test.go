package clc_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// show is what a tenant sees of an instance: its state and the reason's code.
func (tn *tenant) show(id string) string {
	tn.f.t.Helper()
	out, err := tn.ec2.DescribeInstances(tn.f.t.Context(), &sdk.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		return codeOf(err)
	}
	i := out.Reservations[0].Instances[0]
	s := string(i.State.Name)
	if i.StateReason != nil {
		s += " " + *i.StateReason.Code
	}
	return s
}

func (tn *tenant) stop(id string, force bool) (string, error) {
	out, err := tn.ec2.StopInstances(tn.f.t.Context(), &sdk.StopInstancesInput{InstanceIds: []string{id}, Force: &force})
	if err != nil {
		return "", err
	}
	return change(out.StoppingInstances), nil
}

func (tn *tenant) start(id string) (string, error) {
	out, err := tn.ec2.StartInstances(tn.f.t.Context(), &sdk.StartInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		return "", err
	}
	return change(out.StartingInstances), nil
}

func (tn *tenant) terminate(id string) (string, error) {
	out, err := tn.ec2.TerminateInstances(tn.f.t.Context(), &sdk.TerminateInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		return "", err
	}
	return change(out.TerminatingInstances), nil
}

func (tn *tenant) reboot(id string) error {
	_, err := tn.ec2.RebootInstances(tn.f.t.Context(), &sdk.RebootInstancesInput{InstanceIds: []string{id}})
	return err
}

func change(cs []types.InstanceStateChange) string {
	return string(cs[0].PreviousState.Name) + " → " + string(cs[0].CurrentState.Name)
}

const (
	userShutdown  = " " + cloud.ReasonUserShutdown
	guestShutdown = " " + cloud.ReasonGuestShutdown
)

func TestLifecycle(t *testing.T) {
	f := newCloud(t)
	a, z, do := f.alice, f.zone, must[string](t)
	id := *a.run(1, inZone(zoneA)).Instances[0].InstanceId
	same(t, "begin", "pending", a.show(id))
	z.see(id, cloud.PhasePreparing)
	same(t, "preparing", "pending", a.show(id))
	ok(t, a.reboot(id))
	same(t, "reboot of a booting one", int64(0), f.instance(id).Desired.Reboots)
	z.see(id, cloud.PhaseUp)
	same(t, "up", "running", a.show(id))
	ok(t, a.reboot(id))
	same(t, "reboots", int64(1), f.instance(id).Desired.Reboots)
	same(t, "start of a running one", "running → running", do(a.start(id)))

	same(t, "stop", "running → stopping", do(a.stop(id, false)))
	same(t, "stop again", "stopping → stopping", do(a.stop(id, false)))
	same(t, "not forced", false, f.instance(id).Desired.Force)
	same(t, "force", "stopping → stopping", do(a.stop(id, true)))
	same(t, "forced", true, f.instance(id).Desired.Force)
	_, err := a.start(id)
	wantCode(t, err, "IncorrectInstanceState")
	wantCode(t, a.reboot(id), "IncorrectInstanceState")
	z.see(id, cloud.PhaseDown)
	same(t, "down", "stopped"+userShutdown, a.show(id))
	wantCode(t, a.reboot(id), "IncorrectInstanceState")
	same(t, "stop of a stopped one", "stopped → stopped", do(a.stop(id, false)))

	same(t, "start", "stopped → pending", do(a.start(id)))
	same(t, "a fresh start is not forced", false, f.instance(id).Desired.Force)
	z.see(id, cloud.PhaseUp)
	same(t, "up again", "running", a.show(id))

	same(t, "terminate", "running → shutting-down", do(a.terminate(id)))
	_, err = a.stop(id, false)
	wantCode(t, err, "IncorrectInstanceState")
	z.see(id, cloud.PhaseDown)
	same(t, "down", "shutting-down"+userShutdown, a.show(id))
	f.view(func(tx *store.Tx) { same(t, "interfaces before it is gone", 1, tx.ENIs().Len()) })
	z.see(id, cloud.PhaseGone)
	same(t, "gone", "terminated"+userShutdown, a.show(id))
	same(t, "terminate again", "terminated → terminated", do(a.terminate(id)))
	_, err = a.start(id)
	wantCode(t, err, "IncorrectInstanceState")
	f.view(func(tx *store.Tx) { same(t, "interfaces of a gone one", 0, tx.ENIs().Len()) })
	same(t, "its address is free", true, f.instance(id).PrivateIP == f.instance("").PrivateIP)
}

// What nodes see makes policy act.
func TestSightings(t *testing.T) {
	for name, c := range map[string]struct {
		behavior types.ShutdownBehavior
		ran      bool
		phase    cloud.Phase
		more     []func(*rpc.InstanceReport)
		want     string
	}{
		"launch fails":                  {"stop", false, cloud.PhasePreparing, []func(*rpc.InstanceReport){failed(cloud.Reason{Code: cloud.ReasonImageUnreadable, Message: "m"})}, "shutting-down " + cloud.ReasonImageUnreadable},
		"guest switches off":            {"stop", true, cloud.PhaseDown, []func(*rpc.InstanceReport){guestDown}, "stopped" + guestShutdown},
		"guest switches off, to an end": {"terminate", true, cloud.PhaseDown, []func(*rpc.InstanceReport){guestDown}, "shutting-down" + guestShutdown},
		"node prepares":                 {"stop", false, cloud.PhasePreparing, nil, "pending"},
		"domain lost":                   {"stop", true, cloud.PhaseDown, nil, "stopped" + guestShutdown},
	} {
		t.Run(name, func(t *testing.T) {
			f := newCloud(t)
			id := *f.alice.run(1, inZone(zoneA), func(in *sdk.RunInstancesInput) { in.InstanceInitiatedShutdownBehavior = c.behavior }).Instances[0].InstanceId
			if c.ran {
				f.zone.see(id, cloud.PhaseUp)
			}
			f.zone.see(id, c.phase, c.more...)
			same(t, "state", c.want, f.alice.show(id))
			f.zone.report()
			same(t, "after the same report again", c.want, f.alice.show(id))
		})
	}
}

// A start that fails leaves the instance stopped, with its disk, to be tried
// again.
func TestFailedStart(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	must[string](t)(f.alice.stop(id, false))
	f.zone.see(id, cloud.PhaseDown)
	must[string](t)(f.alice.start(id))
	f.zone.see(id, cloud.PhaseDown, failed(cloud.Reason{Code: cloud.ReasonNoCapacity, Message: "m"}))
	same(t, "state", "stopped "+cloud.ReasonNoCapacity, f.alice.show(id))
	must[string](t)(f.alice.start(id))
	f.zone.see(id, cloud.PhaseUp)
	same(t, "state", "running", f.alice.show(id))
}

// An instance starts on the node that has its disk or not at all.
func TestStartNeedsRoomOnItsNode(t *testing.T) {
	f := newCloud(t)
	large := func(in *sdk.RunInstancesInput) { in.InstanceType = types.InstanceTypeM5Large }
	is := ids(f.alice.run(8, inZone(zoneA), large).Instances)
	f.zone.follow()
	must[string](t)(f.alice.stop(is[0], false))
	f.zone.follow()
	f.alice.run(1, inZone(zoneA), large) // takes the room
	_, err := f.alice.start(is[0])
	wantCode(t, err, "InsufficientInstanceCapacity")
	same(t, "state", "stopped"+userShutdown, f.alice.show(is[0]))
	f.audit()
}

// Changes are for all instances named or for none.
func TestAllOrNone(t *testing.T) {
	f := newCloud(t)
	is := ids(f.alice.run(2, inZone(zoneA)).Instances)
	f.zone.follow()
	ok(t, f.alice.query2("ModifyInstanceAttribute", args{"InstanceId": is[1], "DisableApiTermination.Value": "true"}))
	_, err := f.alice.ec2.TerminateInstances(t.Context(), &sdk.TerminateInstancesInput{InstanceIds: is})
	wantCode(t, err, "OperationNotPermitted")
	_, err = f.alice.ec2.TerminateInstances(t.Context(), &sdk.TerminateInstancesInput{InstanceIds: []string{is[0], "i-00000000000000000"}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
	_, err = f.alice.ec2.TerminateInstances(t.Context(), &sdk.TerminateInstancesInput{InstanceIds: []string{is[0], "i-x"}})
	wantCode(t, err, "InvalidInstanceID.Malformed")
	same(t, "state", "running", f.alice.show(is[0]))
	ok(t, f.alice.query2("ModifyInstanceAttribute", args{"InstanceId": is[0], "DisableApiStop.Value": "true"}))
	_, err = f.alice.stop(is[0], true)
	wantCode(t, err, "OperationNotPermitted")
}

// A node that falls silent is marked, its instances are shown as they were and
// not started elsewhere.
func TestUnheardNode(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	node := f.instance(id).Desired.Node
	f.zone.nodes[node].Down = true
	f.clock.forward(time.Minute)
	f.zone.report()
	same(t, "state", "running", f.alice.show(id))
	same(t, "unheard", true, f.instance(id).Observed.Unheard)
	same(t, "still there", node, f.instance(id).Desired.Node)
	f.view(func(tx *store.Tx) {
		n, _ := tx.Nodes().Get(node)
		same(t, "down since", begin.Add(time.Minute), n.DownSince)
	})
	f.zone.nodes[node].Down = false
	f.zone.report()
	same(t, "heard again", false, f.instance(id).Observed.Unheard)
	f.view(func(tx *store.Tx) {
		n, _ := tx.Nodes().Get(node)
		same(t, "since", true, n.DownSince.IsZero() && !n.Down)
	})
}

// A zone that no longer tells of a node makes it down after a while.
func TestForgottenNode(t *testing.T) {
	f := newCloud(t)
	delete(f.zone.nodes, "n2")
	f.zone.report()
	down := func() (d bool) {
		f.view(func(tx *store.Tx) { n, _ := tx.Nodes().Get("n2"); d = n.Down })
		return d
	}
	same(t, "at once", false, down())
	f.clock.forward(testConfig().DownAfter + time.Second)
	f.zone.report()
	same(t, "after a while", true, down())
}

// What a node says of another's instances neither counts nor hides what their
// own node says, and a zone speaks for its own nodes.
func TestOnlyItsNodeSpeaksForAnInstance(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	i := f.instance(id)
	other := cloud.NodeID("n2")
	if i.Desired.Node == other {
		other = "n1"
	}
	lie := rpc.NodeReport{Node: other, Instances: []rpc.InstanceReport{{ID: i.ID, Generation: 1, Phase: cloud.PhaseGone}}}
	f.zone.sees[i.ID] = rpc.InstanceReport{ID: i.ID, Generation: 1, Phase: cloud.PhaseUp}
	r := f.zone.message()
	for _, reports := range [][]rpc.NodeReport{append([]rpc.NodeReport{lie}, r.Reports...), append(r.Reports, lie)} {
		r.Reports = reports
		ok(t, f.svc.ReportZone(t.Context(), r))
		same(t, "state", "running", f.alice.show(id))
	}
	b := f.zoneB.message()
	b.Reports = append(b.Reports, rpc.NodeReport{Node: i.Desired.Node, Instances: []rpc.InstanceReport{{ID: i.ID, Generation: 1, Phase: cloud.PhaseGone}}})
	ok(t, f.svc.ReportZone(t.Context(), b))
	same(t, "another zone's word", "running", f.alice.show(id))
	b.Nodes = append(b.Nodes, cloud.Node{ID: "n1", Zone: zoneB, Capacity: nodeCapacity})
	ok(t, f.svc.ReportZone(t.Context(), b))
	f.view(func(tx *store.Tx) {
		n, _ := tx.Nodes().Get("n1")
		same(t, "the node's zone", zoneA, n.Zone)
	})
	b.Nodes = []cloud.Node{{ID: "n1", Zone: zoneA}}
	if err := f.svc.ReportZone(t.Context(), b); err == nil {
		t.Error("a zone told of another's node")
	}
	if err := f.svc.ReportZone(t.Context(), rpc.ZoneReport{Zone: "elsewhere"}); err == nil {
		t.Error("a zone this cloud does not have reported")
	}
}

// A sighting from before the last change says nothing about it.
func TestOldSighting(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	must[string](t)(f.alice.stop(id, false))
	f.zone.see(id, cloud.PhaseDown)
	must[string](t)(f.alice.start(id))
	f.zone.sees[cloud.InstanceID(id)] = rpc.InstanceReport{ID: cloud.InstanceID(id), Generation: 1, Phase: cloud.PhaseUp}
	f.zone.report()
	same(t, "state", "pending", f.alice.show(id))
}

// A terminated instance gives its addresses back once, can be seen for an
// hour, and is gone then with all that was its.
func TestTerminatedIsVisibleForAnHour(t *testing.T) {
	f := newCloud(t)
	in := func(r *sdk.RunInstancesInput) {
		r.PrivateIpAddress = aws.String("172.31.0.77")
		r.TagSpecifications = []types.TagSpecification{
			{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}},
			{ResourceType: types.ResourceTypeNetworkInterface, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}}
	}
	id := *f.alice.run(1, in).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	must[string](t)(f.alice.terminate(id))
	f.zone.see(id, cloud.PhaseGone)
	second := *f.alice.run(1, in).Instances[0].InstanceId // has the address now
	f.zone.report()
	must[string](t)(f.alice.terminate(id)) // must not take it away
	f.view(func(tx *store.Tx) { same(t, "interfaces", 1, tx.ENIs().Len()) })
	same(t, "address", "172.31.0.77", f.instance(second).PrivateIP.String())
	f.audit()

	f.clock.forward(time.Hour)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	same(t, "within the hour", "terminated"+userShutdown, f.alice.show(id))
	f.clock.forward(time.Second)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	same(t, "after it", "InvalidInstanceID.NotFound", f.alice.show(id))
	same(t, "the other", "pending", f.alice.show(second))
	f.view(func(tx *store.Tx) { same(t, "tag sets", 2, tx.TagSets().Len()) })
}

// query2 is query for what must succeed.
func (tn *tenant) query2(action string, a args) error {
	tn.f.t.Helper()
	if got := tn.query(action, a); got.code != "" {
		return &codeError{got.code + ": " + got.msg}
	}
	return nil
}

type codeError struct{ text string }

func (e *codeError) Error() string { return e.text }
