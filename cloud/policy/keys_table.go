package policy

import "strings"

// KnownKey reports whether a condition key, written as Keys has it, is one of
// AWS's global keys or of S3's. Not every request has it, and some no request
// to this cloud ever has.
func KnownKey(key string) bool {
	_, known := keyActions(key)
	return known
}

// keyActions returns the actions, in lower case, whose requests can have a
// condition key; nil for all.
func keyActions(key string) (actions []string, known bool) {
	if name, _, tagged := strings.Cut(key, "/"); tagged {
		key = name + "/"
	}
	actions, known = conditionKeys[key]
	return actions, known
}

var (
	listing = []string{"s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads"}
	acls    = []string{"s3:putobject", "s3:putobjectacl", "s3:putobjectversionacl", "s3:putbucketacl", "s3:createbucket"}
	writes  = []string{"s3:putobject"}
	version = []string{"s3:getobjectversion", "s3:getobjectversionacl", "s3:getobjectversiontagging", "s3:getobjectversionattributes",
		"s3:getobjectversiontorrent", "s3:getobjectversionforreplication", "s3:deleteobjectversion", "s3:deleteobjectversiontagging",
		"s3:putobjectversionacl", "s3:putobjectversiontagging", "s3:getobjectretention", "s3:putobjectretention",
		"s3:getobjectlegalhold", "s3:putobjectlegalhold", "s3:restoreobject", "s3:getobject"}
	existingTags = []string{"s3:getobject", "s3:getobjectversion", "s3:getobjectacl", "s3:getobjectversionacl", "s3:getobjecttagging",
		"s3:getobjectversiontagging", "s3:getobjectattributes", "s3:getobjectversionattributes", "s3:putobjectacl", "s3:putobjectversionacl",
		"s3:putobjecttagging", "s3:putobjectversiontagging", "s3:deleteobjecttagging", "s3:deleteobjectversiontagging",
		"s3:deleteobject", "s3:deleteobjectversion", "s3:getobjectversionforreplication"}
	requestTags = []string{"s3:putobject", "s3:putobjecttagging", "s3:putobjectversiontagging", "s3:replicatetags"}
	locks       = []string{"s3:putobject", "s3:putobjectretention", "s3:putobjectlegalhold", "s3:bypassgovernanceretention",
		"s3:replicateobject", "s3:putbucketobjectlockconfiguration"}
	creation = []string{"s3:createbucket"}
)

// conditionKeys are the keys a bucket's policy may ask for. A name that ends
// with a slash has a tag's key behind it.
var conditionKeys = map[string][]string{
	"aws:calledvia": nil, "aws:calledviafirst": nil, "aws:calledvialast": nil,
	"aws:currenttime": nil, "aws:epochtime": nil, "aws:tokenissuetime": nil,
	"aws:ec2instancesourcevpc": nil, "aws:ec2instancesourceprivateipv4": nil,
	"aws:federatedprovider": nil, "aws:multifactorauthage": nil, "aws:multifactorauthpresent": nil,
	"aws:principalaccount": nil, "aws:principalarn": nil, "aws:principalisawsservice": nil,
	"aws:principalorgid": nil, "aws:principalorgpaths": nil, "aws:principalservicename": nil,
	"aws:principalservicenameslist": nil, "aws:principaltag/": nil, "aws:principaltype": nil,
	"aws:referer": nil, "aws:requestedregion": nil, "aws:requesttag/": nil, "aws:tagkeys": nil,
	"aws:resourceaccount": nil, "aws:resourceorgid": nil, "aws:resourceorgpaths": nil, "aws:resourcetag/": nil,
	"aws:securetransport": nil, "aws:sourceaccount": nil, "aws:sourcearn": nil, "aws:sourceidentity": nil,
	"aws:sourceip": nil, "aws:sourceorgid": nil, "aws:sourceorgpaths": nil, "aws:sourceowner": nil,
	"aws:sourcevpc": nil, "aws:sourcevpce": nil, "aws:vpcsourceip": nil,
	"aws:useragent": nil, "aws:userid": nil, "aws:username": nil, "aws:viaawsservice": nil,

	"s3:accesspointnetworkorigin": nil, "s3:dataaccesspointaccount": nil, "s3:dataaccesspointarn": nil,
	"s3:authtype": nil, "s3:signatureage": nil, "s3:signatureversion": nil, "s3:tlsversion": nil,
	"s3:resourceaccount": nil, "s3:x-amz-content-sha256": nil, "s3:bucketregion": nil,

	"s3:prefix": listing, "s3:delimiter": listing, "s3:max-keys": listing,
	"s3:versionid": version, "s3:existingobjecttag/": existingTags,
	"s3:requestobjecttag/": requestTags, "s3:requestobjecttagkeys": requestTags,

	"s3:x-amz-acl": acls, "s3:x-amz-grant-full-control": acls, "s3:x-amz-grant-read": acls,
	"s3:x-amz-grant-read-acp": acls, "s3:x-amz-grant-write": acls, "s3:x-amz-grant-write-acp": acls,
	"s3:x-amz-object-ownership": {"s3:createbucket", "s3:putbucketownershipcontrols"},

	"s3:x-amz-copy-source": writes, "s3:x-amz-metadata-directive": writes, "s3:x-amz-storage-class": writes,
	"s3:x-amz-server-side-encryption": writes, "s3:x-amz-server-side-encryption-aws-kms-key-id": writes,
	"s3:x-amz-server-side-encryption-customer-algorithm": {"s3:putobject", "s3:getobject", "s3:getobjectversion"},
	"s3:x-amz-website-redirect-location":                 writes, "s3:objectcreationoperation": writes, "s3:if-match": writes, "s3:if-none-match": writes,

	"s3:object-lock-mode": locks, "s3:object-lock-retain-until-date": locks,
	"s3:object-lock-remaining-retention-days": locks, "s3:object-lock-legal-hold": locks,

	"s3:locationconstraint": creation, "s3:inventoryaccessibleoptionalfields": {"s3:putinventoryconfiguration"},
}
