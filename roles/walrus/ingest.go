package walrus

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"time"

	"ecc/api/s3"
	"ecc/internal/failpoint"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/seal"
)

// content is bytes that were taken in: held in memory if there are few,
// otherwise in a data file that is on disk and not in the index yet.
type content struct {
	size   int64
	inline []byte // as index.Inline makes it; nil if in a file
	file   index.ID
	stored int64 // size of the file
	md5    []byte
	tag    string // ETag, if it is not the MD5
	sums   map[s3.Algorithm][]byte
}

func (c *content) etag() string {
	if c.tag != "" {
		return c.tag
	}
	return hex.EncodeToString(c.md5)
}

// store writes the content to the index as a new blob.
func (c *content) store(tx *index.Tx, blob index.ID) error {
	if c.inline != nil {
		return tx.PutRecord(blob, c.inline)
	}
	if err := tx.AddFile(c.file, c.stored); err != nil {
		return err
	}
	return tx.PutExtents(blob, []index.Extent{{File: c.file, End: c.size}})
}

// demand is what must be true of a body, and what to work out about it.
type demand struct {
	length   int64 // -1 if unknown
	md5      []byte
	expected s3.Expected
	sums     []s3.Algorithm
	file     bool   // keep it in a file however small it is
	key      []byte // to encrypt it with; nil to keep it plain
	opaque   bool   // the ETag is not to tell what the bytes are
	trailer  func() http.Header
}

// stored returns the bytes a body takes in a file, -1 if that is not known.
func (d demand) stored() int64 {
	if d.length < 0 || d.key == nil {
		return d.length
	}
	return seal.Size(d.length)
}

// ingest takes a body in. Whoever gets a content either sees it stored and
// calls keep, or drop.
func (w *Walrus) ingest(body io.Reader, d demand) (*content, error) {
	if err := w.room(d.length); err != nil {
		return nil, err
	}
	size := int64(maxInline)
	if d.length >= 0 {
		size = min(size, d.length)
	}
	buf := make([]byte, index.InlineHead+size+1) // one more, to see the end
	head := buf[index.InlineHead:]
	n, err := io.ReadFull(body, head)
	ended := err == io.EOF || err == io.ErrUnexpectedEOF
	switch {
	case err != nil && !ended:
		return nil, err
	case ended && !d.file:
		return w.ingestSmall(buf[:index.InlineHead+n], d)
	}
	return w.ingestFile(head[:n], body, d)
}

// ingestSmall works on a body that was read whole, to behind index.InlineHead.
func (w *Walrus) ingestSmall(buf []byte, d demand) (*content, error) {
	s, data := newSums(d.sums), buf[index.InlineHead:]
	s.write(data)
	sum := md5.Sum(data)
	c := &content{size: int64(len(data)), inline: buf, md5: sum[:], sums: s.results()}
	if err := failpoint.Hit("walrus.put.2.streamed"); err != nil {
		return nil, err
	}
	if err := c.check(d); err != nil {
		return c, err
	}
	if d.key != nil {
		sealed, err := seal.Bytes(d.key, data)
		if err := errors.Join(err, w.setTag(c, d)); err != nil {
			return c, err
		}
		c.inline = append(make([]byte, index.InlineHead, index.InlineHead+len(sealed)), sealed...)
	}
	index.Inline(c.inline)
	return c, nil
}

// ingestFile streams a body to a data file.
func (w *Walrus) ingestFile(head []byte, body io.Reader, d demand) (*content, error) {
	select {
	case w.streams <- struct{}{}:
		defer func() { <-w.streams }()
	default:
		return nil, s3.Errorf(s3.SlowDown, "")
	}
	c := &content{file: w.index.NewID()}
	w.pending.add(c.file)
	err := w.writeFile(c, io.MultiReader(bytes.NewReader(head), body), d)
	if err != nil {
		w.pending.remove(c.file)
		return nil, noSpace(err)
	}
	return c, nil
}

func (w *Walrus) writeFile(c *content, body io.Reader, d demand) error {
	f, err := w.files.Create(datafile.ID(c.file), d.stored())
	if err != nil {
		return err
	}
	defer f.Abort()
	s := newSums(d.sums)
	c.md5, c.size, err = pumpSealed(body, f, d.key, depth(len(w.streams)), s)
	if err != nil {
		return err
	}
	c.stored, c.sums = f.Size(), s.results()
	if err := failpoint.Hit("walrus.put.2.streamed"); err != nil {
		return err
	}
	if err := errors.Join(c.check(d), w.setTag(c, d)); err != nil {
		return err
	}
	begin := time.Now()
	if err := f.Commit(); err != nil {
		return err
	}
	w.meters.commit.Since(begin)
	return nil
}

// setTag makes an ETag that tells nothing, where that is wanted.
func (w *Walrus) setTag(c *content, d demand) error {
	if !d.opaque {
		return nil
	}
	var err error
	c.tag, err = w.blindTag()
	return err
}

// blindTag makes an ETag that has nothing to do with the bytes.
func (w *Walrus) blindTag() (string, error) {
	var tag [16]byte
	if _, err := io.ReadFull(w.cfg.Entropy, tag[:]); err != nil {
		return "", fmt.Errorf("make an ETag: %w", err)
	}
	return hex.EncodeToString(tag[:]), nil
}

// check holds the content against what the request promised.
func (c *content) check(d demand) error {
	if d.length >= 0 && c.size != d.length {
		return s3.Errorf(s3.InvalidRequest, "The body has %d bytes, not the %d that were declared.", c.size, d.length)
	}
	if d.md5 != nil && !bytes.Equal(d.md5, c.md5) {
		return s3.Errorf(s3.BadDigest, "")
	}
	if d.expected.Algorithm != "" {
		if err := d.expected.Check(c.sums[d.expected.Algorithm], d.trailer()); err != nil {
			return err
		}
	}
	return failpoint.Hit("walrus.put.3.verified")
}

// keep ends the content's stay outside the index, after its transaction.
func (w *Walrus) keep(c *content) { w.pending.remove(c.file) }

// drop removes content that did not make it into the index. If the index
// failed nobody knows whether it did: the next start will see.
func (w *Walrus) drop(c *content) {
	defer w.pending.remove(c.file)
	if c.inline != nil || w.index.Err() != nil {
		return
	}
	if err := w.files.Remove(datafile.ID(c.file)); err != nil {
		w.logger.Error("remove unused data file", "error", err)
	}
}

// sums computes several checksums of the same bytes.
type sums map[s3.Algorithm]hash.Hash

func newSums(algorithms []s3.Algorithm) sums {
	s := sums{}
	for _, a := range algorithms {
		if a != "" {
			s[a] = a.New()
		}
	}
	return s
}

func (s sums) write(p []byte) {
	for _, h := range s {
		h.Write(p)
	}
}

func (s sums) results() map[s3.Algorithm][]byte {
	r := map[s3.Algorithm][]byte{}
	for a, h := range s {
		r[a] = h.Sum(nil)
	}
	return r
}

// errStopped tells the reading side of a pump that the writing side failed.
var errStopped = errors.New("the writing side failed")

// digest reads to the end and returns the ETag and a checksum of what it read.
func digest(r io.Reader, a s3.Algorithm) (string, map[s3.Algorithm][]byte, error) {
	sum, s := md5.New(), newSums([]s3.Algorithm{a})
	buf := datafile.Borrow()
	defer datafile.GiveBack(buf)
	for {
		n, err := r.Read(*buf)
		sum.Write((*buf)[:n])
		s.write((*buf)[:n])
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), s.results(), nil
		}
		if err != nil {
			return "", nil, err
		}
	}
}
