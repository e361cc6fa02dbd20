package clc_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// inGroup puts a launch into a placement group.
func inGroup(name string, partition ...int32) func(*sdk.RunInstancesInput) {
	return func(in *sdk.RunInstancesInput) {
		if in.Placement == nil {
			in.Placement = &types.Placement{}
		}
		in.Placement.GroupName = &name
		for _, p := range partition {
			in.Placement.PartitionNumber = &p
		}
	}
}

// placementGroup makes a placement group and returns its id.
func (tn *tenant) placementGroup(name string, strategy types.PlacementStrategy, partitions ...int32) string {
	tn.f.t.Helper()
	in := &sdk.CreatePlacementGroupInput{GroupName: &name, Strategy: strategy}
	for _, p := range partitions {
		in.PartitionCount = &p
	}
	return *must[*sdk.CreatePlacementGroupOutput](tn.f.t)(tn.ec2.CreatePlacementGroup(tn.f.t.Context(), in)).PlacementGroup.GroupId
}

func TestPlacementStrategies(t *testing.T) {
	f := newCloud(t)
	f.alice.placementGroup("apart", types.PlacementStrategySpread)
	f.alice.placementGroup("near", types.PlacementStrategyCluster)
	parts := f.alice.placementGroup("parts", types.PlacementStrategyPartition, 2)
	nodes := func(out *sdk.RunInstancesOutput) (s string) {
		for _, i := range out.Instances {
			rec := f.instance(*i.InstanceId)
			s += fmt.Sprint(rec.Desired.Node, "/", rec.Partition, " ")
		}
		return s
	}
	same(t, "spread", "n1/0 n2/0 ", nodes(f.alice.run(2, inZone(zoneA), inGroup("apart"))))
	same(t, "spread in the other zone", "b1/0 ", nodes(f.alice.run(1, inGroup("apart"))))
	f.alice.refused("RunInstances", launch.with(args{"Placement.GroupName": "apart"}), "InsufficientInstanceCapacity")
	same(t, "cluster", "n1/0 n1/0 n1/0 ", nodes(f.alice.run(3, inZone(zoneA), inGroup("near"))))
	same(t, "cluster stays in its zone", "n1/0 ", nodes(f.alice.run(1, inGroup("near"))))
	same(t, "partitions", "n2/1 n1/2 n2/1 ", nodes(f.alice.run(3, inZone(zoneA), inGroup("parts"))))
	same(t, "a partition", "n1/2 ", nodes(f.alice.run(1, inZone(zoneA), inGroup("parts", 2))))
	out := must[*sdk.DescribeInstancesOutput](t)(f.alice.ec2.DescribeInstances(t.Context(), &sdk.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("placement-group-name"), Values: []string{"parts"}}, {Name: aws.String("placement-partition-number"), Values: []string{"2"}}}}))
	same(t, "found", 2, len(out.Reservations))
	p := out.Reservations[0].Instances[0].Placement
	same(t, "told", fmt.Sprint("parts ", parts, " 2"), fmt.Sprint(*p.GroupName, " ", *p.GroupId, " ", *p.PartitionNumber))
	f.audit()
}

