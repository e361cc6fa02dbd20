package clc

import (
	"context"
	"strconv"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeInstanceStatus tells what is known of instances' health: of the
// running ones, or of all when asked to.
func (s *Service) DescribeInstanceStatus(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInstanceStatusRequest) (*ec2.DescribeInstanceStatusResult, error) {
	out := &ec2.DescribeInstanceStatusResult{InstanceStatuses: []ec2.InstanceStatus{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.statusKind(tx, c.Caller.Account, truth(in.IncludeAllInstances)), query{ids: in.InstanceIds,
			filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, h := range found {
			out.InstanceStatuses = append(out.InstanceStatuses, s.renderHealth(h))
		}
		return nil
	})
	return out, err
}

// health is what is known of an instance's health, in EC2's words.
//
//	state     node reports       system          instance
//	running   yes                ok              ok
//	running   no                 impaired        insufficient-data
//	pending   –                  initializing    initializing
//	other     –                  not-applicable  not-applicable
//
// The node's hypervisor says that the guest's CPUs run; nothing looks into the
// guest, so instance "ok" says no more than that.
type health struct {
	cloud.Instance
	system, instance string
	since            time.Time // the system is impaired
}

func healthOf(tx *store.Tx, i cloud.Instance) health {
	switch h := (health{Instance: i}); i.State() {
	case cloud.StateRunning:
		h.system, h.instance = "ok", "ok"
		if i.Observed.Unheard {
			n, _ := tx.Nodes().Get(i.Desired.Node)
			h.system, h.instance, h.since = "impaired", "insufficient-data", n.DownSince
		}
		return h
	case cloud.StatePending:
		h.system, h.instance = "initializing", "initializing"
		return h
	default:
		h.system, h.instance = "not-applicable", "not-applicable"
		return h
	}
}

// reachability is the one check's result in a status.
func reachability(status string) string {
	switch status {
	case "ok":
		return "passed"
	case "impaired":
		return "failed"
	case "not-applicable":
		return ""
	}
	return status
}

// statusKind is what a query for statuses knows of them. Instances that are
// not wanted are not there; naming one is no error.
func (s *Service) statusKind(tx *store.Tx, a cloud.AccountID, all bool) kind[health] {
	instances := s.instanceKind(tx, a)
	f := awsquery.Filters[health]{
		"application-status.status":    fixed[health](),
		"attached-ebs-status.status":   fixed[health](),
		"availability-zone":            one(func(h health) string { return h.Zone }),
		"availability-zone-id":         one(func(h health) string { return s.zoneID(h.Zone) }),
		"event.code":                   fixed[health](),
		"event.description":            fixed[health](),
		"event.instance-event-id":      fixed[health](),
		"event.not-after":              fixed[health](),
		"event.not-before":             fixed[health](),
		"event.not-before-deadline":    fixed[health](),
		"instance-state-code":          one(func(h health) string { return strconv.Itoa(int(h.State())) }),
		"instance-state-name":          one(func(h health) string { return h.State().String() }),
		"instance-status.reachability": one(func(h health) string { return reachability(h.instance) }),
		"instance-status.status":       one(func(h health) string { return h.instance }),
		"operator.managed":             fixed[health]("false"),
		"operator.principal":           fixed[health](),
		"system-status.reachability":   one(func(h health) string { return reachability(h.system) }),
		"system-status.status":         one(func(h health) string { return h.system }),
	}
	return kind[health]{resource: instances.resource, prefix: instances.prefix, filters: f,
		id:   func(h health) string { return string(h.ID) },
		tags: func(h health) map[string]string { return instances.tags(h.Instance) },
		hide: func(h health) bool { return !all && h.State() != cloud.StateRunning },
		get: func(id string) (health, bool) {
			i, ok := instances.get(id)
			return healthOf(tx, i), ok
		},
		all: func(yield func(health) bool) {
			for i := range instances.all {
				if !yield(healthOf(tx, i)) {
					return
				}
			}
		}}
}

func (s *Service) renderHealth(h health) ec2.InstanceStatus {
	return ec2.InstanceStatus{InstanceId: ptr(string(h.ID)), AvailabilityZone: ptr(h.Zone), AvailabilityZoneId: ptr(s.zoneID(h.Zone)),
		InstanceState: renderState(h.State()), SystemStatus: renderSummary(h.system, h.since),
		InstanceStatus: renderSummary(h.instance, time.Time{}), Events: []ec2.InstanceStatusEvent{}}
}

func renderSummary(status string, since time.Time) *ec2.InstanceStatusSummary {
	out := &ec2.InstanceStatusSummary{Status: ptr(status), Details: []ec2.InstanceStatusDetails{}}
	if r := reachability(status); r != "" {
		d := ec2.InstanceStatusDetails{Name: ptr("reachability"), Status: ptr(r)}
		if !since.IsZero() {
			d.ImpairedSince = ptr(since.UTC())
		}
		out.Details = append(out.Details, d)
	}
	return out
}
