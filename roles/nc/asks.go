package nc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// Bounds of answering: how many questions at once, and how long one may take.
const (
	maxAnswering = 8
	answerLimit  = 15 * time.Second
)

// asks are the questions that are being answered: an intent has a question
// again and again until its answer arrived.
type asks struct {
	mu   sync.Mutex
	open map[string]bool
	turn *semaphore.Weighted
}

// begin reports whether a question is new.
func (a *asks) begin(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open, a.turn = map[string]bool{}, semaphore.NewWeighted(maxAnswering)
	}
	if a.open[id] {
		return false
	}
	a.open[id] = true
	return true
}

func (a *asks) end(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, id)
}

// answer has questions answered beside the watching: a host that hangs must
// not keep intents away.
func (n *Node) answer(ctx context.Context, g *errgroup.Group, list []rpc.Ask) {
	for _, a := range list {
		if !n.asks.begin(a.ID) {
			continue
		}
		g.Go(func() error {
			defer n.asks.end(a.ID)
			if err := n.answerOne(ctx, a); err != nil && ctx.Err() == nil {
				n.log.Warn("an answer did not arrive", "kind", a.Kind, "instance", a.Instance, "err", err)
			}
			return nil // who needs it asks again
		})
	}
}

// answerOne answers one question of the cluster.
func (n *Node) answerOne(ctx context.Context, a rpc.Ask) error {
	if err := n.asks.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer n.asks.turn.Release(1)
	limited, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	ans := rpc.Answer{ID: a.ID}
	var err error
	if ans.Data, err = n.lookUp(limited, a); err != nil {
		n.log.Warn("a question could not be answered", "kind", a.Kind, "instance", a.Instance, "err", err)
		ans.Error = "the node could not answer"
	}
	ans.At = n.deps.Now()
	return n.deps.Upper.Answer(ctx, n.cfg.Hello.Node, ans)
}

// lookUp finds the answer to a question.
func (n *Node) lookUp(ctx context.Context, a rpc.Ask) ([]byte, error) {
	switch a.Kind {
	case rpc.AskInventory:
		return n.inventory(ctx)
	case rpc.AskConsole:
		c, ok := n.deps.Hypervisor.(hypervisor.Consoler)
		if !ok {
			break
		}
		b, err := c.Console(ctx, a.Instance)
		if errors.Is(err, cloud.NotFound) {
			return nil, nil // nothing written yet
		}
		return b, err
	}
	return nil, fmt.Errorf("no answer to %q here", a.Kind)
}
