package access

import (
	"slices"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/cloud/policy"
)

// keys are the condition keys of one need. They come from the connection, the
// caller, the records and the decoded request under AWS's own names: nothing a
// client sends can stand for another key.
type keys struct {
	guard  *Guard
	call   *awsquery.Call
	need   *Need
	quotas map[string]int64 // of policy.QuotaKeys; nil before the transaction
}

var _ policy.Keys = (*keys)(nil)

// Values implements policy.Keys.
func (k *keys) Values(key string) ([]string, bool) {
	if fact, ok := general[key]; ok {
		return fact(k), true
	}
	if values, ok := policy.CallerKey(&k.call.Caller, key); ok {
		return values, true
	}
	if strings.HasPrefix(key, policy.QuotaKeys) {
		return k.quota(key), true
	}
	if name, tag, ok := strings.Cut(key, "/"); ok && (name == "aws:resourcetag" || name == "ec2:resourcetag" || name == "iam:resourcetag") {
		return k.tagged(tag), true
	}
	if v := k.need.Keys[key]; v != nil {
		return v, true
	}
	if tag, ok := strings.CutPrefix(key, "aws:requesttag/"); ok {
		return k.requested(tag), true
	}
	if v := k.need.Resource.Facts[key]; v != nil {
		return v, true
	}
	return nil, KnownKey(key)
}

// general are the keys that every request has.
var general = map[string]func(*keys) []string{
	"aws:sourceip":        func(k *keys) []string { return nonempty(k.call.SourceIP) },
	"aws:securetransport": func(k *keys) []string { return []string{strconv.FormatBool(k.call.Secure)} },
	"aws:useragent":       func(k *keys) []string { return nonempty(k.call.UserAgent) },
	"aws:currenttime":     func(k *keys) []string { return []string{stamp(k.call.Now)} },
	"aws:epochtime":       func(k *keys) []string { return []string{strconv.FormatInt(k.call.Now.Unix(), 10)} },
	"aws:requestedregion": func(k *keys) []string { return nonempty(k.guard.cfg.Region) },
	"ec2:region":          func(k *keys) []string { return nonempty(k.guard.cfg.Region) },
	"aws:resourceaccount": func(k *keys) []string {
		if o := k.need.Resource.Owner; o != "" {
			return []string{string(o)}
		}
		return []string{string(k.call.Caller.Account)}
	},
	"ec2:sourceinstancearn": func(k *keys) []string {
		s := k.call.Caller.Session
		if s == nil || s.Instance == "" {
			return nil
		}
		return []string{cloud.EC2ARN(k.guard.cfg.Region, k.call.Caller.Account, "instance/"+string(s.Instance))}
	},
}

func (k *keys) quota(key string) []string {
	n, ok := k.quotas[strings.TrimPrefix(key, policy.QuotaKeys)]
	if !ok {
		return nil
	}
	return []string{strconv.FormatInt(n, 10)}
}

// tagged is the value of a tag of the resource. As in AWS, conditions name the
// keys of tags in any case.
func (k *keys) tagged(tag string) []string {
	v, ok := policy.TagValue(k.need.Resource.Tags, tag)
	if !ok {
		return nil
	}
	return []string{v}
}

// requested is the value of a tag that the request sets, whose key is written in
// another case than in the condition; of several it is the first one's.
func (k *keys) requested(tag string) []string {
	found := ""
	for key := range k.need.Keys {
		set, ok := strings.CutPrefix(key, "aws:requesttag/")
		if ok && strings.EqualFold(set, tag) && (found == "" || key < found) {
			found = key
		}
	}
	return k.need.Keys[found]
}

// nonempty is a key with one value, or without.
func nonempty(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// KnownKey reports whether some request to this cloud may have a condition key,
// written as policy.Keys has it.
func KnownKey(key string) bool { return policy.KnownKey(key) || knownKey(key) }

// knownKey reports whether a key is one of EC2, IAM or STS that some request
// here may have. Keys with a slash have a tag's key or an attribute behind it.
func knownKey(key string) bool {
	service, name, _ := strings.Cut(key, ":")
	if base, _, ok := strings.Cut(name, "/"); ok {
		name = base + "/"
	}
	return slices.Contains(serviceKeys[service], name)
}

var serviceKeys = map[string][]string{
	"ec2": {"allocationid", "associatepublicipaddress", "attribute", "attribute/", "availabilityzone", "availabilityzoneid",
		"createaction", "dhcpoptionsid", "domain", "ebsoptimized", "encrypted", "imageid", "imagetype", "instanceautorecovery", "instanceid",
		"instancemarkettype", "instancemetadatatags", "instanceprofile", "instancetype", "internetgatewayid", "islaunchtemplateresource",
		"keypairname", "keypairtype", "launchtemplate", "metadatahttpendpoint", "metadatahttpputresponsehoplimit", "metadatahttptokens",
		"networkaclid", "networkinterfaceid", "newinstanceprofile", "owner", "parentsnapshot", "placementgroup", "placementgroupname",
		"placementgroupstrategy", "public", "publicipaddress", "region", "resourcetag/", "roledelivery", "rootdevicetype", "routetableid",
		"securitygroupid", "securitygroupruleid", "sourceinstancearn", "subnet", "subnetid", "tenancy", "volumeiops", "volumesize",
		"volumethroughput", "volumetype", "vpc", "vpcid"},
	"iam": {"associatedresourcearn", "awsservicename", "passedtoservice", "permissionsboundary", "policyarn", "registersecuritykey", "resourcetag/",
		"organizationspolicyid"},
	"sts": {"awsservicename", "duration", "durationseconds", "externalid", "requestcontext/", "requestcontextproviders", "rolesessionname",
		"sourceidentity", "taggetcalleridentity", "transitivetagkeys"},
}
