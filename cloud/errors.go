package cloud

import (
	"errors"
	"fmt"
	"slices"
)

// Kind classifies a failure a tenant may see. A Kind is itself an error, so
// that errors.Is(err, cloud.NotFound) works through wrapping and across the
// edges between roles.
type Kind int

// The kinds. Codes of the wire (EC2, S3) are derived from kind and resource in
// two tables, api/ec2 and api/s3, and nowhere else.
const (
	Internal       Kind = iota // anything else: the tenant sees a request id only
	NotFound                   // the id is well formed, nothing (visible) has it
	Malformed                  // the id or value is not of its form
	AlreadyExists              // the name is taken
	WrongState                 // not in this state of the resource
	InUse                      // something depends on it
	Invalid                    // a parameter's value is not allowed
	Missing                    // a required parameter is absent
	BadCombination             // parameters that exclude each other
	TokenMismatch              // a client token was used with other parameters
	Denied                     // authenticated, not allowed
	BadCredentials             // not authenticated; Error.ID is the AWS code: "SignatureDoesNotMatch", …
	Exhausted                  // no capacity left
	LimitExceeded              // a limit of the account or of the call
	Unsupported                // the operation exists, this use of it does not
	Unavailable                // try again later
	Stale                      // compiled from a revision that has passed
)

var kindNames = [...]string{
	"internal", "not found", "malformed", "already exists", "wrong state", "in use", "invalid",
	"missing", "bad combination", "token mismatch", "denied", "bad credentials", "exhausted",
	"limit exceeded", "unsupported", "unavailable", "stale",
}

// Kinds lists every kind, for tables that must cover all.
func Kinds() []Kind {
	ks := make([]Kind, len(kindNames))
	for i := range ks {
		ks[i] = Kind(i)
	}
	return ks
}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return kindNames[k]
}

func (k Kind) Error() string { return k.String() }

// Resource names what an error is about: it selects the wire code together
// with the kind.
type Resource string

// The resources errors speak of.
const (
	AnyResource              Resource = ""
	ResInstance              Resource = "instance"
	ResVCPU                  Resource = "vcpu" // how many an account has
	ResImage                 Resource = "image"
	ResImageProtection       Resource = "image-protection" // from deregistration
	ResManifest              Resource = "manifest"         // the bytes an image is registered from
	ResKeyPair               Resource = "key-pair"
	ResGroup                 Resource = "security-group"
	ResPermission            Resource = "permission"          // a rule of a group, by what it allows
	ResGroupRule             Resource = "security-group-rule" // the same, by its id
	ResVPC                   Resource = "vpc"
	ResSubnet                Resource = "subnet"
	ResENI                   Resource = "network-interface"
	ResZone                  Resource = "availability-zone"
	ResRegion                Resource = "region"
	ResInstanceType          Resource = "instance-type"
	ResUserData              Resource = "user-data"
	ResTag                   Resource = "tag"
	ResAccount               Resource = "account"
	ResNode                  Resource = "node"
	ResToken                 Resource = "token"
	ResFilter                Resource = "filter"
	ResNextToken             Resource = "next-token"
	ResAddress               Resource = "address"
	ResPublicIP              Resource = "public-ip" // an elastic IP, by the address itself
	ResAddressPool           Resource = "public-ip-pool"
	ResPrivateIP             Resource = "private-ip"      // of an interface
	ResInterfaceGroup        Resource = "interface-group" // a security group that an interface is in
	ResBucket                Resource = "bucket"
	ResObject                Resource = "object"
	ResUpload                Resource = "upload"
	ResReservationID         Resource = "reservation"
	ResVolume                Resource = "volume"
	ResAddressAssociation    Resource = "address-association"
	ResAttachment            Resource = "network-interface-attachment"
	ResDHCPOptions           Resource = "dhcp-options"
	ResInternetGateway       Resource = "internet-gateway"
	ResRouteTable            Resource = "route-table"
	ResRoute                 Resource = "route" // by its destination
	ResRouteTableAssociation Resource = "route-table-association"
	ResNetworkACL            Resource = "network-acl"
	ResACLEntry              Resource = "network-acl-entry" // by its number
	ResNetworkACLAssociation Resource = "network-acl-association"
	ResCIDR                  Resource = "cidr" // a block of addresses, as written
	ResCIDRAssociation       Resource = "cidr-association"
	ResSubnetCIDRAssociation Resource = "subnet-cidr-association"
	ResLaunchTemplate        Resource = "launch-template" // by its id
	ResLaunchTemplateName    Resource = "launch-template-name"
	ResLaunchTemplateVersion Resource = "launch-template-version"
	ResPlacementGroup        Resource = "placement-group"      // by its name
	ResPlacementGroupID      Resource = "placement-group-id"   // by its id
	ResCredits               Resource = "credit-specification" // of the CPU; ID is the instance's
	ResInstanceProfile       Resource = "instance-profile"
	ResProfileAssociation    Resource = "instance-profile-association"
	ResPrefixList            Resource = "prefix-list"
	ResUser                  Resource = "user"
	ResUserGroup             Resource = "group" // of users
	ResRole                  Resource = "role"
	ResPolicy                Resource = "policy" // managed or inline, by ARN or name
	ResPolicyDocument        Resource = "policy-document"
	ResPolicyVersion         Resource = "policy-version"
	ResAccessKey             Resource = "access-key"
	ResLoginProfile          Resource = "login-profile"
	ResPasswordPolicy        Resource = "password-policy"
	ResPassword              Resource = "password"
	ResAlias                 Resource = "account-alias"
	ResProvider              Resource = "identity-provider"
	ResWebToken              Resource = "web-identity-token"
	ResCredentialReport      Resource = "credential-report"
	ResSession               Resource = "session"
	ResAuthorizationMessage  Resource = "authorization-message"
	ResRequest               Resource = "request"   // its rate
	ResAction                Resource = "action"    // of an API: ID is its name
	ResParameter             Resource = "parameter" // of a request: ID is its name on the wire
)

