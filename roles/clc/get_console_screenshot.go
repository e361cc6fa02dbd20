package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// GetConsoleScreenshot would show an instance's screen. Guests have a serial
// console and no video device (one costs every boot time and memory), so there
// is no screen to show.
func (s *Service) GetConsoleScreenshot(ctx context.Context, c *awsquery.Call, in *ec2.GetConsoleScreenshotRequest) (*ec2.GetConsoleScreenshotResult, error) {
	if _, err := s.instance(ctx, c.Caller.Account, *in.InstanceId); err != nil {
		return nil, err
	}
	return nil, cloud.Errorf(cloud.Unsupported, cloud.ResInstance, *in.InstanceId, "The instance '%s' has a serial console and no screen: use GetConsoleOutput.", *in.InstanceId)
}
