package sts

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud/policy"
)

// facts are what is known of a request besides its caller: condition keys by
// their names, in lower case up to the first slash.
type facts map[string][]string

// question is a request for the policies to decide; its Action is still to be
// set.
func (s *Service) question(c *awsquery.Call, resource string, more facts) policy.Request {
	return policy.Request{Caller: policy.CallerOf(&c.Caller, ""), Resource: resource, Keys: &keys{s: s, c: c, more: more},
		Later: policy.QuotaKeys} // what STS makes is no account's quota
}

// keys answers the condition keys of one request.
type keys struct {
	s    *Service
	c    *awsquery.Call
	more facts
}

// stsKeys are the keys that a request of STS may have; which this one has is in
// its facts.
var stsKeys = []string{"sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys", "sts:durationseconds",
	"aws:tagkeys", "aws:multifactorauthpresent", "aws:multifactorauthage"}

// tagKeys are the families of keys that end in a tag's key.
var tagKeys = []string{"aws:requesttag/", "aws:resourcetag/", "iam:resourcetag/"}

// Values implements policy.Keys.
func (k *keys) Values(key string) ([]string, bool) {
	if values, ok := k.more.find(key); ok {
		return values, true
	}
	if values, ok := policy.CallerKey(&k.c.Caller, key); ok {
		return values, true
	}
	switch key {
	case "aws:currenttime":
		return []string{k.c.Now.UTC().Format(time.RFC3339)}, true
	case "aws:epochtime":
		return []string{strconv.FormatInt(k.c.Now.Unix(), 10)}, true
	case "aws:sourceip":
		return []string{k.c.SourceIP}, k.c.SourceIP != ""
	case "aws:securetransport":
		return []string{strconv.FormatBool(k.c.Secure)}, true
	case "aws:useragent":
		return []string{k.c.UserAgent}, true
	case "aws:requestedregion":
		return []string{k.s.cfg.Region}, true
	}
	if slices.Contains(stsKeys, key) || policy.KnownKey(key) {
		return nil, true // AWS's, which no request here has
	}
	return nil, slices.ContainsFunc(tagKeys, func(p string) bool { return strings.HasPrefix(key, p) })
}

// find returns the values of a key. A tag's key is found in any case, as IAM has
// it: no two tags of a session, or of a role, differ by that alone.
func (f facts) find(key string) ([]string, bool) {
	if values, ok := f[key]; ok {
		return values, true
	}
	if !strings.Contains(key, "/") {
		return nil, false
	}
	for name, values := range f {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// tags adds a family of keys, one for each tag.
func (f facts) tags(family string, tags map[string]string) {
	for name, value := range tags {
		f[family+name] = []string{value}
	}
}

// set adds a key with a value, unless that is "".
func (f facts) set(key, value string) {
	if value != "" {
		f[key] = []string{value}
	}
}

// setAll adds a key with values, unless there are none.
func (f facts) setAll(key string, values []string) {
	if len(values) > 0 {
		f[key] = values
	}
}

func sorted(tags map[string]string) []string { return slices.Sorted(maps.Keys(tags)) }
