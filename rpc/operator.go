package rpc

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"time"

	"ecc/cloud"
)

// Operator is the edge from the command line to the running head, for people
// who operate the cloud. It is served on a unix socket in the data folder,
// which only its owner can reach, and nowhere else.
type Operator interface {
	AccountOperator
	AuditOperator

	// Nodes lists the nodes with what is free on them.
	Nodes(ctx context.Context) ([]NodeRow, error)
	// CreateToken makes a join token. Its text is not kept anywhere.
	CreateToken(ctx context.Context, r TokenRequest) (string, error)
	// ImageStore tells where to put an image's objects.
	ImageStore(ctx context.Context) (ImageStoreAccess, error)
	// RegisterImage makes an image of an index in the image store.
	RegisterImage(ctx context.Context, r RegisterRequest) (cloud.ImageID, error)
	// Audit compares records and hosts and lists what does not fit.
	Audit(ctx context.Context) (AuditReport, error)
}

// NodeRow is a node as an operator sees it.
type NodeRow struct {
	Node      cloud.Node     `json:"node"`
	Free      cloud.Capacity `json:"free"`
	Instances int            `json:"instances"` // not terminated
}

// TokenRequest asks for a join token. Node "" admits any new name.
type TokenRequest struct {
	Role string        `json:"role"`
	Node cloud.NodeID  `json:"node,omitempty"`
	Life time.Duration `json:"life"`
}

// ImageStoreAccess is how to write to the image store.
type ImageStoreAccess struct {
	Endpoint  string `json:"endpoint"` // URL
	Region    string `json:"region"`
	Bucket    string `json:"bucket"`
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// RegisterRequest names an index in the image store.
type RegisterRequest struct {
	Account     string          `json:"account"` // owner's name
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Public      bool            `json:"public,omitempty"` // every account may run it
	Blob        cloud.ImageBlob `json:"blob"`
}

// AuditReport is what an audit found.
type AuditReport struct {
	Checked  map[string]int `json:"checked"`  // what was looked at, and how many
	Findings []string       `json:"findings"` // sentences; none: all fits
	Unheard  []cloud.NodeID `json:"unheard"`  // nodes that could not be asked
}

var operatorEdge = edge[Operator]{
	name:       "operator",
	anyone:     true, // who reaches the socket may
	maxRequest: 64 << 10, maxAnswer: 8 << 20,
	methods: operatorMethods(),
}

// operatorMethods are the edge's methods, those about accounts too.
func operatorMethods() map[string]method[Operator] {
	all := map[string]method[Operator]{
		"nodes":        verb(func(o Operator, ctx context.Context, _ struct{}) ([]NodeRow, error) { return o.Nodes(ctx) }),
		"create-token": verb(func(o Operator, ctx context.Context, r TokenRequest) (string, error) { return o.CreateToken(ctx, r) }),
		"image-store":  verb(func(o Operator, ctx context.Context, _ struct{}) (ImageStoreAccess, error) { return o.ImageStore(ctx) }),
		"register-image": verb(func(o Operator, ctx context.Context, r RegisterRequest) (cloud.ImageID, error) {
			return o.RegisterImage(ctx, r)
		}),
		"audit": poll(func(o Operator, ctx context.Context, _ struct{}) (AuditReport, error) { return o.Audit(ctx) }),
	}
	maps.Copy(all, accountMethods())
	maps.Copy(all, auditMethods())
	return all
}

// NewOperatorHandler serves o. It belongs on a unix socket only.
func NewOperatorHandler(o Operator, logger *slog.Logger) http.Handler {
	return &handler{map[string]endpoint{operatorEdge.name: operatorEdge.bind(o)}, logger}
}

// NewOperatorClient makes a client of the socket at path.
func NewOperatorClient(path string) Operator {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: grace}).DialContext(ctx, "unix", path)
	}
	return operatorClient{&Client{base: "http://ecc", http: &http.Client{Transport: &http.Transport{DialContext: dial}}}}
}

// LoopbackOperator wraps o so that everything passed is encoded and decoded.
func LoopbackOperator(o Operator) Operator { return operatorClient{loopback{operatorEdge.bind(o)}} }

type operatorClient struct{ carrier }

var _ Operator = operatorClient{}

func (c operatorClient) Nodes(ctx context.Context) ([]NodeRow, error) {
	return ask[[]NodeRow](ctx, c, operatorEdge.line("nodes"), struct{}{})
}

func (c operatorClient) CreateToken(ctx context.Context, r TokenRequest) (string, error) {
	return ask[string](ctx, c, operatorEdge.line("create-token"), r)
}

func (c operatorClient) ImageStore(ctx context.Context) (ImageStoreAccess, error) {
	return ask[ImageStoreAccess](ctx, c, operatorEdge.line("image-store"), struct{}{})
}

func (c operatorClient) RegisterImage(ctx context.Context, r RegisterRequest) (cloud.ImageID, error) {
	return ask[cloud.ImageID](ctx, c, operatorEdge.line("register-image"), r)
}

func (c operatorClient) Audit(ctx context.Context) (AuditReport, error) {
	return ask[AuditReport](ctx, c, operatorEdge.line("audit"), struct{}{})
}
