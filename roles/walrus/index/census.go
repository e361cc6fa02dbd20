package index

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"ecc/cloud"
)

// Census is everything an index knows of, counted.
type Census struct {
	Buckets []BucketCensus `json:"buckets"` // by name
	Inline  Amount         `json:"inline"`  // small objects, in the index
	Files   Amount         `json:"files"`   // data files
	Garbage Garbages       `json:"garbage"`
	Size    int64          `json:"size"` // of the index file, in bytes
	Epoch   uint64         `json:"epoch"`
	Place   string         `json:"place"` // of the data files
	Scrub   Scrub          `json:"scrub"`
}

// Amount is a number of things and their bytes.
type Amount struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"`
}

func (a *Amount) add(bytes int64) { a.Count, a.Bytes = a.Count+1, a.Bytes+bytes }

// BucketCensus is what one bucket holds.
type BucketCensus struct {
	Name    string          `json:"name"`
	ID      ID              `json:"id"`
	Account cloud.AccountID `json:"account"`
	Objects Amount          `json:"objects"` // newest versions
	Older   Amount          `json:"older"`   // other versions
	Markers int64           `json:"delete_markers"`
	Uploads int64           `json:"uploads"` // under way
	Parts   Amount          `json:"parts"`   // of them
}

// Bytes is what the bucket counts for against its account's quota.
func (b BucketCensus) Bytes() int64 { return b.Objects.Bytes + b.Older.Bytes + b.Parts.Bytes }

// Garbages counts what waits to be taken away.
type Garbages struct {
	Blobs   int64 `json:"blobs"`
	Files   int64 `json:"files"`
	Buckets int64 `json:"buckets"`
}

// Census counts everything in one pass over all records, and reports whatever
// does not fit together, in sentences.
func (t *Tx) Census(report func(problem string)) (Census, error) {
	c := &counter{t: t, report: report, place: map[ID]int{}, blobs: map[ID]*use{}, owned: map[ID]int64{}}
	c.Size, c.Epoch, c.Place = t.tx.Size(), t.Epoch(), t.Place()
	var err error
	if c.Scrub, err = t.Scrub(); err != nil {
		c.bad("%v", err)
	}
	for _, step := range []func() error{c.countBuckets, c.countGarbage, c.countObjects, c.countOthers, c.countNulls,
		c.countUploads, c.countBlobs, c.countFiles, c.checkShares, c.checkGarbage, c.checkUsage} {
		if err := step(); err != nil {
			return c.Census, err
		}
	}
	return c.Census, nil
}

// counter is a census under way.
type counter struct {
	Census
	t       *Tx
	report  func(string)
	place   map[ID]int   // of a bucket in Buckets
	blobs   map[ID]*use  // by objects
	owned   map[ID]int64 // data files that a blob or part needs, with the bytes it takes of them
	garbage map[Garbage]bool
}

// use is how a blob is used.
type use struct {
	objects uint32
	size    int64 // of the objects
	sealed  bool
	there   bool // it has a record
}

func (c *counter) bad(format string, args ...any) { c.report(fmt.Sprintf(format, args...)) }

func (c *counter) countBuckets() error {
	return c.t.each(bucketsBucket, nil, nil, func(k, v []byte) (bool, error) {
		var b Bucket
		if err := json.Unmarshal(v, &b); err != nil || b.Name != string(k) {
			c.bad("bucket %q: its record does not decode", k)
			return true, nil
		}
		if _, twice := c.place[b.ID]; twice {
			c.bad("bucket %q has the id %x of another", k, b.ID)
		}
		c.place[b.ID] = len(c.Buckets)
		c.Buckets = append(c.Buckets, BucketCensus{Name: b.Name, ID: b.ID, Account: b.Account})
		return true, nil
	})
}

func (c *counter) countGarbage() error {
	all, err := c.t.Garbage(Garbage{}, 1<<62)
	c.garbage = make(map[Garbage]bool, len(all))
	for _, g := range all {
		c.garbage[g] = true
		switch g.Kind {
		case DeadBlob:
			c.Garbage.Blobs++
		case DeadFile:
			c.Garbage.Files++
		case DeadBucket:
			c.Garbage.Buckets++
		default:
			c.bad("garbage of an unknown kind %q", g.Kind)
		}
	}
	return err
}

