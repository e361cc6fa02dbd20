package trail

import (
	"context"
	"errors"
	"fmt"

	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// sight is what of the trail is not in files, at one moment. Everything older is
// in files then, because events leave the store after that only.
type sight struct {
	stored []cloud.Event // oldest first
	head   mark          // end of the chain
	pruned mark          // what was before it is gone
	sent   mark          // up to it all is delivered
}

type mark struct {
	number uint64
	hash   string
}

func (t *Trail) look(ctx context.Context) (s sight, err error) {
	err = t.store.View(ctx, func(tx *store.Tx) error {
		for e := range tx.Events().All() {
			s.stored = append(s.stored, e)
		}
		for name, m := range map[string]*mark{pruned: &s.pruned, sent: &s.sent} {
			n, hash, err := ledger.ReadMark(tx, name)
			if err != nil {
				return err
			}
			*m = mark{n, hash}
		}
		n, hash, err := ledger.Head(tx)
		s.head = mark{n, hash}
		return err
	})
	return s, err
}

// firstStored is the number of the oldest event that need not be looked for in
// files.
func (s *sight) firstStored() uint64 {
	if len(s.stored) == 0 {
		return s.head.number + 1
	}
	return s.stored[0].Number()
}

// errStop ends a walk without an error.
var errStop = errors.New("stop")

// walk visits the events after a number in their order. visit ends it with an
// error, errStop without one.
func (t *Trail) walk(ctx context.Context, after uint64, visit func(cloud.Event) error) error {
	s, err := t.look(ctx)
	if err != nil {
		return err
	}
	if after+1 < s.firstStored() {
		err = t.walkFiles(ctx, after, s.firstStored(), visit)
	}
	for _, e := range s.stored {
		if err != nil {
			break
		}
		if e.Number() > after {
			err = visit(e)
		}
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// walkFiles visits the events between two numbers, which are not among them.
func (t *Trail) walkFiles(ctx context.Context, after, before uint64, visit func(cloud.Event) error) error {
	all, err := days(t.cfg.Dir)
	if err != nil {
		return err
	}
	for _, day := range all {
		name := path(t.cfg.Dir, day)
		if last, err := lastOf(name); err == nil && last <= after {
			continue // nothing of interest; what cannot be read is told by reading it
		}
		var stopped error
		err := readFile(name, func(line []byte) bool {
			var e cloud.Event
			if e, stopped = parse(line); stopped != nil {
				stopped = fmt.Errorf("%s: %w", day+suffix, stopped)
				return false
			}
			if n := e.Number(); n > after && n < before {
				stopped = visit(e)
			}
			if stopped == nil {
				stopped = ctx.Err()
			}
			return stopped == nil
		})
		if err = errors.Join(err, stopped); err != nil {
			return err
		}
	}
	return nil
}

// Proof is what a walk along the whole chain found.
type Proof struct {
	Events uint64 `json:"events"`           // that hold together
	First  string `json:"first,omitempty"`  // id of the first of them
	Last   string `json:"last,omitempty"`   // id of the last
	Hash   string `json:"hash,omitempty"`   // of the last: to be compared with one kept elsewhere
	Broken string `json:"broken,omitempty"` // a sentence about the first link that does not hold
}

// Verify walks the chain from its beginning, or from where older files were
// removed, to its end. An event that is missing, changed, added or out of order
// is told in the proof.
func (t *Trail) Verify(ctx context.Context) (Proof, error) {
	var p Proof
	s, err := t.look(ctx)
	if err != nil {
		return p, err
	}
	at := s.pruned
	err = t.walk(ctx, s.pruned.number, func(e cloud.Event) error {
		if p.Broken = link(at, e); p.Broken != "" {
			return errStop
		}
		if p.Events == 0 {
			p.First = e.ID
		}
		p.Events++
		p.Last, p.Hash = e.ID, e.Hash
		at = mark{e.Number(), e.Hash}
		return nil
	})
	if err == nil && p.Broken == "" && at.number < s.head.number {
		p.Broken = fmt.Sprintf("the trail ends with event %d, but there were %d", at.number, s.head.number)
	}
	return p, err
}

// link says what is wrong with an event after at, "" if nothing is.
func link(at mark, e cloud.Event) string {
	switch want := at.number + 1; {
	case e.Number() != want:
		return fmt.Sprintf("after event %d comes %s instead of %s", at.number, e.ID, cloud.EventID(want))
	case e.Hash != cloud.EventHash(at.hash, e.Text):
		return fmt.Sprintf("event %s, or the hash of the one before it, was changed", e.ID)
	}
	return ""
}
