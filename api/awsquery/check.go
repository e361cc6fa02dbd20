package awsquery

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ecc/cloud"
)

// checks are the constraints of the model on one member.
type checks struct {
	required bool
	token    bool // identifies a retry: no part of what is asked for
	int32    bool
	enum     []string // of the value or of a list's elements
	min, max *float64 // of a number, a string's or a list's length
	pattern  *regexp.Regexp
}

// parseChecks reads a check tag: "required,enum=Tenancy,int32,min=5,max=100".
func (c *compiler) parseChecks(tag string) (checks, error) {
	var cs checks
	for word := range strings.SplitSeq(tag, ",") {
		name, arg, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "":
		case "required":
			cs.required = true
		case "token":
			cs.token = true
		case "int32":
			cs.int32 = true
		case "enum":
			if cs.enum = c.enums[arg]; cs.enum == nil {
				err = fmt.Errorf("enum %s is not in the service's table", arg)
			}
		case "min":
			cs.min, err = parseBound(arg)
		case "max":
			cs.max, err = parseBound(arg)
		default:
			err = fmt.Errorf("check %q is unknown", word)
		}
		if err != nil {
			return cs, err
		}
	}
	return cs, nil
}

func parseBound(s string) (*float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	return &f, err
}

// text checks one string, a value or a list's element. Characters that XML
// cannot say are refused here, so that what is stored can always be answered.
func (cs *checks) text(path, s string) error {
	if !validText(s) {
		return invalid(path, s, "It contains characters that are not allowed.")
	}
	if cs.enum != nil && !slices.Contains(cs.enum, s) {
		return broken(invalid(path, s, ""), s, "Member must satisfy enum value set: [%s]", strings.Join(cs.enum, ", "))
	}
	if s == "" && (cs.required || cs.min != nil && *cs.min > 0) {
		return nil // its length is what is wrong with it
	}
	if cs.pattern != nil && !cs.pattern.MatchString(s) {
		return broken(invalid(path, s, "It must match the pattern "+cs.pattern.String()+"."), s,
			mustMatch+"%s", strings.TrimSuffix(strings.TrimPrefix(cs.pattern.String(), "^(?:"), ")$"))
	}
	return nil
}

// whole checks a decoded member as a whole.
func (cs *checks) whole(path string, v *value, got reflect.Value) error {
	switch v.kind {
	case anInt:
		return cs.number(path, float64(got.Int()), strconv.FormatInt(got.Int(), 10))
	case aFloat:
		return cs.number(path, got.Float(), strconv.FormatFloat(got.Float(), 'g', -1, 64))
	case aString:
		return cs.length(path, got.String(), utf8.RuneCountInString(got.String()), "characters")
	case aList:
		return cs.length(path, fmt.Sprint(got.Interface()), got.Len(), "items")
	}
	return nil
}

func (cs *checks) number(path string, n float64, text string) error {
	switch {
	case cs.int32 && (n < math.MinInt32 || n > math.MaxInt32):
		return invalid(path, text, "Expecting a 32-bit integer.")
	case cs.min != nil && n < *cs.min:
		return broken(outside(path, text, "greater", *cs.min), text, "Member must have value greater than or equal to %v", *cs.min)
	case cs.max != nil && n > *cs.max:
		return broken(outside(path, text, "less", *cs.max), text, "Member must have value less than or equal to %v", *cs.max)
	}
	return nil
}

// outside words it as EC2 does, which says "greater" and allows the bound.
func outside(path, text, side string, bound float64) *cloud.Error {
	return cloud.Errorf(cloud.Invalid, cloud.ResParameter, path,
		"Value ( %s ) for parameter %s is invalid. Expecting a value %s than %v.", text, path, side, bound)
}

func (cs *checks) length(path, text string, n int, unit string) error {
	switch {
	case cs.min != nil && float64(n) < *cs.min:
		return broken(cloud.Errorf(cloud.Invalid, cloud.ResParameter, path, "The parameter %s must have at least %v %s.", path, *cs.min, unit),
			text, "Member must have length greater than or equal to %v", *cs.min)
	case cs.max != nil && float64(n) > *cs.max:
		return broken(cloud.Errorf(cloud.Invalid, cloud.ResParameter, path, "The parameter %s must have at most %v %s.", path, *cs.max, unit),
			text, "Member must have length less than or equal to %v", *cs.max)
	}
	return nil
}

// broken lets an error about a parameter say which constraint of the model the
// value breaks.
func broken(e *cloud.Error, value, must string, args ...any) error {
	e.Err = &constraint{path: e.ID, value: value, must: fmt.Sprintf(must, args...)}
	return e
}

// invalid is the error for a value that is not allowed, worded as EC2 does.
func invalid(path, got, why string) *cloud.Error {
	msg := fmt.Sprintf("Value (%s) for parameter %s is invalid.", clip(got), clip(path))
	if why != "" {
		msg += " " + why
	}
	return &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResParameter, ID: path, Msg: msg}
}

// validText reports whether s is UTF-8 that XML 1.0 can carry.
func validText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
	})
}
