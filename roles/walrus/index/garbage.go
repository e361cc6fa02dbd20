package index

import (
	"encoding/binary"
)

// Garbage is something to be taken away in small steps.
type Garbage struct {
	Kind byte
	ID   ID
}

// Kinds of garbage.
const (
	DeadBlob   = 'b' // unlink its files, then Forget
	DeadFile   = 'f' // unlink it, then Forget
	DeadBucket = 'd' // end its uploads, then Forget
)

func (g Garbage) key() []byte { return join([]byte{g.Kind}, number(g.ID)) }

func (t *Tx) discard(kind byte, id ID) error {
	return t.put(garbageBucket, Garbage{kind, id}.key(), []byte{})
}

// Garbage returns up to max pieces of garbage behind after, oldest kinds
// first.
func (t *Tx) Garbage(after Garbage, max int) ([]Garbage, error) {
	var out []Garbage
	err := t.each(garbageBucket, nil, append(after.key(), 0), func(k, _ []byte) (bool, error) {
		out = append(out, Garbage{Kind: k[0], ID: ID(binary.BigEndian.Uint64(k[1:]))})
		return len(out) < max, nil
	})
	return out, err
}

// Forget removes what is left of a piece of garbage in the index, up to max
// records, and reports whether that was all. The data files must be gone.
func (t *Tx) Forget(g Garbage, max int) (bool, error) {
	done, err := true, error(nil)
	switch g.Kind {
	case DeadBlob:
		done, err = t.forgetBlob(g.ID, max)
	case DeadFile:
		err = t.delete(filesBucket, number(g.ID))
	case DeadBucket:
		done, err = t.forgetUploads(g.ID)
		if err == nil && done {
			err = t.delete(usageBucket, bucketUsage(g.ID))
		}
	}
	if err != nil || !done {
		return false, err
	}
	return true, t.delete(garbageBucket, g.key())
}

// forgetBlob deletes the records of a blob's files, and when none is left the
// blob's own.
func (t *Tx) forgetBlob(blob ID, max int) (bool, error) {
	for _, e := range t.Extents(blob) {
		if !t.HasFile(e.File) {
			continue
		}
		if max--; max < 0 {
			return false, nil
		}
		if err := t.delete(filesBucket, number(e.File)); err != nil {
			return false, err
		}
	}
	return true, firstError(t.delete(sumsBucket, number(blob)), t.delete(blobsBucket, number(blob)))
}

// forgetUploads ends one upload of a deleted bucket, and reports whether there
// was none left.
func (t *Tx) forgetUploads(bucket ID) (bool, error) {
	var u *Upload
	err := t.Uploads(bucket, "", "", "", func(found Upload) bool { u = &found; return false })
	if err != nil || u == nil {
		return err == nil, err
	}
	return false, t.EndUpload(*u, func(Part) bool { return false })
}
