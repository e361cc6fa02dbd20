package walrus

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// pickParts finds the parts a completion names, and checks the list.
func pickParts(tx *index.Tx, u index.Upload, want []s3.CompletePart) ([]index.Part, error) {
	if err := checkOrder(u, want); err != nil {
		return nil, err
	}
	have := map[int]index.Part{}
	if err := tx.Parts(u.ID, 0, func(p index.Part) bool { have[p.Number] = p; return true }); err != nil {
		return nil, err
	}
	parts := make([]index.Part, len(want))
	for i, ask := range want {
		p, ok := have[ask.Number]
		switch {
		case !ok || strings.Trim(ask.ETag, `"`) != p.ETag || !sumsMatch(ask.Sums, p):
			return nil, invalidPart(u, ask)
		case i < len(want)-1 && p.Size < s3.MinPart:
			return nil, tooSmall(p)
		}
		if err := checkComposite(u, ask, i+1); err != nil {
			return nil, err
		}
		parts[i] = p
	}
	return parts, nil
}

// checkOrder returns an error unless the numbers of the parts ascend.
func checkOrder(u index.Upload, want []s3.CompletePart) error {
	for i, ask := range want {
		if ask.Number < 1 {
			return s3.InvalidArgumentf("PartNumber", strconv.Itoa(ask.Number), "PartNumber must be >= 1")
		}
		if i > 0 && ask.Number <= want[i-1].Number {
			return s3.With(s3.Errorf(s3.InvalidPartOrder, ""), "UploadId", u.ID)
		}
	}
	return nil
}

func invalidPart(u index.Upload, ask s3.CompletePart) error {
	err := s3.With(s3.Errorf(s3.InvalidPart, ""), "UploadId", u.ID)
	return s3.With(s3.With(err, "PartNumber", ask.Number), "ETag", strings.Trim(ask.ETag, `"`))
}

func tooSmall(p index.Part) error {
	err := s3.With(s3.With(s3.Errorf(s3.EntityTooSmall, ""), "ProposedSize", p.Size), "MinSizeAllowed", s3.MinPart)
	return s3.With(s3.With(err, "PartNumber", p.Number), "ETag", p.ETag)
}

// checkComposite holds a part against what S3 demands where the checksum of
// the whole is made of those of the parts, and can only be checked by who knows
// all of them.
func checkComposite(u index.Upload, ask s3.CompletePart, place int) error {
	switch {
	case u.Type != s3.Composite:
	case ask.Number != place:
		return s3.With(s3.Errorf(s3.InvalidPartOrder, ""), "UploadId", u.ID)
	case *ask.Sums.Of(u.Algorithm) == "":
		return s3.Errorf(s3.InvalidRequest, "The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.", strings.ToLower(string(u.Algorithm)), ask.Number)
	}
	return nil
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
func assemble(u index.Upload, parts []index.Part, sums [][]byte, blob index.ID) (index.Object, []index.Extent, error) {
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
		return o, nil, s3.With(s3.With(s3.Errorf(s3.EntityTooLarge, ""), "ProposedSize", o.Size), "MaxSizeAllowed", s3.MaxObject)
	}
	o.ETag = fmt.Sprintf("%x-%d", tags.Sum(nil), len(parts))
	o.Checksum = wholeChecksum(u, parts, sums)
	return o, extents, nil
}

// sumsOf returns the checksum of each part that the object's is made from.
func sumsOf(u index.Upload, parts []index.Part) ([][]byte, error) {
	sums := make([][]byte, len(parts))
	for i, p := range parts {
		sums[i] = p.CRC64
		if u.Algorithm == "" {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(p.Checksum.Value)
		if err != nil || p.Checksum.Algorithm != u.Algorithm {
			return nil, fmt.Errorf("checksum %q of a part of a %s upload: %w", p.Checksum.Value, u.Algorithm, index.ErrCorrupt)
		}
		sums[i] = raw
	}
	return sums, nil
}

// wholeChecksum makes the checksum of the object from those of its parts.
func wholeChecksum(u index.Upload, parts []index.Part, sums [][]byte) s3.Checksum {
	c := s3.Checksum{Algorithm: u.Algorithm, Type: u.Type}
	if c.Algorithm == "" {
		c.Algorithm, c.Type = s3.CRC64NVME, s3.FullObject
	}
	if c.Type == s3.Composite {
		h := c.Algorithm.New()
		for _, s := range sums {
			h.Write(s)
		}
		c.Value = base64.StdEncoding.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(parts))
		return c
	}
	whole := sums[0]
	for i, s := range sums[1:] {
		whole = c.Algorithm.Combine(whole, s, parts[i+1].Size)
	}
	c.Value = base64.StdEncoding.EncodeToString(whole)
	return c
}

// mismatch says that a checksum is of another algorithm than it must be.
func mismatch(want, got s3.Algorithm) error {
	return s3.Errorf(s3.InvalidRequest, "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", strings.ToLower(string(want)), strings.ToLower(string(got)))
}

// checkWhole compares the object with what the completion says of it.
func checkWhole(h http.Header, o index.Object) error {
	if size := h.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.FormatInt(o.Size, 10) {
		return s3.Errorf(s3.InvalidRequest, "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	if kind := h.Get("X-Amz-Checksum-Type"); kind != "" && kind != o.Checksum.Type {
		return s3.Errorf(s3.InvalidRequest, "The upload was created using the %s checksum mode. The complete request must use the same checksum mode.", o.Checksum.Type)
	}
	for _, a := range s3.Algorithms {
		want := h.Get(a.Header())
		switch {
		case want == "":
		case a != o.Checksum.Algorithm:
			return mismatch(o.Checksum.Algorithm, a)
		case strings.Split(want, "-")[0] != strings.Split(o.Checksum.Value, "-")[0]:
			return s3.Errorf(s3.BadDigest, "The %s you specified did not match the calculated checksum.", a)
		}
	}
	return nil
}
