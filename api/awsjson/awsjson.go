// Package awsjson is the front of AWS APIs that speak JSON 1.1: the operation is
// in the header X-Amz-Target, request and result are JSON objects, an error is
// one with "__type" and "message". It is what api/awsquery is for the Query
// APIs, and shares its Call, its permissions, throttle and error tables; it has
// no page, filter or DryRun, which JSON services do not have in common.
//
// Package roles imports it, and packages of services for their descriptions.
package awsjson

import (
	"context"

	"ecc/api/awsquery"
)

// Bounds of a request.
const (
	maxRequest = 64 << 10 // bytes
	maxDepth   = 32
)

const contentType = "application/x-amz-json-1.1"

// Service describes one JSON API.
type Service struct {
	Name   string // "cloudtrail", as in a credential's scope
	Target string // what X-Amz-Target begins with, without the dot
	Errors awsquery.ErrorTable
	Rates  awsquery.Rates
	Absent []string // operations it has elsewhere and not here
	Reason string   // why; a sentence
}

// Operation is one line of a table of operations. Make it with Handle.
type Operation struct {
	Name       string
	Access     awsquery.Access
	Permission awsquery.Permission

	call func(ctx context.Context, c *awsquery.Call, body []byte, may func(in any) error) (any, error)
}

// Handle makes a line of a method that gets a decoded request and returns a
// result or an error, best a *cloud.Error. The shapes' tags are of encoding/json.
func Handle[In, Out any](name string, method func(context.Context, *awsquery.Call, *In) (*Out, error), access awsquery.Access, p awsquery.Permission) Operation {
	return Operation{name, access, p, func(ctx context.Context, c *awsquery.Call, body []byte, may func(in any) error) (any, error) {
		in := new(In)
		if err := decode(body, in); err != nil {
			return nil, err
		}
		c.Request = in
		if err := may(in); err != nil {
			return nil, err
		}
		return method(ctx, c, in)
	}}
}
