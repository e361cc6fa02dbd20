package cloud

import "time"

// Caller is who makes a request, after authentication.
type Caller struct {
	Account   AccountID
	AccessKey string
	ARN       string // of the principal: "arn:aws:iam::…:root", "…:user/path/name", "arn:aws:sts::…:assumed-role/role/session", …
	UserID    string // as GetCallerIdentity tells it: the account's number, "AIDA…", "AROA…:session", "account:name"
	Admin     bool   // the root of the account that operates the cloud

	Kind      PrincipalKind
	Principal string            // id of the user's or role's record; "" for an account's root
	Name      string            // of the user or the role; "" for an account's root
	Issuer    string            // of temporary credentials that others hold: the ARN of the role, with its path, or of the user who federated
	Tags      map[string]string // of the principal, those of its session over its own
	Session   *Session          // of temporary credentials, else nil
	Rights    *Rights           // what its policies say; nil allows nothing, but to an account's root everything
}

// Root reports whether the caller is an account itself, without a session that
// narrows it.
func (c Caller) Root() bool {
	return c.Kind == PrincipalRoot && (c.Rights == nil || !c.Rights.Narrowed)
}

// PrincipalKind is the kind of a caller.
type PrincipalKind string

// The kinds of callers. The zero value is nobody.
const (
	PrincipalRoot      PrincipalKind = "Account"       // an account's root, by key or by GetSessionToken
	PrincipalUser      PrincipalKind = "User"          // an IAM user, by key or by GetSessionToken
	PrincipalRole      PrincipalKind = "AssumedRole"   // a session of a role
	PrincipalFederated PrincipalKind = "FederatedUser" // of GetFederationToken
	PrincipalWeb       PrincipalKind = "WebIdentity"   // who brought an identity provider's token for a role, in the audit trail only
)

// Session is what is known of temporary credentials.
type Session struct {
	Issued         time.Time
	Expires        time.Time
	Name           string // of the role session or the federated user
	SourceIdentity string
	Provider       string // of AssumeRoleWithWebIdentity: the ARN of the identity provider
	Instance       InstanceID
	Transitive     []string // keys of session tags that role chaining keeps
	Parent         string   // id of the access key that all began with; "" for an instance's or a web identity's
}

// Rights are the policies that say what a caller may do, as texts of package
// policy. What a caller may is what Identity allows, and Boundary and Session
// allow too where there are any; an explicit deny in any of them wins.
type Rights struct {
	Identity []Document // all of the principal: inline, attached, of its groups
	Boundary *Document  // the permissions boundary
	Account  []Document // of the account, by the cloud's administrator: limits and denials
	Narrowed bool       // the session was given policies of its own
	Session  []Document // those: any may allow
}

// Document is one policy of a principal.
type Document struct {
	Name string // its ARN, or the name of an inline policy
	Text string // JSON
}

// Credential is what the head knows of an access key: who uses it and what its
// secret is.
type Credential struct {
	Key     AccessKey // Secret in clear
	Account Account
	Caller  Caller
}

// RootCredential is the credential of an account's root.
func RootCredential(k AccessKey, a Account) Credential {
	return Credential{Key: k, Account: a, Caller: Caller{Account: a.ID, AccessKey: k.ID, ARN: "arn:aws:iam::" + string(a.ID) + ":root",
		UserID: string(a.ID), Admin: a.Admin, Kind: PrincipalRoot}}
}