// object decodes a record and counts its blob; nil if there is nothing to
// count.
func (c *counter) object(where, k, v []byte) (*Object, *BucketCensus) {
	o, bucket := &Object{}, ID(binary.BigEndian.Uint64(k))
	if err := o.decode(keyIn(where, k), v); err != nil {
		c.bad("object %q of bucket %x: %v", keyIn(where, k), bucket, err)
		return nil, nil
	}
	i, ok := c.place[bucket]
	if !ok {
		c.bad("object %q is in bucket %x, which is not there", o.Key, bucket)
		return nil, nil
	}
	if !o.Marker {
		u := c.blobs[o.Blob]
		if u == nil {
			u = &use{size: o.Size, sealed: o.Seal != nil}
			c.blobs[o.Blob] = u
		}
		u.objects++
		if u.size != o.Size || u.sealed != (o.Seal != nil) {
			c.bad("object %q of %s shares blob %x with one of another size", o.Key, c.Buckets[i].Name, o.Blob)
		}
	}
	return o, &c.Buckets[i]
}

func (c *counter) countObjects() error {
	versions, _ := c.t.tx.Bucket(versionsBucket).Cursor().First()
	return c.t.each(objectsBucket, nil, nil, func(k, v []byte) (bool, error) {
		o, b := c.object(objectsBucket, k, v)
		if o == nil {
			return true, nil
		}
		b.Objects.add(o.Size)
		if o.Marker {
			c.bad("a delete marker of %q in %s is where objects are", o.Key, b.Name)
		}
		if versions != nil {
			if older, err := c.t.newestOther(b.ID, o.Key); err == nil && older.Version >= o.Version {
				c.bad("%q of %s is older than one of its older versions", o.Key, b.Name)
			}
		}
		return true, nil
	})
}

func (c *counter) countOthers() error {
	return c.t.each(versionsBucket, nil, nil, func(k, v []byte) (bool, error) {
		o, b := c.object(versionsBucket, k, v)
		switch {
		case o == nil:
			return true, nil
		case o.Marker:
			b.Markers++
		default:
			b.Older.add(o.Size)
		}
		if o.Version != ^ID(binary.BigEndian.Uint64(k[len(k)-8:])) {
			c.bad("version %x of %q in %s is in another's place", o.Version, o.Key, b.Name)
		}
		at := c.t.get(nullsBucket, objectKey(b.ID, o.Key))
		if o.Null && (at == nil || ID(binary.BigEndian.Uint64(at)) != o.Version) {
			c.bad("the null version of %q in %s cannot be found by that name", o.Key, b.Name)
		}
		return true, nil
	})
}

func (c *counter) countNulls() error {
	return c.t.each(nullsBucket, nil, nil, func(k, v []byte) (bool, error) {
		bucket, key, version := ID(binary.BigEndian.Uint64(k)), string(k[8:]), ID(binary.BigEndian.Uint64(v))
		if c.t.get(versionsBucket, versionKey(bucket, key, version)) == nil {
			c.bad("the null version of %q in bucket %x is not there", key, bucket)
		}
		return true, nil
	})
}

