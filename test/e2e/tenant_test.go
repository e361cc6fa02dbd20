package e2e

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"golang.org/x/crypto/ssh"

	"ecc/internal/bufferedhttp"
)

const region = "us-east-1"

// tenant is an account's way to the cloud.
type tenant struct {
	b          *bench
	id, secret string // access key
	ec2        *ec2.Client
	s3         *s3.Client
}

func newTenant(b *bench, id, secret string) *tenant {
	creds := credentials.NewStaticCredentialsProvider(id, secret, "")
	return &tenant{b: b, id: id, secret: secret,
		ec2: ec2.New(ec2.Options{Region: region, BaseEndpoint: &b.url, Credentials: creds,
			RetryMaxAttempts: 1, HTTPClient: bufferedhttp.Client{}}),
		s3: s3.New(s3.Options{Region: region, BaseEndpoint: &b.url, Credentials: creds, UsePathStyle: true,
			RetryMaxAttempts: 1, HTTPClient: bufferedhttp.Client{}})}
}

// aws runs Debian's aws CLI, which does not read AWS_ENDPOINT_URL yet.
func (t *tenant) aws(args ...string) string {
	t.b.Helper()
	cmd := exec.Command("/usr/bin/aws", append([]string{"--endpoint-url", t.b.url}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+t.id, "AWS_SECRET_ACCESS_KEY="+t.secret,
		"AWS_DEFAULT_REGION="+region, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.b.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// run runs instances. edit may change what is asked for.
func (t *tenant) run(image, kind string, n int32, edit ...func(*ec2.RunInstancesInput)) []*machine {
	t.b.Helper()
	in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: types.InstanceType(kind), MinCount: &n, MaxCount: &n}
	for _, f := range edit {
		f(in)
	}
	out, err := t.ec2.RunInstances(context.Background(), in)
	if err != nil {
		t.b.Fatal(err)
	}
	var ms []*machine
	for _, i := range out.Instances {
		ms = append(ms, &machine{tenant: t, id: *i.InstanceId})
	}
	return ms
}

func withKey(name string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) { in.KeyName = &name }
}

func withGroup(id string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{id} }
}

func withToken(token string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) { in.ClientToken = &token }
}

func withUserData(script string) func(*ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte(script)))
	}
}

// importKey imports the public half of a key under a name.
func (t *tenant) importKey(name string, key ssh.Signer) {
	t.b.Helper()
	_, err := t.ec2.ImportKeyPair(context.Background(), &ec2.ImportKeyPairInput{KeyName: &name,
		PublicKeyMaterial: ssh.MarshalAuthorizedKey(key.PublicKey())})
	if err != nil {
		t.b.Fatal(err)
	}
}

// group makes a security group in the default VPC that lets in the given
// ports, or nothing.
func (t *tenant) group(name string, ports ...int32) string {
	t.b.Helper()
	g, err := t.ec2.CreateSecurityGroup(context.Background(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: &name})
	if err != nil {
		t.b.Fatal(err)
	}
	for _, p := range ports {
		t.allow(*g.GroupId, p)
	}
	return *g.GroupId
}

func rule(port int32) []types.IpPermission {
	return []types.IpPermission{{IpProtocol: aws.String("tcp"), FromPort: &port, ToPort: &port,
		IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}
}

// allow lets everybody reach a TCP port of the group's instances.
func (t *tenant) allow(group string, port int32) {
	t.b.Helper()
	_, err := t.ec2.AuthorizeSecurityGroupIngress(context.Background(),
		&ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: rule(port)})
	if err != nil {
		t.b.Fatal(err)
	}
}

// revoke takes it back.
func (t *tenant) revoke(group string, port int32) {
	t.b.Helper()
	_, err := t.ec2.RevokeSecurityGroupIngress(context.Background(),
		&ec2.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: rule(port)})
	if err != nil {
		t.b.Fatal(err)
	}
}

// code is the AWS error code of an error, "" for none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
