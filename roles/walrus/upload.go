package walrus

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) createUpload(c *call) error {
	if c.Anonymous {
		return s3.Errorf(s3.AccessDenied, "Anonymous users cannot initiate multipart uploads.  Please authenticate.")
	}
	details, err := w.readDetails(c)
	if err != nil {
		return err
	}
	u := index.Upload{
		Key: c.key, Bucket: c.bucket.ID, Account: c.Caller.Account, Payer: c.bucket.Account, Canonical: c.Account.Canonical,
		Created: w.cfg.Now().UTC(), Details: details,
	}
	if u.Algorithm, u.Type, err = readUploadChecksum(c.Header); err != nil {
		return err
	}
	if u.ID, err = w.uploadID(); err != nil {
		return err
	}
	cover, err := w.cover(c)
	if err != nil {
		return err
	}
	if u.Details.Seal, err = w.sealUpload(c, cover); err != nil {
		return err
	}
	err = w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		return tx.PutUpload(u)
	})
	if err != nil {
		return err
	}
	if u.Algorithm != "" {
		c.out.Header().Set("X-Amz-Checksum-Algorithm", string(u.Algorithm))
		c.out.Header().Set("X-Amz-Checksum-Type", u.Type)
	}
	if err := w.tellWrite(c, u.Details.Seal); err != nil {
		return err
	}
	w.tellAbort(c, u)
	s3.WriteXML(c.out, s3.InitiateResult{Bucket: c.bucket.Name, Key: c.key, UploadID: u.ID})
	return nil
}

// readUploadChecksum reads which checksum the finished object shall have.
func readUploadChecksum(h http.Header) (s3.Algorithm, string, error) {
	name, kind := h.Get("X-Amz-Checksum-Algorithm"), h.Get("X-Amz-Checksum-Type")
	if name == "" {
		if kind != "" {
			return "", "", s3.Errorf(s3.InvalidRequest, "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
		}
		return "", "", nil
	}
	a, err := s3.ParseAlgorithm(name)
	switch {
	case err != nil:
		return "", "", err
	case kind == "" && a == s3.CRC64NVME:
		kind = s3.FullObject
	case kind == "":
		kind = s3.Composite
	case kind == s3.FullObject && a.Linear():
	case kind == s3.Composite && a != s3.CRC64NVME:
	default:
		return "", "", s3.Errorf(s3.InvalidRequest, "The %s checksum type cannot be used with the %s checksum algorithm.", kind, a)
	}
	return a, kind, nil
}

// uploadID makes an id nobody can guess that begins with the time.
func (w *Walrus) uploadID() (string, error) {
	var b [12]byte
	if _, err := io.ReadFull(w.cfg.Entropy, b[:]); err != nil {
		return "", fmt.Errorf("make an upload id: %w", err)
	}
	return fmt.Sprintf("%08x", uint32(w.cfg.Now().Unix())) + hex.EncodeToString(b[:]), nil
}

// upload finds the upload a request names.
func (w *Walrus) upload(c *call) (u index.Upload, err error) {
	err = w.index.View(func(tx *index.Tx) (err error) {
		u, err = uploadIn(tx, c)
		return err
	})
	return u, err
}

func (w *Walrus) abortUpload(c *call) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		u, err := uploadIn(tx, c)
		if err != nil {
			return err
		}
		return tx.EndUpload(u, func(index.Part) bool { return false })
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Walrus) listParts(c *call) error {
	max, err := s3.ReadInt(c.Query, "max-parts", s3.MaxList, 0, 1<<31-1)
	if err != nil {
		return err
	}
	marker, err := s3.ReadInt(c.Query, "part-number-marker", 0, 0, 1<<31-2)
	if err != nil {
		return err
	}
	list := s3.PartList{
		Bucket: c.bucket.Name, Key: c.key, UploadID: c.Query.Get("uploadId"),
		Marker: marker, MaxParts: min(max, s3.MaxList), Owner: bucketOwner(c.bucket),
	}
	err = w.index.View(func(tx *index.Tx) error {
		u, err := uploadIn(tx, c)
		if err != nil {
			return err
		}
		list.Class = classOf(u.Details)
		list.Algorithm, list.Type, list.Initiator = u.Algorithm, u.Type, s3.Owner{ID: u.Canonical}
		return tx.Parts(u.ID, marker, func(p index.Part) bool { return addPart(&list, p) })
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, list)
	return nil
}

// addPart adds a part to a page, and reports whether there is room for more.
func addPart(list *s3.PartList, p index.Part) bool {
	if len(list.Parts) == list.MaxParts {
		list.IsTruncated = list.MaxParts > 0
		return false
	}
	sums := s3.SumsOf(p.Checksum)
	sums.Type = ""
	list.Parts = append(list.Parts, s3.PartEntry{Number: p.Number, Modified: s3.Time(p.Modified), ETag: s3.Quote(p.ETag), Size: p.Size, Sums: sums})
	list.NextMarker = p.Number
	return true
}

func missingUpload(id string) error { return s3.With(s3.Errorf(s3.NoSuchUpload, ""), "UploadId", id) }

// uploadIn finds the upload a request names.
func uploadIn(tx *index.Tx, c *call) (index.Upload, error) {
	id := c.Query.Get("uploadId")
	u, err := tx.Upload(c.bucket.ID, c.key, id)
	if notFound(err) {
		err = missingUpload(id)
	}
	return u, err
}
