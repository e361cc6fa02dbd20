package clc_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
)

// seenGroup is what Terraform keeps of a refresh of aws_security_group.
type seenGroup struct {
	Name, Description, VPC, Owner string
	In, Out                       []string // protocol, ports and peers
	Tags                          map[string]string
}

func (tn *tenant) readGroup(id string) seenGroup {
	t := tn.f.t
	t.Helper()
	g := must[*sdk.DescribeSecurityGroupsOutput](t)(tn.ec2.DescribeSecurityGroups(t.Context(), &sdk.DescribeSecurityGroupsInput{GroupIds: []string{id}})).SecurityGroups[0]
	return seenGroup{Name: *g.GroupName, Description: *g.Description, VPC: *g.VpcId, Owner: *g.OwnerId, Tags: tagMap(g.Tags),
		In: wordPermissions(g.IpPermissions), Out: wordPermissions(g.IpPermissionsEgress)}
}

func wordPermissions(all []types.IpPermission) (out []string) {
	for _, p := range all {
		for _, r := range p.IpRanges {
			out = append(out, *p.IpProtocol+" "+*r.CidrIp+" "+aws.ToString(r.Description))
		}
		for _, r := range p.Ipv6Ranges {
			out = append(out, *p.IpProtocol+" "+*r.CidrIpv6)
		}
		for _, r := range p.UserIdGroupPairs {
			out = append(out, *p.IpProtocol+" "+*r.GroupId+" of "+*r.UserId)
		}
	}
	return out
}

func TestTerraformSecurityGroup(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	vpc, owner := string(f.subnetOf(tn).VPC), string(tn.account.ID)
	all := func(v4, v6 string) []types.IpPermission {
		p := types.IpPermission{IpProtocol: aws.String("-1"), FromPort: aws.Int32(0), ToPort: aws.Int32(0)}
		if v4 != "" {
			p.IpRanges = []types.IpRange{{CidrIp: &v4}}
		}
		if v6 != "" {
			p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: &v6}}
		}
		return []types.IpPermission{p}
	}
	ssh := types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), IpRanges: []types.IpRange{{CidrIp: aws.String("10.0.0.0/8"), Description: aws.String("ssh")}}}
	applied := func(string) seenGroup {
		return seenGroup{Name: "web", Description: "Managed by Terraform", VPC: vpc, Owner: owner, In: []string{"tcp 10.0.0.0/8 ssh"}, Out: []string{"-1 0.0.0.0/0 "}, Tags: map[string]string{"Name": "first"}}
	}
	changed := func(id string) seenGroup {
		s := applied(id)
		s.In, s.Tags = []string{"tcp " + id + " of " + owner}, map[string]string{"Name": "second"}
		return s
	}
	managed[seenGroup]{
		create: func() string {
			id := *must[*sdk.CreateSecurityGroupOutput](t)(c.CreateSecurityGroup(ctx, &sdk.CreateSecurityGroupInput{GroupName: aws.String("web"), VpcId: &vpc,
				Description: aws.String("Managed by Terraform"), TagSpecifications: tagged(types.ResourceTypeSecurityGroup, "Name", "first")})).GroupId
			tn.readGroup(id)
			must[*sdk.RevokeSecurityGroupEgressOutput](t)(c.RevokeSecurityGroupEgress(ctx, &sdk.RevokeSecurityGroupEgressInput{GroupId: &id, IpPermissions: all("0.0.0.0/0", "")}))
			_, err := c.RevokeSecurityGroupEgress(ctx, &sdk.RevokeSecurityGroupEgressInput{GroupId: &id, IpPermissions: all("", "::/0")})
			wantCode(t, err, "InvalidPermission.NotFound")
			must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &id, IpPermissions: []types.IpPermission{ssh}}))
			must[*sdk.AuthorizeSecurityGroupEgressOutput](t)(c.AuthorizeSecurityGroupEgress(ctx, &sdk.AuthorizeSecurityGroupEgressInput{GroupId: &id, IpPermissions: all("0.0.0.0/0", "")}))
			return id
		},
		read: tn.readGroup,
		change: func(id string) {
			must[*sdk.RevokeSecurityGroupIngressOutput](t)(c.RevokeSecurityGroupIngress(ctx, &sdk.RevokeSecurityGroupIngressInput{GroupId: &id, IpPermissions: []types.IpPermission{ssh}}))
			self := types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80), UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: &id, UserId: &owner}}}
			must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(ctx, &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &id, IpPermissions: []types.IpPermission{self}}))
			tn.retag(id, "Name", "second")
		},
		destroy: func(id string) {
			lingering := must[*sdk.DescribeNetworkInterfacesOutput](t)(c.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{Filters: []types.Filter{filter("group-id", id)}}))
			same(t, "interfaces in the way", 0, len(lingering.NetworkInterfaces))
			must[*sdk.DeleteSecurityGroupOutput](t)(c.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: &id}))
		},
		gone: func(id string) error {
			_, err := c.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupIds: []string{id}})
			return err
		},
		code: "InvalidGroup.NotFound",
	}.lives(t, applied, changed)
}

