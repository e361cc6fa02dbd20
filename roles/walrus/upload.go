package walrus

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

func (w *Walrus) createUpload(c *call) error {
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
		u, err = tx.Upload(c.bucket.ID, c.key, c.Query.Get("uploadId"))
		return err
	})
	return u, err
}

func (w *Walrus) abortUpload(c *call) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		u, err := tx.Upload(c.bucket.ID, c.key, c.Query.Get("uploadId"))
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
		Bucket: c.bucket.Name, Key: c.key, UploadID: c.Query.Get("uploadId"), Class: "STANDARD",
		Marker: marker, MaxParts: min(max, s3.MaxList), Owner: bucketOwner(c.bucket),
	}
	err = w.index.View(func(tx *index.Tx) error {
		u, err := tx.Upload(c.bucket.ID, c.key, list.UploadID)
		if err != nil {
			return err
		}
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

func (w *Walrus) listUploads(c *call) error {
	p, err := s3.ReadPaging(c.Query, "max-uploads")
	if err != nil {
		return err
	}
	if p.Delimiter != "" {
		return s3.Errorf(s3.NotImplemented, "A delimiter in ListMultipartUploads is not implemented.")
	}
	key, id := c.Query.Get("key-marker"), c.Query.Get("upload-id-marker")
	list := s3.UploadList{
		Bucket: c.bucket.Name, KeyMarker: p.Encode(key), UploadIDMarker: id, Prefix: p.Encode(p.Prefix),
		EncodingType: p.EncodingType(), MaxUploads: p.Max,
	}
	err = w.index.View(func(tx *index.Tx) error {
		return tx.Uploads(c.bucket.ID, p.Prefix, key, id, func(u index.Upload) bool {
			if len(list.Uploads) == p.Max {
				list.IsTruncated = p.Max > 0
				return false
			}
			list.Uploads = append(list.Uploads, uploadEntry(u, c.bucket, p))
			list.NextKeyMarker, list.NextUploadIDMarker = p.Encode(u.Key), u.ID
			return true
		})
	})
	if err != nil {
		return err
	}
	if !list.IsTruncated {
		list.NextKeyMarker, list.NextUploadIDMarker = "", ""
	}
	s3.WriteXML(c.out, list)
	return nil
}

func uploadEntry(u index.Upload, b index.Bucket, p s3.Paging) s3.UploadEntry {
	return s3.UploadEntry{
		Key: p.Encode(u.Key), UploadID: u.ID, Initiator: s3.Owner{ID: u.Canonical}, Owner: bucketOwner(b),
		Class: "STANDARD", Initiated: s3.Time(u.Created), Algorithm: u.Algorithm, Type: u.Type,
	}
}

func missingUpload(id string) error {
	return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResUpload, ID: id}
}
