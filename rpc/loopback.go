package rpc

import (
	"context"
	"encoding/json"
	"errors"

	"ecc/cloud"
)

// loopback carries calls to an object in the same process through the same
// encoding as the network, so that shared memory, fields that do not encode
// and causes that do not cross cannot hide in tests. It is strict in both
// directions and, like a direct call, has no peer.
type loopback struct{ endpoint endpoint }

// LoopbackNode wraps n so that everything passed is encoded and decoded.
func LoopbackNode(n Node) Node { return nodeClient{loopback{nodeEdge.bind(n)}} }

// LoopbackCluster wraps c so that everything passed is encoded and decoded.
func LoopbackCluster(c Cluster) Cluster { return clusterClient{loopback{clusterEdge.bind(c)}} }

// LoopbackIdentity wraps i so that everything passed is encoded and decoded.
func LoopbackIdentity(i Identity) Identity { return identityClient{loopback{identityEdge.bind(i)}} }

// LoopbackEnroll wraps e so that everything passed is encoded and decoded.
func LoopbackEnroll(e Enroll) Enroll { return enrollClient{loopback{enrollEdge.bind(e)}} }

func (l loopback) carry(ctx context.Context, to line, body []byte) ([]byte, error) {
	m, _ := l.endpoint.method(to.method)
	answer, err := m.call(ctx, body)
	if err != nil {
		return nil, l.failure(ctx, err)
	}
	out, err := json.Marshal(answer)
	if err != nil {
		return nil, l.failure(ctx, err)
	}
	if int64(len(out)) > to.maxAnswer {
		return nil, cloud.Errorf(cloud.Internal, cloud.AnyResource, "", "An answer of %d bytes, %d at most.", len(out), to.maxAnswer)
	}
	return out, nil
}

// failure gives the caller what a remote one would get: its own context's
// error when that has ended, else what crosses.
func (l loopback) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return &cloud.Error{Kind: cloud.Unavailable, Err: ctx.Err()}
	}
	body, _ := json.Marshal(toWire(err)) // strings only: cannot fail
	failure, _ := parseWireError(body)
	return failure
}

func (l loopback) decode(body []byte, v any) error { return decodeStrict(body, v) }
