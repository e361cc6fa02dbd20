package binary_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// One command is a cloud with all that tenants expect to find.
func TestOneCommandIsACloud(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	h, err := p.health()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"clc", "cc us-east-1a", "cc us-east-1c", "nc sim-us-east-1b-2", "endpoint", "socket"} {
		if h.Roles[role] != "ok" {
			t.Errorf("health says of %q: %q in %v", role, h.Roles[role], h.Roles)
		}
	}
	resp, err := client().Get(p.endpoint() + "/_/health")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("tenants' endpoint says of its health %s", resp.Status)
	}

	a := p.account("tenant")
	c := a.ec2()
	t.Run("zones", func(t *testing.T) { wantZones(t, c) })
	t.Run("network", func(t *testing.T) { wantDefaultNetwork(t, c) })
	t.Run("sample image", func(t *testing.T) {
		out, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{})
		if err != nil || len(out.Images) != 1 || aws.ToString(out.Images[0].RootDeviceName) != "/dev/sda1" {
			t.Fatalf("%+v, %v", out, err)
		}
	})
	t.Run("instance types", func(t *testing.T) { wantTypes(t, c) })
	t.Run("identity", func(t *testing.T) {
		id, err := a.sts().GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil || aws.ToString(id.Account) != a.ID {
			t.Fatalf("%+v, %v; want %s", id, err, a.ID)
		}
	})
	if p.ecc("audit"); !strings.Contains(p.ecc("nodes"), "sim-us-east-1c-3") {
		t.Errorf("nodes: %s", p.ecc("nodes"))
	}
}

func wantZones(t *testing.T, c *ec2.Client) {
	out, err := c.DescribeAvailabilityZones(t.Context(), &ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, z := range out.AvailabilityZones {
		names = append(names, aws.ToString(z.ZoneName))
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "us-east-1a us-east-1b us-east-1c" {
		t.Errorf("zones %s", got)
	}
}

func wantDefaultNetwork(t *testing.T, c *ec2.Client) {
	vpcs, err := c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	if err != nil || len(vpcs.Vpcs) != 1 || aws.ToString(vpcs.Vpcs[0].CidrBlock) != "172.31.0.0/16" || !aws.ToBool(vpcs.Vpcs[0].IsDefault) {
		t.Fatalf("VPCs %+v, %v", vpcs, err)
	}
	subnets, err := c.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string]bool{}
	for _, s := range subnets.Subnets {
		cidr, err := netip.ParsePrefix(aws.ToString(s.CidrBlock))
		if err != nil || cidr.Bits() != 20 || !netip.MustParsePrefix("172.31.0.0/16").Contains(cidr.Addr()) || !aws.ToBool(s.DefaultForAz) {
			t.Errorf("subnet %+v", s)
		}
		zones[aws.ToString(s.AvailabilityZone)] = true
	}
	if len(subnets.Subnets) != 3 || len(zones) != 3 {
		t.Errorf("%d subnets in %d zones, want one in each of three", len(subnets.Subnets), len(zones))
	}
	groups, err := c.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"default"}})
	if err != nil || len(groups.SecurityGroups) != 1 {
		t.Errorf("default group: %+v, %v", groups, err)
	}
}

func wantTypes(t *testing.T, c *ec2.Client) {
	out, err := c.DescribeInstanceTypes(t.Context(), &ec2.DescribeInstanceTypesInput{
		InstanceTypes: []types.InstanceType{"t1.micro", "t2.micro", "t3.micro", "t3a.small", "m1.small", "m5.large", "c5.large", "r5.large"}})
	if err != nil || len(out.InstanceTypes) != 8 {
		t.Fatalf("%+v, %v", out, err)
	}
}

// run starts n instances of the sample image and returns their ids.
func (a account) run(tb testing.TB, n int32) []string {
	tb.Helper()
	out, err := a.ec2().RunInstances(tb.Context(), a.launch(tb, n))
	if err != nil {
		tb.Fatal(err)
	}
	var ids []string
	for _, i := range out.Instances {
		ids = append(ids, aws.ToString(i.InstanceId))
	}
	return ids
}

// launch asks for n instances of the sample image.
func (a account) launch(tb testing.TB, n int32) *ec2.RunInstancesInput {
	tb.Helper()
	out, err := a.ec2().DescribeImages(tb.Context(), &ec2.DescribeImagesInput{})
	if err != nil || len(out.Images) == 0 {
		tb.Fatalf("sample image: %+v, %v", out, err)
	}
	return &ec2.RunInstancesInput{ImageId: out.Images[0].ImageId, InstanceType: "t3.micro", MinCount: &n, MaxCount: &n}
}

// states returns the account's instances with their states.
func (a account) states(tb testing.TB) (map[string]string, error) {
	tb.Helper()
	out, err := a.ec2().DescribeInstances(tb.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		return nil, err
	}
	states := map[string]string{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			states[aws.ToString(i.InstanceId)] = string(i.State.Name)
		}
	}
	return states, nil
}

// awaitState waits until the instances have a state.
func (a account) awaitState(tb testing.TB, state string, ids ...string) {
	tb.Helper()
	eventually(tb, fmt.Sprintf("%v are %s", ids, state), func() error {
		states, err := a.states(tb)
		for _, id := range ids {
			if err == nil && states[id] != state {
				err = fmt.Errorf("%s is %q", id, states[id])
			}
		}
		return err
	})
}

// What is refused at the door, for which reason.
func TestRefusalsNameTheReason(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	wrong := a
	wrong.Secret = strings.Repeat("x", 40)
	unknown := a
	unknown.Key = "AKIAAAAAAAAAAAAAAAAA"
	ask := func(a account, at time.Time) *http.Request {
		return a.signed(t, "ec2", http.MethodPost, "/", []byte(action("DescribeRegions")), at)
	}
	now := time.Now()
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		want    string // in the answer
	}{
		"wrong secret":     {ask(wrong, now), 403, "<Code>SignatureDoesNotMatch</Code>"},
		"unknown key":      {ask(unknown, now), 401, "<Code>AuthFailure</Code>"},
		"clock behind":     {ask(a, now.Add(-time.Hour)), 400, "<Code>RequestExpired</Code>"},
		"clock ahead":      {ask(a, now.Add(time.Hour)), 400, "<Code>RequestExpired</Code>"},
		"unknown action":   {a.signed(t, "ec2", http.MethodPost, "/", []byte(action("BecomeKing")), now), 400, "The action BecomeKing is not valid for this web service."},
		"IAM":              {a.signed(t, "iam", http.MethodPost, "/", []byte("Action=UploadSSHPublicKey&Version=2010-05-08"), now), 400, "is not valid for this web service"},
		"S3, wrong secret": {wrong.signed(t, "s3", http.MethodGet, "/", nil, now), 403, "<Code>SignatureDoesNotMatch</Code>"},
		"S3, clock behind": {a.signed(t, "s3", http.MethodGet, "/", nil, now.Add(-time.Hour)), 403, "<Code>RequestTimeTooSkewed</Code>"},
		"in order":         {ask(a, now.Add(-4*time.Minute)), 200, "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := send(t, c.request)
			if err != nil || got.status != c.status || !strings.Contains(got.body, c.want) {
				t.Errorf("%d %s %v; want %d and %s", got.status, got.body, err, c.status, c.want)
			}
		})
	}
}
