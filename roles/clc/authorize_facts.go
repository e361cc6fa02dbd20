package clc

import (
	"strconv"

	"ecc/cloud"
	"ecc/roles/clc/access"
)

// factsOf tell the condition keys of a resource of each kind, and report
// whether it is there and the caller's.
var factsOf = map[string]func(*authorizing, string, *access.Resource) bool{
	"instance": func(r *authorizing, id string, on *access.Resource) bool {
		i, ok := r.tx.Instances().Get(cloud.InstanceID(id))
		return r.known(on, ok && r.mine(i.Account), func() map[string]string { return r.instanceFacts(i) })
	},
	"image": (*authorizing).imageFacts,
	"key-pair": func(r *authorizing, id string, on *access.Resource) bool {
		k, ok := r.tx.KeyPairs().Get(cloud.KeyPairID(id))
		return r.known(on, ok && r.mine(k.Account), func() map[string]string {
			return map[string]string{"ec2:keypairname": k.Name, "ec2:keypairtype": k.Type}
		})
	},
	"security-group": func(r *authorizing, id string, on *access.Resource) bool {
		g, ok := r.tx.Groups().Get(cloud.GroupID(id))
		return r.known(on, ok && r.mine(g.Account), func() map[string]string {
			return map[string]string{"ec2:securitygroupid": id, "ec2:vpc": r.arn("vpc", string(g.VPC))}
		})
	},
	"vpc": func(r *authorizing, id string, on *access.Resource) bool {
		v, ok := r.tx.VPCs().Get(cloud.VPCID(id))
		return r.known(on, ok && r.mine(v.Account), func() map[string]string {
			return map[string]string{"ec2:vpcid": id, "ec2:tenancy": orDefault(v.Tenancy)}
		})
	},
	"subnet": func(r *authorizing, id string, on *access.Resource) bool {
		n, ok := r.tx.Subnets().Get(cloud.SubnetID(id))
		return r.known(on, ok && r.mine(n.Account), func() map[string]string {
			return map[string]string{"ec2:subnetid": id, "ec2:vpc": r.arn("vpc", string(n.VPC)), "ec2:availabilityzone": n.Zone}
		})
	},
	typeENI: func(r *authorizing, id string, on *access.Resource) bool {
		e, ok := r.tx.ENIs().Get(cloud.ENIID(id))
		return r.known(on, ok && r.mine(e.Account), func() map[string]string {
			return map[string]string{"ec2:networkinterfaceid": id, "ec2:vpc": r.arn("vpc", string(e.VPC)),
				"ec2:subnet": r.arn("subnet", string(e.Subnet)), "ec2:availabilityzone": e.Zone}
		})
	},
	"elastic-ip": func(r *authorizing, id string, on *access.Resource) bool {
		a, ok := r.tx.Addresses().Get(cloud.AllocationID(id))
		return r.known(on, ok && r.mine(a.Account), func() map[string]string {
			return map[string]string{"ec2:allocationid": id, "ec2:publicipaddress": a.PublicIP.String(), "ec2:domain": "vpc"}
		})
	},
	"route-table": func(r *authorizing, id string, on *access.Resource) bool {
		t, ok := r.tx.RouteTables().Get(cloud.RouteTableID(id))
		return r.known(on, ok && r.mine(t.Account), func() map[string]string {
			return map[string]string{"ec2:routetableid": id, "ec2:vpc": r.arn("vpc", string(t.VPC))}
		})
	},
	"network-acl": func(r *authorizing, id string, on *access.Resource) bool {
		n, ok := r.tx.NetworkACLs().Get(cloud.NetworkACLID(id))
		return r.known(on, ok && r.mine(n.Account), func() map[string]string {
			return map[string]string{"ec2:networkaclid": id, "ec2:vpc": r.arn("vpc", string(n.VPC))}
		})
	},
	"internet-gateway": func(r *authorizing, id string, on *access.Resource) bool {
		g, ok := r.tx.InternetGateways().Get(cloud.InternetGatewayID(id))
		return r.known(on, ok && r.mine(g.Account), func() map[string]string { return map[string]string{"ec2:internetgatewayid": id} })
	},
	"dhcp-options": func(r *authorizing, id string, on *access.Resource) bool {
		d, ok := r.tx.DHCPOptions().Get(cloud.DHCPOptionsID(id))
		return r.known(on, ok && r.mine(d.Account), func() map[string]string { return map[string]string{"ec2:dhcpoptionsid": id} })
	},
	typeTemplate: func(r *authorizing, id string, on *access.Resource) bool {
		t, ok := r.tx.LaunchTemplates().Get(cloud.LaunchTemplateID(id))
		return r.known(on, ok && r.mine(t.Account), func() map[string]string { return nil })
	},
	typePlacementGroup: func(r *authorizing, id string, on *access.Resource) bool {
		g, ok := r.tx.PlacementGroups().Get(cloud.PlacementGroupID(id))
		return r.known(on, ok && r.mine(g.Account), func() map[string]string {
			return map[string]string{"ec2:placementgroupname": g.Name, "ec2:placementgroupstrategy": g.Strategy}
		})
	},
}

func (r *authorizing) mine(a cloud.AccountID) bool { return a == r.c.Caller.Account }

// known notes the facts of a resource, if it is there.
func (r *authorizing) known(on *access.Resource, found bool, facts func() map[string]string) bool {
	if !found {
		return false
	}
	for k, v := range facts() {
		if v != "" {
			on.Facts[k] = []string{v}
		}
	}
	return true
}

func (r *authorizing) instanceFacts(i cloud.Instance) map[string]string {
	out := map[string]string{"ec2:instanceid": string(i.ID), "ec2:instancetype": i.Type, "ec2:availabilityzone": i.Zone,
		"ec2:tenancy": "default", "ec2:ebsoptimized": strconv.FormatBool(i.EBSOptimized),
		"ec2:metadatahttptokens": tokens(i.Metadata.TokensRequired), "ec2:metadatahttpputresponsehoplimit": strconv.Itoa(i.Metadata.HopLimit),
		"ec2:metadatahttpendpoint": able(!i.Metadata.Disabled), "ec2:instancemetadatatags": able(i.Metadata.Tags)}
	if g, ok := r.tx.PlacementGroups().Get(i.PlacementGroup); ok {
		out["ec2:placementgroup"] = r.arn(typePlacementGroup, g.Name)
	}
	return out
}

// imageFacts are known of every image the caller may see. Images of others
// have no tags for him.
func (r *authorizing) imageFacts(id string, on *access.Resource) bool {
	i, ok := r.tx.Images().Get(cloud.ImageID(id))
	if !ok || !i.VisibleTo(r.c.Caller.Account) {
		return false
	}
	on.Owner = i.Account
	return r.known(on, true, func() map[string]string {
		return map[string]string{"ec2:imageid": id, "ec2:imagetype": "machine", "ec2:owner": string(i.Account),
			"ec2:public": strconv.FormatBool(i.Public), "ec2:rootdevicetype": "ebs"}
	})
}

func tokens(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

func able(is bool) string {
	if is {
		return "enabled"
	}
	return "disabled"
}

func orDefault(tenancy string) string {
	if tenancy == "" {
		return "default"
	}
	return tenancy
}
