package walrus

import (
	"io"
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) uploadPart(c *call) error {
	if err := s3.CheckPartHeaders(c.Header); err != nil {
		return err
	}
	d, err := c.demand()
	if err != nil {
		return err
	}
	plan, err := w.planPart(c, d)
	if err != nil {
		return err
	}
	p, err := w.takePart(c, c.Body, plan)
	if err != nil {
		return err
	}
	c.out.Header().Set("Etag", s3.Quote(p.ETag))
	if p.Checksum.Algorithm != "" {
		c.out.Header().Set(p.Checksum.Algorithm.Header(), p.Checksum.Value)
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// uploadPartCopy takes a part from an object. The bytes are copied: a part is
// always one file, so that an object never has more files than parts.
func (w *Walrus) uploadPartCopy(c *call) error {
	if err := s3.CheckPartHeaders(c.Header); err != nil {
		return err
	}
	from, err := w.origin(c)
	if err != nil {
		return err
	}
	o, src, length, err := w.openRange(c, from)
	if err != nil {
		return err
	}
	defer src.close()
	plan, err := w.planPart(c, demand{length: length})
	if err != nil {
		return err
	}
	var p index.Part
	return w.lively(c, func() (err error) {
		p, err = w.takePart(c, src, plan)
		return err
	}, func() (any, error) {
		setSourceVersion(c, from.bucket, o)
		sums := s3.SumsOf(p.Checksum)
		sums.Type = ""
		return s3.CopyPartResult{Modified: s3.Time(p.Modified), ETag: s3.Quote(p.ETag), Sums: sums}, nil
	})
}

// openRange opens the range of an object a part is to be copied from.
func (w *Walrus) openRange(c *call, from origin) (o index.Object, src *source, length int64, err error) {
	w.pins.lookup.RLock()
	defer w.pins.lookup.RUnlock()
	err = w.index.View(func(tx *index.Tx) error {
		if o, err = from.find(tx); err != nil {
			return err
		}
		if err := w.permitOrigin(tx, c, from, &o); err != nil {
			return err
		}
		if err := from.conditions.CheckSource(o.ETag, o.Modified); err != nil {
			return err
		}
		r, err := s3.ParseCopyRange(c.Header.Get("X-Amz-Copy-Source-Range"), o.Size)
		if err != nil {
			return err
		}
		if length = r.Length; length > s3.MaxPut {
			return tooLargeToCopy()
		}
		key, err := w.unlockSource(c, from.bucket, o)
		if err != nil {
			return err
		}
		src, err = w.open(tx, o, r, key)
		return err
	})
	return o, src, length, err
}

// plannedPart is a part whose body has not come yet.
type plannedPart struct {
	demand
	number int
	upload index.Upload
	salt   []byte
}

// planPart finds what a part is to be.
func (w *Walrus) planPart(c *call, d demand) (p plannedPart, err error) {
	p.number, err = s3.ReadInt(c.Query, "partNumber", 0, 1, s3.MaxPart)
	if err != nil || p.number == 0 {
		return p, s3.InvalidArgumentf("partNumber", c.Query.Get("partNumber"), "Part number must be an integer between 1 and %d, inclusive", s3.MaxPart)
	}
	if p.upload, err = w.upload(c); err != nil {
		return p, err
	}
	if c.route.Op == "UploadPart" {
		if err := w.checkDigested(c, d, p.upload.Details.Lock, "Put Part"); err != nil {
			return p, err
		}
	}
	if err := d.forPart(p.upload); err != nil {
		return p, err
	}
	if err := w.afford(c, d.length, p.number); err != nil {
		return p, err
	}
	p.salt, err = w.coverPart(c, p.upload, &d)
	p.demand = d
	return p, err
}

// takePart takes a body in as a part of an upload.
func (w *Walrus) takePart(c *call, body io.Reader, plan plannedPart) (index.Part, error) {
	content, err := w.ingest(body, plan.demand)
	if err != nil {
		return index.Part{}, err
	}
	p := index.Part{
		Number: plan.number, File: content.file, Size: content.size, ETag: content.etag(),
		Modified: w.cfg.Now().UTC(), CRC64: content.sums[s3.CRC64NVME], Salt: plan.salt,
	}
	if plan.expected.Algorithm != "" {
		p.Checksum = checksum(plan.expected.Algorithm, content.sums)
	}
	return p, w.publishPart(c, plan.upload, p, content)
}

// forPart adds what the upload demands: each part in a file, with the
// checksum that the whole object's is made from.
func (d *demand) forPart(u index.Upload) error {
	switch {
	case d.expected.Algorithm == "":
		d.expected.Algorithm = u.Algorithm
	case u.Algorithm != "" && d.expected.Algorithm != u.Algorithm:
		return mismatch(u.Algorithm, d.expected.Algorithm)
	}
	d.file = true
	d.sums = []s3.Algorithm{d.expected.Algorithm}
	if u.Algorithm == "" {
		d.sums = append(d.sums, s3.CRC64NVME)
	}
	return nil
}

func (w *Walrus) publishPart(c *call, u index.Upload, p index.Part, content *content) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		if _, err := tx.Upload(u.Bucket, u.Key, u.ID); err != nil {
			return err
		}
		if err := tx.AddFile(p.File, content.stored); err != nil {
			return err
		}
		return w.charged(tx, c.bucket, func() error { return tx.PutPart(u, p) })
	})
	if err != nil {
		w.drop(content)
		return err
	}
	w.keep(content)
	w.reclaim.Kick()
	return nil
}
