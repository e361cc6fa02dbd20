package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ecc/cloud"
)

// Query selects events.
type Query struct {
	Account cloud.AccountID // "" any
	Since   time.Time       // not older; zero: any
	Until   time.Time       // not younger; zero: any
	Before  string          // id of an event: only those before it; "" any
	Most    int             // the newest so many
	Match   func(*Facts) bool
}

// Facts are what of an event's text is searched.
type Facts struct {
	ID        string `json:"eventID"`
	Name      string `json:"eventName"`
	Source    string `json:"eventSource"`
	ReadOnly  bool   `json:"readOnly"`
	ErrorCode string `json:"errorCode"`
	Address   string `json:"sourceIPAddress"`
	Identity  struct {
		Type      string `json:"type"`
		ARN       string `json:"arn"`
		AccessKey string `json:"accessKeyId"`
		UserName  string `json:"userName"`
		InvokedBy string `json:"invokedBy"`
	} `json:"userIdentity"`
	Resources []struct {
		ARN  string `json:"ARN"`
		Type string `json:"type"`
	} `json:"resources"`
}

// User is who did it, as CloudTrail's Username: a user's name, a session's, or
// "root".
func (f *Facts) User() string {
	switch f.Identity.Type {
	case "AssumedRole", "FederatedUser":
		return f.Identity.ARN[lastSlash(f.Identity.ARN)+1:]
	case "Root":
		return "root"
	case "AWSService":
		return f.Identity.InvokedBy
	}
	return f.Identity.UserName
}

func lastSlash(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}

// Found is an event with what was read of its text.
type Found struct {
	cloud.Event
	Facts
}

// newest keeps the last so many events of a search.
type newest struct {
	q     *Query
	found []Found
}

// offer takes an event if it matches. They come in their order.
func (n *newest) offer(e cloud.Event) error {
	q := n.q
	if (q.Account != "" && e.Account != q.Account) || (q.Before != "" && e.ID >= q.Before) || e.At.Before(q.Since) || (!q.Until.IsZero() && e.At.After(q.Until)) {
		return nil
	}
	f := Found{Event: e}
	if err := json.Unmarshal([]byte(e.Text), &f.Facts); err != nil {
		return fmt.Errorf("read event %s: %w", e.ID, err)
	}
	if q.Match != nil && !q.Match(&f.Facts) {
		return nil
	}
	if len(n.found) >= 2*q.Most { // forget in one go, not one by one
		n.found = append(n.found[:0], n.found[len(n.found)-q.Most:]...)
	}
	n.found = append(n.found, f)
	return nil
}

// page returns what was found, newest first.
func (n *newest) page() []Found {
	out := n.found[max(0, len(n.found)-n.q.Most):]
	slices.Reverse(out)
	return out
}

// Find returns the newest events that match, newest first. It reads as few
// files as it can, but may have to read all; searches wait for each other.
func (t *Trail) Find(ctx context.Context, q Query) ([]Found, error) {
	select {
	case t.lookups <- struct{}{}:
		defer func() { <-t.lookups }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s, err := t.look(ctx)
	if err != nil {
		return nil, err
	}
	n := &newest{q: &q}
	for _, e := range s.stored {
		if err := n.offer(e); err != nil {
			return nil, err
		}
	}
	found := n.page()
	if len(found) == q.Most {
		return found, nil
	}
	return t.findInFiles(ctx, q, s.firstStored(), found)
}

// findInFiles adds what older files have, the newest file first.
func (t *Trail) findInFiles(ctx context.Context, q Query, before uint64, found []Found) ([]Found, error) {
	all, err := days(t.cfg.Dir)
	if err != nil {
		return nil, err
	}
	mark := []byte(fmt.Sprintf(`"account":%q`, string(q.Account)))
	for _, day := range slices.Backward(all) {
		if len(found) >= q.Most || (!q.Since.IsZero() && day < q.Since.UTC().Format(dayLayout)) {
			break
		}
		rest := q
		rest.Most = q.Most - len(found)
		n := &newest{q: &rest}
		var stopped error
		err := readFile(path(t.cfg.Dir, day), func(line []byte) bool {
			if stopped = ctx.Err(); stopped != nil {
				return false
			}
			if q.Account != "" && !bytes.Contains(line, mark) {
				return true
			}
			var e cloud.Event
			if e, stopped = parse(line); stopped == nil && e.Number() < before {
				stopped = n.offer(e)
			}
			return stopped == nil
		})
		if err != nil || stopped != nil {
			return nil, fmt.Errorf("search %s: %w", day+suffix, firstOf(stopped, err))
		}
		found = append(found, n.page()...)
	}
	return found, nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
