package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Services are the objects a process serves on its edge listener. Nil ones
// are not served.
type Services struct {
	Node     Node
	Cluster  Cluster
	Identity Identity
	Enroll   Enroll
}

func (s Services) endpoints() map[string]endpoint {
	es := make(map[string]endpoint)
	if s.Node != nil {
		es[nodeEdge.name] = nodeEdge.bind(s.Node)
	}
	if s.Cluster != nil {
		es[clusterEdge.name] = clusterEdge.bind(s.Cluster)
	}
	if s.Identity != nil {
		es[identityEdge.name] = identityEdge.bind(s.Identity)
	}
	if s.Enroll != nil {
		es[enrollEdge.name] = enrollEdge.bind(s.Enroll)
	}
	return es
}

// handler serves edges over HTTP.
type handler struct {
	endpoints map[string]endpoint
	logger    *slog.Logger
}

// NewHandler serves s. It takes callers from r.TLS alone, so it belongs on a
// listener with clustertls.Identity.ServerTLS and nowhere else.
func NewHandler(s Services, logger *slog.Logger) http.Handler {
	return &handler{s.endpoints(), logger}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Also for requests that are refused unread: the server wants the rest of
	// the body before it answers. Connections in tests may have no deadlines.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(callTime))
	answer, err := h.serve(w, r)
	var body []byte
	if err == nil {
		body, err = json.Marshal(answer)
	}
	status := http.StatusOK
	if err != nil {
		h.log(r, err)
		failure := toWire(err)
		status = failure.status()
		body, _ = json.Marshal(failure) // strings only: cannot fail
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone: it will ask again
}

// serve goes from what costs nothing to what costs most: who, what, body,
// call.
func (h *handler) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	ctx, err := identify(r)
	if err != nil {
		return nil, err
	}
	edge, name, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, prefix), "/")
	e, served := h.endpoints[edge]
	if !ok || !strings.HasPrefix(r.URL.Path, prefix) || !served {
		return nil, cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "This process does not serve %q: is it the right address, and does it run that role?", r.URL.Path)
	}
	if err := e.admit(ctx); err != nil {
		return nil, err
	}
	m, ok := e.method(name)
	if !ok || r.Method != http.MethodPost {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.AnyResource, "", "The %s edge has no %s %q.", edge, r.Method, name)
	}
	body, err := readRequest(w, r, e.maxRequest)
	if err != nil {
		return nil, err
	}
	return h.call(ctx, m, body)
}

// identify puts the subject of the verified certificate on the context.
func identify(r *http.Request) (context.Context, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return r.Context(), nil
	}
	s, err := clustertls.SubjectOf(r.TLS.VerifiedChains[0][0])
	if err != nil {
		return nil, cloud.Errorf(cloud.Denied, cloud.AnyResource, "", "The certificate: %v", err)
	}
	return withPeer(r.Context(), s), nil
}

// readRequest reads a body in bounded size and time.
func readRequest(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "The request is larger than %d bytes.", limit)
	}
	if err != nil {
		return nil, fmt.Errorf("read a request: %w", errors.Join(err, cloud.Unavailable))
	}
	// Reading on finds out that the caller has gone: that may take as long as
	// a long poll.
	return body, http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// call bounds the call in time and survives its panics.
func (h *handler) call(ctx context.Context, m boundMethod, body []byte) (answer any, err error) {
	limit := callTime
	if m.long {
		limit = LongPoll + grace/2
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			h.logger.Error("panic in a call", "panic", p, "stack", string(debug.Stack()))
			answer, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return m.call(ctx, body)
}

// log keeps causes here, where they happened, and refusals for the audit.
func (h *handler) log(r *http.Request, err error) {
	ctx, idErr := identify(r)
	if idErr != nil {
		ctx = r.Context()
	}
	peer, _ := Peer(ctx)
	at := []any{"call", r.URL.Path, "from", r.RemoteAddr, "peer", peer.String(), "err", err}
	switch cloud.AsError(err).Kind {
	case cloud.Internal:
		if !errors.Is(err, context.Canceled) {
			h.logger.Error("call failed", at...)
		}
	case cloud.Denied, cloud.BadCredentials:
		h.logger.Warn("call refused", at...)
	default:
		h.logger.Debug("call failed", at...)
	}
}
