package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"ecc/cloud"
)

// wireError is a failure as it crosses an edge. The cause never does.
type wireError struct {
	Kind     string         `json:"kind"` // cloud.Kind's text: numbers may change between versions
	Resource cloud.Resource `json:"resource,omitempty"`
	ID       string         `json:"id,omitempty"`
	Msg      string         `json:"msg,omitempty"`
}

// toWire keeps of err what may cross. Errors without a kind become Internal,
// those of time and cancellation Unavailable: the caller may try again.
func toWire(err error) wireError {
	var e *cloud.Error
	var k cloud.Kind
	switch {
	case errors.As(err, &e):
		return wireError{e.Kind.String(), e.Resource, e.ID, e.Msg}
	case errors.As(err, &k):
		return wireError{Kind: k.String()}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return wireError{Kind: cloud.Unavailable.String(), Msg: "The call took too long or the server is stopping."}
	}
	return wireError{Kind: cloud.Internal.String(), Msg: "Internal error, see the log of the server."}
}

func (w wireError) error() error {
	for _, k := range cloud.Kinds() {
		if k.String() == w.Kind {
			return &cloud.Error{Kind: k, Resource: w.Resource, ID: w.ID, Msg: w.Msg}
		}
	}
	return &cloud.Error{Kind: cloud.Internal, Resource: w.Resource, ID: w.ID, Msg: w.Msg}
}

// parseWireError reads a failure's body; false when it is none of ours.
func parseWireError(body []byte) (error, bool) {
	var w wireError
	if err := json.Unmarshal(body, &w); err != nil || w.Kind == "" {
		return nil, false
	}
	return w.error(), true
}

// status is for logs and people with curl; clients read the body.
func (w wireError) status() int {
	switch w.Kind {
	case cloud.Denied.String(), cloud.BadCredentials.String():
		return http.StatusForbidden
	case cloud.Internal.String():
		return http.StatusInternalServerError
	case cloud.Unavailable.String():
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}
