package awsquery

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"runtime/debug"
	"strconv"
	"time"

	"ecc/cloud"
)

// exchange is one request on its way to a response.
type exchange struct {
	d       *Dispatcher
	control *http.ResponseController
	call    *Call
	version string // of the API; the service's first until the request names one
	action  *bound // nil until found
	params  url.Values
}

func (d *Dispatcher) begin(w http.ResponseWriter, r *http.Request) (*exchange, error) {
	id, err := newRequestID(d.cfg.Entropy)
	if err != nil {
		return nil, err
	}
	// Until the body is read. When the request is refused before, it bounds the
	// server too, which wants the rest of the body before it answers. Not every
	// connection has deadlines: some tests' have none.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(d.cfg.Timeout))
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest+1) // one more, so that too much can be told from cut off
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	agent := r.UserAgent()
	return &exchange{d: d, control: control, version: d.cfg.Service.Versions[0], call: &Call{
		RequestID: id, Now: d.cfg.Now(), SourceIP: host, UserAgent: agent[:min(len(agent), 256)], Secure: r.TLS != nil,
		Log: d.log.With("request_id", id),
	}}, nil
}

// answer runs the request and returns the response's body. A panic in it is
// one request's internal error, not the server's end.
func (x *exchange) answer(r *http.Request) (body []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			x.call.Log.Error("panic in a request", "action", x.call.Action, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			body, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, &faultMethod
	}
	if err := x.readRequest(r); err != nil {
		return nil, err
	}
	_ = x.control.SetReadDeadline(time.Time{})
	if err := x.findAction(); err != nil {
		return nil, err
	}
	if err := x.d.cfg.Throttle.Request(x.call, &x.d.cfg.Service, x.action.name, x.action.access); err != nil {
		return nil, err
	}
	in, err := x.decode()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), x.d.cfg.Timeout)
	defer cancel()
	return x.run(ctx, in)
}

// readRequest authenticates before it looks at anything else, so that only
// signed parameters are ever acted on.
func (x *exchange) readRequest(r *http.Request) error {
	if len(r.URL.RawQuery) > maxRequest {
		return &faultLarge
	}
	verified, err := x.d.cfg.Authenticate(r)
	if err != nil {
		x.call.Caller = cloud.Caller{AccessKey: verified.Caller.AccessKey}
		return err
	}
	x.call.Caller = verified.Caller
	if x.params, err = verified.params(); err != nil {
		return err
	}
	service := &x.d.cfg.Service
	switch v := x.params.Get("Version"); {
	case v == "":
		return &cloud.Error{Kind: cloud.Missing, Resource: cloud.ResParameter, ID: "Version"}
	case !service.accepts(v):
		return faultVersion(service.Title, v)
	default:
		x.version = v
	}
	return nil
}

func (x *exchange) findAction() error {
	name := x.params.Get("Action")
	if name == "" {
		return &cloud.Error{Kind: cloud.Missing, Resource: cloud.ResAction}
	}
	x.action = x.d.actions[name]
	if x.action == nil {
		return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResAction, ID: name}
	}
	x.call.Action = name
	x.call.Log = x.call.Log.With("action", name)
	return nil
}

func (x *exchange) decode() (reflect.Value, error) {
	in, err := decode(x.action.in, x.params)
	if err != nil {
		return in, err
	}
	x.call.ParamsHash, err = paramsHash(x.action.name, x.action.in, in.Elem())
	return in, err
}

func (x *exchange) run(ctx context.Context, in reflect.Value) ([]byte, error) {
	a := x.action
	request := in.Interface()
	x.call.Service, x.call.Access, x.call.Request = x.d.cfg.Service.Name, a.access, request
	if err := x.d.cfg.Authorize(ctx, x.call, a.permission, request); err != nil {
		return nil, err
	}
	if a.in.wantsDryRun(in.Elem()) {
		return nil, &faultDryRun
	}
	if err := x.d.cfg.Throttle.Resources(x.call, &x.d.cfg.Service, a.name, request); err != nil {
		return nil, err
	}
	out, err := a.call(ctx, x.call, request)
	if err != nil {
		return nil, err
	}
	return x.d.cfg.Service.encodeResult(a, x.version, x.call.RequestID, out), nil
}

func (sh *shape) wantsDryRun(in reflect.Value) bool {
	if sh.dryRun < 0 {
		return false
	}
	flag := in.Field(sh.dryRun)
	return !flag.IsNil() && flag.Elem().Bool()
}

// finish writes the response and tells what happened, once.
func (x *exchange) finish(ctx context.Context, w http.ResponseWriter, body []byte, err error) {
	x.call.Service = x.d.cfg.Service.Name
	o := Outcome{Call: x.call, Status: http.StatusOK, Err: err}
	if err != nil {
		f := x.d.asFault(err)
		o.Code, o.Status = f.Code, f.Status
		body = x.d.cfg.Service.encodeFault(f, x.version, x.call.RequestID)
	}
	if x.action != nil {
		x.call.Access = x.action.access
	}
	x.write(w, o.Status, body)
	o.Took = x.d.cfg.Now().Sub(x.call.Now)
	x.log(ctx, o)
	x.d.cfg.Observe(o)
}

func (x *exchange) write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", x.call.RequestID)
	h.Set("Content-Type", "text/xml;charset=UTF-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(status)
	// A client that went away is no failure of ours, and it cannot be told.
	_, _ = w.Write(body)
}

// log writes the request's one summary line. Parameters are no part of it:
// they may hold secrets.
func (x *exchange) log(ctx context.Context, o Outcome) {
	attrs := []any{
		"account", x.call.Caller.Account, "status", o.Status, "took_ms", float64(o.Took) / float64(time.Millisecond),
		"source_ip", o.SourceIP, "user_agent", o.UserAgent,
	}
	level := slog.LevelInfo
	if o.Code != "" {
		attrs = append(attrs, "code", o.Code)
	}
	if o.Status >= 500 {
		level = slog.LevelError
		attrs = append(attrs, "err", o.Err)
	}
	x.call.Log.Log(ctx, level, "request", attrs...)
}
