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
	return parser{principals: true}.parse(doc, MaxBucketPolicy)
}

// ParseIdentity parses the policy of an identity, of most bytes at most: no
// statement names principals, and no two have the same Sid. Failures are
// *Malformed.
func ParseIdentity(doc []byte, most int) (*Policy, error) {
	return parser{}.parse(doc, most)
}

type parser struct {
	principals bool // every statement must name some; otherwise none may
	reading    reading
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
		if s.sid != "" && sids[s.sid] && !p.principals {
			return malformed("Statement IDs (SID) in a single policy must be unique.")
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
		case name == "Principal" && !p.principals && (one || other):
			return malformed("Policy document should not specify a principal.")
		case name == "Principal" && !p.principals:
		case !one && !other:
			return malformed("Missing required field %s", name)
		}
	}
	return nil
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
var actionForm = regexp.MustCompile(`^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$`)

func (p parser) action(s *statement, n node) error {
	list, err := n.texts("Action")
	if err != nil {
		return err
	}
	for _, a := range list {
		if !actionForm.MatchString(a) {
			return malformed("Policy has invalid action")
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
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			return malformed("Policy has invalid resource")
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
