// Package iam holds the IAM API as data: the request and result shapes of the
// actions in actions.txt, generated from the published service model, and the
// description of the service for the dispatcher.
//
// It holds no business logic: the actions live in roles/clc/iam.
package iam

//go:generate go run ecc/api/shapegen -models "$BOTOCORE_DATA" -service iam/2010-05-08 -actions actions.txt -package iam -out .
//go:generate go test -run ^TestCoveragePage$ -update .

import (
	"maps"
	"slices"
	"strings"

	"ecc/api/awsquery"
)

// Service describes IAM to a dispatcher.
func Service() awsquery.Service {
	return awsquery.Service{
		Name:      "iam",
		Title:     "IAM",
		Protocol:  awsquery.Query,
		Versions:  []string{apiVersion},
		Namespace: strings.TrimSuffix(strings.TrimRight(xmlNamespace, "/"), apiVersion),
		Enums:     maps.Clone(enums),
		Errors:    errorTable(),
		Rates:     awsquery.Rates{Read: awsquery.Rate{Burst: 100, PerSecond: 20}, Write: awsquery.Rate{Burst: 50, PerSecond: 5}},
	}
}

// AllActions returns the names of every action IAM has in the service model,
// in order, whether ecc has it or not.
func AllActions() []string { return slices.Clone(allActions) }

// EnumValues returns the values the model allows for an enum that requests
// use, nil when it knows none of that name.
func EnumValues(name string) []string { return slices.Clone(enums[name]) }
