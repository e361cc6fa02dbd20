package roles

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Health is what stands between a process and being of use: for each role
// named conditions, each good or with the reason why not.
type Health struct {
	mu    sync.Mutex
	roles map[string]map[string]string // role → condition → reason; "" is good
}

// started is the condition that a role has called ready.
const started = "start"

// NewHealth makes a Health without roles: not healthy until Run adds some.
func NewHealth() *Health { return &Health{roles: map[string]map[string]string{}} }

// Reporter returns the function by which a role tells of its conditions: nil
// for good, or the error that stands in the way. A condition is one or two
// words, "libvirt", "head".
func (h *Health) Reporter(role string) func(condition string, problem error) {
	return func(condition string, problem error) {
		reason := ""
		if problem != nil {
			reason = "waiting for " + condition + ": " + problem.Error()
		}
		h.set(role, condition, reason)
	}
}

func (h *Health) set(role, condition, reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.roles[role] == nil {
		h.roles[role] = map[string]string{}
	}
	h.roles[role][condition] = reason
}

func (h *Health) start(role string) { h.set(role, started, "starting") }

func (h *Health) ready(role string) { h.set(role, started, "") }

func (h *Health) stopped(role string, err error) {
	reason := "stopped"
	if err != nil {
		reason += ": " + err.Error()
	}
	h.set(role, started, reason)
}

// Problems returns the reasons of each role that is not ready, or none. A
// process without roles has the problem of having none.
func (h *Health) Problems() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	problems := map[string]string{}
	for role, conditions := range h.roles {
		if reasons := unmet(conditions); len(reasons) > 0 {
			problems[role] = strings.Join(reasons, "; ")
		}
	}
	if len(h.roles) == 0 {
		problems["process"] = "starting"
	}
	return problems
}

// unmet lists reasons, the plain "starting" only when there is nothing better
// to say.
func unmet(conditions map[string]string) []string {
	var reasons []string
	for name, reason := range conditions {
		if reason != "" && !(name == started && reason == "starting") {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 && conditions[started] != "" {
		return []string{conditions[started]}
	}
	slices.SortFunc(reasons, cmp.Compare[string])
	return reasons
}

// Report is the answer of Handler.
type Report struct {
	Status string            `json:"status"` // "ok" or "not ready"
	Roles  map[string]string `json:"roles"`  // "ok", or what the role waits for
}

// Report tells how every role is.
func (h *Health) Report() Report {
	problems := h.Problems()
	r := Report{Status: "ok", Roles: problems}
	if len(problems) > 0 {
		r.Status = "not ready"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for role := range h.roles {
		if problems[role] == "" {
			r.Roles[role] = "ok"
		}
	}
	return r
}

// Handler serves /_/health: 200 when everything is ready, else 503, with a
// Report.
func (h *Health) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r := h.Report()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if r.Status != "ok" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(r) // the caller has gone: nobody to tell
	})
}
