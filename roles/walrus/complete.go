package walrus

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

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
	err := w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		done, err = w.complete(tx, c, request.Parts, blob, hash, conditions)
		return err
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	if err := failpoint.Hit("walrus.complete.5.committed"); err != nil {
		return err
	}
	if done.Version != "" {
		c.out.Header().Set("X-Amz-Version-Id", done.Version)
	}
	encrypted, err := w.tell(c, done.Seal)
	if err != nil {
		return err
	}
	encrypted.CustomerMD5 = "" // S3 does not tell it here
	encrypted.Write(c.out.Header())
	s3.WriteXML(c.out, s3.CompleteResult{
		Location: "http://" + c.host + "/" + c.bucket.Name + "/" + c.key,
		Bucket:   c.bucket.Name, Key: c.key, ETag: s3.Quote(done.ETag), Sums: s3.SumsOf(done.Checksum),
	})
	return failpoint.Hit("walrus.complete.6.replied")
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
	o, extents, err := assemble(u, parts, blob)
	if err != nil {
		return index.Completed{}, err
	}
	if err := checkWhole(c.Header, o); err != nil {
		return index.Completed{}, err
	}
	if err := checkWrite(tx, c.bucket.ID, c.key, conditions); err != nil {
		return index.Completed{}, err
	}
	if err := failpoint.Hit("walrus.complete.3.assembled"); err != nil {
		return index.Completed{}, err
	}
	done := index.Completed{Bucket: u.Bucket, Key: u.Key, ETag: o.ETag, Checksum: o.Checksum, Seal: o.Seal, Request: hash, At: w.cfg.Now().UTC()}
	return w.store(tx, c.bucket, u, o, extents, done)
}

// store writes the object and ends the upload. Parts that were uploaded and
// not asked for become garbage.
func (w *Walrus) store(tx *index.Tx, b index.Bucket, u index.Upload, o index.Object, extents []index.Extent, done index.Completed) (index.Completed, error) {
	used := make(map[index.ID]bool, len(extents))
	for _, e := range extents {
		used[e.File] = true
	}
	if err := tx.PutExtents(o.Blob, extents); err != nil {
		return done, err
	}
	if err := tx.EndUpload(u, func(p index.Part) bool { return used[p.File] }); err != nil {
		return done, err
	}
	o, err := putNewest(tx, b, o, w.cfg.Now())
	if err != nil {
		return done, err
	}
	if b.Versioning != index.Unversioned {
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

// pickParts finds the parts a completion names, and checks the list.
func pickParts(tx *index.Tx, u index.Upload, want []s3.CompletePart) ([]index.Part, error) {
	have := map[int]index.Part{}
	if err := tx.Parts(u.ID, 0, func(p index.Part) bool { have[p.Number] = p; return true }); err != nil {
		return nil, err
	}
	parts := make([]index.Part, len(want))
	for i, ask := range want {
		p, ok := have[ask.Number]
		switch {
		case i > 0 && ask.Number <= want[i-1].Number:
			return nil, s3.Errorf(s3.InvalidPartOrder, "")
		case !ok || strings.Trim(ask.ETag, `"`) != p.ETag || !sumsMatch(ask.Sums, p):
			return nil, s3.Errorf(s3.InvalidPart, "")
		case i < len(want)-1 && p.Size < s3.MinPart:
			return nil, s3.Errorf(s3.EntityTooSmall, "")
		}
		parts[i] = p
	}
	return parts, nil
}

// sumsMatch compares the checksums a completion repeats with those we know.
func sumsMatch(ask s3.Sums, p index.Part) bool {
	for _, a := range s3.Algorithms {
		got := *ask.Of(a)
		known := base64.StdEncoding.EncodeToString(p.CRC64)
		if a == p.Checksum.Algorithm {
			known = p.Checksum.Value
		} else if a != s3.CRC64NVME {
			known = ""
		}
		if got != "" && known != "" && got != known {
			return false
		}
	}
	return true
}

// assemble works out the object that the parts make.
func assemble(u index.Upload, parts []index.Part, blob index.ID) (index.Object, []index.Extent, error) {
	o := index.Object{Key: u.Key, Blob: blob, Details: u.Details}
	o.Parts = len(parts)
	if o.Account == "" { // an upload of schema 1
		o.Account, o.Metadata = u.Account, u.Metadata
	}
	extents := make([]index.Extent, len(parts))
	tags := md5.New()
	for i, p := range parts {
		raw, err := hex.DecodeString(p.ETag)
		if err != nil {
			return o, nil, fmt.Errorf("decode ETag of a part: %w", err)
		}
		tags.Write(raw)
		o.Size += p.Size
		extents[i] = index.Extent{File: p.File, End: o.Size, Part: uint32(p.Number), Salt: p.Salt}
	}
	if o.Size > s3.MaxObject {
		return o, nil, s3.Errorf(s3.EntityTooLarge, "")
	}
	o.ETag = fmt.Sprintf("%x-%d", tags.Sum(nil), len(parts))
	var err error
	o.Checksum, err = wholeChecksum(u, parts)
	return o, extents, err
}

// wholeChecksum makes the checksum of the object from those of its parts.
func wholeChecksum(u index.Upload, parts []index.Part) (s3.Checksum, error) {
	if u.Algorithm == "" {
		u.Algorithm, u.Type = s3.CRC64NVME, s3.FullObject
	}
	sums := make([][]byte, len(parts))
	for i, p := range parts {
		sums[i] = p.CRC64
		if p.Checksum.Algorithm == u.Algorithm {
			raw, err := base64.StdEncoding.DecodeString(p.Checksum.Value)
			if err != nil {
				return s3.Checksum{}, fmt.Errorf("decode checksum of a part: %w", err)
			}
			sums[i] = raw
		}
	}
	c := s3.Checksum{Algorithm: u.Algorithm, Type: u.Type}
	if u.Type == s3.Composite {
		h := u.Algorithm.New()
		for _, s := range sums {
			h.Write(s)
		}
		c.Value = base64.StdEncoding.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(parts))
		return c, nil
	}
	whole := sums[0]
	for i, s := range sums[1:] {
		whole = u.Algorithm.Combine(whole, s, parts[i+1].Size)
	}
	c.Value = base64.StdEncoding.EncodeToString(whole)
	return c, nil
}

// checkWhole compares the object with what the completion says of it.
func checkWhole(h http.Header, o index.Object) error {
	if size := h.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.FormatInt(o.Size, 10) {
		return s3.Errorf(s3.InvalidRequest, "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	want := h.Get(o.Checksum.Algorithm.Header())
	if want != "" && strings.Split(want, "-")[0] != strings.Split(o.Checksum.Value, "-")[0] {
		return s3.Errorf(s3.BadDigest, "The %s you specified did not match the calculated checksum.", o.Checksum.Algorithm)
	}
	return nil
}

func hashParts(parts []s3.CompletePart) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return "" // numbers and strings can always be written
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
