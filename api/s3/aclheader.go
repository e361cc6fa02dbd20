package s3

import (
	"net/http"
	"strings"
)

// ACLHeaders are the headers that ask for an ACL.
type ACLHeaders struct {
	Canned string  // "" if not given
	Grants []Grant // e-mail addresses are not resolved
}

// Given reports whether there are any.
func (h ACLHeaders) Given() bool { return h.Canned != "" || h.Grants != nil }

// grantHeaders are the headers with grants, by their permissions.
var grantHeaders = []struct {
	name string
	may  Permission
}{
	{"X-Amz-Grant-Full-Control", FullControl}, {"X-Amz-Grant-Read", Read}, {"X-Amz-Grant-Write", Write},
	{"X-Amz-Grant-Read-Acp", ReadACP}, {"X-Amz-Grant-Write-Acp", WriteACP},
}

// ReadACLHeaders reads them.
func ReadACLHeaders(h http.Header) (ACLHeaders, error) {
	out := ACLHeaders{Canned: h.Get("X-Amz-Acl")}
	if out.Canned != "" {
		if _, err := Canned(out.Canned, "", ""); err != nil {
			return out, err
		}
	}
	for _, g := range grantHeaders {
		value := h.Get(g.name)
		if value == "" {
			continue
		}
		for part := range strings.SplitSeq(value, ",") {
			to, err := readGrantee(g.name, strings.TrimSpace(part))
			if err != nil {
				return out, err
			}
			out.Grants = append(out.Grants, Grant{to, g.may})
		}
	}
	switch {
	case out.Canned != "" && out.Grants != nil:
		return out, Errorf(InvalidRequest, "Specifying both Canned ACLs and Header Grants is not allowed")
	case len(out.Grants) > maxGrants:
		return out, Errorf(InvalidRequest, "An ACL can have %d grants at most.", maxGrants)
	}
	return out, nil
}

// readGrantee reads type=value, the value in double quotes or not.
func readGrantee(header, s string) (Grantee, error) {
	kind, value, ok := strings.Cut(s, "=")
	value = strings.Trim(strings.TrimSpace(value), `"`)
	if !ok || value == "" {
		return Grantee{}, InvalidArgumentf(strings.ToLower(header), s, "Argument format not recognized")
	}
	var to Grantee
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "id":
		to.ID = value
	case "uri":
		to.URI = value
	case "emailaddress":
		to.Email = value
	default:
		return to, InvalidArgumentf(strings.ToLower(header), s, "Argument format not recognized")
	}
	return to, to.check()
}
