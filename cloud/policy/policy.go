// Package policy is the AWS policy language: it parses documents, checks them
// as S3 checks a bucket's policy, tells public ones, and evaluates them.
//
// It serves all kinds of policy: a resource's and a role's (who may assume it),
// which name principals, and an identity's, which belongs to one. Rights puts
// those together that count for a caller: of the identity, its boundary, its
// session, its account, and of the resource. Which keys a request has, ACLs and
// blocks of public access are the business of the role that is asked.
//
// It is pure: no I/O, no clock, no randomness; it imports only the standard
// library and package cloud, and every package may import it.
//
// Nothing here fails open. What the parser does not know is malformed; a
// condition key the caller of Evaluate does not know lets no Allow apply and
// every Deny; text is matched in time linear in its length.
package policy

import "fmt"

// Limits of a document.
const (
	MaxBucketPolicy = 20 << 10 // bytes
	maxDepth        = 10       // the language needs six
	maxSearches     = 200      // pieces of patterns that have a ?: each may have to be looked for in all of a text
)

// QuotaKeys is what the condition keys begin with that say how much an account
// will have. They concern only what gives it more, and only the transaction that
// does so knows them: see Request.Later.
const QuotaKeys = "ecc:"

// Decision is what policies say of a request. The greatest of several
// decisions is the one that counts.
type Decision int

// The decisions.
const (
	None         Decision = iota // no statement applies, which is an implicit deny
	Delegated                    // the caller's account may, and has to allow the caller in turn
	Allow                        // the caller may
	ExplicitDeny                 // the caller may not, whatever else allows it
)

func (d Decision) String() string {
	switch d {
	case None:
		return "none"
	case Delegated:
		return "delegated"
	case Allow:
		return "allow"
	case ExplicitDeny:
		return "explicit deny"
	}
	return fmt.Sprintf("Decision(%d)", int(d))
}

// Policy is a document that was parsed. It does not change and is safe for
// concurrent use.
type Policy struct {
	Version string // "2008-10-17" or "2012-10-17"
	ID      string

	statements []statement
}

// statement is one statement. Exactly one of each pair of an element and its
// Not form is set, which the flag tells; identities' policies have no
// principals.
type statement struct {
	sid           string
	allow         bool
	principals    []Principal
	notPrincipals bool
	actions       []glob
	notActions    bool
	resources     []pattern
	notResources  bool
	conditions    []condition
}

// Malformed says why a document is no policy, in a sentence for its author.
type Malformed struct {
	Msg     string
	TooLong bool // all that is wrong is that it is longer than it may be

	iam   string // how IAM says it; "" for what IAM calls a syntax error
	trust string // how IAM says it of a role's policy; "" for Msg
}

func (m *Malformed) Error() string { return m.Msg }

// Is reports whether another mistake is the same one.
func (m *Malformed) Is(other error) bool {
	o, ok := other.(*Malformed)
	return ok && o.Msg == m.Msg
}

func malformed(format string, args ...any) error {
	return &Malformed{Msg: fmt.Sprintf(format, args...)}
}
