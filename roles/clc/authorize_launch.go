package clc

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc/access"
	"ecc/store"
)

// launchNeeds are the permissions of RunInstances: on all that an instance is
// made of and on all that is made with it, each by itself. Where the launch is to
// choose between subnets, it needs those of each that it may choose.
func (r *authorizing) launchNeeds() []access.Need {
	in := r.in.(*ec2.RunInstancesRequest)
	subnets, groups, own := r.launchNetwork(in)
	var out []access.Need
	add := func(kind, value string) {
		if value != "" {
			out = append(out, r.need(r.resource(kind, value)))
		}
	}
	for _, subnet := range subnets {
		r.subnet = subnet
		out = append(out, r.making("instance", ""), r.making("volume", ""))
		if len(own) == 0 {
			out = append(out, r.making(typeENI, ""))
		}
		add("subnet", subnet)
	}
	add("image", text(in.ImageId))
	add(byKeyName, text(in.KeyName))
	for _, g := range groups {
		add("security-group", g)
	}
	for _, e := range own {
		add(typeENI, e)
	}
	if p := in.Placement; p != nil {
		add(byPlacement, text(p.GroupName))
		add(byPlacementID, text(p.GroupId))
	}
	if t := r.sent.(*ec2.RunInstancesRequest).LaunchTemplate; t != nil {
		add(typeTemplate, text(t.LaunchTemplateId))
		add(byTemplateName, text(t.LaunchTemplateName))
	}
	for i := range out {
		out[i].Keys = r.underTemplate(out[i])
	}
	return out
}

// underTemplate are the keys of a need with what they say of the launch
// template: which one, and whether the resource is the template's own choice.
func (r *authorizing) underTemplate(n access.Need) map[string][]string {
	keys := maps.Clone(n.Keys)
	sent := r.sent.(*ec2.RunInstancesRequest)
	t := sent.LaunchTemplate
	if t == nil {
		keys["ec2:islaunchtemplateresource"] = []string{"false"}
		return keys
	}
	id := text(t.LaunchTemplateId)
	if id == "" {
		_, id = r.templateNamed(text(t.LaunchTemplateName))
	}
	parts := strings.SplitN(n.Resource.ARN, ":", 6) // names may have colons, too
	kind, _, _ := strings.Cut(parts[len(parts)-1], "/")
	keys["ec2:launchtemplate"] = []string{r.arn(typeTemplate, id)}
	keys["ec2:islaunchtemplateresource"] = []string{strconv.FormatBool(!overridden(sent, kind))}
	return keys
}

// overridden reports whether a request says itself what its launch template
// could have said of a kind of resource.
func overridden(sent *ec2.RunInstancesRequest, kind string) bool {
	switch kind {
	case "instance":
		return sent.InstanceType != nil
	case "image":
		return sent.ImageId != nil
	case "key-pair":
		return sent.KeyName != nil
	case "volume":
		return len(sent.BlockDeviceMappings) > 0
	case typePlacementGroup:
		return sent.Placement != nil
	case "subnet":
		return sent.SubnetId != nil || len(sent.NetworkInterfaces) > 0
	case "security-group":
		return len(sent.SecurityGroupIds)+len(sent.SecurityGroups)+len(sent.NetworkInterfaces) > 0
	case typeENI:
		return len(sent.NetworkInterfaces) > 0
	}
	return false
}

// launchNetwork is where a launch may put its instances: in which subnets, in
// which groups, with which interfaces that are there already. What the request
// leaves open is the default VPC's. There is always a subnet, though it may be "".
func (r *authorizing) launchNetwork(in *ec2.RunInstancesRequest) (subnets, groups, own []string) {
	groups = slices.Clone(in.SecurityGroupIds)
	for _, name := range in.SecurityGroups {
		_, id := r.groupNamed(name)
		groups = append(groups, id)
	}
	if in.SubnetId != nil {
		subnets = append(subnets, *in.SubnetId)
	}
	for _, n := range in.NetworkInterfaces {
		if n.NetworkInterfaceId != nil {
			own = append(own, *n.NetworkInterfaceId)
		}
		groups = append(groups, n.Groups...)
		if n.SubnetId != nil {
			subnets = append(subnets, *n.SubnetId)
		}
	}
	if len(subnets)+len(own) == 0 {
		subnets = r.defaultSubnets(in)
	}
	if len(subnets) == 0 {
		subnets = []string{""}
	}
	if len(groups) == 0 && len(own) == 0 {
		groups = r.defaultGroup(subnets[0])
	}
	return subnets, groups, own
}

// defaultSubnets are the default VPC's: the one in the zone asked for or, where
// no zone is, each, for any of them may have the most room when it launches.
func (r *authorizing) defaultSubnets(in *ec2.RunInstancesRequest) []string {
	zone := ""
	if p := in.Placement; p != nil {
		zone = text(p.AvailabilityZone)
		if id := text(p.AvailabilityZoneId); id != "" && zone == "" {
			zone, _ = r.s.zoneOfID(id)
		}
	}
	var out []string
	for n := range r.tx.Subnets().By(store.ByAccount, string(r.c.Caller.Account)) {
		if n.Default && (zone == "" || n.Zone == zone) {
			out = append(out, string(n.ID))
		}
	}
	return out
}

func (r *authorizing) defaultGroup(subnet string) []string {
	n, ok := r.tx.Subnets().Get(cloud.SubnetID(subnet))
	if !ok || !r.mine(n.Account) {
		return nil
	}
	for g := range r.tx.Groups().By(store.ByVPC, string(n.VPC)) {
		if g.Name == "default" {
			return []string{string(g.ID)}
		}
	}
	return nil
}

