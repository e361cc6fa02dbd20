package iam

import (
	"errors"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// checkBoundary checks that what is to be a permissions boundary is a managed
// policy the account can use; "" is none.
func checkBoundary(tx *store.Tx, c *awsquery.Call, arn string) error {
	if arn == "" {
		return nil
	}
	_, err := policyNamed(tx, c, arn)
	if errors.Is(err, cloud.NotFound) {
		return cloud.Errorf(cloud.NotFound, cloud.ResPolicy, arn, "Scope ARN: %s does not exist or is not attachable.", arn)
	}
	return err
}
