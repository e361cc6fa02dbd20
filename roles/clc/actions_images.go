package clc

import (
	"ecc/api/awsquery"
)

// imageActions are the actions of images and key pairs.
func imageActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("CopyImage", (*Service).CopyImage, write, may("ec2:CopyImage")),
		awsquery.Handle("CreateKeyPair", (*Service).CreateKeyPair, write, may("ec2:CreateKeyPair")),
		awsquery.Handle("DeleteKeyPair", (*Service).DeleteKeyPair, write, may("ec2:DeleteKeyPair")),
		awsquery.Handle("DeregisterImage", (*Service).DeregisterImage, write, may("ec2:DeregisterImage")),
		awsquery.Handle("DescribeImageAttribute", (*Service).DescribeImageAttribute, read, may("ec2:DescribeImageAttribute")),
		awsquery.Handle("DescribeImages", (*Service).DescribeImages, read, may("ec2:DescribeImages")),
		awsquery.Handle("DescribeKeyPairs", (*Service).DescribeKeyPairs, read, may("ec2:DescribeKeyPairs")),
		awsquery.Handle("DisableImage", (*Service).DisableImage, write, may("ec2:DisableImage")),
		awsquery.Handle("DisableImageBlockPublicAccess", (*Service).DisableImageBlockPublicAccess, write, may("ec2:DisableImageBlockPublicAccess")),
		awsquery.Handle("DisableImageDeprecation", (*Service).DisableImageDeprecation, write, may("ec2:DisableImageDeprecation")),
		awsquery.Handle("DisableImageDeregistrationProtection", (*Service).DisableImageDeregistrationProtection, write, may("ec2:DisableImageDeregistrationProtection")),
		awsquery.Handle("EnableImage", (*Service).EnableImage, write, may("ec2:EnableImage")),
		awsquery.Handle("EnableImageBlockPublicAccess", (*Service).EnableImageBlockPublicAccess, write, may("ec2:EnableImageBlockPublicAccess")),
		awsquery.Handle("EnableImageDeprecation", (*Service).EnableImageDeprecation, write, may("ec2:EnableImageDeprecation")),
		awsquery.Handle("EnableImageDeregistrationProtection", (*Service).EnableImageDeregistrationProtection, write, may("ec2:EnableImageDeregistrationProtection")),
		awsquery.Handle("GetImageBlockPublicAccessState", (*Service).GetImageBlockPublicAccessState, read, may("ec2:GetImageBlockPublicAccessState")),
		awsquery.Handle("ImportKeyPair", (*Service).ImportKeyPair, write, may("ec2:ImportKeyPair")),
		awsquery.Handle("ModifyImageAttribute", (*Service).ModifyImageAttribute, write, may("ec2:ModifyImageAttribute")),
		awsquery.Handle("RegisterImage", (*Service).RegisterImage, write, may("ec2:RegisterImage")),
		awsquery.Handle("ResetImageAttribute", (*Service).ResetImageAttribute, write, may("ec2:ResetImageAttribute")),
	}
}
