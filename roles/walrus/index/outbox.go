package index

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Message waits to be delivered to a target outside.
type Message struct {
	ID   ID
	At   time.Time // when it was written
	Body []byte
}

// A target's name has no zero byte. The count has a key of its own in front of
// those of the messages.
func outboxCount(target string) []byte { return join([]byte{'n'}, []byte(target)) }

func outboxMessages(target string) []byte { return join([]byte{'m'}, []byte(target), []byte{0}) }

// Enqueue writes a message for a target, behind those it has. It reports
// whether there was room: at most max wait.
func (t *Tx) Enqueue(target string, max int, at time.Time, body []byte) (bool, error) {
	n := t.Queued(target)
	if n >= max {
		return false, nil
	}
	key := join(outboxMessages(target), number(t.index.NewID()))
	return true, firstError(t.put(outboxBucket, key, join(number(at.UnixNano()), body)), t.setQueued(target, n+1))
}

// Queued is how many messages wait for a target.
func (t *Tx) Queued(target string) int {
	v := t.get(outboxBucket, outboxCount(target))
	if len(v) != 8 {
		return 0
	}
	return int(binary.BigEndian.Uint64(v))
}

func (t *Tx) setQueued(target string, n int) error {
	if n <= 0 {
		return t.delete(outboxBucket, outboxCount(target))
	}
	return t.put(outboxBucket, outboxCount(target), number(n))
}

// Queue returns up to max messages for a target, the oldest first.
func (t *Tx) Queue(target string, max int) ([]Message, error) {
	var all []Message
	base := outboxMessages(target)
	err := t.each(outboxBucket, base, nil, func(k, v []byte) (bool, error) {
		if len(k) != len(base)+8 || len(v) < 8 {
			return false, ErrCorrupt
		}
		all = append(all, Message{
			ID: ID(binary.BigEndian.Uint64(k[len(base):])), At: time.Unix(0, int64(binary.BigEndian.Uint64(v))).UTC(), Body: bytes.Clone(v[8:]),
		})
		return len(all) < max, nil
	})
	return all, err
}

// Dequeue removes messages of a target.
func (t *Tx) Dequeue(target string, ids ...ID) error {
	n := t.Queued(target)
	for _, id := range ids {
		key := join(outboxMessages(target), number(id))
		if t.get(outboxBucket, key) == nil {
			continue
		}
		if err := t.delete(outboxBucket, key); err != nil {
			return err
		}
		n--
	}
	return t.setQueued(target, n)
}

// QueuedTargets names the targets that messages wait for.
func (t *Tx) QueuedTargets() ([]string, error) {
	var all []string
	err := t.each(outboxBucket, outboxCount(""), nil, func(k, _ []byte) (bool, error) {
		all = append(all, string(k[1:]))
		return true, nil
	})
	return all, err
}
