package clc

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// asks holds the questions to nodes that are waiting for an answer. They live
// in memory: a question that nobody answers in time fails, and is asked again
// by who needs it.
type asks struct {
	mu      sync.Mutex
	open    map[string]*ask
	changed chan struct{}
}

type ask struct {
	zone   string
	by     cloud.AccountID // "" is the operator
	ask    rpc.ZoneAsk
	answer chan rpc.Answer
	told   bool // it went out with an intent
}

// Bounds of how many questions of tenants may wait at once: of all, and of one,
// so that none keeps the others from asking. The operator's are one for each
// node and do not count.
const (
	maxAsks           = 1000
	maxAsksPerAccount = 50
)

func newAsks() *asks { return &asks{open: map[string]*ask{}, changed: make(chan struct{})} }

// of returns the open questions of a zone, whether one of them was never told
// before, and a channel that is closed when there may be others.
func (a *asks) of(zone string) (open []rpc.ZoneAsk, fresh bool, changed <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, q := range a.open {
		if q.zone == zone {
			open = append(open, q.ask)
			fresh = fresh || !q.told
			q.told = true
		}
	}
	slices.SortFunc(open, func(x, y rpc.ZoneAsk) int { return cmp.Compare(x.ID, y.ID) })
	return open, fresh, a.changed
}

// put asks a question and wakes the zones.
func (a *asks) put(q *ask) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.room(q.by); err != nil {
		return err
	}
	a.open[q.ask.ID] = q
	close(a.changed)
	a.changed = make(chan struct{})
	return nil
}

// room refuses a tenant's question when too many are waiting. a.mu is held.
func (a *asks) room(by cloud.AccountID) error {
	all, own := 0, 0
	for _, q := range a.open {
		if q.by != "" {
			all++
		}
		if q.by == by {
			own++
		}
	}
	switch {
	case by == "":
		return nil
	case own >= maxAsksPerAccount:
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResAccount, string(by), "")
	case all >= maxAsks:
		return cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "too many questions to nodes are waiting")
	}
	return nil
}

func (a *asks) drop(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, id)
}

// Answer implements rpc.Cluster. An answer nobody waits for is dropped; one
// from another node than was asked is refused.
func (s *Service) Answer(_ context.Context, node cloud.NodeID, ans rpc.Answer) error {
	s.asks.mu.Lock()
	defer s.asks.mu.Unlock()
	q := s.asks.open[ans.ID]
	if q == nil {
		return nil
	}
	if q.ask.Node != node {
		return cloud.Errorf(cloud.Denied, cloud.ResNode, string(node), "this question was not for the node")
	}
	delete(s.asks.open, ans.ID)
	q.answer <- ans
	return nil
}

// ask puts a question to the node of an instance and waits for the answer.
func (s *Service) ask(ctx context.Context, kind rpc.AskKind, i cloud.Instance, limit time.Duration) (rpc.Answer, error) {
	q := &ask{zone: i.Zone, by: i.Account, answer: make(chan rpc.Answer, 1),
		ask: rpc.ZoneAsk{Node: i.Desired.Node, Ask: rpc.Ask{ID: rand.Text(), Kind: kind, Instance: i.ID}}}
	if err := s.asks.put(q); err != nil {
		return rpc.Answer{}, err
	}
	defer s.asks.drop(q.ask.ID)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case a := <-q.answer:
		if a.Error != "" {
			return a, cloud.Errorf(cloud.Unavailable, cloud.ResInstance, string(i.ID), "%s", a.Error)
		}
		return a, nil
	case <-ctx.Done():
		return rpc.Answer{}, cloud.Errorf(cloud.Unavailable, cloud.ResInstance, string(i.ID), "the instance's node does not answer")
	}
}
