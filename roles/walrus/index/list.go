package index

import (
	"bytes"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// Listing asks for one page of a bucket's keys.
type Listing struct {
	Prefix, Delimiter string
	After             string // begin behind this key or group
	Max               int
}

// VersionListing asks for one page of a bucket's versions.
type VersionListing struct {
	Listing
	Version ID   // begin behind this version of After; only if Within
	Within  bool // begin inside the versions of After
}

// Listed is one entry of a page: a version, or a group of keys that share the
// prefix up to the delimiter.
type Listed struct {
	Key    string
	Group  bool
	Latest bool // the newest version of its key
	Summary
	Class string // "" for STANDARD
	Owner string // canonical id; "" for the bucket's
}

// List returns a page in order of key, and whether there is more. It steps
// over a group in one seek: the cost follows the entries, not the keys.
func (t *Tx) List(bucket ID, l Listing) (page []Listed, more bool, err error) {
	c := t.tx.Bucket(objectsBucket).Cursor()
	base := number(bucket)
	prefix := objectKey(bucket, l.Prefix)
	from := prefix
	if l.After != "" {
		if from = l.behind(base, l.After); bytes.Compare(from, prefix) < 0 {
			from = prefix
		}
	}
	for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); {
		if len(page) >= l.Max {
			return page, true, nil
		}
		e := Listed{Key: string(k[len(base):]), Latest: true}
		if group, ok := l.group(e.Key); ok {
			page = append(page, Listed{Key: group, Group: true})
			k, v = c.Seek(successor(join(base, []byte(group))))
			continue
		}
		if err := e.decode(v); err != nil {
			return nil, false, err
		}
		page = append(page, e)
		k, v = c.Next()
	}
	return page, false, nil
}

func (e *Listed) decode(v []byte) error {
	var o Object
	rest, err := o.decodeFront(v)
	if err == nil && isSpecial(v) {
		err = decodeDetails(rest, o.Algorithm, &o.Details)
	}
	e.Summary, e.Class, e.Owner = o.Summary, o.Class, o.Owner
	return err
}

// group returns the group a key belongs to, if it does.
func (l Listing) group(key string) (string, bool) {
	if l.Delimiter == "" {
		return "", false
	}
	i := strings.Index(key[len(l.Prefix):], l.Delimiter)
	if i < 0 {
		return "", false
	}
	return key[:len(l.Prefix)+i+len(l.Delimiter)], true
}

// groupOf returns the group a key in the listing is in, or is the name of.
func (l Listing) groupOf(after string) (string, bool) {
	if !strings.HasPrefix(after, l.Prefix) {
		return "", false
	}
	return l.group(after)
}

// behind returns the first possible key after a key, or after the whole group
// it is in.
func (l Listing) behind(base []byte, after string) []byte {
	if group, ok := l.groupOf(after); ok {
		// nil, for a group behind which no key can be, cannot happen: the
		// bucket's id in front is never all ones.
		return successor(join(base, []byte(group)))
	}
	return join(base, []byte(after), []byte{0})
}

// ListVersions returns a page of versions and delete markers, in order of key
// and the newest first, and whether there is more.
func (t *Tx) ListVersions(bucket ID, l VersionListing) (page []Listed, more bool, err error) {
	m := t.merge(bucket, l)
	for m.next() {
		if len(page) >= l.Max {
			return page, true, nil
		}
		if group, ok := l.group(m.key); ok {
			page = append(page, Listed{Key: group, Group: true})
			m.skip(group)
			continue
		}
		e := Listed{Key: m.key, Latest: m.latest}
		if err := e.decode(m.value); err != nil {
			return nil, false, err
		}
		page = append(page, e)
		m.step()
	}
	return page, false, nil
}

// merged walks objects and versions together, in order of key, newest first.
type merged struct {
	bucket           ID
	current, others  *bolt.Cursor
	ck, cv, ok, ov   []byte // where the two stand; nil at the end
	cPrefix, oPrefix []byte

	key      string
	value    []byte
	latest   bool
	previous string // the key before this one
	begun    bool
	inOthers bool
}

func (t *Tx) merge(bucket ID, l VersionListing) *merged {
	m := &merged{
		bucket: bucket, current: t.tx.Bucket(objectsBucket).Cursor(), others: t.tx.Bucket(versionsBucket).Cursor(),
		cPrefix: objectKey(bucket, l.Prefix), oPrefix: join(number(bucket), escape(l.Prefix)),
	}
	from, fromOther := m.cPrefix, m.oPrefix
	group, grouped := l.groupOf(l.After)
	switch {
	case l.After == "" && !l.Within:
	case grouped:
		from, fromOther = successor(objectKey(bucket, group)), successor(join(number(bucket), escape(group)))
	case l.Within:
		from, fromOther = m.within(t, l)
	default:
		from, fromOther = join(objectKey(bucket, l.After), []byte{0}), successor(versionsOf(bucket, l.After))
	}
	m.ck, m.cv = m.current.Seek(later(from, m.cPrefix))
	m.ok, m.ov = m.others.Seek(later(fromOther, m.oPrefix))
	return m
}

// within finds where to begin inside the versions of a key. The version to
// begin behind may be gone, and one behind it the newest now.
func (m *merged) within(t *Tx, l VersionListing) (from, fromOther []byte) {
	from, fromOther = objectKey(m.bucket, l.After), join(versionKey(m.bucket, l.After, l.Version), []byte{0})
	if now, err := t.Object(m.bucket, l.After); err != nil || now.Version >= l.Version {
		from = append(from, 0)
	}
	if newest, err := t.Newest(m.bucket, l.After); err == nil && newest.Version >= l.Version {
		m.previous, m.begun = l.After, true
	}
	return from, fromOther
}

func later(a, b []byte) []byte {
	if bytes.Compare(a, b) < 0 {
		return b
	}
	return a
}

// next finds the entry the walk stands at, and reports whether there is one.
func (m *merged) next() bool {
	inCurrent, inOthers := bytes.HasPrefix(m.ck, m.cPrefix) && m.ck != nil, bytes.HasPrefix(m.ok, m.oPrefix) && m.ok != nil
	if !inCurrent && !inOthers {
		return false
	}
	m.inOthers = inOthers
	if inOthers {
		m.key, m.value = splitVersionKey(m.ok), m.ov
	}
	if key := ""; inCurrent {
		if key = string(m.ck[8:]); !inOthers || key <= m.key {
			m.key, m.value, m.inOthers = key, m.cv, false
		}
	}
	m.latest = !m.begun || m.key != m.previous
	return true
}

// step goes on to the next entry.
func (m *merged) step() {
	m.previous, m.begun = m.key, true
	if m.inOthers {
		m.ok, m.ov = m.others.Next()
		return
	}
	m.ck, m.cv = m.current.Next()
}

// skip goes on behind a group.
func (m *merged) skip(group string) {
	m.ck, m.cv = m.current.Seek(successor(objectKey(m.bucket, group)))
	m.ok, m.ov = m.others.Seek(successor(join(number(m.bucket), escape(group))))
}
