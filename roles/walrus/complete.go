package walrus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/internal/failpoint"
	"ecc/roles/walrus/index"
)

// completeUpload makes an object of the parts of an upload. No byte is moved:
// the object is the list of the parts' files.
func (w *Walrus) completeUpload(c *call) error {
	var request s3.Complete
	doc := c.document()
	doc.Header = http.Header{"Content-Md5": c.Header["Content-Md5"]} // x-amz-checksum-* are the object's here
	if ok, err := doc.Decode(&request); err != nil {
		return err
	} else if !ok || len(request.Parts) == 0 || len(request.Parts) > s3.MaxPart {
		return s3.Errorf(s3.MalformedXML, "")
	}
	conditions := s3.ReadConditions(c.Header, "")
	blob := w.index.NewID()
	hash := hashParts(request.Parts)
	if err := failpoint.Hit("walrus.complete.1.parsed"); err != nil {
		return err
	}
	var done index.Completed
	err := w.lively(c, func() (err error) {
		done, err = w.completeNow(c, request.Parts, blob, hash, conditions)
		return err
	}, func() (any, error) { return w.tellComplete(c, done) })
	if err != nil {
		return err
	}
	return failpoint.Hit("walrus.complete.6.replied")
}

func (w *Walrus) completeNow(c *call, parts []s3.CompletePart, blob index.ID, hash string, conditions s3.Conditions) (done index.Completed, err error) {
	err = w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		done, err = w.complete(tx, c, parts, blob, hash, conditions)
		return err
	})
	if err != nil {
		return done, err
	}
	w.reclaim.Kick()
	return done, failpoint.Hit("walrus.complete.5.committed")
}

// tellComplete sets the headers of the answer and makes its document.
func (w *Walrus) tellComplete(c *call, done index.Completed) (any, error) {
	if done.Version != "" {
		c.out.Header().Set("X-Amz-Version-Id", done.Version)
	}
	w.tellExpiryOfKey(c)
	encrypted, err := w.encryptionOf(c, done.Seal)
	if err != nil {
		return nil, err
	}
	encrypted.CustomerMD5 = "" // S3 does not tell it here
	encrypted.Write(c.out.Header())
	return s3.CompleteResult{
		Location: w.location(c), Bucket: c.bucket.Name, Key: c.key, ETag: s3.Quote(done.ETag), Sums: s3.SumsOf(done.Checksum),
	}, nil
}

// complete is the one transaction in which an upload becomes an object.
func (w *Walrus) complete(tx *index.Tx, c *call, want []s3.CompletePart, blob index.ID, hash string, conditions s3.Conditions) (index.Completed, error) {
	id := c.Query.Get("uploadId")
	now, err := tx.Now(c.bucket)
	if err != nil {
		return index.Completed{}, err
	}
	c.bucket = now
	u, err := tx.Upload(c.bucket.ID, c.key, id)
	if notFound(err) {
		return repeated(tx, c, id, hash)
	}
	if err != nil {
		return index.Completed{}, err
	}
	if blob, err = uploadBlob(u, blob); err != nil {
		return index.Completed{}, err
	}
	parts, err := pickParts(tx, u, want)
	if err != nil {
		return index.Completed{}, err
	}
	if err := failpoint.Hit("walrus.complete.2.verified"); err != nil {
		return index.Completed{}, err
	}
	sums, err := sumsOf(u, parts)
	if err != nil {
		return index.Completed{}, err
	}
	o, extents, err := assemble(u, parts, sums, blob)
	if err != nil {
		return index.Completed{}, err
	}
	if err := checkWhole(c.Header, o); err != nil {
		return index.Completed{}, err
	}
	if err := w.checkWrite(tx, c, c.bucket, c.key, conditions); err != nil {
		return index.Completed{}, err
	}
	if err := failpoint.Hit("walrus.complete.3.assembled"); err != nil {
		return index.Completed{}, err
	}
	done := index.Completed{Bucket: u.Bucket, Key: u.Key, ETag: o.ETag, Checksum: o.Checksum, Seal: o.Seal, Request: hash, At: w.cfg.Now().UTC()}
	return w.store(tx, c, u, o, extents, sums, done)
}

// store writes the object and ends the upload. Parts that were uploaded and
// not asked for become garbage.
func (w *Walrus) store(tx *index.Tx, c *call, u index.Upload, o index.Object, extents []index.Extent, sums [][]byte, done index.Completed) (index.Completed, error) {
	used := make(map[index.ID]bool, len(extents))
	for _, e := range extents {
		used[e.File] = true
	}
	if err := tx.PutExtents(o.Blob, extents); err != nil {
		return done, err
	}
	if u.Algorithm != "" {
		if err := tx.PutPartSums(o.Blob, u.Algorithm, sums); err != nil {
			return done, err
		}
	}
	if err := tx.EndUpload(u, func(p index.Part) bool { return used[p.File] }); err != nil {
		return done, err
	}
	o, err := w.putNew(tx, c, c.bucket, o)
	if err != nil {
		return done, err
	}
	if c.bucket.Versioning != index.Unversioned {
		done.Version = o.VersionID()
	}
	if err := tx.PutCompleted(u.ID, done); err != nil {
		return done, err
	}
	return done, failpoint.Hit("walrus.complete.4.written")
}

// repeated answers the second completion of an upload as the first, if it asks
// for the same.
func repeated(tx *index.Tx, c *call, id, hash string) (index.Completed, error) {
	done, ok, err := tx.Completed(id)
	if err == nil && (!ok || done.Bucket != c.bucket.ID || done.Key != c.key || done.Request != hash) {
		err = missingUpload(id)
	}
	return done, err
}

// location is the address of the object a request is about.
func (w *Walrus) location(c *call) string {
	path := "/" + c.key
	if auth.HostBucket(c.host, w.cfg.Domain) == "" {
		path = "/" + c.name + path
	}
	return (&url.URL{Scheme: "http", Host: c.host, Path: path}).String()
}

func hashParts(parts []s3.CompletePart) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return "" // numbers and strings can always be written
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
