package s3

import "encoding/xml"

// PublicAccessBlock is a bucket's block of public access, in requests and
// answers.
type PublicAccessBlock struct {
	XMLName          xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ PublicAccessBlockConfiguration" json:"-"`
	BlockACLs        bool     `xml:"BlockPublicAcls"`       // no ACL may become public
	IgnoreACLs       bool     `xml:"IgnorePublicAcls"`      // what ACLs grant to groups does not count
	BlockPolicy      bool     `xml:"BlockPublicPolicy"`     // no policy may become public
	RestrictAccounts bool     `xml:"RestrictPublicBuckets"` // while the policy is public, it allows only the owner's account
}

// ReadPublicAccessBlock reads the body of PutPublicAccessBlock. What is not
// named is off.
func ReadPublicAccessBlock(d Document) (PublicAccessBlock, error) {
	var b PublicAccessBlock
	return b, d.DecodeStrict(&b)
}

// PolicyStatus answers GetBucketPolicyStatus.
type PolicyStatus struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ PolicyStatus"`
	Public  bool     `xml:"IsPublic"`
}

// Ownership says who owns the objects that others put into a bucket.
type Ownership string

// The ownerships.
const (
	BucketOwnerEnforced  Ownership = "BucketOwnerEnforced"  // the bucket's owner, and there are no ACLs
	BucketOwnerPreferred Ownership = "BucketOwnerPreferred" // the bucket's owner, if the writer says bucket-owner-full-control
	ObjectWriter         Ownership = "ObjectWriter"         // who put them there
)

// OwnershipControls is a bucket's ownership, in requests and answers.
type OwnershipControls struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ OwnershipControls" json:"-"`
	Rules   []OwnershipRule `xml:"Rule"`
}

// OwnershipRule is the one rule there is.
type OwnershipRule struct {
	Ownership Ownership `xml:"ObjectOwnership"`
}

// ReadOwnershipControls reads the body of PutBucketOwnershipControls.
func ReadOwnershipControls(d Document) (Ownership, error) {
	var c OwnershipControls
	if err := d.DecodeStrict(&c); err != nil {
		return "", err
	}
	if len(c.Rules) != 1 || !c.Rules[0].Ownership.known() {
		return "", Errorf(MalformedXML, "")
	}
	return c.Rules[0].Ownership, nil
}

// ReadOwnershipHeader reads the header x-amz-object-ownership of CreateBucket;
// "" is what it has nothing to say about.
func ReadOwnershipHeader(value string) (Ownership, error) {
	if o := Ownership(value); value == "" || o.known() {
		return o, nil
	}
	return "", InvalidArgumentf("x-amz-object-ownership", value, "Invalid x-amz-object-ownership header: %s", value)
}

func (o Ownership) known() bool {
	switch o {
	case BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter:
		return true
	}
	return false
}
