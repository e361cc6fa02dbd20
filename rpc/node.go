package rpc

import (
	"context"
	"net/netip"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Node is the edge from an nc up to its cc. The nc calls, the cc serves. Every
// method is safe to repeat. The node's name in a request must be the one in
// the connection's certificate. A node that has seen a revision the server has
// not reached is refused as Stale: it belongs to another cluster, or to this
// one before it was restored from an older backup. A server that knows no
// state yet answers Unavailable instead.
type Node interface {
	// Hello announces the node and what it has. It is the first call after
	// every (re)start of either side.
	Hello(ctx context.Context, n NodeHello) (NodeWelcome, error)

	// Watch returns the node's whole intent as soon as its revision is above
	// after or it has a question to answer, and otherwise the unchanged intent
	// when its long poll ends (about 30 s). After 0 it returns at once.
	Watch(ctx context.Context, node cloud.NodeID, after cloud.Revision) (NodeIntent, error)

	// Report tells what the node sees: every instance it knows. It is sent
	// when something changed and doubles as the heartbeat.
	Report(ctx context.Context, r NodeReport) error

	// GrantImage returns time-limited URLs of the objects of an image. Only
	// images of instances placed on the node are granted; others are Denied.
	GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (ImageGrant, error)

	// Credentials returns temporary credentials of the role of an instance's
	// profile. Only for instances placed on the node; others are Denied, and
	// those without a role NotFound.
	Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error)

	// Answer delivers the answer to a question of an intent.
	Answer(ctx context.Context, node cloud.NodeID, a Answer) error
}

var nodeEdge = edge[Node]{
	name:    "node",
	callers: []string{clustertls.RoleNC},
	// An intent is about 2 KiB an instance, and user data.
	maxRequest: 4 << 20, maxAnswer: 32 << 20,
	methods: map[string]method[Node]{
		"hello":  verb(Node.Hello),
		"report": order(Node.Report),
		"watch": poll(func(n Node, ctx context.Context, r nodeWatch) (NodeIntent, error) {
			return n.Watch(ctx, r.Node, r.After)
		}),
		"grant-image": verb(func(n Node, ctx context.Context, r nodeImage) (ImageGrant, error) {
			return n.GrantImage(ctx, r.Node, r.Image)
		}),
		"credentials": verb(func(n Node, ctx context.Context, r nodeInstance) (cloud.RoleKey, error) {
			return n.Credentials(ctx, r.Node, r.Instance)
		}),
		"answer": order(func(n Node, ctx context.Context, r nodeAnswer) error {
			return n.Answer(ctx, r.Node, r.Answer)
		}),
	},
}

// Requests of the methods with several arguments.
type (
	nodeWatch struct {
		Node  cloud.NodeID   `json:"node"`
		After cloud.Revision `json:"after"`
	}
	nodeImage struct {
		Node  cloud.NodeID  `json:"node"`
		Image cloud.ImageID `json:"image"`
	}
	nodeInstance struct {
		Node     cloud.NodeID     `json:"node"`
		Instance cloud.InstanceID `json:"instance"`
	}
	nodeAnswer struct {
		Node   cloud.NodeID `json:"node"`
		Answer Answer       `json:"answer"`
	}
)

// Every request of this edge speaks for one node: see checkNode.
func (n NodeHello) node() cloud.NodeID  { return n.Node }
func (r NodeReport) node() cloud.NodeID { return r.Node }
func (r nodeWatch) node() cloud.NodeID  { return r.Node }
func (r nodeImage) node() cloud.NodeID  { return r.Node }

func (r nodeInstance) node() cloud.NodeID { return r.Node }

func (r nodeAnswer) node() cloud.NodeID { return r.Node }

// Node returns the client's Node edge.
func (c *Client) Node() Node { return nodeClient{c} }

type nodeClient struct{ carrier }

var _ Node = nodeClient{}

func (c nodeClient) Hello(ctx context.Context, n NodeHello) (NodeWelcome, error) {
	return ask[NodeWelcome](ctx, c, nodeEdge.line("hello"), n)
}

func (c nodeClient) Watch(ctx context.Context, node cloud.NodeID, after cloud.Revision) (NodeIntent, error) {
	return ask[NodeIntent](ctx, c, nodeEdge.line("watch"), nodeWatch{node, after})
}

func (c nodeClient) Report(ctx context.Context, r NodeReport) error {
	return tell(ctx, c, nodeEdge.line("report"), r)
}

func (c nodeClient) GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (ImageGrant, error) {
	return ask[ImageGrant](ctx, c, nodeEdge.line("grant-image"), nodeImage{node, image})
}

func (c nodeClient) Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	return ask[cloud.RoleKey](ctx, c, nodeEdge.line("credentials"), nodeInstance{node, instance})
}

func (c nodeClient) Answer(ctx context.Context, node cloud.NodeID, a Answer) error {
	return tell(ctx, c, nodeEdge.line("answer"), nodeAnswer{node, a})
}

// NodeHello is what a node says of itself.
type NodeHello struct {
	Node        cloud.NodeID   `json:"node"`
	Zone        string         `json:"zone"`
	Hypervisor  string         `json:"hypervisor"`
	Accelerator string         `json:"accelerator"`
	Version     string         `json:"version"`
	Address     string         `json:"address"`
	Capacity    cloud.Capacity `json:"capacity"`
}

