package clc

import (
	"ecc/cloud"
	"ecc/roles/clc/access"
	"ecc/store"
)

// resource finds what a member names. What is not there, or another account's,
// is the caller's own of which nothing is known.
func (r *authorizing) resource(kind, value string) access.Resource {
	if find, ok := ways[kind]; ok {
		kind, value = find(r, value)
	}
	on := access.Resource{ARN: r.arn(kind, r.nameIn(kind, value)), Facts: map[string][]string{}}
	if f, ok := factsOf[kind]; ok && f(r, value, &on) {
		on.Tags = r.tagsOf(value)
	}
	return on
}

// nameIn is what a resource is called in its ARN: mostly its id, which for key
// pairs and placement groups is not in it.
func (r *authorizing) nameIn(kind, id string) string {
	switch kind {
	case "key-pair":
		if k, ok := r.tx.KeyPairs().Get(cloud.KeyPairID(id)); ok && k.Account == r.c.Caller.Account {
			return k.Name
		}
	case typePlacementGroup:
		if g, ok := r.tx.PlacementGroups().Get(cloud.PlacementGroupID(id)); ok && g.Account == r.c.Caller.Account {
			return g.Name
		}
	}
	return id
}

// ways find the kind and the id of a resource that is not named by its id. What
// they do not find has the name it was given.
var ways = map[string]func(*authorizing, string) (kind, id string){
	byKeyName: func(r *authorizing, name string) (string, string) {
		for k := range r.tx.KeyPairs().By(store.ByName, r.own(name)) {
			return "key-pair", string(k.ID)
		}
		return "key-pair", name
	},
	byKeyPair:      func(_ *authorizing, id string) (string, string) { return "key-pair", id },
	byGroupName:    (*authorizing).groupNamed,
	byPublicIP:     (*authorizing).addressOf,
	byAttachment:   (*authorizing).attachment,
	byAssociation:  (*authorizing).association,
	byPlacementID:  func(_ *authorizing, id string) (string, string) { return typePlacementGroup, id },
	byDHCPOptions:  func(_ *authorizing, id string) (string, string) { return "dhcp-options", id },
	byTemplateName: (*authorizing).templateNamed,
	byPlacement: func(r *authorizing, name string) (string, string) {
		if g, ok := placementGroupByName(r.tx, r.c.Caller.Account, name); ok {
			return typePlacementGroup, string(g.ID)
		}
		return typePlacementGroup, name
	},
	byPrefix: func(_ *authorizing, id string) (string, string) {
		t, err := kindOfID(id)
		if err != nil {
			return "*", id // malformed, as the action will say
		}
		return t.typ, id
	},
}

func (r *authorizing) own(name string) string { return string(r.c.Caller.Account) + "/" + name }

func (r *authorizing) templateNamed(name string) (string, string) {
	if t, ok := templateByName(r.tx, r.c.Caller.Account, name); ok {
		return typeTemplate, string(t.ID)
	}
	return typeTemplate, name
}

// groupNamed finds a group of the default VPC: only there groups have names.
func (r *authorizing) groupNamed(name string) (string, string) {
	vpc := defaultVPCOf(r.tx, r.c.Caller.Account)
	if vpc == "" {
		return "security-group", name
	}
	for g := range r.tx.Groups().By(store.ByVPC, string(vpc)) {
		if g.Name == name {
			return "security-group", string(g.ID)
		}
	}
	return "security-group", name
}

func (r *authorizing) addressOf(ip string) (string, string) {
	for a := range r.tx.Addresses().By(store.ByAccount, string(r.c.Caller.Account)) {
		if a.PublicIP.String() == ip {
			return "elastic-ip", string(a.ID)
		}
	}
	return "elastic-ip", ip
}

func (r *authorizing) attachment(id string) (string, string) {
	for e := range r.tx.ENIs().By(store.ByAccount, string(r.c.Caller.Account)) {
		if string(e.Attachment) == id {
			return typeENI, string(e.ID)
		}
	}
	return typeENI, id
}

// association finds what an association belongs to; what it is of is in its id,
// or else in the action's name.
func (r *authorizing) association(id string) (string, string) {
	account, a := string(r.c.Caller.Account), cloud.AssociationID(id)
	switch r.action {
	case "DisassociateAddress":
		for x := range r.tx.Addresses().By(store.ByAccount, account) {
			if x.Association == a {
				return "elastic-ip", string(x.ID)
			}
		}
		return "elastic-ip", id
	case "DisassociateRouteTable", "ReplaceRouteTableAssociation":
		for t := range r.tx.RouteTables().By(store.ByAccount, account) {
			if t.Main == id || holds(t.Subnets, a) {
				return "route-table", string(t.ID)
			}
		}
		return "route-table", id
	case "ReplaceNetworkAclAssociation":
		for n := range r.tx.NetworkACLs().By(store.ByAccount, account) {
			if holds(n.Subnets, a) {
				return "network-acl", string(n.ID)
			}
		}
		return "network-acl", id
	case "DisassociateVpcCidrBlock":
		for v := range r.tx.VPCs().By(store.ByAccount, account) {
			if v.Association == a || hasBlock(v.Blocks, a) {
				return "vpc", string(v.ID)
			}
		}
		return "vpc", id
	case "DisassociateSubnetCidrBlock":
		for n := range r.tx.Subnets().By(store.ByAccount, account) {
			if hasBlock(n.Blocks, a) {
				return "subnet", string(n.ID)
			}
		}
		return "subnet", id
	}
	if p, ok := r.tx.ProfileAssociations().Get(a); ok && p.Account == r.c.Caller.Account {
		return "instance", string(p.Instance)
	}
	return "instance", id
}

func holds(all []cloud.Membership, id cloud.AssociationID) bool {
	for _, m := range all {
		if m.ID == id {
			return true
		}
	}
	return false
}

func hasBlock(all []cloud.CIDRBlock, id cloud.AssociationID) bool {
	for _, b := range all {
		if b.Association == id {
			return true
		}
	}
	return false
}
