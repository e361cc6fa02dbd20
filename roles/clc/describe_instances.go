package clc

import (
	"context"
	"iter"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeInstances lists instances, gathered by reservation.
func (s *Service) DescribeInstances(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInstancesRequest) (*ec2.DescribeInstancesResult, error) {
	out := &ec2.DescribeInstancesResult{Reservations: []ec2.Reservation{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.instanceKind(tx, c.Caller.Account), query{ids: in.InstanceIds,
			filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		out.NextToken, out.Reservations = next, s.renderReservations(tx, found)
		return nil
	})
	return out, err
}

// renderReservations gathers instances by reservation, in the order in which
// the reservations appear.
func (s *Service) renderReservations(tx *store.Tx, found []cloud.Instance) []ec2.Reservation {
	out := []ec2.Reservation{}
	at := map[cloud.ReservationID]int{}
	for _, i := range found {
		k, ok := at[i.Reservation]
		if !ok {
			k = len(out)
			at[i.Reservation] = k
			out = append(out, *renderReservation(i))
		}
		out[k].Instances = append(out[k].Instances, s.renderInstance(tx, i))
	}
	return out
}

// instanceKind is what a query for instances knows of them.
func (s *Service) instanceKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Instance] {
	id := func(i cloud.Instance) string { return string(i.ID) }
	return kind[cloud.Instance]{resource: cloud.ResInstance, prefix: cloud.PrefixInstance, id: id,
		get: owned(tx.Instances(), a, func(i cloud.Instance) cloud.AccountID { return i.Account }),
		all: tx.Instances().By(store.ByAccount, string(a)),
		after: func(id string) iter.Seq[cloud.Instance] {
			return tx.Instances().ByAfter(store.ByAccount, string(a), cloud.InstanceID(id))
		},
		filters: s.instanceFilters(tx), tags: tagsOf(tx, a, id)}
}
