package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Codes of the result of one instance, of the model's
// UnsuccessfulInstanceCreditSpecificationErrorCode.
const (
	creditsMalformed = "InvalidInstanceID.Malformed"
	creditsNotFound  = "InvalidInstanceID.NotFound"
	creditsState     = "IncorrectInstanceState"
	creditsNone      = "InstanceCreditSpecification.NotSupported"
)

// ModifyInstanceCreditSpecification changes the CPU credits of burstable
// instances, of each for itself: the answer says which it could.
func (s *Service) ModifyInstanceCreditSpecification(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstanceCreditSpecificationRequest) (*ec2.ModifyInstanceCreditSpecificationResult, error) {
	if len(in.InstanceCreditSpecifications) > maxIDs {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "one call may name %d instances", maxIDs)
	}
	for _, one := range in.InstanceCreditSpecifications {
		if err := checkCredits(text(one.CpuCredits)); err != nil {
			return nil, err
		}
	}
	var out *ec2.ModifyInstanceCreditSpecificationResult
	err := s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			out = &ec2.ModifyInstanceCreditSpecificationResult{SuccessfulInstanceCreditSpecifications: []ec2.SuccessfulInstanceCreditSpecificationItem{},
				UnsuccessfulInstanceCreditSpecifications: []ec2.UnsuccessfulInstanceCreditSpecificationItem{}}
			changed := []string{}
			for _, one := range in.InstanceCreditSpecifications {
				if slices.Contains(done, *one.InstanceId) {
					out.SuccessfulInstanceCreditSpecifications = append(out.SuccessfulInstanceCreditSpecifications, ec2.SuccessfulInstanceCreditSpecificationItem{InstanceId: one.InstanceId})
					continue
				}
				if done != nil {
					continue
				}
				if err := setCredits(tx, c.Caller.Account, one, out); err != nil {
					return nil, err
				}
			}
			for _, ok := range out.SuccessfulInstanceCreditSpecifications {
				changed = append(changed, *ok.InstanceId)
			}
			return changed, nil
		})
	})
	return out, err
}

// setCredits changes one instance and notes what became of it.
func setCredits(tx *store.Tx, a cloud.AccountID, in ec2.InstanceCreditSpecificationRequest, out *ec2.ModifyInstanceCreditSpecificationResult) error {
	refuse := func(code, why string) error {
		out.UnsuccessfulInstanceCreditSpecifications = append(out.UnsuccessfulInstanceCreditSpecifications,
			ec2.UnsuccessfulInstanceCreditSpecificationItem{InstanceId: in.InstanceId,
				Error: &ec2.UnsuccessfulInstanceCreditSpecificationItemError{Code: ptr(code), Message: ptr(why)}})
		return nil
	}
	if !cloud.ValidID(cloud.PrefixInstance, *in.InstanceId) {
		return refuse(creditsMalformed, "Invalid id: \""+*in.InstanceId+"\"")
	}
	i, err := instanceOf(tx, a, *in.InstanceId)
	switch {
	case err != nil:
		return refuse(creditsNotFound, "The instance ID '"+*in.InstanceId+"' does not exist")
	case i.Desired.Goal == cloud.GoalTerminated:
		return refuse(creditsState, "The instance is not in a state in which its credits can be changed.")
	case !burstable(i.Type):
		return refuse(creditsNone, "The instance is not a burstable performance instance.")
	}
	i.Credits = text(in.CpuCredits)
	out.SuccessfulInstanceCreditSpecifications = append(out.SuccessfulInstanceCreditSpecifications, ec2.SuccessfulInstanceCreditSpecificationItem{InstanceId: in.InstanceId})
	return tx.Instances().Put(i)
}
