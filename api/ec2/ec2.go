// Package ec2 holds the EC2 API as data: the request and result shapes of the
// actions in actions.txt, generated from the published service model, the
// description of the service for the dispatcher, and the table from
// cloud.Error to EC2's error codes.
//
// It holds no business logic: the actions live in roles/clc. Actions, tests
// and tools may import it.
package ec2

//go:generate go run ecc/api/shapegen -models "$BOTOCORE_DATA" -service ec2/2016-11-15 -actions actions.txt -package ec2 -out .
//go:generate go test -run ^TestCoveragePage$ -update .

import (
	"maps"
	"slices"
	"strings"

	"ecc/api/awsquery"
)

// versions are the API versions clients still send; what changed between them
// and the newest are additions.
var versions = []string{
	apiVersion, "2016-09-15", "2016-04-01", "2015-10-01", "2015-04-15", "2015-03-01", "2014-10-01",
	"2014-09-01", "2014-06-15", "2014-05-01", "2014-02-01", "2013-10-15", "2013-08-15", "2013-02-01",
}

// Service describes EC2 to a dispatcher.
func Service() awsquery.Service {
	return awsquery.Service{
		Name:      "ec2",
		Title:     "AmazonEC2",
		Protocol:  awsquery.EC2,
		Versions:  slices.Clone(versions),
		Namespace: strings.TrimSuffix(strings.TrimRight(xmlNamespace, "/"), apiVersion),
		Enums:     maps.Clone(enums),
		Errors:    errorTable(),
		Rates:     rates(),
	}
}

// AllActions returns the names of every action EC2 has in the service model,
// in order, whether ecc has it or not.
func AllActions() []string { return slices.Clone(allActions) }

// EnumValues returns the values the model allows for an enum that requests
// use, nil when it knows none of that name.
func EnumValues(name string) []string { return slices.Clone(enums[name]) }

// Wanted turns a request's filters into what awsquery.Filters compiles.
func Wanted(fs []Filter) []awsquery.Filter {
	out := make([]awsquery.Filter, len(fs))
	for i, f := range fs {
		out[i].Values = f.Values
		if f.Name != nil {
			out[i].Name = *f.Name
		}
	}
	return out
}
