"""A tenant's day by boto3, in short: clients, waiters, paginators, resources.

Takes the URL of a cloud and the account's number; the keys of the account's
root are in the environment. Every answer is checked.
"""

import sys
import time

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError, WaiterError

endpoint, account = sys.argv[1:]
QUICK = {"Delay": 1, "MaxAttempts": 60}


def client(service, session=boto3):
    return session.client(service, endpoint_url=endpoint)


def resource(service, session=boto3):
    return session.resource(service, endpoint_url=endpoint)


def session_of(credentials):
    return boto3.Session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken"))


def want(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, want {wanted!r}")


def refused(code, status, call, **parameters):
    """The service answers with that error, and with that status of HTTP."""
    try:
        answer = call(**parameters)
    except ClientError as e:
        want((e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        assert e.response["Error"]["Message"], code
        return e
    raise AssertionError(f"not refused: {answer}")


def tags(**values):
    return [{"Key": k, "Value": v} for k, v in values.items()]


def identity():
    """Root makes ann, who may do all in EC2, and her role."""
    iam = resource("iam")
    user = iam.create_user(UserName="ann", Tags=tags(team="web"))
    client("iam").get_waiter("user_exists").wait(UserName="ann")
    user.attach_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonEC2FullAccess")
    policy = iam.create_policy(PolicyName="assume", PolicyDocument="""{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}""")
    user.attach_policy(PolicyArn=policy.arn)
    want(sorted(p.policy_name for p in user.attached_policies.all()), ["AmazonEC2FullAccess", "assume"])
    role = iam.create_role(RoleName="reader", MaxSessionDuration=7200, AssumeRolePolicyDocument="""{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"}}""" % user.arn)
    role.Policy("files").put(PolicyDocument="""{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::boto-day/*"}}""")
    want(role.Policy("files").policy_document["Statement"]["Action"], "s3:Get*")  # decoded by botocore
    want(role.assume_role_policy_document["Statement"]["Principal"], {"AWS": user.arn})
    for n in range(5):
        iam.create_group(GroupName=f"group-{n}").add_user(UserName="ann")
    pages = list(client("iam").get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2}))
    want([len(p["Groups"]) for p in pages], [2, 2, 1])
    want(len(list(user.groups.all())), 5)
    key = user.create_access_key_pair()
    refused("LimitExceeded", 409, lambda: [user.create_access_key_pair() for _ in range(2)])
    return user, role, policy, session_of({"AccessKeyId": key.id, "SecretAccessKey": key.secret})


def network(ec2):
    """A VPC with all it takes to launch into it."""
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags(Name="boto")}])
    vpc.wait_until_available(WaiterConfig=QUICK)
    vpc.modify_attribute(EnableDnsHostnames={"Value": True})
    want(vpc.describe_attribute(Attribute="enableDnsHostnames")["EnableDnsHostnames"], {"Value": True})
    subnet = vpc.create_subnet(CidrBlock="10.3.1.0/24")
    gateway = ec2.create_internet_gateway()
    vpc.attach_internet_gateway(InternetGatewayId=gateway.id)
    table = next(iter(vpc.route_tables.filter(Filters=[{"Name": "association.main", "Values": ["true"]}])))
    table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway.id)
    want([r.gateway_id for r in table.routes], ["local", gateway.id])
    group = vpc.create_security_group(GroupName="web", Description="web")
    group.authorize_ingress(IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]},
                                           {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group.id}]}])
    group.reload()
    want(len(group.ip_permissions), 2)
    want(sorted(g.group_name for g in vpc.security_groups.all()), ["default", "web"])
    return vpc, subnet, gateway, table, group


def instances(ec2, subnet, group):
    """A fleet, found by what it is, one of it with an address of its own."""
    image = next(iter(ec2.images.filter(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["ecc-sample*"]}])))
    want((image.state, image.architecture), ("available", "x86_64"))
    pair = ec2.create_key_pair(KeyName="boto", KeyType="ed25519")
    assert pair.key_material.startswith("-----BEGIN OPENSSH PRIVATE KEY-----"), pair.key_material[:40]
    launch = dict(ImageId=image.id, InstanceType="t3.micro", MinCount=7, MaxCount=7, KeyName=pair.name, SubnetId=subnet.id, SecurityGroupIds=[group.id],
                  UserData="#!/bin/sh\n", TagSpecifications=[{"ResourceType": "instance", "Tags": tags(role="web")}])
    refused("DryRunOperation", 412, ec2.create_instances, DryRun=True, **launch)
    fleet = ec2.create_instances(**launch)
    want(len({i.id for i in fleet}), 7)
    one = fleet[0]
    one.wait_until_running(WaiterConfig=QUICK)
    ec2.meta.client.get_waiter("instance_running").wait(InstanceIds=[i.id for i in fleet], WaiterConfig=QUICK)
    ec2.meta.client.get_waiter("instance_status_ok").wait(InstanceIds=[i.id for i in fleet], WaiterConfig=QUICK)
    one.reload()
    want((one.state["Name"], one.subnet.id, one.vpc.cidr_block, one.key_name), ("running", subnet.id, "10.3.0.0/16", "boto"))
    want((one.launch_time.tzinfo is not None, one.network_interfaces[0].private_ip_address), (True, one.private_ip_address))
    want(one.describe_attribute(Attribute="userData")["UserData"]["Value"], "IyEvYmluL3NoCg==")
    found = ec2.instances.filter(Filters=[{"Name": "tag:role", "Values": ["w?b"]}, {"Name": "instance-state-name", "Values": ["running"]}])
    want({i.id for i in found}, {i.id for i in fleet})
    want(len(list(found.limit(3))), 3)
    want([len(page) for page in found.page_size(5).pages()], [5, 2])
    one.create_tags(Tags=tags(Name="first", none=""))
    want({t["Key"]: t["Value"] for t in ec2.Instance(one.id).tags}, {"role": "web", "Name": "first", "none": ""})
    address = ec2.VpcAddress(ec2.meta.client.allocate_address(Domain="vpc")["AllocationId"])
    address.associate(InstanceId=one.id)
    one.reload()
    address.reload()
    want((one.public_ip_address, address.instance_id), (address.public_ip, one.id))
    one.stop()
    one.wait_until_stopped(WaiterConfig=QUICK)
    one.modify_attribute(InstanceType={"Value": "t3.small"})
    one.start()
    one.wait_until_running(WaiterConfig=QUICK)
    want(ec2.Instance(one.id).instance_type, "t3.small")
    assert isinstance(one.console_output()["Output"], str)
    one.modify_attribute(DisableApiTermination={"Value": True})
    refused("OperationNotPermitted", 400, one.terminate)
    one.modify_attribute(DisableApiTermination={"Value": False})
    return fleet, address, pair


