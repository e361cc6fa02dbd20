package walrus

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// getObjectAttributes tells what is known of an object without its bytes.
func (w *Walrus) getObjectAttributes(c *call) error {
	asked, err := s3.ReadAttributes(c.Header)
	if err != nil {
		return err
	}
	page, err := readPartPage(c)
	if err != nil {
		return err
	}
	var o index.Object
	var parts []part
	err = w.index.View(func(tx *index.Tx) error {
		if o, err = w.object(tx, c); err != nil {
			return err
		}
		if _, err := w.unlockFor(c, o); err != nil {
			return err
		}
		if err := s3.ReadConditions(c.Header, "").CheckRead(o.ETag, o.Modified); err != nil {
			return err
		}
		if asked[s3.AttributeParts] && o.Parts > 0 {
			parts, err = partsOf(tx, o)
		}
		return err
	})
	if err != nil {
		return err
	}
	setVersion(c.out.Header(), c.bucket, o)
	c.out.Header().Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	s3.WriteXML(c.out, attributesOf(o, asked, parts, page))
	return nil
}

func attributesOf(o index.Object, asked map[string]bool, parts []part, page partPage) s3.Attributes {
	var a s3.Attributes
	if asked[s3.AttributeETag] {
		a.ETag = o.ETag
	}
	if asked[s3.AttributeChecksum] && o.Checksum.Algorithm != "" {
		sums := s3.SumsOf(o.Checksum)
		a.Checksum = &sums
	}
	if asked[s3.AttributeParts] && o.Parts > 0 {
		a.Parts = page.of(o.Parts, parts)
	}
	if asked[s3.AttributeClass] {
		a.Class = classOf(o.Details)
	}
	if asked[s3.AttributeSize] {
		a.Size = &o.Size
	}
	return a
}

func classOf(d index.Details) string {
	if d.Class == "" {
		return s3.Standard
	}
	return d.Class
}

// part is one of the parts an object was uploaded in.
type part struct {
	number     int
	from, size int64
	algorithm  s3.Algorithm // of the checksum; "" if none was kept
	sum        []byte
}

func (p part) checksum(kind string) s3.Checksum {
	return s3.Checksum{Algorithm: p.algorithm, Type: kind, Value: base64.StdEncoding.EncodeToString(p.sum)}
}

// partsOf finds the parts an object was uploaded in.
func partsOf(tx *index.Tx, o index.Object) ([]part, error) {
	algorithm, sums, err := tx.PartSums(o.Blob)
	if err != nil {
		return nil, err
	}
	var parts []part
	from := int64(0)
	for i, e := range tx.Extents(o.Blob) {
		p := part{number: int(e.Part), from: from, size: e.End - from}
		if algorithm != "" {
			p.algorithm, p.sum = algorithm, sums[i]
		}
		parts = append(parts, p)
		from = e.End
	}
	return parts, nil
}

// partPage says which parts are asked for.
type partPage struct{ after, max int }

// readPartPage reads the headers that say so.
func readPartPage(c *call) (partPage, error) {
	p := partPage{max: s3.MaxList}
	for name, to := range map[string]*int{"x-amz-max-parts": &p.max, "x-amz-part-number-marker": &p.after} {
		v := c.Header.Get(name)
		if v == "" {
			continue
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 1<<31-1 {
			return p, s3.InvalidArgumentf(name, v, "Provided %s not an integer or within integer range", name)
		}
		*to = n
	}
	p.max = min(p.max, s3.MaxList)
	return p, nil
}

// of makes the page.
func (p partPage) of(count int, parts []part) *s3.AttributesParts {
	page := &s3.AttributesParts{Count: count}
	if len(parts) == 0 || parts[0].algorithm == "" {
		return page
	}
	next, truncated := p.after, false
	for _, q := range parts {
		if q.number <= p.after {
			continue
		}
		if len(page.Parts) == p.max {
			truncated = true
			break
		}
		sums := s3.SumsOf(q.checksum(""))
		page.Parts = append(page.Parts, s3.AttributesPart{Number: q.number, Size: q.size, Sums: sums})
		next = q.number
	}
	page.Marker, page.NextMarker, page.MaxParts, page.IsTruncated = &p.after, &next, &p.max, &truncated
	return page
}
