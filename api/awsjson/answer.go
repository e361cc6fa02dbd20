package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// finish answers, and tells who wants to know.
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
