package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/cloud/policy"
)

// refuse makes the sentence AWS has for a refusal. EC2 adds an explanation that
// only who may call DecodeAuthorizationMessage can read.
func (g *Guard) refuse(c *awsquery.Call, n *Need, q *policy.Request, o policy.Outcome) error {
	on := ""
	if n.Resource.ARN != "" {
		on = " on resource: " + n.Resource.ARN
	}
	why := " " + o.Because(n.Action)
	if n.Guard != nil { // it may be another account's
		why = ""
	}
	msg := fmt.Sprintf("User: %s is not authorized to perform: %s%s%s", c.Caller.ARN, n.Action, on, why)
	if c.Service != "ec2" {
		return cloud.Errorf(cloud.Denied, cloud.AnyResource, "", "%s", msg)
	}
	msg = "You are not authorized to perform this operation. " + msg
	if g.cfg.Seal != nil {
		text, err := explain(c, n, q, o)
		if err != nil {
			return err
		}
		sealed, err := g.cfg.Seal(c.Caller.Account, text)
		if err != nil {
			return fmt.Errorf("seal an authorization message: %w", err)
		}
		msg += ". Encoded authorization failure message: " + sealed
	}
	return cloud.Errorf(cloud.Denied, cloud.AnyResource, "", "%s", msg)
}

// The form of a decoded authorization message.
type (
	explanation struct {
		Allowed           bool      `json:"allowed"`
		ExplicitDeny      bool      `json:"explicitDeny"`
		MatchedStatements items     `json:"matchedStatements"`
		Failures          items     `json:"failures"`
		Context           situation `json:"context"`
	}
	items struct {
		Items []any `json:"items"`
	}
	situation struct {
		Principal  principal `json:"principal"`
		Action     string    `json:"action"`
		Resource   string    `json:"resource"`
		Conditions items     `json:"conditions"`
	}
	principal struct {
		ID  string `json:"id"`
		ARN string `json:"arn"`
	}
	matched struct {
		StatementID string `json:"statementId"`
		Effect      string `json:"effect"`
		Policy      string `json:"sourcePolicyId,omitempty"`
		Type        string `json:"sourcePolicyType"`
	}
	condition struct {
		Key    string `json:"key"`
		Values items  `json:"values"`
	}
	value struct {
		Value string `json:"value"`
	}
)

// maxExplained bounds the statements in an explanation.
const maxExplained = 20

// explain tells as JSON what was asked and which statements had a say in it.
func explain(c *awsquery.Call, n *Need, q *policy.Request, o policy.Outcome) (string, error) {
	e := explanation{ExplicitDeny: o.Decision == policy.ExplicitDeny, MatchedStatements: items{[]any{}}, Failures: items{[]any{}},
		Context: situation{Principal: principal{c.Caller.UserID, c.Caller.ARN}, Action: n.Action, Resource: q.Resource, Conditions: items{[]any{}}}}
	for _, m := range o.Matched[:min(len(o.Matched), maxExplained)] {
		effect := "DENY"
		if m.Allow {
			effect = "ALLOW"
		}
		e.MatchedStatements.Items = append(e.MatchedStatements.Items, matched{m.Sid, effect, m.Policy, m.Source.String()})
	}
	for _, key := range told(n) {
		values, _ := q.Keys.Values(key)
		all := items{[]any{}}
		for _, v := range values {
			all.Items = append(all.Items, value{v})
		}
		if len(values) > 0 {
			e.Context.Conditions.Items = append(e.Context.Conditions.Items, condition{key, all})
		}
	}
	b, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("explain a refusal: %w", err)
	}
	return string(b), nil
}

// told are the keys an explanation has.
func told(n *Need) []string {
	out := slices.Collect(maps.Keys(general))
	out = slices.AppendSeq(out, maps.Keys(n.Keys))
	out = slices.AppendSeq(out, maps.Keys(n.Resource.Facts))
	for tag := range n.Resource.Tags {
		out = append(out, "aws:resourcetag/"+tag)
	}
	slices.SortFunc(out, strings.Compare)
	return slices.Compact(out)
}
