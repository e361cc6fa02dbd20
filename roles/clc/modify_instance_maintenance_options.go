package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyInstanceMaintenanceOptions notes what the cloud may do to an instance
// by itself. It does none of it yet, whatever is noted.
func (s *Service) ModifyInstanceMaintenanceOptions(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstanceMaintenanceOptionsRequest) (*ec2.ModifyInstanceMaintenanceOptionsResult, error) {
	out := &ec2.ModifyInstanceMaintenanceOptionsResult{InstanceId: in.InstanceId}
	return out, s.changeInstance(ctx, c, *in.InstanceId, func(_ *store.Tx, i *cloud.Instance) error {
		if in.AutoRecovery != nil {
			i.NoRecovery = *in.AutoRecovery == "disabled"
		}
		if in.RebootMigration != nil {
			i.NoMigration = *in.RebootMigration == "disabled"
		}
		m := renderMaintenance(*i)
		out.AutoRecovery, out.RebootMigration = m.AutoRecovery, m.RebootMigration
		return nil
	})
}

// renderMaintenance makes EC2's view of maintenance options.
func renderMaintenance(i cloud.Instance) *ec2.InstanceMaintenanceOptions {
	return &ec2.InstanceMaintenanceOptions{AutoRecovery: ptr(enabled(i.NoRecovery, "disabled", "default")),
		RebootMigration: ptr(enabled(i.NoMigration, "disabled", "default"))}
}
