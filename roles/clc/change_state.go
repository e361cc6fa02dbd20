package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// changeFunc changes one instance in a transaction. Returning an error undoes
// the whole call, as in EC2: all instances or none.
type changeFunc func(tx *store.Tx, i *cloud.Instance) error

// changeInstances changes the named instances of an account in one transaction
// and returns how their states changed, in the order asked for.
func (s *Service) changeInstances(ctx context.Context, c *awsquery.Call, ids []string, change changeFunc) ([]ec2.InstanceStateChange, error) {
	if err := checkInstanceIDs(ids); err != nil {
		return nil, err
	}
	var out []ec2.InstanceStateChange
	err := s.update(ctx, c, func(tx *store.Tx) error {
		out = out[:0]
		for _, id := range ids {
			i, ok := tx.Instances().Get(cloud.InstanceID(id))
			if !ok || i.Account != c.Caller.Account {
				return cloud.Errorf(cloud.NotFound, cloud.ResInstance, id, "")
			}
			before := i.State()
			if err := change(tx, &i); err != nil {
				return err
			}
			if i.State() == cloud.StateTerminated {
				if err := release(tx, &i); err != nil {
					return err
				}
			}
			if err := tx.Instances().Put(i); err != nil {
				return err
			}
			out = append(out, ec2.InstanceStateChange{InstanceId: ptr(id), CurrentState: renderState(i.State()), PreviousState: renderState(before)})
		}
		return nil
	})
	return out, err
}

// maxIDs is how many ids one call may name.
const maxIDs = 1000

// checkInstanceIDs refuses ids that are none.
func checkInstanceIDs(ids []string) error {
	if len(ids) > maxIDs {
		return cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "one call may name %d instances", maxIDs)
	}
	for _, id := range ids {
		if !cloud.ValidID(cloud.PrefixInstance, id) {
			return cloud.Errorf(cloud.Malformed, cloud.ResInstance, id, "")
		}
	}
	return nil
}

// wrongState is EC2's refusal of a change the state does not allow.
func wrongState(i *cloud.Instance, verb string) error {
	return cloud.Errorf(cloud.WrongState, cloud.ResInstance, string(i.ID), "The instance '%s' is not in a state from which it can be %s: it is %s.", i.ID, verb, i.State())
}

// renderState makes EC2's pair of number and name.
func renderState(s cloud.State) *ec2.InstanceState {
	return &ec2.InstanceState{Code: ptr(int64(s)), Name: ptr(s.String())}
}

// ptr returns a pointer to v: generated shapes have optional members.
func ptr[T any](v T) *T { return &v }

// opt returns a pointer to s, or nil when it is empty.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
