package policy

import (
	"regexp"
	"strings"
)

// Versions of the language. The older one, which is also meant where none is
// named, has no variables.
const (
	oldVersion = "2008-10-17"
	newVersion = "2012-10-17"
)

// ParseResource parses the policy of a resource: every statement names
// principals. Failures are *Malformed.
func ParseResource(doc []byte) (*Policy, error) {
	return parser{kind: ofResource}.parse(doc, MaxBucketPolicy)
}

// ParseIdentity parses the policy of an identity, of most characters at most,
// white space aside, as IAM counts: no statement names principals, no two have
// the same Sid, and the version is the newer one. Failures are *Malformed, in
// the words of IAM.
func ParseIdentity(doc []byte, most int) (*Policy, error) {
	p, err := parseIAM(parser{kind: ofIdentity}, doc, most)
	if err == nil && p.Version != newVersion {
		return nil, &Malformed{Msg: "Policy document must be version 2012-10-17 or greater."}
	}
	return p, err
}

// ParseTrust parses the policy that says who may assume a role, of most
// characters at most, white space aside: every statement names principals and
// actions of STS, and none a resource. Failures are *Malformed, in the words
// of IAM.
func ParseTrust(doc []byte, most int) (*Policy, error) {
	return parseIAM(parser{kind: ofRole}, doc, most)
}

// kind says whose a policy is.
type kind uint8

const (
	ofResource kind = iota // names principals
	ofIdentity             // names none
	ofRole                 // names principals, and no resources
)

type parser struct {
	kind    kind
	reading reading
}

func (p parser) parse(doc []byte, most int) (*Policy, error) {
	n, err := readDocument(doc, most)
	if err != nil {
		return nil, err
	}
	out := &Policy{Version: oldVersion}
	var list *node
	for _, m := range n.members {
		switch m.name {
		case "Version":
			if out.Version = m.value.text; m.value.kind != text || (out.Version != oldVersion && out.Version != newVersion) {
				return nil, malformed("The policy must contain a valid version string")
			}
		case "Id":
			if out.ID = m.value.text; m.value.kind != text {
				return nil, malformed("The field Id must be a string.")
			}
		case "Statement":
			list = &m.value
		default:
			return nil, malformed("Unknown field %s", m.name)
		}
	}
	if list == nil {
		return nil, malformed("Missing required field Statement")
	}
	p.reading.variables = out.Version == newVersion
	if err := p.statements(out, *list); err != nil {
		return nil, err
	}
	if out.searches() > maxSearches {
		return nil, malformed("Policy has too many patterns with the wildcard ?")
	}
	return out, nil
}

// statements reads a statement or a list of them.
func (p parser) statements(out *Policy, n node) error {
	list := n.items
	if n.kind != array {
		list = []node{n}
	}
	if len(list) == 0 {
		return malformed("Could not parse the policy: Statement is empty!")
	}
	sids := map[string]bool{}
	for _, item := range list {
		s, err := p.statement(item)
		if err != nil {
			return err
		}
		if s.sid != "" && sids[s.sid] && p.kind != ofResource {
			return malformedIAM("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.sid] = true
		out.statements = append(out.statements, s)
	}
	return nil
}

// elements reads the elements of a statement into it.
var elements = map[string]func(parser, *statement, node) error{
	"Sid":          parser.sid,
	"Effect":       parser.effect,
	"Principal":    parser.principal,
	"NotPrincipal": parser.notPrincipal,
	"Action":       parser.action,
	"NotAction":    parser.notAction,
	"Resource":     parser.resource,
	"NotResource":  parser.notResource,
	"Condition":    parser.condition,
}

func (p parser) statement(n node) (statement, error) {
	var s statement
	if n.kind != object {
		return s, errSyntax
	}
	has := map[string]bool{}
	for _, m := range n.members {
		read, ok := elements[m.name]
		if !ok {
			return s, malformed("Unknown field %s", m.name)
		}
		if err := read(p, &s, m.value); err != nil {
			return s, err
		}
		has[m.name] = true
	}
	return s, p.complete(has)
}

// complete checks that a statement has what it must have, and only once.
func (p parser) complete(has map[string]bool) error {
	if !has["Effect"] {
		return malformed("Missing required field Effect")
	}
	for _, name := range []string{"Principal", "Action", "Resource"} {
		one, other := has[name], has["Not"+name]
		switch {
		case one && other:
			return malformed("A statement must not contain both %s and Not%s", name, name)
		case p.mustNot(name) && (one || other):
			return prohibited(name)
		case !p.mustNot(name) && !one && !other:
			return absent(name)
		}
	}
	return nil
}

// mustNot reports whether statements of this kind of policy have no such
// element.
func (p parser) mustNot(name string) bool {
	return (name == "Principal" && p.kind == ofIdentity) || (name == "Resource" && p.kind == ofRole)
}

func (p parser) sid(s *statement, n node) error {
	if s.sid = n.text; n.kind != text {
		return malformed("The field Sid must be a string.")
	}
	return nil
}

func (p parser) effect(s *statement, n node) error {
	if n.kind != text || (n.text != "Allow" && n.text != "Deny") {
		return malformed("Invalid effect: %s", n.text)
	}
	s.allow = n.text == "Allow"
	return nil
}

func (p parser) principal(s *statement, n node) (err error) {
	s.principals, err = readPrincipals(n)
	return err
}

func (p parser) notPrincipal(s *statement, n node) (err error) {
	s.notPrincipals = true
	s.principals, err = readPrincipals(n)
	return err
}

// actionForm is what an action looks like: service:Name, with wildcards, or *.
var actionForm = regexp.MustCompile(`^(\*|(\*|[a-zA-Z0-9-]+):[a-zA-Z0-9*?]+)$`)

func (p parser) action(s *statement, n node) error {
	list, err := n.texts("Action")
	if err != nil {
		return err
	}
	for _, a := range list {
		if !actionForm.MatchString(a) {
			return badAction(a)
		}
		if p.kind == ofRole && !strings.HasPrefix(strings.ToLower(a), "sts:") {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
		s.actions = append(s.actions, newGlob(wildcards(strings.ToLower(a))))
	}
	return nil
}

func (p parser) notAction(s *statement, n node) error {
	s.notActions = true
	return p.action(s, n)
}

func (p parser) resource(s *statement, n node) error {
	list, err := n.texts("Resource")
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := p.checkResource(r); err != nil {
			return err
		}
		pattern, err := p.reading.parse(r)
		if err != nil {
			return err
		}
		s.resources = append(s.resources, pattern)
	}
	return nil
}

func (p parser) notResource(s *statement, n node) error {
	s.notResources = true
	return p.resource(s, n)
}
