package awsquery_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

type machine struct {
	id, state string
	groups    []string
	tags      map[string]string
}

var machineFilters = awsquery.Filters[machine]{
	"instance-id":         func(m machine) []string { return []string{m.id} },
	"instance-state-name": func(m machine) []string { return []string{m.state} },
	"group-id":            func(m machine) []string { return m.groups },
}

func machineTags(m machine) map[string]string { return m.tags }

var machines = []machine{
	{"i-1", "running", []string{"sg-1", "sg-2"}, map[string]string{"Name": "web 1", "env": "prod"}},
	{"i-2", "running", []string{"sg-2"}, map[string]string{"Name": "web 2"}},
	{"i-3", "stopped", nil, nil},
}

func TestFilters(t *testing.T) {
	cases := []struct {
		name string
		want []awsquery.Filter
		ids  string
	}{
		{"none", nil, "i-1 i-2 i-3"},
		{"one value", []awsquery.Filter{{"instance-state-name", []string{"running"}}}, "i-1 i-2"},
		{"or within", []awsquery.Filter{{"instance-id", []string{"i-1", "i-3"}}}, "i-1 i-3"},
		{"and across", []awsquery.Filter{{"instance-id", []string{"i-1", "i-3"}}, {"instance-state-name", []string{"stopped"}}}, "i-3"},
		{"same name twice", []awsquery.Filter{{"instance-id", []string{"i-1"}}, {"instance-id", []string{"i-2"}}}, ""},
		{"any of several", []awsquery.Filter{{"group-id", []string{"sg-1"}}}, "i-1"},
		{"none of none", []awsquery.Filter{{"group-id", []string{"*"}}}, "i-1 i-2"},
		{"wildcards", []awsquery.Filter{{"tag:Name", []string{"web ?"}}}, "i-1 i-2"},
		{"escaped", []awsquery.Filter{{"tag:Name", []string{`web \?`}}}, ""},
		{"tag key", []awsquery.Filter{{"tag-key", []string{"env"}}}, "i-1"},
		{"tag value", []awsquery.Filter{{"tag-value", []string{"pr*"}}}, "i-1"},
		{"tag there is none of", []awsquery.Filter{{"tag:nope", []string{"*"}}}, ""},
	}
	for _, c := range cases {
		match, err := machineFilters.Compile(c.want, machineTags)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var ids []string
		for _, m := range machines {
			if match(m) {
				ids = append(ids, m.id)
			}
		}
		if got := strings.Join(ids, " "); got != c.ids {
			t.Errorf("%s: %q, want %q", c.name, got, c.ids)
		}
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	many := slices.Repeat([]string{"x"}, 100)
	cases := []struct {
		name string
		want []awsquery.Filter
		tags awsquery.Tags[machine]
		kind cloud.Kind
	}{
		{"unknown", []awsquery.Filter{{"colour", []string{"x"}}}, machineTags, cloud.Invalid},
		{"no name", []awsquery.Filter{{"", []string{"x"}}}, machineTags, cloud.Invalid},
		{"no values", []awsquery.Filter{{"instance-id", nil}}, machineTags, cloud.Missing},
		{"201 values", []awsquery.Filter{{"instance-id", many}, {"instance-id", many}, {"group-id", []string{"x"}}}, machineTags, cloud.LimitExceeded},
		{"tags without tags", []awsquery.Filter{{"tag:Name", []string{"x"}}}, nil, cloud.Invalid},
	}
	for _, c := range cases {
		_, err := machineFilters.Compile(c.want, c.tags)
		var e *cloud.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Resource != cloud.ResFilter {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := machineFilters.Compile([]awsquery.Filter{{"instance-id", append(many, many...)}}, nil); err != nil {
		t.Errorf("200 values: %v", err)
	}
}

func TestWanted(t *testing.T) {
	got := ec2.Wanted([]ec2.Filter{{Name: p("a"), Values: []string{"b"}}, {}})
	if diff := cmp.Diff([]awsquery.Filter{{Name: "a", Values: []string{"b"}}, {}}, got); diff != "" {
		t.Error(diff)
	}
}