// seenEIP is what Terraform keeps of a refresh of aws_eip.
type seenEIP struct {
	Domain, Pool, Border, Instance, ENI, Private string
	Associated, HasAddress                       bool
	Names                                        int // in the reverse DNS
	Tags                                         map[string]string
}

func (tn *tenant) readEIP(id string) seenEIP {
	t := tn.f.t
	t.Helper()
	ctx := t.Context()
	a := must[*sdk.DescribeAddressesOutput](t)(tn.ec2.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{AllocationIds: []string{id}})).Addresses[0]
	names := must[*sdk.DescribeAddressesAttributeOutput](t)(tn.ec2.DescribeAddressesAttribute(ctx, &sdk.DescribeAddressesAttributeInput{AllocationIds: []string{id}, Attribute: types.AddressAttributeNameDomainName}))
	return seenEIP{Domain: string(a.Domain), Pool: *a.PublicIpv4Pool, Border: *a.NetworkBorderGroup, Instance: aws.ToString(a.InstanceId), ENI: aws.ToString(a.NetworkInterfaceId),
		Private: aws.ToString(a.PrivateIpAddress), Associated: a.AssociationId != nil, HasAddress: a.PublicIp != nil, Names: len(names.Addresses), Tags: tagMap(a.Tags)}
}

func TestTerraformEIP(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	run := tn.run(2, inZone(zoneA))
	first, second := f.instance(*run.Instances[0].InstanceId), f.instance(*run.Instances[1].InstanceId)
	seen := func(i cloud.Instance, name string) func(string) seenEIP {
		return func(string) seenEIP {
			return seenEIP{Domain: "vpc", Pool: "amazon", Border: region, Instance: string(i.ID), ENI: string(i.ENI), Private: i.PrivateIP.String(),
				Associated: true, HasAddress: true, Tags: map[string]string{"Name": name}}
		}
	}
	associate := func(id string, i cloud.Instance) {
		association := *must[*sdk.AssociateAddressOutput](t)(c.AssociateAddress(ctx, &sdk.AssociateAddressInput{AllocationId: &id, InstanceId: aws.String(string(i.ID)), AllowReassociation: aws.Bool(true)})).AssociationId
		found := must[*sdk.DescribeAddressesOutput](t)(c.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{Filters: []types.Filter{filter("association-id", association)}}))
		same(t, "addresses of the association", 1, len(found.Addresses))
	}
	disassociate := func(id string) {
		a := must[*sdk.DescribeAddressesOutput](t)(c.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{AllocationIds: []string{id}})).Addresses[0]
		must[*sdk.DisassociateAddressOutput](t)(c.DisassociateAddress(ctx, &sdk.DisassociateAddressInput{AssociationId: a.AssociationId}))
	}
	managed[seenEIP]{
		create: func() string {
			id := *must[*sdk.AllocateAddressOutput](t)(c.AllocateAddress(ctx, &sdk.AllocateAddressInput{Domain: types.DomainTypeVpc, TagSpecifications: tagged(types.ResourceTypeElasticIp, "Name", "first")})).AllocationId
			tn.readEIP(id)
			associate(id, first)
			return id
		},
		read:   tn.readEIP,
		change: func(id string) { disassociate(id); associate(id, second); tn.retag(id, "Name", "second") },
		destroy: func(id string) {
			disassociate(id)
			must[*sdk.ReleaseAddressOutput](t)(c.ReleaseAddress(ctx, &sdk.ReleaseAddressInput{AllocationId: &id, NetworkBorderGroup: aws.String(region)}))
		},
		gone: func(id string) error {
			_, err := c.DescribeAddresses(ctx, &sdk.DescribeAddressesInput{AllocationIds: []string{id}})
			return err
		},
		code: "InvalidAllocationID.NotFound",
	}.lives(t, seen(first, "first"), seen(second, "second"))
	f.audit()
}

