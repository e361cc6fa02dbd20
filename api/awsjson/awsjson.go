// Package awsjson is the front of AWS APIs that speak JSON 1.1: the operation is
// in the header X-Amz-Target, request and result are JSON objects, an error is
// one with "__type" and "message". It is what api/awsquery is for the Query
// APIs, and shares its Call, its permissions, throttle and error tables; it has
// no page, filter or DryRun, which JSON services do not have in common.
//
// Package roles imports it, and packages of services for their descriptions.
package awsjson

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// Bounds of a request.
const (
	maxRequest = 64 << 10 // bytes
	maxDepth   = 32
)

const contentType = "application/x-amz-json-1.1"

// Service describes one JSON API.
type Service struct {
	Name   string // "cloudtrail", as in a credential's scope
	Target string // what X-Amz-Target begins with, without the dot
	Errors awsquery.ErrorTable
	Rates  awsquery.Rates
	Absent []string // operations it has elsewhere and not here
	Reason string   // why; a sentence
}

// Operation is one line of a table of operations. Make it with Handle.
type Operation struct {
	Name       string
	Access     awsquery.Access
	Permission awsquery.Permission

	call func(ctx context.Context, c *awsquery.Call, body []byte, may func(in any) error) (any, error)
}

// Handle makes a line of a method that gets a decoded request and returns a
// result or an error, best a *cloud.Error. The shapes' tags are of encoding/json.
func Handle[In, Out any](name string, method func(context.Context, *awsquery.Call, *In) (*Out, error), access awsquery.Access, p awsquery.Permission) Operation {
	return Operation{name, access, p, func(ctx context.Context, c *awsquery.Call, body []byte, may func(in any) error) (any, error) {
		in := new(In)
		if err := decode(body, in); err != nil {
			return nil, err
		}
		c.Request = in
		if err := may(in); err != nil {
			return nil, err
		}
		return method(ctx, c, in)
	}}
}

// decode reads a request of bounded depth. A member that is not known is
// refused: nothing is ignored that somebody meant.
func decode(body []byte, in any) error {
	malformed := func(err error) error {
		return &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResParameter, Msg: "The request is not a JSON object of this operation.", Err: err}
	}
	if deep(body) {
		return malformed(errors.New("too deep"))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return malformed(errors.New("more than one object"))
	}
	return nil
}

// deep reports whether brackets nest too much, those in strings included.
func deep(body []byte) bool {
	depth := 0
	for _, b := range body {
		switch b {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}

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

func (d *Dispatcher) finish(ctx context.Context, w http.ResponseWriter, c *awsquery.Call, out any, err error) {
	o := awsquery.Outcome{Call: c, Status: http.StatusOK, Err: err}
	var body []byte
	if err == nil {
		if body, err = json.Marshal(out); err != nil {
			o.Err = err
		}
	}
	if o.Err != nil {
		f := d.fault(o.Err)
		o.Code, o.Status = f.Code, f.Status
		body, _ = json.Marshal(map[string]string{"__type": f.Code, "message": f.Message}) // strings have always a form
	}
	h := w.Header()
	h.Set("X-Amzn-Requestid", c.RequestID)
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(o.Status)
	_, _ = w.Write(body) // a client that went away is no failure of ours
	o.Took = d.cfg.Now().Sub(c.Now)
	d.summary(ctx, o)
	d.cfg.Observe(o)
}

// fault finds the wire form of what went wrong.
func (d *Dispatcher) fault(err error) awsquery.Fault {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return awsquery.Fault{Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The request must not be larger than %d bytes.", maxRequest)}
	}
	var own *awsquery.Fault
	if errors.As(err, &own) {
		return *own
	}
	e := cloud.AsError(err)
	if e.Kind == cloud.Internal && errors.Is(err, context.DeadlineExceeded) {
		e = &cloud.Error{Kind: cloud.Unavailable, Err: err}
	}
	f := d.cfg.Service.Errors.Fault(e)
	if code := spelled[f.Code]; code != "" {
		f.Code = code
	}
	return f
}

// spelled are the codes of refusals as JSON services spell them.
var spelled = map[string]string{
	"SignatureDoesNotMatch": "InvalidSignatureException", "InvalidClientTokenId": "UnrecognizedClientException", "ExpiredToken": "ExpiredTokenException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException", "IncompleteSignature": "IncompleteSignatureException", "RequestExpired": "InvalidSignatureException",
}

// summary writes the request's one line of the log, without its parameters.
func (d *Dispatcher) summary(ctx context.Context, o awsquery.Outcome) {
	attrs := []any{"operation", o.Action, "account", o.Caller.Account, "status", o.Status, "source_ip", o.SourceIP, "user_agent", o.UserAgent,
		"took_ms", float64(o.Took) / float64(time.Millisecond)}
	level := slog.LevelInfo
	if o.Code != "" {
		attrs = append(attrs, "code", o.Code)
	}
	if o.Status >= http.StatusInternalServerError {
		level, attrs = slog.LevelError, append(attrs, "err", o.Err)
	}
	o.Log.Log(ctx, level, "request", attrs...)
}

// Time is a moment as JSON 1.1 has it: seconds since 1970, with or without a
// fraction.
type Time struct{ time.Time }

// MarshalJSON writes seconds, with a fraction only if there is one.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(t.UnixMilli())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number of seconds.
func (t *Time) UnmarshalJSON(text []byte) error {
	s, err := strconv.ParseFloat(string(text), 64)
	if err != nil || s < -62135596800 || s > 253402300799 {
		return fmt.Errorf("%q is not a number of seconds", clip(string(text)))
	}
	t.Time = time.UnixMilli(int64(s * 1000)).UTC()
	return nil
}

func clip(s string) string { return s[:min(len(s), 64)] }