func TestPlacementGroupRefusals(t *testing.T) {
	f := newCloud(t)
	f.alice.placementGroup("apart", types.PlacementStrategySpread)
	parts := f.alice.placementGroup("parts", types.PlacementStrategyPartition, 2)
	foreign := f.bob.placementGroup("foreign", types.PlacementStrategyCluster)
	id := *f.alice.run(1, inGroup("parts")).Instances[0].InstanceId
	name := args{"GroupName": "new"}
	for what, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"taken":                {"CreatePlacementGroup", args{"GroupName": "parts", "Strategy": "cluster"}, "InvalidPlacementGroup.Duplicate"},
		"no name":              {"CreatePlacementGroup", args{"Strategy": "cluster"}, "MissingParameter"},
		"no such strategy":     {"CreatePlacementGroup", name.with(args{"Strategy": "far"}), "InvalidParameterValue"},
		"partitions of spread": {"CreatePlacementGroup", name.with(args{"Strategy": "spread", "PartitionCount": "2"}), "InvalidParameterCombination"},
		"eight partitions":     {"CreatePlacementGroup", name.with(args{"Strategy": "partition", "PartitionCount": "8"}), "InvalidParameterValue"},
		"level of cluster":     {"CreatePlacementGroup", name.with(args{"Strategy": "cluster", "SpreadLevel": "rack"}), "InvalidParameterCombination"},
		"linked":               {"CreatePlacementGroup", name.with(args{"Strategy": "cluster", "LinkedGroupId": parts}), "UnsupportedOperation"},
		"tags of others":       {"CreatePlacementGroup", name.with(args{"TagSpecification.1.ResourceType": "vpc", "TagSpecification.1.Tag.1.Key": "k"}), "InvalidParameterValue"},
		"dry":                  {"CreatePlacementGroup", name.with(args{"DryRun": "true"}), "DryRunOperation"},
		"in use":               {"DeletePlacementGroup", args{"GroupName": "parts"}, "InvalidPlacementGroup.InUse"},
		"delete another's":     {"DeletePlacementGroup", args{"GroupName": "foreign"}, "InvalidPlacementGroup.Unknown"},
		"list unknown":         {"DescribePlacementGroups", args{"GroupName.1": "nobody"}, "InvalidPlacementGroup.Unknown"},
		"list another's":       {"DescribePlacementGroups", args{"GroupId.1": foreign}, "InvalidPlacementGroupId.NotFound"},
		"list none":            {"DescribePlacementGroups", args{"GroupId.1": "pg-x"}, "InvalidPlacementGroupId.Malformed"},
		"run in unknown":       {"RunInstances", launch.with(args{"Placement.GroupName": "nobody"}), "InvalidPlacementGroup.Unknown"},
		"run in another's":     {"RunInstances", launch.with(args{"Placement.GroupId": foreign}), "InvalidPlacementGroupId.NotFound"},
		"run in both":          {"RunInstances", launch.with(args{"Placement.GroupId": parts, "Placement.GroupName": "parts"}), "InvalidParameterCombination"},
		"partition of spread":  {"RunInstances", launch.with(args{"Placement.GroupName": "apart", "Placement.PartitionNumber": "1"}), "InvalidParameterCombination"},
		"partition of none":    {"RunInstances", launch.with(args{"Placement.PartitionNumber": "1"}), "InvalidParameterCombination"},
		"third partition":      {"RunInstances", launch.with(args{"Placement.GroupName": "parts", "Placement.PartitionNumber": "3"}), "InvalidParameterValue"},
		"dedicated":            {"RunInstances", launch.with(args{"Placement.Tenancy": "dedicated"}), "UnsupportedOperation"},
		"host":                 {"RunInstances", launch.with(args{"Placement.HostId": "h-1"}), "UnsupportedOperation"},
		"move a running one":   {"ModifyInstancePlacement", args{"InstanceId": id, "GroupName": "apart"}, "IncorrectInstanceState"},
		"move to a host":       {"ModifyInstancePlacement", args{"InstanceId": id, "Tenancy": "host"}, "UnsupportedOperation"},
	} {
		t.Run(what, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) { same(t, "groups", 3, tx.PlacementGroups().Len()) })
	must[string](t)(f.alice.terminate(id))
	f.zone.follow()
	f.zoneB.follow()
	ok(t, f.alice.query2("DeletePlacementGroup", args{"GroupName": "parts"}))
}

