package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ecc/cloud"
)

// Bounds of the page on which strangers ask for an account. Nobody is known
// there, so everybody together is held to what an operator can look through.
const (
	registerPath  = "/_/register"
	maxRegister   = 4 << 10          // bytes of a form
	registerEvery = 6 * time.Second  // of everybody together
	registerBurst = 10               //
	addressEvery  = 10 * time.Minute // of one address
	addressBurst  = 3                //
	maxAddresses  = 10_000           // remembered
)

// registrar takes registrations: register makes one.
type registrar struct {
	register func(ctx context.Context, name, email string) error
	log      *slog.Logger
	all      *rate.Limiter

	mu   sync.Mutex
	from map[string]*rate.Limiter // by address
}

func newRegistrar(register func(ctx context.Context, name, email string) error, log *slog.Logger) *registrar {
	return &registrar{register: register, log: log, all: rate.NewLimiter(rate.Every(registerEvery), registerBurst), from: map[string]*rate.Limiter{}}
}

const registerForm = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ask for an account</title>
<h1>Ask for an account</h1>
<form method="post" action="/_/register">
<p><label>Name of the account <input name="name" required maxlength="63" pattern="[a-z0-9][a-z0-9.@_\-]*"></label>
<p><label>Your e-mail address <input name="email" type="email" required maxlength="254"></label>
<p><button>Ask</button>
</form></html>
`

// ServeHTTP shows the form and takes it. The answer says no more than whether
// the name was free and well formed.
func (g *registrar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	if r.Method != http.MethodPost {
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(registerForm))
		return
	}
	if !g.admits(r) {
		h.Set("Retry-After", fmt.Sprint(int(addressEvery.Seconds())))
		http.Error(w, "Too many registrations. Try again later.", http.StatusTooManyRequests)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRegister)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form cannot be read.", http.StatusBadRequest)
		return
	}
	status, text := g.answer(g.register(r.Context(), r.PostForm.Get("name"), r.PostForm.Get("email")))
	http.Error(w, text, status)
}

func (g *registrar) answer(err error) (int, string) {
	e := cloud.AsError(err)
	switch {
	case err == nil:
		return http.StatusAccepted, "Registered. The operators of this cloud decide, and send a key."
	case errors.Is(err, cloud.Invalid), errors.Is(err, cloud.AlreadyExists):
		return http.StatusBadRequest, e.Msg
	case errors.Is(err, cloud.Unavailable):
		return http.StatusServiceUnavailable, e.Msg
	}
	g.log.Error("take a registration", "err", err)
	return http.StatusInternalServerError, "The registration could not be taken."
}

// admits holds everybody, and each address, to the bounds. The address is the
// connection's: headers of proxies are nobody's word.
func (g *registrar) admits(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return g.limiter(host).Allow() && g.all.Allow()
}

func (g *registrar) limiter(host string) *rate.Limiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.from[host]
	if l == nil {
		if len(g.from) >= maxAddresses {
			clear(g.from) // the bound of everybody still holds
		}
		l = rate.NewLimiter(rate.Every(addressEvery), addressBurst)
		g.from[host] = l
	}
	return l
}
