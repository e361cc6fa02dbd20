package clc

import (
	"ecc/api/awsquery"
)

// interfaceActions are the actions of network interfaces and addresses.
func interfaceActions() []awsquery.Action[*Service] {
	const read = awsquery.Read
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("DescribeNetworkInterfaces", (*Service).DescribeNetworkInterfaces, read, may("ec2:DescribeNetworkInterfaces")),
	}
}
