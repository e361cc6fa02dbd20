package roles

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/time/rate"

	"ecc/cloud"
)

// post sends a registration from an address and returns the status.
func post(h http.Handler, from, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, registerPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":1"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRegistrationForm(t *testing.T) {
	var got []string
	answers := map[string]error{"taken": cloud.Errorf(cloud.AlreadyExists, cloud.ResAccount, "taken", "an account of that name exists"),
		"broken": context.DeadlineExceeded, "full": cloud.Errorf(cloud.Unavailable, cloud.ResAccount, "", "too many")}
	h := newRegistrar(func(_ context.Context, name, email string) error {
		got = append(got, name+" "+email)
		return answers[name]
	}, slog.New(slog.DiscardHandler))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, registerPath, nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="email"`) {
		t.Errorf("the form: %d %s", w.Code, w.Body)
	}
	for name, want := range map[string]int{"physics": http.StatusAccepted, "taken": http.StatusBadRequest, "broken": http.StatusInternalServerError, "full": http.StatusServiceUnavailable} {
		w := post(h, "192.0.2."+name, url.Values{"name": {name}, "email": {"a@example.com"}}.Encode())
		if w.Code != want || strings.Contains(w.Body.String(), "deadline") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if len(got) != len(answers)+1 {
		t.Errorf("%v were asked", got)
	}
	if w := post(h, "192.0.2.9", "name="+strings.Repeat("x", maxRegister)); w.Code != http.StatusBadRequest || len(got) != len(answers)+1 {
		t.Errorf("a large form: %d", w.Code)
	}
}

// The page is there only where it was asked for.
func TestRegistrationIsOff(t *testing.T) {
	for on, want := range map[bool]int{false: http.StatusNotFound, true: http.StatusOK} {
		f := newFront("us-east-1", slog.New(slog.DiscardHandler))
		f.health = http.NotFoundHandler()
		if on {
			f.register = newRegistrar(nil, f.log)
		}
		w := httptest.NewRecorder()
		f.router().ServeHTTP(w, httptest.NewRequest(http.MethodGet, registerPath, nil))
		if w.Code != want {
			t.Errorf("registration %v: %d", on, w.Code)
		}
	}
	if Default().CLC.Registration {
		t.Error("it is on by default")
	}
}

// One address is held back, and then everybody together, whatever headers say.
func TestRegistrationsAreBounded(t *testing.T) {
	taken := 0
	h := newRegistrar(func(context.Context, string, string) error { taken++; return nil }, slog.New(slog.DiscardHandler))
	for n := range addressBurst + 1 {
		want := http.StatusAccepted
		if n == addressBurst {
			want = http.StatusTooManyRequests
		}
		if w := post(h, "192.0.2.1", "name=a&email=b"); w.Code != want {
			t.Errorf("number %d of one address: %d", n, w.Code)
		}
	}
	for n := range 2 * registerBurst {
		post(h, "192.0.2."+strings.Repeat("1", n+1), "name=a&email=b")
	}
	if taken != registerBurst {
		t.Errorf("%d were taken, want %d", taken, registerBurst)
	}
	h.from = map[string]*rate.Limiter{}
	for n := range maxAddresses + 1 {
		h.limiter(strings.Repeat("x", n%7) + string(rune(n)))
	}
	if len(h.from) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(h.from))
	}
}
