package clc

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/roles/clc/access"
	"ecc/store"
)

// authorizing finds out for one request which permissions it takes.
//
// What an action is done to is found by the names of the request's members,
// which mean the same in all of EC2 (authorize_members.go), so that an action
// added to the table needs no line of its own, unless it makes something.
type authorizing struct {
	s      *Service
	tx     *store.Tx
	c      *awsquery.Call
	action string // "RunInstances"
	in     any    // the request, with what its launch template says
	sent   any    // as it came
	keys   map[string][]string
	subnet string // of a launch: the one that is asked about
}

func (r *authorizing) needs() []access.Need {
	r.keys = r.attributes()
	if r.action == "CreateTags" || r.action == "DeleteTags" {
		access.RequestTags(r.keys, access.Tags(r.in, "Tags"))
	}
	if listing(r.action) {
		return []access.Need{r.need(access.Resource{})}
	}
	var out []access.Need
	if r.action == "RunInstances" {
		out = r.launchNeeds()
	} else {
		for _, on := range r.named() {
			out = append(out, r.need(on))
		}
		if kind := creations[r.action]; kind != "" {
			out = append(out, r.making(kind, r.madeName(kind)))
		}
	}
	if len(out) == 0 {
		out = append(out, r.need(access.Resource{}))
	}
	return slices.Concat(out, r.tagNeeds(), r.roleNeeds())
}

// listing reports whether an action goes through what there is: policies allow
// it for everything or not at all.
func listing(action string) bool {
	return strings.HasPrefix(action, "Describe") && !strings.HasSuffix(action, "Attribute")
}

// need is the request's own permission on a resource.
func (r *authorizing) need(on access.Resource) access.Need {
	return access.Need{Action: "ec2:" + r.action, Resource: on, Keys: r.keys}
}

// named are the resources that the request names.
func (r *authorizing) named() []access.Resource {
	var out []access.Resource
	for _, m := range membersOf(r.action, r.in) {
		values, _ := access.Member(r.in, m.name)
		for _, v := range values {
			out = append(out, r.resource(m.kind, v))
		}
	}
	for _, id := range r.nested() {
		out = append(out, r.resource("instance", id))
	}
	return out
}

// nested are instances named inside of lists.
func (r *authorizing) nested() []string {
	f := reflect.ValueOf(r.in).Elem().FieldByName("InstanceCreditSpecifications")
	if !f.IsValid() {
		return nil
	}
	var out []string
	for i := range f.Len() {
		ids, _ := access.Member(f.Index(i).Addr().Interface(), "InstanceId")
		out = append(out, ids...)
	}
	return out
}

// making is the request's own permission on what it would make, of which the
// tags are to be known.
func (r *authorizing) making(kind, name string) access.Need {
	n := r.need(r.fresh(kind, name))
	n.Keys = maps.Clone(r.keys)
	for _, tags := range r.tagSpecs(kind) {
		access.RequestTags(n.Keys, tags)
	}
	return n
}

// madeName is what a request calls what it makes: most have no names, but ids.
func (r *authorizing) madeName(kind string) string {
	member := map[string]string{"key-pair": "KeyName", typePlacementGroup: "GroupName"}[kind]
	if member == "" {
		return ""
	}
	return single(r.in, member)
}

// single is the text of a member, "" for none.
func single(in any, member string) string {
	v, _ := access.Member(in, member)
	return strings.Join(v, "")
}

// fresh is a resource that is not there yet. One that gets an id is meant by *.
func (r *authorizing) fresh(kind, name string) access.Resource {
	if name == "" {
		name = "*"
	}
	return access.Resource{ARN: r.arn(kind, name), Facts: r.requested(kind)}
}

// creations are the actions that make something, and what.
var creations = map[string]string{
	"AllocateAddress": "elastic-ip", "CopyImage": "image", "CreateDefaultSubnet": "subnet", "CreateDefaultVpc": "vpc",
	"CreateDhcpOptions": "dhcp-options", "CreateImage": "image", "CreateInternetGateway": "internet-gateway", "CreateKeyPair": "key-pair",
	"CreateLaunchTemplate": typeTemplate, "CreateNetworkAcl": "network-acl", "CreateNetworkInterface": typeENI,
	"CreatePlacementGroup": typePlacementGroup, "CreateRouteTable": "route-table", "CreateSecurityGroup": "security-group",
	"CreateSnapshot": "snapshot", "CreateSubnet": "subnet", "CreateVolume": "volume", "CreateVpc": "vpc",
	"ImportKeyPair": "key-pair", "RegisterImage": "image",
}

// tagNeeds is the permission to tag what the request makes.
func (r *authorizing) tagNeeds() []access.Need {
	var out []access.Need
	for _, kind := range r.taggedKinds() {
		for _, tags := range r.tagSpecs(kind) {
			name := ""
			if creations[r.action] == kind {
				name = r.madeName(kind)
			}
			keys := maps.Clone(r.keys)
			access.RequestTags(keys, tags)
			keys["ec2:createaction"] = []string{r.action}
			out = append(out, access.Need{Action: "ec2:CreateTags", Resource: r.fresh(kind, name), Keys: keys})
		}
	}
	return out
}

// taggedKinds are the kinds of resources for which the request brings tags.
func (r *authorizing) taggedKinds() []string {
	var out []string
	for spec := range r.specs() {
		if kind := single(spec, "ResourceType"); kind != "" && !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}

// tagSpecs are the tags the request brings for a kind of resource.
func (r *authorizing) tagSpecs(kind string) []map[string]string {
	var out []map[string]string
	for spec := range r.specs() {
		if tags := access.Tags(spec, "Tags"); single(spec, "ResourceType") == kind && len(tags) > 0 {
			out = append(out, tags)
		}
	}
	return out
}

// specs goes through the tag specifications of the request.
func (r *authorizing) specs() iter.Seq[any] {
	return func(yield func(any) bool) {
		f := reflect.ValueOf(r.in).Elem().FieldByName("TagSpecifications")
		for i := 0; f.IsValid() && i < f.Len(); i++ {
			if !yield(f.Index(i).Addr().Interface()) {
				return
			}
		}
	}
}

// roleNeeds is the permission to hand the role of an instance profile to an
// instance. A profile that is not there has no role, and the action will say so.
func (r *authorizing) roleNeeds() []access.Need {
	f := reflect.ValueOf(r.in).Elem().FieldByName("IamInstanceProfile")
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() {
		return nil
	}
	arn, name := single(f.Interface(), "Arn"), single(f.Interface(), "Name")
	if name == "" {
		name = arn[strings.LastIndexByte(arn, '/')+1:]
	}
	account := r.c.Caller.Account
	for p := range r.tx.InstanceProfiles().By(store.ByName, string(account)+"/"+strings.ToLower(name)) {
		role, ok := r.tx.Roles().Get(p.Role)
		if ok && role.Account == account {
			return []access.Need{access.PassRole(role, "ec2.amazonaws.com")}
		}
	}
	return nil
}

// arn is the ARN of a resource of the caller's account. Images and snapshots
// are named without the account.
func (r *authorizing) arn(kind, id string) string {
	account := r.c.Caller.Account
	if kind == "image" || kind == "snapshot" {
		account = ""
	}
	return cloud.EC2ARN(r.s.cfg.Region, account, kind+"/"+id)
}

// tagsOf are the tags of a resource.
func (r *authorizing) tagsOf(id string) map[string]string {
	set, ok := r.tx.TagSets().Get(id)
	if !ok || set.Account != r.c.Caller.Account {
		return nil
	}
	return set.Tags
}