// NodeWelcome is what a node needs to know of its cluster.
type NodeWelcome struct {
	Cluster   string        `json:"cluster"` // id; a node serves one cluster
	Region    string        `json:"region"`
	Heartbeat time.Duration `json:"heartbeat"` // report at least this often
}

// NodeIntent is everything one node should be doing.
type NodeIntent struct {
	Revision  cloud.Revision   `json:"revision"` // compiled from this state; a node refuses an older one
	Instances []InstanceIntent `json:"instances"`
	Groups    []GroupIntent    `json:"groups"` // those the instances' interfaces are in
	Asks      []Ask            `json:"asks,omitempty"`
}

// InstanceIntent is what one instance on a node should be.
type InstanceIntent struct {
	ID         cloud.InstanceID `json:"id"`
	Account    cloud.AccountID  `json:"account"`
	Node       cloud.NodeID     `json:"node"`
	Generation int64            `json:"generation"` // of Desired
	Goal       cloud.Goal       `json:"goal"`
	Force      bool             `json:"force,omitempty"`
	Reboots    int64            `json:"reboots,omitempty"`
	VCPU       int              `json:"vcpu"`
	Memory     cloud.Bytes      `json:"memory"`
	Disk       cloud.Bytes      `json:"disk"` // size of the root disk, at least the image's
	Image      cloud.ImageID    `json:"image"`
	Blob       cloud.ImageBlob  `json:"blob"`
	NIC        NICIntent        `json:"nic"`
	Metadata   cloud.Metadata   `json:"metadata"`
}

// NICIntent is an interface with all its host must know.
type NICIntent struct {
	ENI       cloud.ENIID     `json:"eni"`
	VPC       cloud.VPCID     `json:"vpc"`
	VPCCIDR   netip.Prefix    `json:"vpc_cidr"`
	Subnet    cloud.SubnetID  `json:"subnet"`
	CIDR      netip.Prefix    `json:"cidr"` // of the subnet
	MAC       string          `json:"mac"`
	PrivateIP netip.Addr      `json:"private_ip"`
	PublicIP  netip.Addr      `json:"public_ip,omitzero"`
	Groups    []cloud.GroupID `json:"groups"`

	// Enclosed keeps the interface inside its VPC, but for the addresses of
	// Outside: its subnet's routes lead nowhere else.
	Enclosed bool             `json:"enclosed,omitempty"`
	Outside  []netip.Prefix   `json:"outside,omitempty"`
	DHCP     *cloud.GuestDHCP `json:"dhcp,omitempty"` // nil: as the host's configuration says
}

// GroupIntent is a security group's rules.
type GroupIntent struct {
	ID      cloud.GroupID     `json:"id"`
	Ingress []cloud.GroupRule `json:"ingress"`
	Egress  []cloud.GroupRule `json:"egress"`
}

// NodeReport is what a node sees.
type NodeReport struct {
	Node      cloud.NodeID     `json:"node"`
	Revision  cloud.Revision   `json:"revision"` // of the newest intent taken
	Instances []InstanceReport `json:"instances"`
}

// InstanceReport is what a node sees of one instance. An instance that an
// intent wants terminated is reported PhaseGone until the intent drops it.
type InstanceReport struct {
	ID         cloud.InstanceID `json:"id"`
	Generation int64            `json:"generation"` // of the intent acted on
	Phase      cloud.Phase      `json:"phase"`
	Reason     cloud.Reason     `json:"reason,omitzero"`
	Failed     bool             `json:"failed,omitempty"`
	GuestDown  bool             `json:"guest_down,omitempty"`
	Ran        bool             `json:"ran,omitempty"` // it has been up at some time
	Changed    time.Time        `json:"changed"`
}

// ImageGrant lets a node read one image for a while.
type ImageGrant struct {
	Index   string            `json:"index"`   // URL of the index object
	Data    map[string]string `json:"data"`    // data object's key → URL
	Expires time.Time         `json:"expires"` // of the URLs
}

// Ask is a question to a node, answered with Answer under the same ID.
type Ask struct {
	ID       string           `json:"id"`
	Kind     AskKind          `json:"kind"`
	Instance cloud.InstanceID `json:"instance"`
}

// AskKind is what a question asks for.
type AskKind string

// The questions.
const (
	AskConsole   AskKind = "console"   // the last 64 KiB of the serial console
	AskInventory AskKind = "inventory" // everything ecc made on the host: an Inventory in JSON
)

// Answer answers an Ask. Error, when set, says in a sentence why there is no
// answer.
type Answer struct {
	ID    string    `json:"id"`
	Data  []byte    `json:"data,omitempty"`
	At    time.Time `json:"at"`
	Error string    `json:"error,omitempty"`
}

// Inventory is everything ecc made on a host that belongs to instances.
type Inventory struct {
	Domains []cloud.InstanceID `json:"domains"` // of the hypervisor
	Folders []string           `json:"folders"` // names in the instances' folder
	Ports   []cloud.ENIID      `json:"ports"`   // interfaces on the host
	Pins    []string           `json:"pins"`    // users of cached images
}
