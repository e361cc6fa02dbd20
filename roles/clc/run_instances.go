package clc

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/store"
)

// RunInstances accepts instances: checks, ids, addresses, room on nodes and
// records are one transaction. After it the outcome belongs to the loops.
func (s *Service) RunInstances(ctx context.Context, c *awsquery.Call, in *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) {
	in, told, err := s.underTemplate(ctx, c.Caller.Account, in)
	if err != nil {
		return nil, err
	}
	l, err := s.readLaunch(in)
	if err != nil {
		return nil, err
	}
	l.tag("instance", told)
	drawn, err := s.drawLaunch(l.max)
	if err != nil {
		return nil, err
	}
	if err := s.drawProfiles(&drawn, l.profile); err != nil {
		return nil, err
	}
	if err := failpoint.Hit("run.checked"); err != nil {
		return nil, err
	}
	var reservation cloud.ReservationID
	err = s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			if done != nil {
				reservation = cloud.ReservationID(done[0])
				return nil, checkReplay(tx, reservation, text(in.ClientToken))
			}
			reservation = drawn.reservation
			return []string{string(reservation)}, s.launch(tx, c.Caller.Account, l, drawn)
		})
	})
	if err != nil {
		return nil, err
	}
	if err := failpoint.Hit("run.accepted"); err != nil {
		return nil, err
	}
	return s.describeReservation(ctx, reservation)
}

// checkReplay refuses to answer a replay with instances that are gone.
func checkReplay(tx *store.Tx, r cloud.ReservationID, token string) error {
	for i := range tx.Instances().By(store.ByReservation, string(r)) {
		if i.State() != cloud.StateTerminated {
			return nil
		}
	}
	return cloud.Errorf(cloud.TokenMismatch, cloud.ResInstance, token, "")
}

// describeReservation renders what a launch made, as it is now.
func (s *Service) describeReservation(ctx context.Context, id cloud.ReservationID) (*ec2.Reservation, error) {
	var out *ec2.Reservation
	err := s.store.View(ctx, func(tx *store.Tx) error {
		made := slices.SortedFunc(tx.Instances().By(store.ByReservation, string(id)),
			func(a, b cloud.Instance) int { return cmp.Compare(a.LaunchIndex, b.LaunchIndex) })
		if len(made) == 0 {
			return fmt.Errorf("reservation %s has no instances", id)
		}
		out = renderReservation(made[0])
		for _, i := range made {
			out.Instances = append(out.Instances, s.renderInstance(tx, i))
		}
		return nil
	})
	return out, err
}
