package ec2

import "ecc/api/awsquery"

// rates are EC2's published ones for one account and region (its user guide,
// "Request throttling for the Amazon EC2 API"), for each action.
func rates() awsquery.Rates {
	return awsquery.Rates{
		Read:  awsquery.Rate{Burst: 100, PerSecond: 20},
		Write: awsquery.Rate{Burst: 50, PerSecond: 5},
		Actions: map[string]awsquery.Rate{
			"AssignPrivateIpAddresses":   {Burst: 100, PerSecond: 5},
			"MonitorInstances":           {Burst: 100, PerSecond: 5},
			"RunInstances":               {Burst: 5, PerSecond: 2},
			"StartInstances":             {Burst: 5, PerSecond: 2},
			"TerminateInstances":         {Burst: 100, PerSecond: 5},
			"UnassignPrivateIpAddresses": {Burst: 100, PerSecond: 5},
			"UnmonitorInstances":         {Burst: 100, PerSecond: 5},
		},
		Resources: map[string]awsquery.Rate{
			"RunInstances":       {Burst: 1000, PerSecond: 2},
			"StartInstances":     {Burst: 1000, PerSecond: 2},
			"StopInstances":      {Burst: 1000, PerSecond: 20},
			"TerminateInstances": {Burst: 1000, PerSecond: 20},
		},
		Count: instancesIn,
	}
}

// instancesIn is how many instances a request of one of those actions asks for.
func instancesIn(in any) int {
	switch in := in.(type) {
	case *RunInstancesRequest:
		if in.MaxCount != nil {
			return int(*in.MaxCount)
		}
	case *StartInstancesRequest:
		return len(in.InstanceIds)
	case *StopInstancesRequest:
		return len(in.InstanceIds)
	case *TerminateInstancesRequest:
		return len(in.InstanceIds)
	}
	return 1
}
