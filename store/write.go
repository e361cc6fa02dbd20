package store

import (
	"strings"

	"ecc/cloud"
)

// Limits of one Update; the package comment says why.
const (
	MaxKey     = 512      // bytes
	MaxValue   = 64 << 10 // bytes, as in the file
	MaxChanges = 1024     // records put or deleted: 1,000 of an action, the rest for its event and the like
	MaxBytes   = 16 << 20 // keys and values together
)

// write is one changed record on its way to the file.
type write struct {
	kind  Kind
	key   string
	value []byte // nil: deleted
}

func (w write) size() int { return len(w.key) + len(w.value) }

// writeSet is what an Update has changed, each record once, in the order of
// their first change.
type writeSet struct {
	list  []write
	place map[recordID]int // in list
	bytes int
}

type recordID struct {
	kind Kind
	key  string
}

// add takes a change, instead of an earlier one of the same record.
func (s *writeSet) add(w write) error {
	if len(w.value) > MaxValue {
		return tooMuch("A record of %s has %d bytes, more than %d.", w.kind, len(w.value), MaxValue)
	}
	id := recordID{w.kind, w.key}
	at, again := s.place[id]
	grow := w.size()
	if again {
		grow -= s.list[at].size()
	} else if len(s.list) >= MaxChanges {
		return tooMuch("The request changes more than %d records at once.", MaxChanges)
	}
	if s.bytes+grow > MaxBytes {
		return tooMuch("The request changes more than %d bytes of records at once.", MaxBytes)
	}
	s.bytes += grow
	if again {
		s.list[at] = w
		return nil
	}
	if s.place == nil {
		s.place = map[recordID]int{}
	}
	s.place[id] = len(s.list)
	s.list = append(s.list, w)
	return nil
}

func checkKey(k Kind, key string) error {
	switch {
	case key == "":
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "", "A record of %s has no id.", k)
	case len(key) > MaxKey:
		return tooMuch("A key of %s has %d bytes, more than %d.", k, len(key), MaxKey)
	case strings.Contains(key, "\x00"):
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "An id of %s holds a NUL character.", k)
	}
	return nil
}

func tooMuch(format string, args ...any) error {
	return cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", format, args...)
}
