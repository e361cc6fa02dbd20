package iam

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"ecc/api/iam"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/access"
)

// facts are the condition keys of a simulated request: those the request for it
// has, and what is known of who is simulated.
type facts struct {
	given  map[string][]string
	caller *cloud.Caller // nil for nobody
	now    time.Time
}

// Values implements policy.Keys.
func (f facts) Values(key string) ([]string, bool) {
	if v, ok := f.given[key]; ok {
		return v, true
	}
	switch key {
	case "aws:currenttime":
		return []string{f.now.UTC().Format(time.RFC3339)}, true
	case "aws:epochtime":
		return []string{strconv.FormatInt(f.now.Unix(), 10)}, true
	}
	if f.caller != nil {
		if v, ok := policy.CallerKey(f.caller, key); ok {
			return v, true
		}
	}
	return nil, access.KnownKey(key)
}

// result decides one action on one resource.
func (m *simulation) result(action, resource string) iam.EvaluationResult {
	o := m.rights.Explain(&policy.Request{Caller: m.caller, Action: action, Resource: resource, Keys: m.facts}, m.guard)
	decision := decisionName(o.Decision)
	out := iam.EvaluationResult{EvalActionName: ptr(action), EvalResourceName: ptr(resource), EvalDecision: ptr(decision),
		MatchedStatements: m.matched(o), MissingContextValues: m.missing(action), EvalDecisionDetails: m.details(o)}
	if m.bound {
		out.PermissionsBoundaryDecisionDetail = &iam.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: ptr(says(o, policy.ByBoundary) == policy.Allow)}
	}
	if m.limits {
		out.OrganizationsDecisionDetail = &iam.OrganizationsDecisionDetail{AllowedByOrganizations: ptr(o.Source != policy.ByAccount)}
	}
	if resource != "*" {
		out.ResourceSpecificResults = []iam.ResourceSpecificResult{{EvalResourceName: ptr(resource), EvalResourceDecision: ptr(decision),
			MatchedStatements: out.MatchedStatements, MissingContextValues: out.MissingContextValues, EvalDecisionDetails: out.EvalDecisionDetails,
			PermissionsBoundaryDecisionDetail: out.PermissionsBoundaryDecisionDetail}}
	}
	return out
}

func decisionName(d policy.Decision) string {
	switch d {
	case policy.Allow:
		return "allowed"
	case policy.ExplicitDeny:
		return "explicitDeny"
	case policy.None, policy.Delegated:
	}
	return "implicitDeny"
}

// says is what the policies of one kind decide by themselves.
func says(o policy.Outcome, by policy.Source) policy.Decision {
	out := policy.None
	for _, match := range o.Matched {
		switch {
		case match.Source != by:
		case !match.Allow:
			return policy.ExplicitDeny
		default:
			out = policy.Allow
		}
	}
	return out
}

// details tell what the two sides say where a resource has a policy.
func (m *simulation) details(o policy.Outcome) []iam.EvalDecisionDetailsTypeEntry {
	if m.onARN == nil {
		return nil
	}
	return []iam.EvalDecisionDetailsTypeEntry{
		{Key: ptr(iamPolicy), Value: ptr(decisionName(says(o, policy.ByIdentity)))},
		{Key: ptr(resourcePolicy), Value: ptr(decisionName(says(o, policy.ByResource)))},
	}
}

// matched are the statements that decide: those that deny if one does, else
// those of the identity and of the resource that allow.
func (m *simulation) matched(o policy.Outcome) []iam.Statement {
	out := []iam.Statement{}
	denied := o.Decision == policy.ExplicitDeny
	for _, match := range o.Matched {
		if match.Allow == denied || (!denied && match.Source != policy.ByIdentity && match.Source != policy.ByResource) {
			continue
		}
		src := m.onARN
		if match.Source != policy.ByResource {
			k, err := strconv.Atoi(match.Policy)
			if err != nil {
				continue // it has no text here
			}
			src = &m.texts[k]
		}
		at := src.passages[match.Index]
		out = append(out, iam.Statement{SourcePolicyId: ptr(src.id), SourcePolicyType: ptr(src.kind), StartPosition: place(at.Begin), EndPosition: place(at.End)})
	}
	return out
}

func place(p policy.Position) *iam.Position {
	return &iam.Position{Line: ptr(int64(p.Line)), Column: ptr(int64(p.Column))}
}

// missing are the keys that statements about an action ask for and that have no
// value.
func (m *simulation) missing(action string) []string {
	out := []string{}
	all := m.texts
	if m.onARN != nil {
		all = append(slices.Clone(all), *m.onARN)
	}
	for _, src := range all {
		for i, at := range src.passages {
			if !src.policy.Concerns(i, action) {
				continue
			}
			for _, key := range at.Keys {
				if v, _ := m.facts.Values(policy.KeyName(key)); len(v) == 0 && !hasKey(out, key) {
					out = append(out, key)
				}
			}
		}
	}
	return out
}

// hasKey reports whether a condition key is in a list, however it is written.
func hasKey(list []string, key string) bool {
	return slices.ContainsFunc(list, func(has string) bool { return policy.KeyName(has) == policy.KeyName(key) })
}

// sortedByName goes through a map in the order of its keys.
func sortedByName(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}
