package binary_test

import (
	"testing"
)

// life uses botocore as programs do: waiters, paginators and typed errors. It
// is boto3 where there is one, else what Debian's aws CLI carries.
const life = `
import os, sys
try:
    import boto3
    client = lambda name: boto3.client(name, endpoint_url=os.environ["ENDPOINT"])
except ImportError:
    try:
        import awscli.botocore.session
    except ImportError:
        sys.exit(77)
    session = awscli.botocore.session.get_session()
    client = lambda name: session.create_client(name, endpoint_url=os.environ["ENDPOINT"])
ec2 = client("ec2")
image = ec2.describe_images()["Images"][0]["ImageId"]
run = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=7, MaxCount=7, ClientToken="seven")
ids = sorted(i["InstanceId"] for i in run["Instances"])
again = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=7, MaxCount=7, ClientToken="seven")
assert sorted(i["InstanceId"] for i in again["Instances"]) == ids
fast = {"Delay": 1, "MaxAttempts": 60}
ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=fast)
pages = list(ec2.get_paginator("describe_instance_status").paginate(PaginationConfig={"PageSize": 5}))
assert sum(len(p["InstanceStatuses"]) for p in pages) == 7 and len(pages) == 2, pages
try:
    ec2.describe_instances(InstanceIds=["i-0123456789abcdef0"])
    sys.exit("an unknown id is found")
except Exception as e:
    assert e.response["Error"]["Code"] == "InvalidInstanceID.NotFound", e
ec2.terminate_instances(InstanceIds=ids)
ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=fast)
s3 = client("s3")
s3.create_bucket(Bucket="boto")
s3.put_object(Bucket="boto", Key="k", Body=b"v")
assert s3.get_object(Bucket="boto", Key="k")["Body"].read() == b"v"
assert client("sts").get_caller_identity()["Account"] == os.environ["ACCOUNT"]
print("done")
`

func TestLifeOfInstancesByBotocore(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	env := append(a.environment(t), "ENDPOINT="+a.Endpoint, "ACCOUNT="+a.ID)
	switch o := execute(t, env, "/usr/bin/python3", "-c", life); {
	case o.code == 77:
		t.Skip("there is no botocore: apt-get install awscli")
	case o.code != 0 || o.stdout != "done\n":
		t.Errorf("%+v", o)
	}
	p.settled()
}
