package rpc

import (
	"context"

	"ecc/cloud"
)

// Cluster is the edge from a cc up to the clc. The cc calls, the clc serves.
// Every method is safe to repeat.
type Cluster interface {
	// Welcome returns what the nodes of a zone need to know.
	Welcome(ctx context.Context, zone string) (NodeWelcome, error)

	// WatchZone returns the zone's whole intent as soon as its revision is
	// above after or a question came up, else when its long poll ends.
	WatchZone(ctx context.Context, zone string, after cloud.Revision) (ZoneIntent, error)

	// ReportZone tells what the zone's nodes are and see.
	ReportZone(ctx context.Context, r ZoneReport) error

	// GrantImage passes a node's request for an image on.
	GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (ImageGrant, error)

	// Answer passes a node's answer on.
	Answer(ctx context.Context, node cloud.NodeID, a Answer) error
}

// ZoneIntent is everything one zone should be doing.
type ZoneIntent struct {
	Revision  cloud.Revision   `json:"revision"`
	Instances []InstanceIntent `json:"instances"` // each names its node
	Groups    []GroupIntent    `json:"groups"`
	Asks      []ZoneAsk        `json:"asks,omitempty"`
}

// ZoneAsk is a question to a node of a zone.
type ZoneAsk struct {
	Node cloud.NodeID `json:"node"`
	Ask
}

// ZoneReport is what a cc knows of its zone. Nodes are all nodes heard since
// the cc started; Reports are the newest of each.
type ZoneReport struct {
	Zone    string       `json:"zone"`
	Nodes   []cloud.Node `json:"nodes"`
	Reports []NodeReport `json:"reports"`
}
