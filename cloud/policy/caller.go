package policy

import (
	"strings"
	"time"

	"ecc/cloud"
)

// CallerOf is the caller of a request as policies know it; canonical is what S3
// calls the account.
func CallerOf(c *cloud.Caller, canonical string) Caller {
	if c.Account == "" {
		return Caller{Anonymous: true}
	}
	return Caller{Account: string(c.Account), Canonical: canonical, ARN: c.ARN, Role: c.Issuer}
}

// CallerKey returns the values of a condition key that is about the caller; ok
// is false if the key is about something else. An anonymous caller is the zero
// one.
func CallerKey(c *cloud.Caller, key string) (values []string, ok bool) {
	if name, tag, has := strings.Cut(key, "/"); has {
		if name != "aws:principaltag" {
			return nil, false
		}
		value, set := TagValue(c.Tags, tag)
		return known(value, set), true
	}
	fact, ok := callerKeys[key]
	if !ok {
		return nil, false
	}
	return fact(c), true
}

// TagValue is the value of the tag a condition key names: in any case, as AWS
// has it, and if there are two, that of the key as it is written, or of the
// first of them.
func TagValue(tags map[string]string, key string) (string, bool) {
	if v, ok := tags[key]; ok {
		return v, true
	}
	found := ""
	for k := range tags {
		if strings.EqualFold(k, key) && (found == "" || k < found) {
			found = k
		}
	}
	return tags[found], found != ""
}

var callerKeys = map[string]func(*cloud.Caller) []string{
	"aws:principalarn":          func(c *cloud.Caller) []string { return some(principalARN(c)) },
	"aws:principalaccount":      func(c *cloud.Caller) []string { return some(string(c.Account)) },
	"aws:principaltype":         func(c *cloud.Caller) []string { return some(principalType(c)) },
	"aws:principalisawsservice": func(*cloud.Caller) []string { return []string{"false"} },
	"aws:viaawsservice":         func(*cloud.Caller) []string { return []string{"false"} },
	"aws:userid":                func(c *cloud.Caller) []string { return some(userID(c)) },
	"aws:username":              func(c *cloud.Caller) []string { return some(userName(c)) },
	"aws:tokenissuetime":        tokenIssueTime,
	"aws:sourceidentity":        ofSession(func(s *cloud.Session) string { return s.SourceIdentity }),
	"aws:federatedprovider":     ofSession(func(s *cloud.Session) string { return s.Provider }),
}

// principalARN is the ARN of the role of a session, and of others their own.
func principalARN(c *cloud.Caller) string {
	if c.Kind == cloud.PrincipalRole && c.Issuer != "" {
		return c.Issuer
	}
	return c.ARN
}

func principalType(c *cloud.Caller) string {
	switch {
	case c.Account == "":
		return "Anonymous"
	case c.Kind != "":
		return string(c.Kind)
	case strings.HasSuffix(c.ARN, ":root"):
		return string(cloud.PrincipalRoot)
	}
	return string(cloud.PrincipalUser)
}

func userID(c *cloud.Caller) string {
	if c.Account == "" {
		return "anonymous"
	}
	return c.UserID
}

// userName is the name of a user: roles and accounts have none.
func userName(c *cloud.Caller) string {
	_, path, ok := strings.Cut(c.ARN, ":user/")
	if !ok {
		return ""
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

func tokenIssueTime(c *cloud.Caller) []string {
	if c.Session == nil {
		return nil
	}
	return []string{c.Session.Issued.UTC().Format(time.RFC3339)}
}

func ofSession(fact func(*cloud.Session) string) func(*cloud.Caller) []string {
	return func(c *cloud.Caller) []string {
		if c.Session == nil {
			return nil
		}
		return some(fact(c.Session))
	}
}

// some is a key with one value, or without.
func some(v string) []string { return known(v, v != "") }

func known(v string, set bool) []string {
	if !set {
		return nil
	}
	return []string{v}
}
