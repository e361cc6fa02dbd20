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
	part  s3.Range    // what of it was asked for
	sum   s3.Checksum // of that; empty if it is not to be told
	tags  int         // how many the caller may know of
	lock  index.Lock  // as far as the caller may know
	bytes *source     // nil for HEAD
}

// getObject answers GET and HEAD.
func (w *Walrus) getObject(c *call) error {
	if err := checkOverrides(c); err != nil {
		return err
	}
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
		if o.part, err = c.asked(tx, o.Object); err != nil {
			return err
		}
		w.reveal(tx, c, &o)
		if o.sum, err = c.sumAsked(tx, o); err != nil || c.route.Op == "HeadObject" {
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
		err := s3.With(s3.Errorf(s3.InvalidPartNumber, ""), "ActualPartCount", max(o.Parts, 1))
		return s3.Range{}, s3.With(err, "PartNumberRequested", n)
	}
	return s3.Range{Offset: from, Length: to - from}, nil
}

// sumAsked finds the checksum of what a request is for, if it asks for that
// too: the object's, or that of a part of it.
func (c *call) sumAsked(tx *index.Tx, o found) (s3.Checksum, error) {
	switch {
	case !strings.EqualFold(c.Header.Get("X-Amz-Checksum-Mode"), "ENABLED"):
		return s3.Checksum{}, nil
	case o.part.Whole, o.Parts == 0 && c.Query.Has("partNumber"):
		return o.Checksum, nil
	case !c.Query.Has("partNumber"):
		return s3.Checksum{}, nil
	}
	parts, err := partsOf(tx, o.Object)
	for _, p := range parts {
		if p.from == o.part.Offset && p.size == o.part.Length && p.algorithm != "" {
			return p.checksum(o.Checksum.Type), nil
		}
	}
	return s3.Checksum{}, err
}

// reveal finds what of an object's tags and lock the caller may know.
func (w *Walrus) reveal(tx *index.Tx, c *call, o *found) {
	may := func(action string) bool { return w.permit(tx, c, action, c.bucket, c.key, &o.Object) == nil }
	tagging := "s3:GetObjectTagging"
	if c.version.given {
		tagging = "s3:GetObjectVersionTagging"
	}
	if len(o.Tags) > 0 && may(tagging) {
		o.tags = len(o.Tags)
	}
	if o.Lock.Mode != "" && may("s3:GetObjectRetention") {
		o.lock.Mode, o.lock.Until = o.Lock.Mode, o.Lock.Until
	}
	if o.Lock.Held && may("s3:GetObjectLegalHold") {
		o.lock.Hold, o.lock.Held = o.Lock.Hold, true
	}
}

// answerGet writes the answer, beginning with the bytes read already.
func (w *Walrus) answerGet(c *call, o found, first []byte) error {
	h := c.out.Header()
	setIdentity(h, o.Object)
	setVersion(h, c.bucket, o.Object)
	if !c.version.given {
		w.tellExpiry(c, o.Object)
	}
	o.Metadata.Write(h)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(o.part.Length, 10))
	o.writeDetails(h)
	if c.Query.Has("partNumber") && o.Parts > 0 {
		h.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(o.Parts))
	}
	writeChecksum(h, o.sum)
	encrypted, err := w.encryptionOf(c, o.Seal)
	if err != nil {
		return err
	}
	encrypted.Write(h)
	override(h, c)
	status := http.StatusOK
	if !o.part.Whole && o.part.Length > 0 { // of nothing there is no range
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", o.part.Offset, o.part.Offset+o.part.Length-1, o.Size))
	}
	c.out.WriteHeader(status)
	if o.bytes == nil {
		return nil
	}
	return o.bytes.copyTo(c.out, first)
}

// writeDetails sets the headers of what not every object has.
func (o *found) writeDetails(h http.Header) {
	if o.Class != "" {
		h.Set("X-Amz-Storage-Class", o.Class)
	}
	if o.Redirect != "" {
		h.Set("X-Amz-Website-Redirect-Location", o.Redirect)
	}
	if o.tags > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(o.tags))
	}
	setLock(h, o.lock)
}

// setIdentity sets the headers that tell an object from its other states.
func setIdentity(h http.Header, o index.Object) {
	h.Set("Etag", s3.Quote(o.ETag))
	h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
}

// overrides are the headers of an answer that a signed request may choose.
var overrides = []string{"Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"}

// override applies the response-* parameters of a request.
func override(h http.Header, c *call) {
	if len(c.Query) == 0 {
		return
	}
	for _, name := range overrides {
		if v := c.Query.Get("response-" + strings.ToLower(name)); v != "" {
			h.Set(name, v)
		}
	}
}

// checkOverrides refuses response-* parameters that nobody signed.
func checkOverrides(c *call) error {
	if !c.Anonymous {
		return nil
	}
	for _, name := range overrides {
		if c.Query.Has("response-" + strings.ToLower(name)) {
			return s3.Errorf(s3.InvalidRequest, "Request specific response headers cannot be used for anonymous GET requests.")
		}
	}
	return nil
}
