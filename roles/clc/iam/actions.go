package iam

import (
	"cmp"
	"slices"

	"ecc/api/awsquery"
)

// Actions is the table of IAM's actions in the order of their names: name,
// method, read or write, permission. An action that is not in it is answered
// InvalidAction.
func Actions() []awsquery.Action[*Service] {
	all := slices.Concat(userActions(), accountActions(), policyActions())
	slices.SortFunc(all, func(a, b awsquery.Action[*Service]) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