// requested are the condition keys of what a request would make.
func (r *authorizing) requested(kind string) map[string][]string {
	out := map[string][]string{}
	set := func(key, value string) {
		if value != "" {
			out[key] = []string{value}
		}
	}
	in, launch := r.in.(*ec2.RunInstancesRequest)
	switch {
	case kind == "key-pair":
		set("ec2:keypairname", single(r.in, "KeyName"))
		set("ec2:keypairtype", single(r.in, "KeyType"))
	case kind == "image":
		set("ec2:owner", string(r.c.Caller.Account))
		set("ec2:imagetype", "machine")
	case kind == "elastic-ip":
		set("ec2:domain", "vpc")
	case kind == typePlacementGroup:
		set("ec2:placementgroupname", single(r.in, "GroupName"))
		set("ec2:placementgroupstrategy", single(r.in, "Strategy"))
	case launch:
		r.launchFacts(in, kind, set)
	default:
		set("ec2:availabilityzone", single(r.in, "AvailabilityZone"))
		if vpc := single(r.in, "VpcId"); vpc != "" {
			set("ec2:vpc", r.arn("vpc", vpc))
		}
		if n, ok := r.tx.Subnets().Get(cloud.SubnetID(single(r.in, "SubnetId"))); ok && r.mine(n.Account) {
			r.inSubnet(n, set)
		}
	}
	return out
}

func (r *authorizing) inSubnet(n cloud.Subnet, set func(key, value string)) {
	set("ec2:subnet", r.arn("subnet", string(n.ID)))
	set("ec2:vpc", r.arn("vpc", string(n.VPC)))
	set("ec2:availabilityzone", n.Zone)
}

// launchFacts are those of an instance to be, its disk and its interface.
func (r *authorizing) launchFacts(in *ec2.RunInstancesRequest, kind string, set func(key, value string)) {
	if n, ok := r.tx.Subnets().Get(cloud.SubnetID(r.subnet)); ok && r.mine(n.Account) {
		if kind == typeENI {
			r.inSubnet(n, set)
		}
		set("ec2:availabilityzone", n.Zone)
	}
	switch kind {
	case "instance":
		r.newInstance(in, set)
	case "volume":
		set("ec2:encrypted", "false")
		for _, m := range in.BlockDeviceMappings {
			if m.Ebs != nil && m.Ebs.VolumeSize != nil {
				set("ec2:volumesize", strconv.FormatInt(*m.Ebs.VolumeSize, 10))
			}
			if m.Ebs != nil {
				set("ec2:volumetype", text(m.Ebs.VolumeType))
			}
		}
	case typeENI:
		for _, n := range in.NetworkInterfaces {
			if n.AssociatePublicIpAddress != nil {
				set("ec2:associatepublicipaddress", strconv.FormatBool(*n.AssociatePublicIpAddress))
			}
		}
	}
}

func (r *authorizing) newInstance(in *ec2.RunInstancesRequest, set func(key, value string)) {
	set("ec2:instancetype", text(in.InstanceType))
	set("ec2:tenancy", "default")
	set("ec2:ebsoptimized", strconv.FormatBool(truth(in.EbsOptimized)))
	set("ec2:rootdevicetype", "ebs")
	set("ec2:metadatahttptokens", "optional")
	set("ec2:metadatahttpendpoint", able(true))
	if m := in.MetadataOptions; m != nil {
		set("ec2:metadatahttptokens", text(m.HttpTokens))
		set("ec2:metadatahttpendpoint", text(m.HttpEndpoint))
		set("ec2:instancemetadatatags", text(m.InstanceMetadataTags))
		if m.HttpPutResponseHopLimit != nil {
			set("ec2:metadatahttpputresponsehoplimit", strconv.FormatInt(*m.HttpPutResponseHopLimit, 10))
		}
	}
	if p := in.IamInstanceProfile; p != nil {
		arn := text(p.Arn)
		if arn == "" {
			arn = cloud.IAMARN(r.c.Caller.Account, "instance-profile/"+text(p.Name))
		}
		set("ec2:instanceprofile", arn)
	}
	if p := in.Placement; p != nil && text(p.GroupName) != "" {
		set("ec2:placementgroup", r.arn(typePlacementGroup, text(p.GroupName)))
	}
}

// attributes are the keys of what an action changes of a resource: which
// attributes, and to what.
func (r *authorizing) attributes() map[string][]string {
	keys := map[string][]string{}
	if !strings.HasPrefix(r.action, "Modify") && !strings.HasPrefix(r.action, "Reset") {
		return keys
	}
	in := reflect.ValueOf(r.in).Elem()
	for i := range in.NumField() {
		name, f := in.Type().Field(i).Name, in.Field(i)
		if f.Kind() != reflect.Pointer || f.IsNil() || strings.HasSuffix(name, "Id") || name == "DryRun" || name == "Attribute" || name == "Value" {
			continue
		}
		keys["ec2:attribute"] = append(keys["ec2:attribute"], name)
		if v := scalarOf(f); v != "" {
			keys["ec2:attribute/"+name] = []string{v}
		}
	}
	if a := single(r.in, "Attribute"); a != "" {
		a = strings.ToUpper(a[:1]) + a[1:]
		keys["ec2:attribute"] = append(keys["ec2:attribute"], a)
		if v := single(r.in, "Value"); v != "" {
			keys["ec2:attribute/"+a] = []string{v}
		}
	}
	return keys
}

// scalarOf is the text of a value, or of the Value of an attribute's shape; ""
// for others.
func scalarOf(p reflect.Value) string {
	v := p.Elem()
	if v.Kind() == reflect.Struct {
		f := v.FieldByName("Value")
		if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() {
			return ""
		}
		v = f.Elem()
	}
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int64:
		return fmt.Sprint(v.Interface())
	default:
		return ""
	}
}
