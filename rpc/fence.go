package rpc

import (
	"context"

	"ecc/cloud"
)

// FenceNode puts the revision rule before a Node that serves revisions up to
// own(): a node that has seen a later one was served by another cluster, or
// by this one before its state was restored from an older backup. It is
// refused as Stale, because its idea of what runs where cannot be trusted and
// must not be overwritten unseen. While own() is 0 the server knows no state
// yet, and such a node is told to come again (Unavailable).
func FenceNode(n Node, own func() cloud.Revision) Node { return fencedNode{n, own} }

type fencedNode struct {
	Node
	own func() cloud.Revision
}

func (f fencedNode) Watch(ctx context.Context, node cloud.NodeID, after cloud.Revision) (NodeIntent, error) {
	if err := CheckRevision(after, f.own()); err != nil {
		return NodeIntent{}, err
	}
	return f.Node.Watch(ctx, node, after)
}

func (f fencedNode) Report(ctx context.Context, r NodeReport) error {
	if err := CheckRevision(r.Revision, f.own()); err != nil {
		return err
	}
	return f.Node.Report(ctx, r)
}

// CheckRevision refuses a caller that has seen a revision later than own.
func CheckRevision(seen, own cloud.Revision) error {
	switch {
	case seen <= own:
		return nil
	case own == 0:
		return cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "The state of the cluster is not known here yet.")
	}
	return cloud.Errorf(cloud.Stale, cloud.AnyResource, "",
		"Revision %d has been seen, this cluster is at %d: it is another one, or was restored from an older backup.", seen, own)
}