func (c *counter) countUploads() error {
	known := map[string]*BucketCensus{}
	err := c.t.AllUploads(func(u Upload) error {
		i, ok := c.place[u.Bucket]
		switch {
		case ok:
			c.Buckets[i].Uploads++
			known[u.ID] = &c.Buckets[i]
		case c.garbage[Garbage{DeadBucket, u.Bucket}]:
			known[u.ID] = &BucketCensus{}
		default:
			c.bad("upload %s of %q is in bucket %x, which is not there", u.ID, u.Key, u.Bucket)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.t.each(partsBucket, nil, nil, func(k, v []byte) (bool, error) {
		var p Part
		if err := json.Unmarshal(v, &p); err != nil || len(k) != UploadIDSize+4 {
			c.bad("part %x does not decode", k)
			return true, nil
		}
		b, ok := known[string(k[:UploadIDSize])]
		if !ok {
			c.bad("part %d is of upload %s, which is not there", p.Number, k[:UploadIDSize])
			return true, nil
		}
		b.Parts.add(p.Size)
		c.own(p.File, p.Size)
		return true, nil
	})
}

// own notes that a file is needed.
func (c *counter) own(file ID, bytes int64) {
	if _, twice := c.owned[file]; twice {
		c.bad("data file %016x is used twice", uint64(file))
	}
	c.owned[file] = bytes
}

func (c *counter) countBlobs() error {
	return c.t.EachBlob(0, func(blob ID, size int64, err error) bool {
		u, used := c.blobs[blob]
		if used {
			u.there = true
		}
		if err != nil {
			c.bad("blob %x in the index: %v", blob, err)
		}
		if !used && !c.garbage[Garbage{DeadBlob, blob}] {
			c.bad("blob %x is used by no object", blob)
		}
		if size > 0 {
			c.Inline.add(size - 5)
			if used && !u.sealed && size != u.size+5 {
				c.bad("blob %x has %d bytes, its object %d", blob, size-5, u.size)
			}
			return true
		}
		end := int64(0)
		for _, e := range c.t.Extents(blob) {
			c.own(e.File, e.End-end)
			end = e.End
		}
		if used && end != u.size {
			c.bad("the files of blob %x end at %d, its object at %d", blob, end, u.size)
		}
		return true
	})
}

func (c *counter) countFiles() error {
	err := c.t.EachFile(0, func(file ID, size int64) bool {
		c.Files.add(size)
		bytes, owned := c.owned[file]
		dead := c.garbage[Garbage{DeadFile, file}]
		switch {
		case !owned && !dead:
			c.bad("data file %016x is used by nothing", uint64(file))
		case owned && dead:
			c.bad("data file %016x is used and garbage", uint64(file))
		case owned && size < bytes:
			c.bad("data file %016x has %d bytes, %d are used", uint64(file), size, bytes)
		}
		delete(c.owned, file)
		return true
	})
	for file := range c.owned {
		if !c.t.forgetting(file, c.garbage) {
			c.bad("data file %016x is used and not recorded", uint64(file))
		}
	}
	return err
}

// forgetting reports whether a file is of a blob that is being forgotten:
// files go first.
func (t *Tx) forgetting(file ID, garbage map[Garbage]bool) bool {
	for g := range garbage {
		if g.Kind != DeadBlob {
			continue
		}
		for _, e := range t.Extents(g.ID) {
			if e.File == file {
				return true
			}
		}
	}
	return false
}

func (c *counter) checkShares() error {
	for blob, u := range c.blobs {
		if !u.there {
			c.bad("blob %x, of %d objects of %d bytes, is not there", blob, u.objects, u.size)
		}
		if had := c.t.shares(blob); had != u.objects-1 {
			c.bad("blob %x is used by %d objects, its count says %d", blob, u.objects, had+1)
		}
		if c.garbage[Garbage{DeadBlob, blob}] {
			c.bad("blob %x is garbage and used", blob)
		}
	}
	return c.t.each(sharesBucket, nil, nil, func(k, _ []byte) (bool, error) {
		if blob := ID(binary.BigEndian.Uint64(k)); c.blobs[blob] == nil {
			c.bad("blob %x is counted as shared and used by no object", blob)
		}
		return true, nil
	})
}

func (c *counter) checkGarbage() error {
	for g := range c.garbage {
		if _, lives := c.place[g.ID]; g.Kind == DeadBucket && lives {
			c.bad("bucket %x is garbage and there", g.ID)
		}
	}
	return nil
}

// WrongUsage begins the problems that Recount repairs.
const WrongUsage = "usage of"

func (c *counter) checkUsage() error {
	counts, err := c.t.Count()
	accounts := map[cloud.AccountID]Usage{}
	for _, n := range counts {
		if had := c.t.BucketUsage(n.Bucket); had != n.Usage {
			c.bad("%s bucket %x: counted %+v, the counter says %+v", WrongUsage, n.Bucket, n.Usage, had)
		}
		a := accounts[n.Account]
		accounts[n.Account] = Usage{a.Bytes + n.Bytes, a.Versions + n.Versions}
	}
	for id, n := range accounts {
		if had := c.t.AccountUsage(id); had != n {
			c.bad("%s account %s: counted %+v, the counter says %+v", WrongUsage, id, n, had)
		}
	}
	return err
}
