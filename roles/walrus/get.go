package walrus

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// found is an object as a read sees it: one state of the index.
type found struct {
	index.Object
	part  s3.Range // what of it was asked for
	bytes *source  // nil for HEAD
}

// getObject answers GET and HEAD.
func (w *Walrus) getObject(c *call) error {
	o, err := w.find(c)
	if err != nil {
		if s3.Is(err, s3.NotModified) {
			setIdentity(c.out.Header(), o.Object)
			setVersion(c.out.Header(), c.bucket, o.Object)
			o.Metadata.WriteCaching(c.out.Header())
		}
		return err
	}
	if o.bytes == nil {
		return w.answerGet(c, o, nil)
	}
	defer o.bytes.close()
	// The first bytes are read, and checked, before anything is promised.
	first, err := o.bytes.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return w.answerGet(c, o, first)
}

// find looks an object up, applies the conditions and pins its files.
func (w *Walrus) find(c *call) (o found, err error) {
	w.pins.lookup.RLock()
	defer w.pins.lookup.RUnlock()
	err = w.index.View(func(tx *index.Tx) error {
		if o.Object, err = w.object(tx, c); err != nil {
			return err
		}
		key, err := w.unlockFor(c, o.Object)
		if err != nil {
			return err
		}
		if err := s3.ReadConditions(c.Header, "").CheckRead(o.ETag, o.Modified); err != nil {
			return err
		}
		if o.part, err = c.asked(tx, o.Object); err != nil || c.route.Op == "HeadObject" {
			return err
		}
		o.bytes, err = w.open(tx, o.Object, o.part, key)
		return err
	})
	return o, err
}

// asked finds which bytes a request is for: all, a range or a part.
func (c *call) asked(tx *index.Tx, o index.Object) (s3.Range, error) {
	if !c.Query.Has("partNumber") {
		return s3.ParseRange(c.Header.Get("Range"), o.Size)
	}
	n, err := s3.ReadInt(c.Query, "partNumber", 0, 1, s3.MaxPart)
	switch {
	case err != nil:
		return s3.Range{}, err
	case c.Header.Get("Range") != "":
		return s3.Range{}, s3.Errorf(s3.InvalidRequest, "Cannot specify both Range header and partNumber query parameter")
	case o.Parts == 0 && n == 1:
		return s3.Range{Length: o.Size}, nil
	}
	from, to, ok := tx.PartRange(o.Blob, n)
	if !ok || o.Parts == 0 {
		return s3.Range{}, s3.Errorf(s3.InvalidPartNumber, "")
	}
	return s3.Range{Offset: from, Length: to - from}, nil
}

// answerGet writes the answer, beginning with the bytes read already.
func (w *Walrus) answerGet(c *call, o found, first []byte) error {
	h := c.out.Header()
	setIdentity(h, o.Object)
	setVersion(h, c.bucket, o.Object)
	o.Metadata.Write(h)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(o.part.Length, 10))
	if o.Class != "" {
		h.Set("X-Amz-Storage-Class", o.Class)
	}
	if c.Query.Has("partNumber") && o.Parts > 0 {
		h.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(o.Parts))
	}
	if o.part.Whole && strings.EqualFold(c.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
		writeChecksum(h, o.Checksum)
	}
	encrypted, err := w.tell(c, o.Seal)
	if err != nil {
		return err
	}
	encrypted.Write(h)
	override(h, c)
	status := http.StatusOK
	if !o.part.Whole {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", o.part.Offset, o.part.Offset+o.part.Length-1, o.Size))
	}
	c.out.WriteHeader(status)
	if o.bytes == nil {
		return nil
	}
	return o.bytes.copyTo(c.out, first)
}

// setIdentity sets the headers that tell an object from its other states.
func setIdentity(h http.Header, o index.Object) {
	h.Set("Etag", s3.Quote(o.ETag))
	h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
}

// override applies the response-* parameters of a signed request.
func override(h http.Header, c *call) {
	for _, name := range []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"} {
		if v := c.Query.Get("response-" + strings.ToLower(name)); v != "" {
			h.Set(name, v)
		}
	}
}

// getObjectTagging answers that an object has no tags: none can be given yet.
// The aws CLI asks before it copies a large object.
func (w *Walrus) getObjectTagging(c *call) error {
	err := w.index.View(func(tx *index.Tx) error {
		_, err := w.object(tx, c)
		return err
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, s3.Tagging{})
	return nil
}