// seenENI is what Terraform keeps of a refresh of aws_network_interface.
type seenENI struct {
	Subnet, Description, Status, Kind, Owner, Primary string
	Check                                             bool
	Groups, Addresses                                 []string
	Tags                                              map[string]string
}

func (tn *tenant) readENI(id string) seenENI {
	t := tn.f.t
	t.Helper()
	n := must[*sdk.DescribeNetworkInterfacesOutput](t)(tn.ec2.DescribeNetworkInterfaces(t.Context(), &sdk.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}})).NetworkInterfaces[0]
	s := seenENI{Subnet: *n.SubnetId, Description: *n.Description, Status: string(n.Status), Kind: string(n.InterfaceType), Owner: *n.OwnerId,
		Primary: *n.PrivateIpAddress, Check: *n.SourceDestCheck, Tags: tagMap(n.TagSet)}
	for _, g := range n.Groups {
		s.Groups = append(s.Groups, *g.GroupName)
	}
	for _, a := range n.PrivateIpAddresses {
		s.Addresses = append(s.Addresses, *a.PrivateIpAddress)
	}
	return s
}

func TestTerraformNetworkInterface(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	subnet, web := string(f.subnetOf(tn).ID), tn.newGroup("web")
	applied := func(string) seenENI {
		return seenENI{Subnet: subnet, Description: "mine", Status: "available", Kind: "interface", Owner: string(tn.account.ID), Primary: "172.31.0.50", Check: true,
			Groups: []string{"default"}, Addresses: []string{"172.31.0.50", "172.31.0.51"}, Tags: map[string]string{"Name": "first"}}
	}
	changed := func(id string) seenENI {
		s := applied(id)
		s.Description, s.Groups, s.Addresses, s.Tags = "yours", []string{"web"}, []string{"172.31.0.50", "172.31.0.52"}, map[string]string{"Name": "second"}
		return s
	}
	modify := func(id string, change func(*sdk.ModifyNetworkInterfaceAttributeInput)) {
		in := &sdk.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: &id}
		change(in)
		must[*sdk.ModifyNetworkInterfaceAttributeOutput](t)(c.ModifyNetworkInterfaceAttribute(ctx, in))
	}
	managed[seenENI]{
		create: func() string {
			return *must[*sdk.CreateNetworkInterfaceOutput](t)(c.CreateNetworkInterface(ctx, &sdk.CreateNetworkInterfaceInput{SubnetId: &subnet, Description: aws.String("mine"), ClientToken: aws.String("terraform-1"),
				PrivateIpAddresses: []types.PrivateIpAddressSpecification{{PrivateIpAddress: aws.String("172.31.0.50"), Primary: aws.Bool(true)}, {PrivateIpAddress: aws.String("172.31.0.51"), Primary: aws.Bool(false)}},
				TagSpecifications:  tagged(types.ResourceTypeNetworkInterface, "Name", "first")})).NetworkInterface.NetworkInterfaceId
		},
		read: tn.readENI,
		change: func(id string) {
			must[*sdk.UnassignPrivateIpAddressesOutput](t)(c.UnassignPrivateIpAddresses(ctx, &sdk.UnassignPrivateIpAddressesInput{NetworkInterfaceId: &id, PrivateIpAddresses: []string{"172.31.0.51"}}))
			must[*sdk.AssignPrivateIpAddressesOutput](t)(c.AssignPrivateIpAddresses(ctx, &sdk.AssignPrivateIpAddressesInput{NetworkInterfaceId: &id, PrivateIpAddresses: []string{"172.31.0.52"}}))
			modify(id, func(in *sdk.ModifyNetworkInterfaceAttributeInput) { in.Groups = []string{web} })
			modify(id, func(in *sdk.ModifyNetworkInterfaceAttributeInput) {
				in.Description = &types.AttributeValue{Value: aws.String("yours")}
			})
			tn.retag(id, "Name", "second")
		},
		destroy: func(id string) {
			must[*sdk.DeleteNetworkInterfaceOutput](t)(c.DeleteNetworkInterface(ctx, &sdk.DeleteNetworkInterfaceInput{NetworkInterfaceId: &id}))
		},
		gone: func(id string) error {
			_, err := c.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}})
			return err
		},
		code: "InvalidNetworkInterfaceID.NotFound",
	}.lives(t, applied, changed)
	f.audit()
}
