package s3

import (
	"encoding/hex"
	"encoding/xml"
)

// Permission is what a grant gives.
type Permission string

// The permissions.
const (
	FullControl Permission = "FULL_CONTROL"
	Read        Permission = "READ"
	Write       Permission = "WRITE"
	ReadACP     Permission = "READ_ACP"
	WriteACP    Permission = "WRITE_ACP"
)

// The groups a grant can be to.
const (
	AllUsers           = "http://acs.amazonaws.com/groups/global/AllUsers"
	AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	LogDelivery        = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

// Grant gives a grantee a permission.
type Grant struct {
	To  Grantee    `json:"to"`
	May Permission `json:"may"`
}

// Grantee is an account or a group, by exactly one of these. What S3 keeps and
// answers names accounts by their canonical ids; a request may use an e-mail
// address.
type Grantee struct {
	ID    string `json:"id,omitempty"`  // canonical, of an account
	URI   string `json:"uri,omitempty"` // of a group
	Email string `json:"-"`
}

// ReadACL reads the body of PutBucketAcl and PutObjectAcl: the grants, and the
// canonical id of the owner they name. E-mail addresses are not resolved.
func ReadACL(d Document) (owner string, grants []Grant, err error) {
	var doc aclDocument
	err = d.DecodeStrict(&doc)
	switch {
	case Is(err, MalformedXML):
		return "", nil, Errorf(MalformedACLError, "")
	case err != nil:
		return "", nil, err
	case doc.Owner == nil || doc.List == nil || doc.Owner.ID == "" || len(doc.List.Grants) > maxGrants:
		return "", nil, Errorf(MalformedACLError, "")
	}
	for _, g := range doc.List.Grants {
		grant, err := g.grant()
		if err != nil {
			return "", nil, err
		}
		grants = append(grants, grant)
	}
	return doc.Owner.ID, grants, nil
}

type aclDocument struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ AccessControlPolicy"`
	Owner   *Owner   `xml:"Owner"`
	List    *struct {
		Grants []grantDocument `xml:"Grant"`
	} `xml:"AccessControlList"`
}

type grantDocument struct {
	Grantee *struct {
		Attrs       []xml.Attr `xml:",any,attr"` // xsi:type; some clients forget to say what xsi is
		ID          *string    `xml:"ID"`
		DisplayName *string    `xml:"DisplayName"`
		URI         *string    `xml:"URI"`
		Email       *string    `xml:"EmailAddress"`
	} `xml:"Grantee"`
	Permission Permission `xml:"Permission"`
}

func (g grantDocument) grant() (Grant, error) {
	if g.Grantee == nil || !g.Permission.known() {
		return Grant{}, Errorf(MalformedACLError, "")
	}
	kind := ""
	for _, a := range g.Grantee.Attrs {
		if a.Name.Local == "type" {
			kind = a.Value
		}
	}
	to := Grantee{}
	var only *string // the element of its type
	switch kind {
	case "CanonicalUser":
		only = g.Grantee.ID
	case "Group":
		only = g.Grantee.URI
	case "AmazonCustomerByEmail":
		only = g.Grantee.Email
	}
	if only == nil {
		return Grant{}, Errorf(MalformedACLError, "")
	}
	switch kind {
	case "CanonicalUser":
		to.ID = *only
	case "Group":
		to.URI = *only
	default:
		to.Email = *only
	}
	return Grant{to, g.Permission}, to.check()
}

func (p Permission) known() bool {
	switch p {
	case FullControl, Read, Write, ReadACP, WriteACP:
		return true
	}
	return false
}

// check refuses what cannot be a grantee. Whether there is such an account is
// for others to find out.
func (g Grantee) check() error {
	switch {
	case g.Email != "":
		return nil
	case g.URI != "":
		if g.URI != AllUsers && g.URI != AuthenticatedUsers && g.URI != LogDelivery {
			return InvalidArgumentf("Group/URI", g.URI, "Invalid group uri")
		}
		return nil
	}
	if _, err := hex.DecodeString(g.ID); err != nil || g.ID == "" || len(g.ID) > 64 {
		return UnknownGrantee(g)
	}
	return nil
}

// UnknownGrantee is the failure of a request for a grantee that is not there.
func UnknownGrantee(g Grantee) error {
	if g.Email != "" {
		return Errorf(UnresolvableGrantByEmailAddress, "")
	}
	return InvalidArgumentf("CanonicalUser/ID", g.ID, "Invalid id")
}

// ACL answers GetBucketAcl and GetObjectAcl.
type ACL struct {
	XMLName xml.Name     `xml:"http://s3.amazonaws.com/doc/2006-03-01/ AccessControlPolicy"`
	Owner   Owner        `xml:"Owner"`
	Grants  []GrantEntry `xml:"AccessControlList>Grant"`
}

// GrantEntry is one grant in an answer.
type GrantEntry struct {
	Grantee    granteeEntry `xml:"Grantee"`
	Permission Permission   `xml:"Permission"`
}

type granteeEntry struct {
	XSI         string `xml:"xmlns:xsi,attr"`
	Type        string `xml:"xsi:type,attr"`
	ID          string `xml:"ID,omitempty"`
	DisplayName string `xml:"DisplayName,omitempty"`
	URI         string `xml:"URI,omitempty"`
}

// NewACL makes the answer for an owner and the grants.
func NewACL(owner Owner, grants []Grant) ACL {
	acl := ACL{Owner: owner}
	for _, g := range grants {
		e := granteeEntry{XSI: "http://www.w3.org/2001/XMLSchema-instance", Type: "CanonicalUser", ID: g.To.ID, URI: g.To.URI}
		if g.To.URI != "" {
			e.Type = "Group"
		}
		if g.To.ID == owner.ID {
			e.DisplayName = owner.DisplayName
		}
		acl.Grants = append(acl.Grants, GrantEntry{e, g.May})
	}
	return acl
}

// Canned returns the grants that a canned ACL stands for, given the canonical
// ids of the owner and, for an object, of the bucket's.
func Canned(name, owner, bucketOwner string) ([]Grant, error) {
	grants := []Grant{{Grantee{ID: owner}, FullControl}}
	group := func(uri string, all ...Permission) []Grant {
		for _, p := range all {
			grants = append(grants, Grant{Grantee{URI: uri}, p})
		}
		return grants
	}
	switch name {
	case "private", "aws-exec-read":
		return grants, nil
	case "public-read":
		return group(AllUsers, Read), nil
	case "public-read-write":
		return group(AllUsers, Read, Write), nil
	case "authenticated-read":
		return group(AuthenticatedUsers, Read), nil
	case "log-delivery-write":
		return group(LogDelivery, Write, ReadACP), nil
	case "bucket-owner-read":
		return toBucketOwner(grants, bucketOwner, Read), nil
	case "bucket-owner-full-control":
		return toBucketOwner(grants, bucketOwner, FullControl), nil
	}
	return nil, InvalidArgumentf("x-amz-acl", name, "The canned ACL %q is not valid.", name)
}

func toBucketOwner(grants []Grant, bucketOwner string, p Permission) []Grant {
	if grants[0].To.ID == bucketOwner {
		return grants // has all already
	}
	return append(grants, Grant{Grantee{ID: bucketOwner}, p})
}
