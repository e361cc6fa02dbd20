package binary_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
)

// racers is how many clients do the same at once.
const racers = 64

func (a account) iam() *iam.Client { return iam.NewFromConfig(a.config()) }

// race lets all racers call at once, and counts the codes they got; "" is
// success.
func race(tb testing.TB, call func(ctx context.Context, racer int) error) map[string]int {
	tb.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	codes, begin := map[string]int{}, make(chan struct{})
	for k := range racers {
		all.Go(func() {
			<-begin
			err := call(tb.Context(), k)
			code := ""
			var api smithy.APIError
			if errors.As(err, &api) {
				code = api.ErrorCode()
			} else if err != nil {
				tb.Error(err)
			}
			mu.Lock()
			codes[code]++
			mu.Unlock()
		})
	}
	close(begin)
	all.Wait()
	return codes
}

// Who asks for the last one of something from many sides at once gets exactly
// that one; each success is told once in the audit trail, and no refusal leaves
// anything.
func TestLimitsHoldInRaces(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "throttle.factor=0")
	a := p.account("tenant")
	c, u := a.ec2(), a.iam()
	if _, err := c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{}); err != nil { // makes the default one
		t.Fatal(err)
	}
	if _, err := u.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("ann")}); err != nil {
		t.Fatal(err)
	}
	for action, r := range map[string]struct {
		call func(ctx context.Context, k int) error
		won  int
		code string // of the others
	}{
		"CreateVpc": {func(ctx context.Context, _ int) error {
			_, err := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
			return err
		}, 4, "VpcLimitExceeded"},
		"AllocateAddress": {func(ctx context.Context, _ int) error {
			_, err := c.AllocateAddress(ctx, &ec2.AllocateAddressInput{})
			return err
		}, 5, "AddressLimitExceeded"},
		"CreateInternetGateway": {func(ctx context.Context, _ int) error {
			_, err := c.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{})
			return err
		}, 4, "InternetGatewayLimitExceeded"},
		"CreateAccessKey": {func(ctx context.Context, _ int) error {
			_, err := u.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ann")})
			return err
		}, 2, "LimitExceeded"},
		"CreateGroup": {func(ctx context.Context, k int) error { // names are the same but for case
			_, err := u.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String([]string{"staff", "Staff"}[k%2])})
			return err
		}, 1, "EntityAlreadyExists"},
		"CreateSecurityGroup": {func(ctx context.Context, _ int) error {
			_, err := c.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{GroupName: aws.String("web"), Description: aws.String("web")})
			return err
		}, 1, "InvalidGroup.Duplicate"},
	} {
		if got := race(t, r.call); got[""] != r.won || got[r.code] != racers-r.won {
			t.Errorf("%s: %v, want %d to succeed and %s for the others", action, got, r.won, r.code)
		}
		told := strings.Split(p.ecc("audit", "log", "--json", "--limit", "1000", "--name", action), "\n")
		done := 0
		for _, line := range told {
			if !strings.Contains(line, `"errorCode"`) {
				done++
			}
		}
		if done != r.won {
			t.Errorf("%s: %d events of success, want %d", action, done, r.won)
		}
	}
	wantHolds(t, p)
}

// Things are put into what others take away, and taken by two at once: each call
// wins or is told why not, and nothing is left half done.
func TestNetworkObjectsInRaces(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "throttle.factor=0", "--set", "limits.account=vpcs=20,addresses=20")
	a := p.account("tenant")
	c := a.ec2()
	vpc := func() *string {
		out, err := c.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
		if err != nil {
			t.Fatal(err)
		}
		return out.Vpc.VpcId
	}
	overlapping, doomed := vpc(), vpc()
	blocks := []string{"10.0.0.0/24", "10.0.0.0/25", "10.0.0.128/25", "10.0.0.0/20"}
	race(t, func(ctx context.Context, k int) error {
		_, err := c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: overlapping, CidrBlock: &blocks[k%len(blocks)]})
		return err
	})
	race(t, func(ctx context.Context, k int) error {
		if k%8 == 7 {
			_, err := c.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: doomed})
			return err
		}
		_, err := c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: doomed, CidrBlock: aws.String(fmt.Sprintf("10.0.%d.0/24", k))})
		return err
	})
	racingInterfaces(t, a)
	subnets, err := c.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil {
		t.Fatal(err)
	}
	vpcs, err := c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{VpcIds: []string{*overlapping}})
	if err != nil || len(vpcs.Vpcs) != 1 {
		t.Fatal(vpcs, err)
	}
	known, err := c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, v := range known.Vpcs {
		has[*v.VpcId] = true
	}
	of := map[string]bool{}
	for _, s := range subnets.Subnets {
		if *s.VpcId == *overlapping {
			of[*s.CidrBlock] = true
		}
		if !has[*s.VpcId] {
			t.Errorf("subnet %s of VPC %s, which is gone", *s.SubnetId, *s.VpcId)
		}
	}
	if whole := of[blocks[0]] || of[blocks[3]]; len(of) == 0 || whole && len(of) != 1 || of[blocks[0]] && of[blocks[3]] {
		t.Errorf("subnets overlap: %v", of)
	}
	wantHolds(t, p)
}

// racingInterfaces gives interfaces and addresses to two at once while others
// take them away.
func racingInterfaces(t *testing.T, a account) {
	t.Helper()
	c := a.ec2()
	subnets, err := c.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{Filters: []types.Filter{{Name: aws.String("default-for-az"), Values: []string{"true"}}}})
	if err != nil || len(subnets.Subnets) == 0 {
		t.Fatal(subnets, err)
	}
	var enis, addresses []*string
	for range 4 {
		e, err := c.CreateNetworkInterface(t.Context(), &ec2.CreateNetworkInterfaceInput{SubnetId: subnets.Subnets[0].SubnetId})
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.AllocateAddress(t.Context(), &ec2.AllocateAddressInput{})
		if err != nil {
			t.Fatal(err)
		}
		enis, addresses = append(enis, e.NetworkInterface.NetworkInterfaceId), append(addresses, out.AllocationId)
	}
	race(t, func(ctx context.Context, k int) (err error) {
		switch k % 16 {
		case 15:
			_, err = c.DeleteNetworkInterface(ctx, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: enis[3]})
		case 14:
			_, err = c.ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: addresses[3]})
		default:
			_, err = c.AssociateAddress(ctx, &ec2.AssociateAddressInput{AllocationId: addresses[k%4], NetworkInterfaceId: enis[k/4%4], AllowReassociation: aws.Bool(k%2 == 0)})
		}
		return err
	})
	launch := a.launch(t, 1)
	launch.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), NetworkInterfaceId: enis[0]}}
	got := race(t, func(ctx context.Context, _ int) error {
		in := *launch // the SDK writes a client token of its own into it
		_, err := c.RunInstances(ctx, &in)
		return err
	})
	if got[""] != 1 || got["InvalidNetworkInterface.InUse"] != racers-1 {
		t.Errorf("one interface for many instances: %v, want one to get it", got)
	}
	all, err := c.DescribeAddresses(t.Context(), &ec2.DescribeAddressesInput{})
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]bool{}
	for _, d := range all.Addresses {
		e := aws.ToString(d.NetworkInterfaceId)
		if e != "" && at[e] {
			t.Errorf("interface %s has two addresses", e)
		}
		at[e] = true
	}
}

// wantHolds sees that records, hosts and the audit trail are whole.
func wantHolds(t *testing.T, p *process) {
	t.Helper()
	p.settled()
	if proof := p.ecc("audit", "log", "--verify"); !strings.Contains(proof, "hold together") {
		t.Error(proof)
	}
}
