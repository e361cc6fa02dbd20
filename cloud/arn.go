package cloud

// AWSAccount stands where an ARN has an account's number in the ARNs of the
// policies every account finds there: "arn:aws:iam::aws:policy/ReadOnlyAccess".
const AWSAccount AccountID = "aws"

// IAMARN is the ARN of something of IAM: what is its type with path and name,
// "user/path/name", "role/name", "root".
func IAMARN(a AccountID, what string) string { return "arn:aws:iam::" + string(a) + ":" + what }

// EC2ARN is the ARN of something of EC2: what is its type and id, "subnet/subnet-1".
func EC2ARN(region string, a AccountID, what string) string {
	return "arn:aws:ec2:" + region + ":" + string(a) + ":" + what
}

// SessionARN is the ARN of a session of a role: "arn:aws:sts::123456789012:assumed-role/role/session".
func SessionARN(a AccountID, role, session string) string {
	return "arn:aws:sts::" + string(a) + ":assumed-role/" + role + "/" + session
}

// FederatedARN is the ARN of a federated user: "arn:aws:sts::123456789012:federated-user/name".
func FederatedARN(a AccountID, name string) string {
	return "arn:aws:sts::" + string(a) + ":federated-user/" + name
}

// ARN is the user's: "arn:aws:iam::123456789012:user/path/name".
func (u User) ARN() string { return IAMARN(u.Account, "user"+u.Path+u.Name) }

// ARN is the group's: "arn:aws:iam::123456789012:group/path/name".
func (g UserGroup) ARN() string { return IAMARN(g.Account, "group"+g.Path+g.Name) }

// ARN is the role's: "arn:aws:iam::123456789012:role/path/name".
func (r Role) ARN() string { return IAMARN(r.Account, "role"+r.Path+r.Name) }

// ARN is the policy's: "arn:aws:iam::123456789012:policy/path/name".
func (m ManagedPolicy) ARN() string { return IAMARN(m.Account, "policy"+m.Path+m.Name) }

// ARN is the profile's: "arn:aws:iam::123456789012:instance-profile/path/name".
func (p InstanceProfile) ARN() string { return IAMARN(p.Account, "instance-profile"+p.Path+p.Name) }

// ARN is the provider's: "arn:aws:iam::123456789012:oidc-provider/host/path".
func (o OIDCProvider) ARN() string { return IAMARN(o.Account, "oidc-provider/"+o.URL) }
