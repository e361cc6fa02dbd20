package auth

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// formPolicy is the document that a form's signature is over: until when, and
// with which fields, anybody may upload.
type formPolicy struct {
	expiration  time.Time
	conditions  []condition
	least, most int64 // bytes of the file
}

// condition is what one field must be.
type condition struct {
	op    string // "eq" or "starts-with"
	field string // in lower case
	value string
	text  string // as it stands in the document
}

func (c condition) holds(value string) bool {
	if c.op == "eq" {
		return value == c.value
	}
	return strings.HasPrefix(value, c.value)
}

func invalidPolicy(format string, args ...any) error {
	return s3.refuse(badPolicy, "Invalid Policy: %s", fmt.Sprintf(format, args...))
}

// parsePolicy reads the field "policy". The names in the document are exact,
// those of fields and operators are not.
func parsePolicy(encoded string) (*formPolicy, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, invalidPolicy("Invalid Base64 Encoding.")
	}
	var doc map[string]json.RawMessage
	if json.Unmarshal(raw, &doc) != nil || doc == nil {
		return nil, invalidPolicy("Invalid JSON.")
	}
	p := &formPolicy{most: math.MaxInt64}
	if p.expiration, err = parseExpiration(doc["expiration"]); err != nil {
		return nil, err
	}
	var conditions []json.RawMessage
	if json.Unmarshal(doc["conditions"], &conditions) != nil || conditions == nil {
		return nil, invalidPolicy("Policy must have conditions.")
	}
	for _, c := range conditions {
		if err := p.add(c); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func parseExpiration(raw json.RawMessage) (time.Time, error) {
	var text string
	if raw == nil || json.Unmarshal(raw, &text) != nil {
		return time.Time{}, invalidPolicy("Policy missing expiration.")
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalidPolicy("Invalid 'expiration' value: '%s'", text)
	}
	return t, nil
}

// add reads one condition: {"field": "value", …} or ["op", "$field", "value"].
func (p *formPolicy) add(raw json.RawMessage) error {
	text := strings.Join(strings.Fields(string(raw)), " ")
	var exact map[string]string
	if json.Unmarshal(raw, &exact) == nil && len(exact) > 0 {
		for field, value := range exact {
			shown := fmt.Sprintf("[%q, %q, %q]", "eq", "$"+field, value)
			p.conditions = append(p.conditions, condition{"eq", strings.ToLower(field), value, shown})
		}
		return nil
	}
	var list []any
	if json.Unmarshal(raw, &list) != nil || len(list) != 3 {
		return invalidPolicy("Invalid Condition: %s", text)
	}
	op, _ := list[0].(string)
	if op = strings.ToLower(op); op == "content-length-range" {
		return p.addRange(list[1], list[2])
	}
	field, ok := list[1].(string)
	name, marked := strings.CutPrefix(field, "$")
	value, ok2 := list[2].(string)
	if !ok || !marked || name == "" || !ok2 || (op != "eq" && op != "starts-with") {
		return invalidPolicy("Invalid Condition: %s", text)
	}
	p.conditions = append(p.conditions, condition{op, strings.ToLower(name), value, text})
	return nil
}

func (p *formPolicy) addRange(low, high any) error {
	least, ok := wholeNumber(low)
	most, ok2 := wholeNumber(high)
	if !ok || !ok2 || least > most {
		return invalidPolicy("Invalid content-length-range.")
	}
	p.least, p.most = max(p.least, least), min(p.most, most)
	return nil
}

// wholeNumber takes a number, or one in quotes.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), v >= 0 && v < 1<<53 && v == math.Trunc(v)
	case string:
		return number(v)
	}
	return 0, false
}

// exempt are the fields that need no condition.
var exempt = map[string]bool{"policy": true, "signature": true, "awsaccesskeyid": true, "x-amz-signature": true, "file": true}

// check holds a form against the policy.
func (p *formPolicy) check(f *Form, bucket string, now time.Time) error {
	if !now.Before(p.expiration) {
		return s3.refuse(policyFailed, "Invalid according to Policy: Policy expired.")
	}
	values := map[string]string{}
	for name, value := range f.Fields {
		values[name] = value
	}
	values["key"], values["bucket"] = f.Key, bucket
	named := map[string]bool{}
	for _, c := range p.conditions {
		value, ok := values[c.field]
		if !ok || !c.holds(value) {
			return s3.refuse(policyFailed, "Invalid according to Policy: Policy Condition failed: %s", c.text)
		}
		named[c.field] = true
	}
	for name := range values {
		if !named[name] && !exempt[name] && !strings.HasPrefix(name, "x-ignore-") {
			return s3.refuse(policyFailed, "Invalid according to Policy: Extra input fields: %s", name)
		}
	}
	return nil
}