func TestModifyInstancePlacement(t *testing.T) {
	f := newCloud(t)
	f.alice.placementGroup("apart", types.PlacementStrategySpread)
	f.alice.placementGroup("parts", types.PlacementStrategyPartition, 3)
	out := f.alice.run(3, inZone(zoneA)) // on n1, n2, n1
	f.zone.follow()
	all := ids(out.Instances)
	for _, id := range all {
		must[string](t)(f.alice.stop(id, true))
	}
	f.zone.follow()
	same(t, "nodes", "n1 n2 n1", fmt.Sprint(f.instance(all[0]).Desired.Node, " ", f.instance(all[1]).Desired.Node, " ", f.instance(all[2]).Desired.Node))
	move := func(id string, a args) string {
		return f.alice.query("ModifyInstancePlacement", args{"InstanceId": id}.with(a)).code
	}
	same(t, "the first", "", move(all[0], args{"GroupName": "apart"}))
	same(t, "the second", "", move(all[1], args{"GroupName": "apart"}))
	same(t, "on the same node", "InsufficientInstanceCapacity", move(all[2], args{"GroupName": "apart"}))
	same(t, "and out", "", move(all[0], args{"GroupName": ""}))
	same(t, "now there is a place", "", move(all[2], args{"GroupName": "apart"}))
	same(t, "parts", "", move(all[0], args{"GroupName": "parts", "PartitionNumber": "3"}))
	same(t, "partition", 3, f.instance(all[0]).Partition)
	same(t, "the node serves the third", "InsufficientInstanceCapacity", move(all[2], args{"GroupName": "parts", "PartitionNumber": "1"}))
	same(t, "any", "", move(all[2], args{"GroupName": "parts"}))
	same(t, "its node's", 3, f.instance(all[2]).Partition)
	same(t, "a partition without a group", "InvalidParameterCombination", move(all[1], args{"GroupName": "", "PartitionNumber": "1"}))
	found := must[*sdk.DescribePlacementGroupsOutput](t)(f.alice.ec2.DescribePlacementGroups(t.Context(), &sdk.DescribePlacementGroupsInput{
		Filters: []types.Filter{{Name: aws.String("strategy"), Values: []string{"part*"}}}}))
	same(t, "found", "parts", *found.PlacementGroups[0].GroupName)
	same(t, "one", 1, len(found.PlacementGroups))
}

// Launches at once share no node in a spread group, nor a node between two
// partitions.
func TestPlacementRace(t *testing.T) {
	f := newCloud(t)
	f.alice.placementGroup("apart", types.PlacementStrategySpread)
	f.alice.placementGroup("parts", types.PlacementStrategyPartition, 3)
	var all sync.WaitGroup
	var made atomic.Int32
	for range 8 {
		all.Go(func() {
			if f.alice.query("RunInstances", launch.with(args{"Placement.GroupName": "apart"})).code == "" {
				made.Add(1)
			}
			f.alice.query("RunInstances", launch.with(args{"Placement.GroupName": "parts"}))
		})
	}
	all.Wait()
	same(t, "one for each of the three nodes", int32(3), made.Load())
	f.audit()
}

// The audit sees what the launch would not do.
func TestPlacementAudit(t *testing.T) {
	f := newCloud(t)
	f.alice.placementGroup("apart", types.PlacementStrategySpread)
	parts := f.alice.placementGroup("parts", types.PlacementStrategyPartition, 2)
	lt := f.alice.template("web", args{"InstanceType": "m1.small"})
	apart := ids(f.alice.run(2, inZone(zoneA), inGroup("apart")).Instances)
	part := ids(f.alice.run(2, inZone(zoneA), inGroup("parts")).Instances)
	f.audit()
	f.change(func(tx *store.Tx) error {
		together := func(a, b string) error {
			i, _ := tx.Instances().Get(cloud.InstanceID(a))
			j, _ := tx.Instances().Get(cloud.InstanceID(b))
			j.Desired.Node = i.Desired.Node
			return tx.Instances().Put(j)
		}
		t, _ := tx.LaunchTemplates().Get(cloud.LaunchTemplateID(lt))
		t.Default = 7
		return errors.Join(together(apart[0], apart[1]), together(part[0], part[1]), tx.LaunchTemplates().Put(t))
	})
	var found []string
	f.view(func(tx *store.Tx) { found = clc.AuditRecords(tx) })
	said := strings.Join(found, "\n")
	for _, want := range []string{"of the spread group", "of other partitions of " + parts, "launch template " + lt + " has no version 7"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q: %s", want, said)
		}
	}
}
