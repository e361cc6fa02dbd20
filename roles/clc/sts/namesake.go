package sts

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// isNamesake reports whether the caller's user or role was made after a role's
// trust policy was written. Whom that names by ARN is then somebody who is gone:
// AWS remembers the id.
func (s *Service) isNamesake(ctx context.Context, c *awsquery.Call, role cloud.Role) (bool, error) {
	var created time.Time
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if u, ok := tx.Users().Get(c.Caller.Principal); ok {
			created = u.Created
		} else if r, ok := tx.Roles().Get(c.Caller.Principal); ok {
			created = r.Created
		}
		return nil
	})
	return !role.Trusted.IsZero() && created.After(role.Trusted), err
}
