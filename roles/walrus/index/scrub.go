package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Scrub is how far the walk over all stored bytes has come, and what it found.
type Scrub struct {
	Pass     int64     `json:"pass"`           // the one under way, or else the next
	Began    time.Time `json:"began,omitzero"` // zero if none is under way
	Blob     ID        `json:"blob"`           // the last blob looked at
	File     ID        `json:"file"`           // the last data file
	Checked  Checked   `json:"checked"`        // in this pass
	Last     LastScrub `json:"last,omitzero"`  // the last whole pass
	Damages  []Damage  `json:"damages"`        // found and not gone since, oldest first
	Unlisted int64     `json:"unlisted"`       // damages that are too many to list
}

// Checked counts what was looked at.
type Checked struct {
	Blobs int64 `json:"blobs"` // kept in the index
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
	Bad   int64 `json:"bad"` // blobs and files that cannot be read right
}

// LastScrub is a whole pass.
type LastScrub struct {
	Checked
	Began time.Time `json:"began"`
	Ended time.Time `json:"ended"`
}

// Damage is something that cannot be read right. Reads of it are refused.
type Damage struct {
	Kind  byte      `json:"kind"` // DeadBlob for a blob in the index, DeadFile for a data file
	ID    ID        `json:"id"`
	Found time.Time `json:"found"`
	What  string    `json:"what"` // "corrupt", "missing" or the disk's complaint
	Uses  []Use     `json:"uses"` // maxUses at most
}

// Use is an object, or a part of an upload under way, that needs a blob or
// file.
type Use struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	Version ID     `json:"version,omitempty"` // of an object
	Upload  string `json:"upload,omitempty"`  // of a part
}

const maxUses = 10

// Scrub returns how far the walk has come.
func (t *Tx) Scrub() (s Scrub, err error) {
	_, err = t.getJSON(metaBucket, []byte("scrub"), &s)
	return s, err
}

// PutScrub remembers how far the walk has come.
func (t *Tx) PutScrub(s Scrub) error { return t.putJSON(metaBucket, []byte("scrub"), s) }

// EachBlob calls fn for the blobs behind after, in order, until fn returns
// false: with its size in the index and ErrCorrupt if that is not right, or
// with 0 if it consists of files.
func (t *Tx) EachBlob(after ID, fn func(blob ID, size int64, err error) bool) error {
	return t.each(blobsBucket, nil, number(after+1), func(k, v []byte) (bool, error) {
		blob := ID(binary.BigEndian.Uint64(k))
		if len(v) > 0 && v[0] != inlineBlob {
			return fn(blob, 0, nil), nil
		}
		_, _, err := t.Bytes(blob, 0, max(0, int64(len(v))-5))
		return fn(blob, int64(len(v)), err), nil
	})
}

// EachFile calls fn for the recorded data files behind after, in order, until
// fn returns false.
func (t *Tx) EachFile(after ID, fn func(file ID, size int64) bool) error {
	return t.each(filesBucket, nil, number(after+1), func(k, v []byte) (bool, error) {
		if len(v) != 8 {
			return false, ErrCorrupt
		}
		return fn(ID(binary.BigEndian.Uint64(k)), int64(binary.BigEndian.Uint64(v))), nil
	})
}

// Uses finds who needs a blob, or a data file: all records are searched. What
// nobody needs is garbage.
func (t *Tx) Uses(kind byte, id ID) ([]Use, error) {
	names, err := t.bucketNames()
	if err != nil {
		return nil, err
	}
	blobs := map[ID]bool{id: true}
	var uses []Use
	if kind == DeadFile {
		if blobs, err = t.blobsOf(id); err != nil {
			return nil, err
		}
		if uses, err = t.partsOf(id, names); err != nil {
			return nil, err
		}
	}
	for _, where := range [][]byte{objectsBucket, versionsBucket} {
		err := t.each(where, nil, nil, func(k, v []byte) (bool, error) {
			var o Object
			if _, err := o.decodeFront(v); err != nil || !blobs[o.Blob] || o.Marker {
				return true, nil // a record that does not decode is for fsck
			}
			u := Use{Bucket: names[ID(binary.BigEndian.Uint64(k))], Key: keyIn(where, k), Version: o.Version}
			uses = append(uses, u)
			return len(uses) < maxUses, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return uses, nil
}

func (t *Tx) bucketNames() (map[ID]string, error) {
	names := map[ID]string{}
	err := t.AllBuckets(func(b Bucket) bool { names[b.ID] = b.Name; return true })
	return names, err
}

// blobsOf finds the blobs that a file is part of.
func (t *Tx) blobsOf(file ID) (map[ID]bool, error) {
	blobs := map[ID]bool{}
	err := t.each(blobsBucket, nil, nil, func(k, v []byte) (bool, error) {
		if len(v) > 0 && v[0] != inlineBlob && bytes.Contains(v, number(file)) {
			blob := ID(binary.BigEndian.Uint64(k))
			for _, e := range t.Extents(blob) {
				blobs[blob] = blobs[blob] || e.File == file
			}
		}
		return true, nil
	})
	for blob, uses := range blobs {
		if !uses || t.get(garbageBucket, Garbage{DeadBlob, blob}.key()) != nil {
			delete(blobs, blob)
		}
	}
	return blobs, err
}

// partsOf finds the part of an upload that a file is.
func (t *Tx) partsOf(file ID, names map[ID]string) ([]Use, error) {
	var uses []Use
	err := t.AllUploads(func(u Upload) error {
		return t.Parts(u.ID, 0, func(p Part) bool {
			if p.File == file {
				uses = append(uses, Use{Bucket: names[u.Bucket], Key: u.Key, Upload: u.ID})
			}
			return len(uses) == 0
		})
	})
	return uses, err
}

// AllUploads calls fn for every upload under way, in all buckets.
func (t *Tx) AllUploads(fn func(Upload) error) error {
	return t.each(uploadsBucket, nil, nil, func(_, v []byte) (bool, error) {
		var u Upload
		if err := json.Unmarshal(v, &u); err != nil {
			return false, fmt.Errorf("decode upload: %w", err)
		}
		return true, fn(u)
	})
}

// keyIn returns the object's key in a key of objects or versions.
func keyIn(where, k []byte) string {
	if bytes.Equal(where, versionsBucket) {
		return splitVersionKey(k)
	}
	return string(k[8:])
}
