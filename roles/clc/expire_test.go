package clc_test

import (
	"context"
	"errors"
	"fmt"
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

// Records go when their time has passed, not before.
func TestExpire(t *testing.T) {
	f := newCloud(t)
	must[*sdk.RunInstancesOutput](t)(f.alice.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{ImageId: aws.String(imageID), MinCount: aws.Int32(1),
		MaxCount: aws.Int32(1), InstanceType: types.InstanceTypeM1Small, ClientToken: aws.String("t")}))
	f.change(func(tx *store.Tx) error {
		return tx.JoinTokens().Put(cloud.JoinToken{ID: "j", Expires: tx.Now})
	})
	count := func() (n [2]int) {
		f.view(func(tx *store.Tx) { n = [2]int{tx.ClientTokens().Len(), tx.JoinTokens().Len()} })
		return n
	}
	f.clock.forward(clc.TokenLife)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	same(t, "at the end", [2]int{1, 1}, count())
	f.clock.forward(time.Second)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	same(t, "after it", [2]int{}, count())
	same(t, "instances", 1, len(f.instanceIDs()))
}

// One round removes all that has expired, of every kind, whatever their number.
func TestExpireMany(t *testing.T) {
	f := newCloud(t)
	f.manyInstances(1000, "n1", "")
	f.change(func(tx *store.Tx) error {
		for i := range tx.Instances().All() {
			i.Desired = cloud.Desired{Goal: cloud.GoalTerminated, Changed: tx.Now}
			if err := tx.Instances().Put(i); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range 3 {
		f.change(func(tx *store.Tx) error {
			for k := range 150 {
				id := fmt.Sprint(n, "-", k)
				if err := errors.Join(tx.ClientTokens().Put(cloud.ClientToken{ID: id, Created: tx.Now}),
					tx.JoinTokens().Put(cloud.JoinToken{ID: id, Expires: tx.Now})); err != nil {
					return err
				}
			}
			return nil
		})
	}
	f.clock.forward(2 * clc.TokenLife)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	f.view(func(tx *store.Tx) {
		same(t, "left", [3]int{}, [3]int{tx.Instances().Len(), tx.ClientTokens().Len(), tx.JoinTokens().Len()})
	})
}

// The role runs its loops until it is told to stop, and stops then.
func TestRun(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/x"] = cloud.GiB
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- f.svc.Run(ctx, func() { close(ready) }) }()
	<-ready
	before := f.store.Revision()
	id := must[string](t)(f.register("xyz", "disks/x"))
	for wait := soon(t); f.imageState(id) != "available"; {
		next, err := f.store.Wait(wait, before)
		ok(t, err)
		before = next
	}
	cancel()
	ok(t, ignoreCanceled(<-done))
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// A second start changes nothing; a simulated cloud begins with an image
// everybody may run.
func TestBootstrap(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Simulated = true })
	before := f.store.Revision()
	ok(t, f.svc.Bootstrap(t.Context()))
	same(t, "revision", before, f.store.Revision())
	out := must[*sdk.DescribeImagesOutput](t)(f.alice.ec2.DescribeImages(t.Context(), &sdk.DescribeImagesInput{Owners: []string{"amazon"}}))
	same(t, "sample", clc.SampleImageName, *out.Images[0].Name)
	f.alice.run(1, func(in *sdk.RunInstancesInput) { in.ImageId = out.Images[0].ImageId })
	admin := f.admin()
	_, err := admin.ec2.DeregisterImage(t.Context(), &sdk.DeregisterImageInput{ImageId: out.Images[0].ImageId})
	ok(t, err)
	ok(t, f.svc.Bootstrap(t.Context()))
	same(t, "a sample that was removed stays so", "InvalidAMIID.NotFound", f.imageState(*out.Images[0].ImageId))
}

// The operator's audit finds nothing in a cloud whose nodes have what they
// should, and what they should not.
func TestAudit(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	i := f.instance(id)
	has := map[cloud.NodeID]string{i.Desired.Node: `{"domains":["` + id + `"],"folders":["` + id + `"],"ports":["` + string(i.ENI) + `"],"pins":["` + id + `"]}`}
	o := &clc.Operator{Service: f.svc}
	audit := func() rpc.AuditReport {
		t.Helper()
		rep, done := make(chan rpc.AuditReport, 1), make(chan struct{})
		go func() {
			r, err := o.Audit(soon(t))
			if err != nil {
				t.Error(err)
			}
			rep <- r
			close(done)
		}()
		ctx, cancel := context.WithCancel(soon(t))
		defer cancel()
		go func() { <-done; cancel() }()
		for _, zone := range []string{zoneA, zoneB} {
			f.answer(ctx, zone, has)
		}
		return <-rep
	}
	r := audit()
	same(t, "findings", []string{}, r.Findings)
	same(t, "unheard", []cloud.NodeID{}, r.Unheard)
	has["b1"] = `{"domains":["i-00000000000000bad"]}`
	has[i.Desired.Node] = `{}`
	same(t, "findings", []string{"node b1: domain i-00000000000000bad has no instance",
		"node " + string(i.Desired.Node) + ": instance " + id + " is running and has no domain"}, audit().Findings)
}

// answer answers the questions to a zone's nodes, each once.
func (f *fixture) answer(ctx context.Context, zone string, has map[cloud.NodeID]string) {
	f.t.Helper()
	nodes := 0
	f.view(func(tx *store.Tx) {
		for range tx.Nodes().By(store.ByZone, zone) {
			nodes++
		}
	})
	answered := map[string]bool{}
	for len(answered) < nodes && ctx.Err() == nil {
		z, err := f.svc.WatchZone(ctx, zone, f.store.Revision())
		ok(f.t, err)
		for _, a := range z.Asks {
			if answered[a.ID] {
				continue
			}
			answered[a.ID] = true
			data := has[a.Node]
			if data == "" {
				data = "{}"
			}
			ok(f.t, f.svc.Answer(ctx, a.Node, rpc.Answer{ID: a.ID, Data: []byte(data)}))
		}
	}
}
