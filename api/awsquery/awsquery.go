// Package awsquery is the front of every AWS Query API (EC2, STS, later IAM):
// it turns an HTTP request into a typed call of one action and the result or
// error into XML. Authentication is handed to it; validation, DryRun, request
// ids, error rendering, logging and metrics live here once, for every action.
//
//	request ─ authenticate ─ parameters ─ version ─ action ─ decode and check
//	        ─ authorize ─ DryRun? ─ call ─ encode ─ response
//
// It knows neither EC2's shapes nor any business: the shapes are generated
// structs (see api/shapegen) whose tags it reads by reflection, the actions
// are a table its user hands in. For the actions it also has what AWS defines
// once for all of them: filters (Filters) and pages (Page).
//
// The packages api/ec2, api/sts and roles/clc import it.
package awsquery

import (
	"errors"
	"fmt"
	"slices"

	"ecc/cloud"
)

// Protocol is the dialect of a Query API.
type Protocol int

// The dialects. They differ in how a response and an error are wrapped; how
// lists are written in requests is in the shapes' tags.
const (
	EC2   Protocol = iota + 1 // <XResponse><requestId/>…members…</XResponse>
	Query                     // <XResponse><XResult>…</XResult><ResponseMetadata/></XResponse>
)

// Service describes one Query API to the dispatcher.
type Service struct {
	Name      string              // "ec2", as in a credential's scope
	Title     string              // "AmazonEC2", as in messages
	Protocol  Protocol            //
	Versions  []string            // accepted values of Version
	Namespace string              // of responses, without the version: "http://ec2.amazonaws.com/doc/"
	Enums     map[string][]string // values by the name in the shapes' check tags
	Errors    ErrorTable
	Rates     Rates // zero: as often as anybody likes
}

func (s *Service) check() error {
	if s.Name == "" || s.Title == "" || s.Namespace == "" || len(s.Versions) == 0 {
		return errors.New("the service needs name, title, namespace and versions")
	}
	if s.Protocol != EC2 && s.Protocol != Query {
		return fmt.Errorf("protocol %d is unknown", s.Protocol)
	}
	for _, k := range cloud.Kinds() {
		if s.Errors.Kinds[k].Code == "" {
			return fmt.Errorf("the error table has no row for %q", k.String())
		}
	}
	return nil
}

func (s *Service) accepts(version string) bool { return slices.Contains(s.Versions, version) }
