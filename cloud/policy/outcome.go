package policy

import "fmt"

// Source is a kind of policy.
type Source uint8

// The kinds, in the order in which a Deny is looked for.
const (
	ByAccount  Source = iota + 1 // the cloud's administrator's, for the account
	ByResource                   // the resource's
	ByIdentity                   // of the user or the role, and of the user's groups
	ByBoundary                   // the permissions boundary
	BySession                    // of the session
)

func (s Source) String() string {
	switch s {
	case ByAccount:
		return "service control policy" // AWS's name for what an account may at most
	case ByResource:
		return "resource-based policy"
	case ByIdentity:
		return "identity-based policy"
	case ByBoundary:
		return "permissions boundary"
	case BySession:
		return "session policy"
	}
	return fmt.Sprintf("Source(%d)", uint8(s))
}

// Outcome is what was decided of a request, and by which kind of policy.
type Outcome struct {
	Decision Decision // Allow, ExplicitDeny or None
	Source   Source   // that allows or denies; for None the one that would have had to allow
	Matched  []Match  // the statements that apply, if they were asked for
}

// Match is a statement that applies to a request.
type Match struct {
	Source Source
	Policy string // its name or ARN; "" for a resource's
	Index  int    // in the policy, from 0
	Sid    string
	Allow  bool
}

// Allowed reports whether the caller may.
func (o Outcome) Allowed() bool { return o.Decision == Allow }

// Because says why not, as AWS's messages end.
func (o Outcome) Because(action string) string {
	article := "a"
	if o.Source == ByIdentity {
		article = "an"
	}
	if o.Decision == ExplicitDeny {
		return fmt.Sprintf("with an explicit deny in %s %s", article, o.Source)
	}
	return fmt.Sprintf("because no %s allows the %s action", o.Source, action)
}

// hearing asks the policies for one request.
type hearing struct {
	q       *Request
	action  string // in lower case
	explain bool
	denied  Source // the first kind of policy that denies
	matched []Match
}

func (h *hearing) ask(from Source, list []named) vote {
	var v vote
	for _, n := range list {
		var found func(int, bool)
		if h.explain {
			found = func(i int, allow bool) {
				h.matched = append(h.matched, Match{Source: from, Policy: n.name, Index: i, Sid: n.policy.statements[i].sid, Allow: allow})
			}
		}
		v.hear(h.q, h.action, n.policy, found)
	}
	if v.decision == ExplicitDeny && h.denied == 0 {
		h.denied = from
	}
	return v
}

func (h *hearing) outcome(d Decision, s Source) Outcome {
	return Outcome{Decision: d, Source: s, Matched: h.matched}
}
