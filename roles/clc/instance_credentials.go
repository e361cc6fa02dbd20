package clc

import (
	"context"
	"time"

	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// roleKeyLife is how long the credentials of an instance's role live. Its node
// asks for new ones when half of that has passed.
const roleKeyLife = 6 * time.Hour

// Credentials implements rpc.Cluster. A node may have the roles' credentials of
// the instances placed on it and of no others.
func (s *Service) Credentials(ctx context.Context, node cloud.NodeID, id cloud.InstanceID) (cloud.RoleKey, error) {
	var role cloud.Role
	err := s.store.View(ctx, func(tx *store.Tx) error {
		i, ok := tx.Instances().Get(id)
		if !ok || i.Desired.Node != node || i.State() == cloud.StateTerminated {
			return cloud.Errorf(cloud.Denied, cloud.ResInstance, string(id), "the instance is not placed on node %s", node)
		}
		if role, ok = roleOf(tx, i); !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResInstanceProfile, string(id), "the instance has no role")
		}
		return nil
	})
	if err != nil {
		return cloud.RoleKey{}, err
	}
	out := cloud.RoleKey{Role: role.Name, At: s.now().UTC()}
	if out.Refused = !trustsInstances(role); out.Refused {
		return out, nil
	}
	out.Key, err = s.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: role.Account, Principal: role.ID,
		Name: string(id), Instance: id}, roleKeyLife)
	return out, err
}

// roleOf is the role of an instance's profile.
func roleOf(tx *store.Tx, i cloud.Instance) (cloud.Role, bool) {
	for a := range tx.ProfileAssociations().By(store.ByInstance, string(i.ID)) {
		p, ok := tx.InstanceProfiles().Get(a.Profile)
		if !ok || p.Account != i.Account {
			continue
		}
		r, ok := tx.Roles().Get(p.Role)
		return r, ok && r.Account == i.Account
	}
	return cloud.Role{}, false
}

// instancesService is the principal that a role must let in for instances.
const instancesService = "ec2.amazonaws.com"

// trustsInstances reports whether a role may be assumed for instances. A trust
// policy that cannot be read lets nobody in.
func trustsInstances(r cloud.Role) bool {
	trust, err := policy.ParseTrust([]byte(r.Trust), len(r.Trust))
	if err != nil {
		return false
	}
	q := policy.Request{Caller: policy.Caller{Service: instancesService}, Action: "sts:AssumeRole", Resource: r.ARN(), Keys: noKeys{}}
	return policy.Evaluate(&q, trust) == policy.Allow
}

// noKeys is a request of which nothing is known.
type noKeys struct{}

// Values implements policy.Keys.
func (noKeys) Values(string) ([]string, bool) { return nil, false }