def sessions(role, ann):
    """A role's session may do what the role may, and no more."""
    credentials = client("sts", ann).assume_role(RoleArn=role.arn, RoleSessionName="boto", DurationSeconds=900)["Credentials"]
    assert 0 < credentials["Expiration"].timestamp() - time.time() < 905, credentials["Expiration"]
    reader = session_of(credentials)
    want(client("sts", reader).get_caller_identity()["Arn"], f"arn:aws:sts::{account}:assumed-role/reader/boto")
    refused("UnauthorizedOperation", 403, client("ec2", reader).describe_vpcs)
    refused("AccessDenied", 403, client("s3", ann).list_buckets)
    return reader


def files(reader):
    """A bucket, written by root and read by the session."""
    bucket = resource("s3").create_bucket(Bucket="boto-day")
    bucket.wait_until_exists()
    bucket.put_object(Key="a/hello", Body=b"hello", Metadata={"colour": "blue"})
    with open("large", "wb") as f:
        f.truncate(11 << 20)
    bucket.upload_file("large", "a/large", Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
    want([(o.key, o.size) for o in bucket.objects.filter(Prefix="a/")], [("a/hello", 5), ("a/large", 11 << 20)])
    got = resource("s3", reader).Object("boto-day", "a/hello").get()
    want((got["Body"].read(), got["Metadata"]), (b"hello", {"colour": "blue"}))
    refused("AccessDenied", 403, client("s3", reader).put_object, Bucket="boto-day", Key="a/new", Body=b"")
    bucket.objects.all().delete()
    bucket.delete()
    bucket.wait_until_not_exists(WaiterConfig=QUICK)


def denied(ec2, vpc):
    """What is not there, or not to be taken away, and how it is said."""
    e = refused("InvalidInstanceID.NotFound", 400, ec2.Instance("i-0123456789abcdef0").reload)
    assert "i-0123456789abcdef0" in str(e), e
    refused("InvalidVpcID.NotFound", 400, ec2.create_subnet, VpcId="vpc-0123456789abcdef0", CidrBlock="10.0.0.0/24")
    refused("DependencyViolation", 400, vpc.delete)
    try:
        ec2.meta.client.get_waiter("instance_running").wait(InstanceIds=["i-0123456789abcdef0"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
        raise AssertionError("waited for nothing")
    except WaiterError:
        pass


def main():
    user, role, policy, ann = identity()
    ec2 = resource("ec2", ann)
    vpc, subnet, gateway, table, group = network(ec2)
    fleet, address, pair = instances(ec2, subnet, group)
    files(sessions(role, ann))
    denied(ec2, vpc)

    ec2.instances.filter(InstanceIds=[i.id for i in fleet]).terminate()
    for i in fleet:
        i.wait_until_terminated(WaiterConfig=QUICK)
    address.release()
    pair.delete()
    group.delete()
    ec2.Route(table.id, "0.0.0.0/0").delete()
    vpc.detach_internet_gateway(InternetGatewayId=gateway.id)
    gateway.delete()
    subnet.delete()
    vpc.delete()
    want([v.is_default for v in ec2.vpcs.all()], [True])
    want(list(ec2.network_interfaces.all()), [])
    want(list(ec2.vpc_addresses.all()), [])

    refused("DeleteConflict", 409, user.delete)
    for g in list(user.groups.all()):
        g.remove_user(UserName="ann")
        g.delete()
    for p in list(user.attached_policies.all()):
        user.detach_policy(PolicyArn=p.arn)
    for k in list(user.access_keys.all()):
        k.delete()
    user.delete()
    policy.delete()
    role.Policy("files").delete()
    role.delete()
    want((list(resource("iam").users.all()), list(resource("iam").roles.all())), ([], []))


main()
