package walrus

import (
	"encoding/base64"
	"strings"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) listObjects(c *call) error {
	p, err := s3.ReadPaging(c.Query, "max-keys")
	if err != nil {
		return err
	}
	marker := c.Query.Get("marker")
	list, last, err := w.list(c, p, marker, true)
	if err != nil {
		return err
	}
	encoded := p.Encode(marker)
	list.Marker = &encoded
	if list.IsTruncated && p.Delimiter != "" {
		list.NextMarker = p.Encode(last)
	}
	s3.WriteXML(c.out, list)
	return nil
}

func (w *Walrus) listObjectsV2(c *call) error {
	p, err := s3.ReadPaging(c.Query, "max-keys")
	if err != nil {
		return err
	}
	if c.Query.Get("list-type") != "2" {
		return s3.InvalidArgumentf("list-type", c.Query.Get("list-type"), "Invalid List Type specified in Request")
	}
	after := c.Query.Get("start-after")
	list := &s3.List{StartAfter: p.Encode(after)}
	if c.Query.Has("continuation-token") {
		token := c.Query.Get("continuation-token")
		list.Token = &token
		if after, err = openToken(token); err != nil {
			return err
		}
	}
	page, last, err := w.list(c, p, after, strings.EqualFold(c.Query.Get("fetch-owner"), "true"))
	if err != nil {
		return err
	}
	page.StartAfter, page.Token = list.StartAfter, list.Token
	count := len(page.Contents) + len(page.Prefixes)
	page.KeyCount = &count
	if page.IsTruncated {
		page.NextToken = sealToken(last)
	}
	s3.WriteXML(c.out, page)
	return nil
}

// list makes a page of either version, and returns the last entry as well.
// With owners, each entry has its own.
func (w *Walrus) list(c *call, p s3.Paging, after string, owners bool) (*s3.List, string, error) {
	list := &s3.List{
		Name: c.bucket.Name, Prefix: p.Encode(p.Prefix), Delimiter: p.Encode(p.Delimiter),
		MaxKeys: p.Max, EncodingType: p.EncodingType(),
	}
	if p.Max == 0 {
		return list, "", nil
	}
	var page []index.Listed
	err := w.index.View(func(tx *index.Tx) (err error) {
		page, list.IsTruncated, err = tx.List(c.bucket.ID, index.Listing{Prefix: p.Prefix, Delimiter: p.Delimiter, After: after, Max: p.Max})
		return err
	})
	last := ""
	for _, e := range page {
		last = e.Key
		if e.Group {
			list.Prefixes = append(list.Prefixes, s3.Prefix{Prefix: p.Encode(e.Key)})
			continue
		}
		entry := listEntry(e, p)
		if owners {
			o := listedOwner(e, c.bucket)
			entry.Owner = &o
		}
		list.Contents = append(list.Contents, entry)
	}
	return list, last, err
}

func listEntry(e index.Listed, p s3.Paging) s3.Entry {
	entry := s3.Entry{Key: p.Encode(e.Key), Modified: s3.Time(e.Modified), ETag: s3.Quote(e.ETag), Size: e.Size, Class: "STANDARD", Algorithm: e.Algorithm}
	if e.Class != "" {
		entry.Class = e.Class
	}
	switch {
	case e.Composite:
		entry.Type = s3.Composite
	case e.Algorithm != "":
		entry.Type = s3.FullObject
	}
	return entry
}

// A continuation token is the last key in disguise, so that nobody takes it
// for one.
func sealToken(key string) string { return base64.RawURLEncoding.EncodeToString([]byte("1" + key)) }

func openToken(token string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) == 0 || b[0] != '1' || len(b) > 1+s3.MaxKey {
		return "", s3.InvalidArgumentf("continuation-token", token, "The continuation token provided is incorrect")
	}
	return string(b[1:]), nil
}
