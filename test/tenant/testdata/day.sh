#!/bin/bash
# A tenant's day by the aws CLI, from an account's first user to an empty
# account. Every answer is checked; the first that is not as in AWS ends it.
#
# Takes: AWS, the CLI; FAILED, its exit code for an error of the service;
# ENDPOINT; ACCOUNT, the account's number; AWS_ACCESS_KEY_ID and
# AWS_SECRET_ACCESS_KEY, those of the account's root. Works in the folder it is
# started in.
set -euo pipefail

fail() { echo "day: line ${BASH_LINENO[1]}: $*" >&2; exit 1; }

aws() { "$AWS" --endpoint-url "$ENDPOINT" --output text "$@"; }

# is WANTED COMMAND...: its output is that, or matches it as a pattern.
is() {
	local want=$1 got
	shift
	got=$("$@" 2>&1) || fail "$*: exit $?: $got"
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $want ]] || fail "$*: got «$got», want «$want»"
}

# refused CODE COMMAND...: the service answers with that error.
refused() { refused_with "$FAILED" "$@"; }
refused_with() {
	local exit=$1 code=$2 got status=0
	shift 2
	got=$("$@" 2>&1) || status=$?
	[ "$status" = "$exit" ] || fail "$*: exit $status, want $exit: $got"
	[[ $got == *"($code)"* ]] || fail "$*: got «$got», want $code"
}

# The keys of one caller: root's as they came, others' as they are made.
root_key=$AWS_ACCESS_KEY_ID root_secret=$AWS_SECRET_ACCESS_KEY
as_root() { export AWS_ACCESS_KEY_ID=$root_key AWS_SECRET_ACCESS_KEY=$root_secret; unset AWS_SESSION_TOKEN; }
as_ann() { export AWS_ACCESS_KEY_ID=$ann_key AWS_SECRET_ACCESS_KEY=$ann_secret; unset AWS_SESSION_TOKEN; }
as_session() { export AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2 AWS_SESSION_TOKEN=$3; }
credentials='Credentials.[AccessKeyId,SecretAccessKey,SessionToken]'

### The account's root makes a user, a group, policies, roles.

