package rpc

import (
	"context"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Cluster is the edge from a cc up to the clc. The cc calls, the clc serves.
// Every method is safe to repeat.
type Cluster interface {
	// Welcome returns what the nodes of a zone need to know.
	Welcome(ctx context.Context, zone string) (NodeWelcome, error)

	// WatchZone returns the zone's intent as soon as it is newer than after or
	// a question came up, else when its long poll ends: after 0 all of it, else
	// what may have changed since.
	WatchZone(ctx context.Context, zone string, after cloud.Revision) (ZoneIntent, error)

	// ReportZone tells what the zone's nodes are and see.
	ReportZone(ctx context.Context, r ZoneReport) error

	// GrantImage passes a node's request for an image on.
	GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (ImageGrant, error)

	// Credentials returns temporary credentials of the role of an instance's
	// profile. Only for instances placed on the node; others are Denied, and
	// those without a role NotFound.
	Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error)

	// Answer passes a node's answer on.
	Answer(ctx context.Context, node cloud.NodeID, a Answer) error
}

var clusterEdge = edge[Cluster]{
	name:       "cluster",
	callers:    []string{clustertls.RoleCC},
	maxRequest: 32 << 20, maxAnswer: 256 << 20, // a whole zone
	methods: map[string]method[Cluster]{
		"report-zone": order(Cluster.ReportZone),
		"welcome": verb(func(c Cluster, ctx context.Context, r zoneWelcome) (NodeWelcome, error) {
			return c.Welcome(ctx, r.Zone)
		}),
		"watch-zone": poll(func(c Cluster, ctx context.Context, r zoneWatch) (ZoneIntent, error) {
			return c.WatchZone(ctx, r.Zone, r.After)
		}),
		"grant-image": verb(func(c Cluster, ctx context.Context, r nodeImage) (ImageGrant, error) {
			return c.GrantImage(ctx, r.Node, r.Image)
		}),
		"credentials": verb(func(c Cluster, ctx context.Context, r nodeInstance) (cloud.RoleKey, error) {
			return c.Credentials(ctx, r.Node, r.Instance)
		}),
		"answer": order(func(c Cluster, ctx context.Context, r nodeAnswer) error {
			return c.Answer(ctx, r.Node, r.Answer)
		}),
	},
}

// Requests of the methods with several arguments.
type (
	zoneWelcome struct {
		Zone string `json:"zone"`
	}
	zoneWatch struct {
		Zone  string         `json:"zone"`
		After cloud.Revision `json:"after"`
	}
)

// Cluster returns the client's Cluster edge.
func (c *Client) Cluster() Cluster { return clusterClient{c} }

type clusterClient struct{ carrier }

var _ Cluster = clusterClient{}

func (c clusterClient) Welcome(ctx context.Context, zone string) (NodeWelcome, error) {
	return ask[NodeWelcome](ctx, c, clusterEdge.line("welcome"), zoneWelcome{zone})
}

func (c clusterClient) WatchZone(ctx context.Context, zone string, after cloud.Revision) (ZoneIntent, error) {
	return ask[ZoneIntent](ctx, c, clusterEdge.line("watch-zone"), zoneWatch{zone, after})
}

func (c clusterClient) ReportZone(ctx context.Context, r ZoneReport) error {
	return tell(ctx, c, clusterEdge.line("report-zone"), r)
}

func (c clusterClient) GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (ImageGrant, error) {
	return ask[ImageGrant](ctx, c, clusterEdge.line("grant-image"), nodeImage{node, image})
}

func (c clusterClient) Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	return ask[cloud.RoleKey](ctx, c, clusterEdge.line("credentials"), nodeInstance{node, instance})
}

func (c clusterClient) Answer(ctx context.Context, node cloud.NodeID, a Answer) error {
	return tell(ctx, c, clusterEdge.line("answer"), nodeAnswer{node, a})
}

// ZoneIntent is everything one zone should be doing or, with Since, only what
// the nodes in Changed should: the others are as they were at that revision.
type ZoneIntent struct {
	Revision  cloud.Revision   `json:"revision"`
	Since     cloud.Revision   `json:"since,omitempty"` // 0: this is everything
	Changed   []cloud.NodeID   `json:"changed,omitempty"`
	Instances []InstanceIntent `json:"instances"` // each names its node
	Groups    []GroupIntent    `json:"groups"`    // those that Instances are in
	Asks      []ZoneAsk        `json:"asks,omitempty"`

	// Elsewhere names the nodes of other zones, with their zones. They must
	// be refused: they would take the intent of no instances for theirs.
	Elsewhere map[cloud.NodeID]string `json:"elsewhere,omitempty"`
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
