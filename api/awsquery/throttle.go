package awsquery

import (
	"maps"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ecc/cloud"
)

// Rate is a token bucket: so many at once, and so many more each second. The
// zero value lets everything through.
type Rate struct {
	Burst     int
	PerSecond float64
}

// Rates are how often one account may use the actions of a service.
type Rates struct {
	Read      Rate             // of each action that reads
	Write     Rate             // of each that changes something
	Actions   map[string]Rate  // of some, instead
	Resources map[string]Rate  // of the resources some actions are asked for, besides
	Count     func(in any) int // of the resources a request asks for
}

// of is the rate of an action's requests.
func (r *Rates) of(action string, access Access) Rate {
	if own, ok := r.Actions[action]; ok {
		return own
	}
	if access == Write {
		return r.Write
	}
	return r.Read
}

// ThrottleConfig is what a throttle needs to know.
type ThrottleConfig struct {
	Factor  float64         // of every rate the services have; 0 throttles nothing but Actions
	Actions map[string]Rate // "ec2:RunInstances": of some actions' requests, instead, as it is
	Now     func() time.Time
}

// Throttle bounds how often each account uses each action: one bucket for its
// requests and, for actions on many resources, one for those. The account that
// operates the cloud is exempt: it has to be able to mend what an overload does.
// One throttle serves any number of dispatchers.
type Throttle struct {
	cfg ThrottleConfig

	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
	refused int64
}

type bucketKey struct {
	who    string // an account, or a stranger's address
	action string // "ec2:RunInstances"; "resources ec2:RunInstances"
}

// maxBuckets bounds the memory: some 120 bytes each.
const maxBuckets = 1 << 16

// NewThrottle makes a throttle.
func NewThrottle(cfg ThrottleConfig) *Throttle {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Throttle{cfg: cfg, buckets: map[bucketKey]*rate.Limiter{}}
}

// Refused counts the requests refused so far.
func (t *Throttle) Refused() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused
}

// Buckets is how many there are.
func (t *Throttle) Buckets() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.buckets)
}

// Request takes a request of an action into account, or refuses it. A nil
// throttle refuses nothing.
func (t *Throttle) Request(c *Call, s *Service, action string, access Access) error {
	if t == nil || c.Caller.Admin {
		return nil
	}
	name := s.Name + ":" + action
	r, own := t.cfg.Actions[name]
	if !own {
		r = t.scaled(s.Rates.of(action, access))
	}
	return t.take(bucketKey{who(c), name}, r, 1)
}

// Resources takes the resources a request asks for into account, or refuses
// it. What is more than the bucket holds empties it.
func (t *Throttle) Resources(c *Call, s *Service, action string, in any) error {
	r, limited := s.Rates.Resources[action]
	if t == nil || c.Caller.Admin || !limited {
		return nil
	}
	return t.take(bucketKey{who(c), "resources " + s.Name + ":" + action}, t.scaled(r), s.Rates.Count(in))
}

// who is whose bucket a call takes from: its account's, or, of a stranger, its
// address's, so that one of them cannot use up what all have.
func who(c *Call) string {
	if c.Caller.Account == "" {
		return "from " + c.SourceIP
	}
	return string(c.Caller.Account)
}

func (t *Throttle) scaled(r Rate) Rate {
	return Rate{int(math.Ceil(float64(r.Burst) * t.cfg.Factor)), r.PerSecond * t.cfg.Factor}
}

func (t *Throttle) take(key bucketKey, r Rate, n int) error {
	if r.Burst <= 0 {
		return nil
	}
	now := t.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.buckets[key]
	if b == nil {
		t.makeRoom(now)
		b = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
		t.buckets[key] = b
	}
	if b.AllowN(now, max(1, min(n, r.Burst))) {
		return nil
	}
	t.refused++
	return &cloud.Error{Kind: cloud.LimitExceeded, Resource: cloud.ResRequest}
}

// makeRoom forgets buckets when there are too many: those that are full again,
// which are as good as new, or if that is not enough, all.
func (t *Throttle) makeRoom(now time.Time) {
	if len(t.buckets) < maxBuckets {
		return
	}
	maps.DeleteFunc(t.buckets, func(_ bucketKey, b *rate.Limiter) bool { return b.TokensAt(now) >= float64(b.Burst()) })
	if len(t.buckets) > maxBuckets*3/4 {
		clear(t.buckets)
	}
}
