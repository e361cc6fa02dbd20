package awsjson

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// Config is what a dispatcher needs to know; see awsquery.Config.
type Config struct {
	Service      Service
	Authenticate awsquery.Authenticate
	Authorize    awsquery.Authorize
	Throttle     *awsquery.Throttle
	Observe      func(awsquery.Outcome)
	Timeout      time.Duration // of one operation; 30 s if 0
	Now          func() time.Time
	Entropy      io.Reader
}

// Dispatcher serves one JSON API.
type Dispatcher struct {
	cfg        Config
	operations map[string]Operation
	log        *slog.Logger
}

var _ http.Handler = (*Dispatcher)(nil)

// New makes the dispatcher of a service from its table.
func New(cfg Config, table []Operation, logger *slog.Logger) (*Dispatcher, error) {
	if cfg.Authenticate == nil || cfg.Authorize == nil {
		return nil, fmt.Errorf("serve %s: nothing says who may", cfg.Service.Name)
	}
	for _, k := range cloud.Kinds() {
		if cfg.Service.Errors.Kinds[k].Status == 0 {
			return nil, fmt.Errorf("the error table of %s has no row for %q", cfg.Service.Name, k.String())
		}
	}
	if cfg.Observe == nil {
		cfg.Observe = func(awsquery.Outcome) {}
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Entropy == nil {
		cfg.Entropy = rand.Reader
	}
	d := &Dispatcher{cfg: cfg, operations: map[string]Operation{}, log: logger.With("service", cfg.Service.Name)}
	for _, o := range table {
		if o.call == nil || o.Permission.Action == "" || d.operations[o.Name].call != nil {
			return nil, fmt.Errorf("operation %q of %s is not made by Handle, has no permission or is there twice", o.Name, cfg.Service.Name)
		}
		d.operations[o.Name] = o
	}
	return d, nil
}

// ServeHTTP answers one request.
func (d *Dispatcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := d.begin(r)
	if err != nil { // no randomness: nothing on this host can be trusted to work
		d.log.Error("begin a request", "err", err)
		http.Error(w, "no entropy", http.StatusInternalServerError)
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(d.cfg.Timeout)) // connections of tests may have none
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	out, err := d.answer(r, c)
	d.finish(r.Context(), w, c, out, err)
}

func (d *Dispatcher) begin(r *http.Request) (*awsquery.Call, error) {
	var id [16]byte
	if _, err := io.ReadFull(d.cfg.Entropy, id[:]); err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	text := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	agent := r.UserAgent()
	return &awsquery.Call{RequestID: text, Service: d.cfg.Service.Name, Now: d.cfg.Now(), SourceIP: host,
		UserAgent: agent[:min(len(agent), 256)], Secure: r.TLS != nil, Log: d.log.With("request_id", text)}, nil
}

// answer runs a request. A panic in it is one request's internal error.
func (d *Dispatcher) answer(r *http.Request, c *awsquery.Call) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("panic in a request", "operation", c.Action, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			out, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	body, err := d.read(r, c)
	if err != nil {
		return nil, err
	}
	o, err := d.find(r, c)
	if err != nil {
		return nil, err
	}
	if err := d.cfg.Throttle.Request(c, &awsquery.Service{Name: d.cfg.Service.Name, Rates: d.cfg.Service.Rates}, o.Name, o.Access); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
	defer cancel()
	return o.call(ctx, c, body, func(in any) error { return d.cfg.Authorize(ctx, c, o.Permission, in) })
}

// read authenticates, and returns the body once all of it is what was signed.
func (d *Dispatcher) read(r *http.Request, c *awsquery.Call) ([]byte, error) {
	verified, err := d.cfg.Authenticate(r)
	if err != nil {
		c.Caller = cloud.Caller{AccessKey: verified.Caller.AccessKey}
		return nil, err
	}
	c.Caller = verified.Caller
	if r.Method != http.MethodPost || verified.Body == nil {
		return nil, &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResParameter, Msg: "The request must be a POST of a JSON object."}
	}
	return io.ReadAll(verified.Body) // bounded by ServeHTTP
}

func (d *Dispatcher) find(r *http.Request, c *awsquery.Call) (Operation, error) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), d.cfg.Service.Target+".")
	o, known := d.operations[name]
	if ok && known {
		c.Action, c.Access = o.Name, o.Access
		return o, nil
	}
	for _, absent := range d.cfg.Service.Absent {
		if ok && absent == name {
			return o, &cloud.Error{Kind: cloud.Unsupported, Resource: cloud.ResAction, ID: name, Msg: d.cfg.Service.Reason}
		}
	}
	return o, &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResAction}
}
