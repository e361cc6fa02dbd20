package policy

import (
	"bytes"
	"encoding/base64"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operator is a condition operator: how a value in a policy is read, and
// whether it must fit or must not.
type operator struct {
	read    func(string, reading) (matcher, error)
	negated bool
}

// matcher is a value in a policy, to be compared with one of a request.
type matcher interface {
	match(value string, keys Keys) verdict
}

// nullOperator asks whether a key is there at all.
var nullOperator = &operator{read: readBool}

// operators are the condition operators by their names in lower case.
var operators = map[string]*operator{
	"stringequals":              {read: readEqual},
	"stringnotequals":           {read: readEqual, negated: true},
	"stringequalsignorecase":    {read: readFold},
	"stringnotequalsignorecase": {read: readFold, negated: true},
	"stringlike":                {read: readLike},
	"stringnotlike":             {read: readLike, negated: true},

	"numericequals":            {read: numeric(func(c int) bool { return c == 0 })},
	"numericnotequals":         {read: numeric(func(c int) bool { return c == 0 }), negated: true},
	"numericlessthan":          {read: numeric(func(c int) bool { return c < 0 })},
	"numericlessthanequals":    {read: numeric(func(c int) bool { return c <= 0 })},
	"numericgreaterthan":       {read: numeric(func(c int) bool { return c > 0 })},
	"numericgreaterthanequals": {read: numeric(func(c int) bool { return c >= 0 })},

	"dateequals":            {read: date(func(c int) bool { return c == 0 })},
	"datenotequals":         {read: date(func(c int) bool { return c == 0 }), negated: true},
	"datelessthan":          {read: date(func(c int) bool { return c < 0 })},
	"datelessthanequals":    {read: date(func(c int) bool { return c <= 0 })},
	"dategreaterthan":       {read: date(func(c int) bool { return c > 0 })},
	"dategreaterthanequals": {read: date(func(c int) bool { return c >= 0 })},

	"bool":         {read: readBool},
	"binaryequals": {read: readBinary},
	"ipaddress":    {read: readAddress},
	"notipaddress": {read: readAddress, negated: true},

	"arnequals":    {read: readARN},
	"arnlike":      {read: readARN},
	"arnnotequals": {read: readARN, negated: true},
	"arnnotlike":   {read: readARN, negated: true},

	"null": nullOperator,
}

func readLike(s string, rd reading) (matcher, error) {
	p, err := rd.parse(s)
	return &p, err
}

func readEqual(s string, rd reading) (matcher, error) {
	rd.literally = true
	return readLike(s, rd)
}

// foldedText is a text in which case does not matter.
type foldedText struct{ pattern }

func readFold(s string, rd reading) (matcher, error) {
	rd.literally = true
	p, err := rd.parse(s)
	return &foldedText{p}, err
}

func (f *foldedText) match(s string, keys Keys) verdict {
	g, ok := f.resolve(keys)
	if !ok {
		return unresolved
	}
	return verdictOf(strings.EqualFold(g.pieces[0].text, s))
}

// number compares numbers.
type number struct {
	bound float64
	ok    func(c int) bool // of the comparison: -1, 0, 1
}

func numeric(ok func(int) bool) func(string, reading) (matcher, error) {
	return func(s string, _ reading) (matcher, error) {
		bound, err := readNumber(s)
		if err != nil {
			return nil, malformed("Invalid number in a condition: %q", s)
		}
		return number{bound, ok}, nil
	}
}

func readNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
		err = strconv.ErrRange
	}
	return n, err
}

func (n number) match(s string, _ Keys) verdict {
	v, err := readNumber(s)
	return verdictOf(err == nil && n.ok(compare(v, n.bound)))
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// moment compares times.
type moment struct {
	bound time.Time
	ok    func(c int) bool
}

func date(ok func(int) bool) func(string, reading) (matcher, error) {
	return func(s string, _ reading) (matcher, error) {
		bound, fine := readTime(s)
		if !fine {
			return nil, malformed("Invalid date in a condition: %q", s)
		}
		return moment{bound, ok}, nil
	}
}

func (m moment) match(s string, _ Keys) verdict {
	t, fine := readTime(s)
	return verdictOf(fine && m.ok(t.Compare(m.bound)))
}

// timeForms are the forms of ISO 8601 that the W3C suggests.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// readTime reads a date, or seconds since 1970. Four digits are a year.
func readTime(s string) (time.Time, bool) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t, true
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0), err == nil
}

type truth bool

func readBool(s string, _ reading) (matcher, error) {
	switch strings.ToLower(s) {
	case "true":
		return truth(true), nil
	case "false":
		return truth(false), nil
	}
	return nil, malformed("Invalid boolean in a condition: %q", s)
}

func (t truth) match(s string, _ Keys) verdict {
	want := "false"
	if t {
		want = "true"
	}
	return verdictOf(strings.EqualFold(s, want))
}

type binary []byte

func readBinary(s string, _ reading) (matcher, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, malformed("Invalid base64 in a condition: %q", s)
	}
	return binary(b), nil
}

func (b binary) match(s string, _ Keys) verdict {
	got, err := base64.StdEncoding.DecodeString(s)
	return verdictOf(err == nil && bytes.Equal(b, got))
}

// network is a range of addresses.
type network struct{ netip.Prefix }

func readAddress(s string, _ reading) (matcher, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return nil, malformed("Invalid IP address in a condition: %q", s)
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	return network{p.Masked()}, nil
}

func (n network) match(s string, _ Keys) verdict {
	a, err := netip.ParseAddr(s)
	return verdictOf(err == nil && n.Contains(a.Unmap().WithZone("")))
}

// arn is an ARN whose six parts are compared one by one, so that a wildcard
// never reaches beyond its part.
type arn [6]pattern

func readARN(s string, rd reading) (matcher, error) {
	fields := splitARN(s)
	if len(fields) != 6 || (fields[0] != "arn" && fields[0] != "*") {
		if s != "*" {
			return nil, malformed("Invalid ARN in a condition: %q", s)
		}
		fields = []string{"*", "*", "*", "*", "*", "*"}
	}
	var a arn
	for i, f := range fields {
		p, err := rd.parse(f)
		if err != nil {
			return nil, err
		}
		a[i] = p
	}
	return &a, nil
}

// splitARN splits at the first five colons that are not in a variable.
func splitARN(s string) []string {
	var fields []string
	begin := 0
	for i := 0; i < len(s) && len(fields) < 5; i++ {
		if strings.HasPrefix(s[i:], "${") {
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				break
			}
			i += end
		} else if s[i] == ':' {
			fields = append(fields, s[begin:i])
			begin = i + 1
		}
	}
	return append(fields, s[begin:])
}

func (a *arn) match(s string, keys Keys) verdict {
	fields := strings.SplitN(s, ":", 6)
	if len(fields) != 6 {
		return differs
	}
	out := fits
	for i := range a {
		switch a[i].match(fields[i], keys) {
		case differs:
			return differs
		case unresolved:
			out = unresolved
		case fits:
		}
	}
	return out
}
