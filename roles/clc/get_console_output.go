package clc

import (
	"context"
	"encoding/base64"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// consoleLimit is how long a node may take to answer.
const consoleLimit = 10 * time.Second

// GetConsoleOutput returns the last 64 KiB of an instance's serial console, as
// its node has it now.
func (s *Service) GetConsoleOutput(ctx context.Context, c *awsquery.Call, in *ec2.GetConsoleOutputRequest) (*ec2.GetConsoleOutputResult, error) {
	i, err := s.instance(ctx, c.Caller.Account, text(in.InstanceId))
	if err != nil {
		return nil, err
	}
	out := &ec2.GetConsoleOutputResult{InstanceId: in.InstanceId, Timestamp: ptr(s.now().UTC())}
	if i.State() == cloud.StateTerminated || i.Desired.Node == "" {
		return out, nil
	}
	a, err := s.ask(ctx, rpc.AskConsole, i, consoleLimit)
	if err != nil {
		return nil, err
	}
	if len(a.Data) > 0 {
		out.Output = ptr(base64.StdEncoding.EncodeToString(a.Data))
	}
	return out, nil
}

// instance reads one instance of an account.
func (s *Service) instance(ctx context.Context, a cloud.AccountID, id string) (cloud.Instance, error) {
	var i cloud.Instance
	if err := checkInstanceIDs([]string{id}); err != nil {
		return i, err
	}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if i, ok = tx.Instances().Get(cloud.InstanceID(id)); !ok || i.Account != a {
			return cloud.Errorf(cloud.NotFound, cloud.ResInstance, id, "")
		}
		return nil
	})
	return i, err
}
