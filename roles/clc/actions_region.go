package clc

import "ecc/api/awsquery"

// regionActions are the actions of tags, regions, zones and the account.
func regionActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("CreateTags", (*Service).CreateTags, write, may("ec2:CreateTags")),
		awsquery.Handle("DeleteTags", (*Service).DeleteTags, write, may("ec2:DeleteTags")),
		awsquery.Handle("DescribeAccountAttributes", (*Service).DescribeAccountAttributes, read, may("ec2:DescribeAccountAttributes")),
		awsquery.Handle("DescribeAggregateIdFormat", (*Service).DescribeAggregateIdFormat, read, may("ec2:DescribeAggregateIdFormat")),
		awsquery.Handle("DescribeAvailabilityZones", (*Service).DescribeAvailabilityZones, read, may("ec2:DescribeAvailabilityZones")),
		awsquery.Handle("DescribeIdFormat", (*Service).DescribeIdFormat, read, may("ec2:DescribeIdFormat")),
		awsquery.Handle("DescribeIdentityIdFormat", (*Service).DescribeIdentityIdFormat, read, may("ec2:DescribeIdentityIdFormat")),
		awsquery.Handle("DescribePrincipalIdFormat", (*Service).DescribePrincipalIdFormat, read, may("ec2:DescribePrincipalIdFormat")),
		awsquery.Handle("DescribeRegions", (*Service).DescribeRegions, read, may("ec2:DescribeRegions")),
		awsquery.Handle("DescribeTags", (*Service).DescribeTags, read, may("ec2:DescribeTags")),
		awsquery.Handle("ModifyIdFormat", (*Service).ModifyIdFormat, write, may("ec2:ModifyIdFormat")),
		awsquery.Handle("ModifyIdentityIdFormat", (*Service).ModifyIdentityIdFormat, write, may("ec2:ModifyIdentityIdFormat")),
	}
}
