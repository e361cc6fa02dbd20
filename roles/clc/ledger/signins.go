package ledger

import (
	"time"

	"golang.org/x/time/rate"
)

// Failures leave few events for one name: an access key whose id is no secret,
// so that who knows it could fill the disk without ever proving anything, or an
// account whose calls fail.
const (
	signInsAtOnce  = 10
	signInEvery    = 10 * time.Second
	failuresAtOnce = 600
	failureEvery   = time.Second
	maxNames       = 4096 // remembered
)

// few bounds the events of each name. Only Run's goroutine uses it.
type few struct {
	atOnce int
	every  time.Duration
	of     map[string]*rate.Limiter
}

// tells reports whether one more, now, leaves an event.
func (s *few) tells(name string, now time.Time) bool {
	l := s.of[name]
	if l == nil {
		if s.of == nil || len(s.of) >= maxNames {
			s.of = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(rate.Every(s.every), s.atOnce)
		s.of[name] = l
	}
	return l.AllowN(now, 1)
}
