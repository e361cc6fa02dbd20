package clc

import (
	"ecc/api/awsquery"
)

// imageActions are the actions of images and key pairs.
func imageActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("CreateKeyPair", (*Service).CreateKeyPair, write, may("ec2:CreateKeyPair")),
		awsquery.Handle("DeleteKeyPair", (*Service).DeleteKeyPair, write, may("ec2:DeleteKeyPair")),
		awsquery.Handle("DeregisterImage", (*Service).DeregisterImage, write, may("ec2:DeregisterImage")),
		awsquery.Handle("DescribeImages", (*Service).DescribeImages, read, may("ec2:DescribeImages")),
		awsquery.Handle("DescribeKeyPairs", (*Service).DescribeKeyPairs, read, may("ec2:DescribeKeyPairs")),
		awsquery.Handle("ImportKeyPair", (*Service).ImportKeyPair, write, may("ec2:ImportKeyPair")),
		awsquery.Handle("RegisterImage", (*Service).RegisterImage, write, may("ec2:RegisterImage")),
	}
}
