// Package sts holds the STS API as data: the request and result shapes of the
// actions in actions.txt, generated from the published service model, and the
// description of the service for the dispatcher.
//
// It holds no business logic: the actions live in roles/clc.
package sts

//go:generate go run ecc/api/shapegen -models "$BOTOCORE_DATA" -service sts/2011-06-15 -actions actions.txt -package sts -out .

import (
	"maps"
	"slices"
	"strings"

	"ecc/api/awsquery"
)

// Service describes STS to a dispatcher.
func Service() awsquery.Service {
	return awsquery.Service{
		Name:      "sts",
		Title:     "AWSSecurityTokenService",
		Protocol:  awsquery.Query,
		Versions:  []string{apiVersion},
		Namespace: strings.TrimSuffix(strings.TrimRight(xmlNamespace, "/"), apiVersion),
		Enums:     maps.Clone(enums),
		Errors:    errorTable(),
		Rates:     awsquery.Rates{Read: awsquery.Rate{Burst: 600, PerSecond: 600}, Write: awsquery.Rate{Burst: 600, PerSecond: 600}},
	}
}

// AllActions returns the names of every action STS has in the service model,
// in order, whether ecc has it or not.
func AllActions() []string { return slices.Clone(allActions) }
