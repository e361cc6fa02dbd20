package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// Principal is one entry of a statement's Principal or NotPrincipal.
type Principal struct {
	Type PrincipalType
	ID   string // Account: 12 digits; ARN: of a user, role or session; Canonical: 64 hex digits; Service, Federated: a name
}

// PrincipalType says what a principal's ID is.
type PrincipalType uint8

// The types.
const (
	Everyone  PrincipalType = iota // "*", with no ID
	Account                        // an account, and whom it allows
	ARN                            // a user, role or session
	Canonical                      // an account, by the id S3 has for it
	Service                        // of the cloud itself
	Federated                      // an identity provider
)

// Caller is who makes a request, as principals know it.
type Caller struct {
	Anonymous bool   // then nothing else is set
	Account   string // 12 digits
	Canonical string // of the account
	ARN       string // of the root, user or session
	Role      string // ARN of a session's role, or of the user who federated; "" for others
	Service   string // name of a service that calls in its own name
	Provider  string // whose token somebody brings who has no credentials: an identity provider's ARN or name
}

// root reports whether the caller is its account itself.
func (c *Caller) root() bool { return strings.HasSuffix(c.ARN, ":root") }

// hold says how far a principal of a statement is the caller.
type hold uint8

const (
	stranger hold = iota
	account       // the caller's account is meant, and so whom that allows
	self          // the caller is meant
	byName        // by the caller's own ARN: no limit of a session or a boundary stands in between
)

func (p *Principal) holds(c *Caller) hold {
	same := false
	switch p.Type {
	case Everyone:
		return self
	case Account, Canonical:
		id := c.Account
		if p.Type == Canonical {
			id = c.Canonical
		}
		if c.Anonymous || id == "" || p.ID != id {
			return stranger
		}
		if c.root() {
			return self
		}
		return account
	case ARN:
		if p.ID == c.ARN && p.ID != "" && !c.Anonymous {
			return byName
		}
		same = p.ID == c.Role
	case Service:
		same = p.ID == c.Service
	case Federated:
		same = p.ID == c.Provider
	}
	if same && !c.Anonymous && p.ID != "" {
		return self
	}
	return stranger
}

// holds says how far a statement is about the caller.
func (s *statement) holds(c *Caller) hold {
	if s.principals == nil {
		return self // an identity's policy: it is the caller's
	}
	best := stranger
	theAccount, theName := false, false
	for i := range s.principals {
		h := s.principals[i].holds(c)
		best = max(best, h)
		theName = theName || h >= self
		theAccount = theAccount || h == account || (h == self && s.principals[i].Type != ARN)
	}
	switch {
	case !s.notPrincipals:
		return best
	case s.allow && best == stranger:
		return self
	case !s.allow && !(theName && (theAccount || c.root())):
		// A Deny spares only whom it names with their account.
		return self
	}
	return stranger
}

var (
	accountForm   = regexp.MustCompile(`^\d{12}$`)
	rootForm      = regexp.MustCompile(`^arn:aws:iam::(\d{12}):root$`)
	principalForm = regexp.MustCompile(`^arn:aws:(iam::\d{12}:(user|role)|sts::\d{12}:(assumed-role|federated-user))/[^*?]+$`)
	canonicalForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

var errPrincipal = &Malformed{Msg: "Invalid principal in policy"}

// readPrincipals reads "*" or an object of lists by type.
func readPrincipals(n node) ([]Principal, error) {
	if n.kind == text && n.text == "*" {
		return []Principal{{Type: Everyone}}, nil
	}
	if n.kind != object || len(n.members) == 0 {
		return nil, errPrincipal
	}
	var out []Principal
	for _, m := range n.members {
		list, err := m.value.texts("Principal")
		if err != nil {
			return nil, errPrincipal
		}
		for _, id := range list {
			p, ok := readPrincipal(m.name, id)
			if !ok {
				return nil, &Malformed{Msg: errPrincipal.Msg, trust: fmt.Sprintf("%s: %q:%q", errPrincipal.Msg, m.name, id)}
			}
			out = append(out, p)
		}
	}
	return out, nil
}

func readPrincipal(kind, id string) (Principal, bool) {
	switch kind {
	case "AWS":
		return readAWS(id)
	case "CanonicalUser":
		return Principal{Canonical, id}, canonicalForm.MatchString(id)
	case "Service":
		return Principal{Service, id}, id != "" && !strings.ContainsAny(id, "*?")
	case "Federated":
		return Principal{Federated, id}, id != "" && !strings.ContainsAny(id, "*?")
	}
	return Principal{}, false
}

func readAWS(id string) (Principal, bool) {
	if id == "*" {
		return Principal{Type: Everyone}, true
	}
	if m := rootForm.FindStringSubmatch(id); m != nil {
		id = m[1]
	}
	if accountForm.MatchString(id) {
		return Principal{Account, id}, true
	}
	return Principal{ARN, id}, principalForm.MatchString(id)
}
