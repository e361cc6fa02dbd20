package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// edge is the table of one edge: everything client, handler and loopback need
// to know. T is the edge's interface.
type edge[T any] struct {
	name       string
	callers    []string // roles whose certificate may call
	anyone     bool     // also without a certificate
	maxRequest int64    // bytes
	maxAnswer  int64
	methods    map[string]method[T]
}

// method decodes one request, calls the object and returns its answer.
type method[T any] struct {
	long bool // a long poll
	call func(ctx context.Context, object T, body []byte) (any, error)
}

// verb makes a table entry of a method that takes one value.
func verb[T, Req, Resp any](fn func(T, context.Context, Req) (Resp, error)) method[T] {
	return method[T]{call: func(ctx context.Context, object T, body []byte) (any, error) {
		var req Req
		if err := decodeStrict(body, &req); err != nil {
			return nil, cloud.Errorf(cloud.Malformed, cloud.AnyResource, "", "The request cannot be read: %v", err)
		}
		if err := checkNode(ctx, req); err != nil {
			return nil, err
		}
		return fn(object, ctx, req)
	}}
}

// poll makes a table entry of a long poll.
func poll[T, Req, Resp any](fn func(T, context.Context, Req) (Resp, error)) method[T] {
	m := verb(fn)
	m.long = true
	return m
}

// order makes a table entry of a method without a result.
func order[T, Req any](fn func(T, context.Context, Req) error) method[T] {
	return verb(func(object T, ctx context.Context, req Req) (struct{}, error) {
		return struct{}{}, fn(object, ctx, req)
	})
}

// aboutNode is a request that names the node it speaks for.
type aboutNode interface{ node() cloud.NodeID }

// checkNode refuses a node that speaks for another one. A cc speaks for all
// nodes of its zone and is not checked here.
func checkNode(ctx context.Context, req any) error {
	r, ok := req.(aboutNode)
	peer, remote := Peer(ctx)
	if !ok || !remote || peer.Role != clustertls.RoleNC || peer.Node == r.node() {
		return nil
	}
	return cloud.Errorf(cloud.Denied, cloud.ResNode, string(r.node()), "The certificate is for the node %s.", peer.Node)
}

// endpoint is an edge with the object that serves it.
type endpoint struct {
	name       string
	callers    []string
	anyone     bool
	maxRequest int64
	maxAnswer  int64
	method     func(name string) (boundMethod, bool)
}

type boundMethod struct {
	long bool
	call func(ctx context.Context, body []byte) (any, error)
}

// bind joins an edge with the object that serves it.
func (e *edge[T]) bind(object T) endpoint {
	return endpoint{e.name, e.callers, e.anyone, e.maxRequest, e.maxAnswer, func(name string) (boundMethod, bool) {
		m, ok := e.methods[name]
		return boundMethod{m.long, func(ctx context.Context, body []byte) (any, error) {
			return m.call(ctx, object, body)
		}}, ok
	}}
}

// admit decides whether a caller may use the edge at all.
func (e *endpoint) admit(ctx context.Context) error {
	peer, ok := Peer(ctx)
	switch {
	case e.anyone, ok && slices.Contains(e.callers, peer.Role):
		return nil
	case !ok:
		return cloud.Errorf(cloud.Denied, cloud.AnyResource, "", "The %s edge needs a certificate of this cluster.", e.name)
	}
	return cloud.Errorf(cloud.Denied, cloud.AnyResource, "", "The %s edge is not for the role %s.", e.name, peer.Role)
}

// line describes a method for clients.
type line struct {
	edge, method string
	long         bool
	maxRequest   int64
	maxAnswer    int64
}

// line finds a method's description. Clients name methods by constants, so a
// missing one is a mistake in this package.
func (e *edge[T]) line(name string) line {
	m, ok := e.methods[name]
	if !ok {
		panic("rpc: edge " + e.name + " has no method " + name)
	}
	return line{e.name, name, m.long, e.maxRequest, e.maxAnswer}
}

// carrier brings an encoded request to the other side and its answer back.
type carrier interface {
	carry(ctx context.Context, l line, body []byte) ([]byte, error)
	decode(body []byte, v any) error
}

// ask makes one call.
func ask[Resp, Req any](ctx context.Context, c carrier, l line, req Req) (Resp, error) {
	var zero, resp Resp
	body, err := json.Marshal(req)
	if err != nil {
		return zero, fmt.Errorf("call %s %s: %w", l.edge, l.method, err)
	}
	if int64(len(body)) > l.maxRequest {
		return zero, cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "A request of %d bytes to the %s edge, %d at most.", len(body), l.edge, l.maxRequest)
	}
	answer, err := c.carry(ctx, l, body)
	if err != nil {
		return zero, err
	}
	if err := c.decode(answer, &resp); err != nil {
		return zero, fmt.Errorf("call %s %s: the answer: %w", l.edge, l.method, err)
	}
	return resp, nil
}

// tell makes one call without a result.
func tell[Req any](ctx context.Context, c carrier, l line, req Req) error {
	_, err := ask[struct{}](ctx, c, l, req)
	return err
}

// decodeStrict takes exactly one JSON value without unknown fields.
func decodeStrict(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
