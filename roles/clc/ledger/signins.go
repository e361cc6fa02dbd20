package ledger

import (
	"time"

	"golang.org/x/time/rate"
)

// Sign-ins that fail leave few events for one access key: its id is no secret,
// and who knows it could fill the disk without ever proving anything.
const (
	signInsAtOnce = 10
	signInEvery   = 10 * time.Second
	maxSignIns    = 4096 // keys remembered
)

// signIns bounds the events of sign-ins that failed. Only Run's goroutine uses
// it.
type signIns struct{ of map[string]*rate.Limiter }

// tells reports whether one more, now, leaves an event.
func (s *signIns) tells(key string, now time.Time) bool {
	l := s.of[key]
	if l == nil {
		if s.of == nil || len(s.of) >= maxSignIns {
			s.of = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(rate.Every(signInEvery), signInsAtOnce)
		s.of[key] = l
	}
	return l.AllowN(now, 1)
}
