package roles

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func get(t *testing.T, h *Health) (int, Report) {
	t.Helper()
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_/health", nil))
	var r Report
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return w.Code, r
}

func TestHealth(t *testing.T) {
	h := NewHealth()
	nc, clc := h.Reporter("nc"), h.Reporter("clc")
	noSocket := errors.New("dial unix /run/libvirt/libvirt-sock: no such file")
	for _, step := range []struct {
		name string
		do   func()
		code int
		want map[string]string
	}{
		{"empty", func() {}, 503, map[string]string{"process": "starting"}},
		{"starting", func() { h.start("clc"); h.start("nc") }, 503, map[string]string{"clc": "starting", "nc": "starting"}},
		{"one waits for something", func() { h.ready("clc"); nc("libvirt", noSocket) }, 503,
			map[string]string{"clc": "ok", "nc": "waiting for libvirt: dial unix /run/libvirt/libvirt-sock: no such file"}},
		{"for two things", func() { nc("head", errors.New("refused")) }, 503,
			map[string]string{"clc": "ok", "nc": "waiting for head: refused; waiting for libvirt: dial unix /run/libvirt/libvirt-sock: no such file"}},
		{"they come", func() { nc("libvirt", nil); nc("head", nil) }, 503, map[string]string{"clc": "ok", "nc": "starting"}},
		{"all is well", func() { h.ready("nc") }, 200, map[string]string{"clc": "ok", "nc": "ok"}},
		{"lost again", func() { nc("libvirt", noSocket) }, 503,
			map[string]string{"clc": "ok", "nc": "waiting for libvirt: dial unix /run/libvirt/libvirt-sock: no such file"}},
		{"and found", func() { nc("libvirt", nil) }, 200, map[string]string{"clc": "ok", "nc": "ok"}},
		{"stopped", func() { h.stopped("nc", nil); h.stopped("clc", errors.New("disk full")) }, 503,
			map[string]string{"clc": "stopped: disk full", "nc": "stopped"}},
	} {
		step.do()
		code, r := get(t, h)
		if code != step.code || (r.Status == "ok") != (code == 200) {
			t.Errorf("%s: %d %q, want %d", step.name, code, r.Status, step.code)
		}
		if diff := cmp.Diff(step.want, r.Roles); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
	clc("store", nil) // a condition that was never bad changes nothing
	if _, r := get(t, h); r.Roles["clc"] != "stopped: disk full" {
		t.Errorf("clc is %q", r.Roles["clc"])
	}
}
