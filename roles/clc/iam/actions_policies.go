package iam

import (
	"slices"

	"ecc/api/awsquery"
)

// policyActions are the actions of roles, managed policies, instance profiles
// and identity providers.
func policyActions() []awsquery.Action[*Service] {
	return slices.Concat(roleActions(), managedActions(), profileActions(), providerActions(), simulateActions())
}