is "$ACCOUNT	arn:aws:iam::$ACCOUNT:root" aws sts get-caller-identity --query '[Account,Arn]'
aws iam create-account-alias --account-alias physics
is physics aws iam list-account-aliases --query AccountAliases
is 'AIDA*' aws iam create-user --user-name ann --tags Key=team,Value=web --query User.UserId
refused EntityAlreadyExists aws iam create-user --user-name ann
aws iam create-group --group-name builders >group
cat >builders.json <<EOF
{"Version": "2012-10-17", "Statement": [
	{"Effect": "Allow", "Action": ["ec2:*", "cloudtrail:LookupEvents"], "Resource": "*"},
	{"Effect": "Deny", "Action": "ec2:TerminateInstances", "Resource": "*",
	 "Condition": {"StringEquals": {"ec2:ResourceTag/keep": "yes"}}},
	{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::$ACCOUNT:role/web"},
	{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::$ACCOUNT:role/auditor"}]}
EOF
policy=arn:aws:iam::$ACCOUNT:policy/builders
is "$policy	v1" aws iam create-policy --policy-name builders --policy-document file://builders.json --query 'Policy.[Arn,DefaultVersionId]'
refused MalformedPolicyDocument aws iam create-policy --policy-name none --policy-document '{"Statement": 1}'
aws iam attach-group-policy --group-name builders --policy-arn "$policy"
# shellcheck disable=SC2016 # IAM's variable, not the shell's
aws iam put-user-policy --user-name ann --policy-name files --policy-document '{"Version": "2012-10-17", "Statement": [
	{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::day-files"},
	{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::day-files/${aws:username}/*"}]}'
read -r ann_key ann_secret < <(aws iam create-access-key --user-name ann --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
as_ann
refused UnauthorizedOperation aws ec2 describe-vpcs # the group is not hers yet
as_root
aws iam add-user-to-group --group-name builders --user-name ann
is ann aws iam get-group --group-name builders --query 'Users[].UserName'
trust() { echo "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": $1, \"Action\": \"sts:AssumeRole\"${2-}}]}"; }
aws iam create-role --role-name web --assume-role-policy-document "$(trust '{"Service": "ec2.amazonaws.com"}')" >role
aws iam create-instance-profile --instance-profile-name web >profile
aws iam add-role-to-instance-profile --instance-profile-name web --role-name web
is AROA* aws iam create-role --role-name auditor --query Role.RoleId --assume-role-policy-document \
	"$(trust "{\"AWS\": \"arn:aws:iam::$ACCOUNT:user/ann\"}" ', "Condition": {"StringEquals": {"sts:ExternalId": "4711"}}')"
aws iam attach-role-policy --role-name auditor --policy-arn arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess
is 'allowed	allowed	explicitDeny	implicitDeny' aws iam simulate-principal-policy --policy-source-arn "arn:aws:iam::$ACCOUNT:user/ann" \
	--action-names ec2:RunInstances ec2:CreateVpc ec2:TerminateInstances iam:CreateUser \
	--context-entries ContextKeyName=ec2:ResourceTag/keep,ContextKeyType=string,ContextKeyValues=yes \
	--query 'EvaluationResults[].EvalDecision'
aws s3 mb s3://day-files >/dev/null
aws s3 mb s3://day-other >/dev/null

### Ann builds a network.

as_ann
is "arn:aws:iam::$ACCOUNT:user/ann" aws sts get-caller-identity --query Arn
refused AccessDenied aws iam list-users
vpc=$(aws ec2 create-vpc --cidr-block 10.1.0.0/16 --tag-specifications 'ResourceType=vpc,Tags=[{Key=Name,Value=day}]' --query Vpc.VpcId)
refused InvalidVpc.Range aws ec2 create-vpc --cidr-block 10.1.0.0/8
aws ec2 wait vpc-available --vpc-ids "$vpc"
subnet=$(aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.1.1.0/24 --availability-zone us-east-1b --query Subnet.SubnetId)
refused InvalidSubnet.Conflict aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.1.1.128/25
is 251 aws ec2 describe-subnets --subnet-ids "$subnet" --query 'Subnets[].AvailableIpAddressCount'
gateway=$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId)
aws ec2 attach-internet-gateway --internet-gateway-id "$gateway" --vpc-id "$vpc"
table=$(aws ec2 describe-route-tables --filters Name=vpc-id,Values="$vpc" Name=association.main,Values=true --query 'RouteTables[].RouteTableId')
is True aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --gateway-id "$gateway"
is '10.1.0.0/16	local
0.0.0.0/0	igw-*' aws ec2 describe-route-tables --route-table-ids "$table" --query 'RouteTables[0].Routes[].[DestinationCidrBlock,GatewayId]'
group=$(aws ec2 create-security-group --group-name web --description 'the web' --vpc-id "$vpc" --query GroupId)
is 'True	22	10.0.0.0/8' aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 10.0.0.0/8 \
	--query '[Return,SecurityGroupRules[0].FromPort,SecurityGroupRules[0].CidrIpv4]'
refused InvalidPermission.Duplicate aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 10.0.0.0/8

### Keys, an image, a launch template.

aws ec2 create-key-pair --key-name rsa --query KeyMaterial >rsa.pem
is '-----BEGIN RSA PRIVATE KEY-----*-----END RSA PRIVATE KEY-----' cat rsa.pem
chmod 600 rsa.pem
is 'ssh-rsa *' ssh-keygen -y -f rsa.pem
aws ec2 create-key-pair --key-name ed --key-type ed25519 --key-format ppk --query KeyMaterial >ed.ppk
is 'PuTTY-User-Key-File-*ssh-ed25519*Private-MAC:*' cat ed.ppk
is 'ed25519' aws ec2 describe-key-pairs --key-names ed --query 'KeyPairs[].KeyType'
image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=ecc-sample-*' --query 'Images[0].ImageId')
is 'ami-*' echo "$image"
is 'lt-*	1' aws ec2 create-launch-template --launch-template-name web --query 'LaunchTemplate.[LaunchTemplateId,LatestVersionNumber]' \
	--launch-template-data "{\"ImageId\": \"$image\", \"InstanceType\": \"t3.micro\", \"KeyName\": \"rsa\"}"

### Instances.

run=(aws ec2 run-instances --launch-template LaunchTemplateName=web --subnet-id "$subnet" --security-group-ids "$group" --count 3 --user-data '#!/bin/sh'
	--tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web},{Key=keep,Value=yes}]' --client-token day --query 'Instances[].InstanceId')
refused DryRunOperation "${run[@]}" --dry-run
read -r one two three < <("${run[@]}")
is '*'"$one"'*' "${run[@]}" # the same request again
aws ec2 wait instance-running --instance-ids "$one" "$two" "$three"
is "running	t3.micro	us-east-1b	rsa	10.1.1.*	$vpc" aws ec2 describe-instances --instance-ids "$one" \
	--query 'Reservations[].Instances[].[State.Name,InstanceType,Placement.AvailabilityZone,KeyName,PrivateIpAddress,VpcId]'
aws ec2 wait instance-status-ok --instance-ids "$one"
is 'ok	ok' aws ec2 describe-instance-status --instance-ids "$one" --query 'InstanceStatuses[].[InstanceStatus.Status,SystemStatus.Status]'
is "$one	*" aws ec2 get-console-output --instance-id "$one" --query '[InstanceId,Output]'
aws ec2 create-tags --resources "$one" "$two" --tags Key=role,Value=front-1 Key=empty,Value=
is 'Name	aws:ec2launchtemplate:id	aws:ec2launchtemplate:version	empty	keep	role' aws ec2 describe-tags --filters Name=resource-id,Values="$one" --query 'sort(Tags[].Key)'
aws ec2 delete-tags --resources "$two" --tags Key=role
is "$one" aws ec2 describe-instances --filters 'Name=tag:role,Values=fr?nt-*' Name=instance-state-name,Values=running,pending --query 'Reservations[].Instances[].InstanceId'
is None aws ec2 describe-instances --filters 'Name=tag:role,Values=fr?nt' --query 'Reservations[].Instances[].InstanceId | [0]'
refused InvalidParameterValue aws ec2 describe-instances --filters Name=colour,Values=red
refused InvalidInstanceID.Malformed aws ec2 describe-instances --instance-ids i-1
refused InvalidInstanceID.NotFound aws ec2 describe-instances --instance-ids i-0123456789abcdef0

# Pages: of one group each, and the CLI's own of two items.
is 3 aws ec2 describe-instance-types --max-items 3 --page-size 5 --query 'length(InstanceTypes)' --output json
"$AWS" --endpoint-url "$ENDPOINT" --output json ec2 describe-tags --filters Name=key,Values=keep --max-items 2 >page
token=$(sed -n 's/.*"NextToken": "\(.*\)".*/\1/p' page)
is 1 aws ec2 describe-tags --filters Name=key,Values=keep --max-items 2 --starting-token "$token" --output json --query 'length(Tags)'

### An elastic address, another type, a role.

read -r allocation address < <(aws ec2 allocate-address --domain vpc --query '[AllocationId,PublicIp]')
is 'eipassoc-*' aws ec2 associate-address --allocation-id "$allocation" --instance-id "$one" --query AssociationId
is "$address" aws ec2 describe-instances --instance-ids "$one" --query 'Reservations[].Instances[].PublicIpAddress'
refused IncorrectInstanceState aws ec2 modify-instance-attribute --instance-id "$one" --instance-type Value=t3.small
is "$one	stopping	running" aws ec2 stop-instances --instance-ids "$one" --query 'StoppingInstances[].[InstanceId,CurrentState.Name,PreviousState.Name]'
aws ec2 wait instance-stopped --instance-ids "$one"
aws ec2 modify-instance-attribute --instance-id "$one" --instance-type Value=t3.small
aws ec2 start-instances --instance-ids "$one" >/dev/null
aws ec2 wait instance-running --instance-ids "$one"
is "t3.small	$address" aws ec2 describe-instances --instance-ids "$one" --query 'Reservations[].Instances[].[InstanceType,PublicIpAddress]'
is 'iip-assoc-*' aws ec2 associate-iam-instance-profile --instance-id "$one" --iam-instance-profile Name=web --query IamInstanceProfileAssociation.AssociationId
is "arn:aws:iam::$ACCOUNT:instance-profile/web" aws ec2 describe-iam-instance-profile-associations \
	--filters Name=instance-id,Values="$one" --query 'IamInstanceProfileAssociations[].IamInstanceProfile.Arn'

### Sessions.

auditor=(aws sts assume-role --role-arn "arn:aws:iam::$ACCOUNT:role/auditor" --role-session-name day --query "$credentials")
refused AccessDenied "${auditor[@]}"
refused AccessDenied "${auditor[@]}" --external-id 4712
# shellcheck disable=SC2046 # three words
as_session $("${auditor[@]}" --external-id 4711 --policy '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ec2:DescribeVpcs", "ec2:CreateVpc"], "Resource": "*"}]}')
is "arn:aws:sts::$ACCOUNT:assumed-role/auditor/day" aws sts get-caller-identity --query Arn
is "$vpc" aws ec2 describe-vpcs --filters Name=tag:Name,Values=day --query 'Vpcs[].VpcId'
refused UnauthorizedOperation aws ec2 describe-instances # not in the session's policy
refused UnauthorizedOperation aws ec2 create-vpc --cidr-block 10.2.0.0/16 # not in the role's
as_ann
# shellcheck disable=SC2046
as_session $(aws sts get-session-token --duration-seconds 900 --query "$credentials")
is "arn:aws:iam::$ACCOUNT:user/ann" aws sts get-caller-identity --query Arn
is 3 aws ec2 describe-instances --query 'length(Reservations[].Instances[])' --output json

### Files, by the user's policy.

as_ann
echo hello >hello
is 'upload: *' aws s3 cp hello s3://day-files/ann/hello --no-progress
is hello aws s3 cp s3://day-files/ann/hello -
is '*hello' aws s3 ls s3://day-files/ann/
refused_with 1 AccessDenied aws s3 cp hello s3://day-files/bob/hello --no-progress
refused AccessDenied aws s3api list-objects-v2 --bucket day-other
refused AccessDenied aws s3api delete-object --bucket day-files --key ann/hello

### What happened, and to whom the account belongs.

is 'RunInstances	ann' aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=RunInstances \
	--max-items 1 --query 'Events[0].[EventName,Username]'
as_root
is STARTED aws iam generate-credential-report --query State
report=$(aws iam get-credential-report --query Content | base64 -d)
[[ $report == user,arn,user_creation_time,*$'\n'ann,arn:aws:iam::"$ACCOUNT":user/ann,* ]] || fail "credential report: $report"
is cloudtrail aws iam get-access-key-last-used --access-key-id "$ann_key" --query AccessKeyLastUsed.ServiceName

### The end of the day.

as_ann
refused UnauthorizedOperation aws ec2 terminate-instances --instance-ids "$one" # it is to be kept
refused DependencyViolation aws ec2 delete-security-group --group-id "$group"
aws ec2 delete-tags --resources "$one" "$two" "$three" --tags Key=keep
is 'shutting-down	shutting-down	shutting-down' aws ec2 terminate-instances --instance-ids "$one" "$two" "$three" --query 'TerminatingInstances[].CurrentState.Name'
aws ec2 wait instance-terminated --instance-ids "$one" "$two" "$three"
aws ec2 release-address --allocation-id "$allocation"
aws ec2 delete-launch-template --launch-template-name web >/dev/null
aws ec2 delete-key-pair --key-name rsa >/dev/null
aws ec2 delete-key-pair --key-name ed >/dev/null
aws ec2 delete-security-group --group-id "$group" >/dev/null
refused DependencyViolation aws ec2 delete-vpc --vpc-id "$vpc"
aws ec2 delete-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0
aws ec2 detach-internet-gateway --internet-gateway-id "$gateway" --vpc-id "$vpc"
aws ec2 delete-internet-gateway --internet-gateway-id "$gateway"
aws ec2 delete-subnet --subnet-id "$subnet"
aws ec2 delete-vpc --vpc-id "$vpc"
for left in 'vpcs --filters Name=is-default,Values=false --query Vpcs[].VpcId' 'addresses --query Addresses[].PublicIp' 'key-pairs --query KeyPairs[].KeyName' \
	'launch-templates --query LaunchTemplates[].LaunchTemplateName' 'internet-gateways --filters Name=internet-gateway-id,Values='"$gateway"' --query InternetGateways[].InternetGatewayId' \
	'network-interfaces --query NetworkInterfaces[].NetworkInterfaceId' 'iam-instance-profile-associations --query IamInstanceProfileAssociations[].AssociationId' \
	'security-groups --filters Name=group-name,Values=web --query SecurityGroups[].GroupId' 'instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped --query Reservations[]'; do
	# shellcheck disable=SC2086 # words
	is '' aws ec2 describe-$left
done
as_root
is '*delete: *' aws s3 rb --force s3://day-files
aws s3 rb s3://day-other >/dev/null
aws iam remove-role-from-instance-profile --instance-profile-name web --role-name web
aws iam delete-instance-profile --instance-profile-name web
aws iam delete-role --role-name web
refused DeleteConflict aws iam delete-role --role-name auditor
aws iam detach-role-policy --role-name auditor --policy-arn arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess
aws iam delete-role --role-name auditor
aws iam delete-access-key --user-name ann --access-key-id "$ann_key"
as_ann
refused AuthFailure aws ec2 describe-vpcs
as_root
aws iam delete-user-policy --user-name ann --policy-name files
aws iam remove-user-from-group --group-name builders --user-name ann
aws iam delete-user --user-name ann
aws iam detach-group-policy --group-name builders --policy-arn "$policy"
aws iam delete-group --group-name builders
aws iam delete-policy --policy-arn "$policy"
aws iam delete-account-alias --account-alias physics
is '0	0	0	0	0' aws iam get-account-summary --query 'SummaryMap.[Users,Groups,Roles,Policies,InstanceProfiles]'
is '' aws s3 ls
