package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DetachNetworkInterface would take a second interface away. All there are are
// primary ones, which stay with their instance until it ends.
func (s *Service) DetachNetworkInterface(ctx context.Context, c *awsquery.Call, in *ec2.DetachNetworkInterfaceRequest) (*ec2.DetachNetworkInterfaceResult, error) {
	id := *in.AttachmentId
	if !cloud.ValidID(cloud.PrefixAttachment, id) {
		return nil, cloud.Errorf(cloud.Malformed, cloud.ResAttachment, id, "")
	}
	return nil, s.store.View(ctx, func(tx *store.Tx) error {
		for e := range tx.ENIs().By(store.ByAccount, string(c.Caller.Account)) {
			if string(e.Attachment) == id {
				return cloud.Errorf(cloud.Denied, cloud.ResAttachment, id, "")
			}
		}
		return cloud.Errorf(cloud.NotFound, cloud.ResAttachment, id, "")
	})
}