var resources = []Resource{
	AnyResource, ResInstance, ResVCPU, ResImage, ResImageProtection, ResManifest, ResKeyPair, ResGroup, ResPermission, ResGroupRule, ResVPC,
	ResSubnet, ResENI, ResZone, ResRegion, ResInstanceType, ResUserData, ResTag, ResAccount, ResNode,
	ResToken, ResFilter, ResNextToken, ResAddress, ResPublicIP, ResAddressPool, ResPrivateIP, ResInterfaceGroup, ResBucket, ResObject, ResUpload, ResReservationID,
	ResVolume, ResAddressAssociation, ResAttachment, ResDHCPOptions, ResInternetGateway, ResRouteTable, ResRoute,
	ResRouteTableAssociation, ResNetworkACL, ResACLEntry, ResNetworkACLAssociation, ResCIDR, ResCIDRAssociation, ResSubnetCIDRAssociation,
	ResLaunchTemplate, ResLaunchTemplateName, ResLaunchTemplateVersion, ResPlacementGroup, ResPlacementGroupID, ResCredits, ResInstanceProfile,
	ResProfileAssociation, ResPrefixList, ResUser, ResUserGroup, ResRole, ResPolicy, ResPolicyDocument,
	ResPolicyVersion, ResAccessKey, ResLoginProfile, ResPasswordPolicy, ResPassword, ResAlias, ResProvider,
	ResWebToken, ResCredentialReport, ResSession, ResAuthorizationMessage, ResRequest, ResAction, ResParameter,
}

// Resources lists every resource, for tables that must cover all. A constant
// above that is not in it is a hole the tables' tests cannot see.
func Resources() []Resource { return slices.Clone(resources) }

// Error is a failure with a message that is safe for the tenant (Msg) and a
// cause for the log (Err).
type Error struct {
	Kind     Kind
	Resource Resource
	ID       string // of the resource, as the tenant wrote it
	Msg      string // a sentence for the tenant; "" lets the wire table word it
	Err      error  // for the log only
}

func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Resource != "" {
		s = string(e.Resource) + " " + s
	}
	if e.ID != "" {
		s += " " + fmt.Sprintf("%q", e.ID)
	}
	if e.Msg != "" {
		s += ": " + e.Msg
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the kind and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Errorf makes an Error with a message for the tenant.
func Errorf(k Kind, r Resource, id, format string, args ...any) *Error {
	return &Error{Kind: k, Resource: r, ID: id, Msg: fmt.Sprintf(format, args...)}
}

// AsError returns the Error in err's chain, or one of kind Internal that
// carries err as its cause. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var k Kind
	if errors.As(err, &k) {
		return &Error{Kind: k, Err: err}
	}
	return &Error{Kind: Internal, Err: err}
}
