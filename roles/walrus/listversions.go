package walrus

import (
	"math"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// listVersions answers ListObjectVersions.
func (w *Walrus) listVersions(c *call) error {
	p, err := s3.ReadPaging(c.Query, "max-keys")
	if err != nil {
		return err
	}
	key, version, within, err := s3.ReadVersionMarkers(c.Query)
	if err != nil {
		return err
	}
	l := index.VersionListing{Listing: index.Listing{Prefix: p.Prefix, Delimiter: p.Delimiter, After: key, Max: p.Max}, Within: within}
	v, err := readVersion(version, within)
	if err != nil {
		return s3.InvalidArgumentf("version-id-marker", version, "Invalid version id specified")
	}
	list := &s3.VersionList{
		Name: c.bucket.Name, Prefix: p.Encode(p.Prefix), KeyMarker: p.Encode(key), VersionMarker: version,
		MaxKeys: p.Max, Delimiter: p.Encode(p.Delimiter), EncodingType: p.EncodingType(),
	}
	if p.Max == 0 {
		s3.WriteXML(c.out, list)
		return nil
	}
	err = w.index.View(func(tx *index.Tx) error {
		if l.Version, err = place(tx, c.bucket.ID, key, v); err != nil {
			return err
		}
		return addVersions(tx, c.bucket, list, l, p)
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, list)
	return nil
}

// place finds where in the versions of a key the next page begins. A null
// version that is gone was deleted by whoever reads the pages: then the page
// begins with what is left, rather than to leave anything out.
func place(tx *index.Tx, bucket index.ID, key string, v which) (index.ID, error) {
	if !v.given || v.id != index.NullVersion {
		return v.id, nil
	}
	o, err := tx.Version(bucket, key, index.NullVersion)
	if notFound(err) {
		return math.MaxUint64, nil
	}
	return o.Version, err
}

// addVersions fills a page.
func addVersions(tx *index.Tx, b index.Bucket, list *s3.VersionList, l index.VersionListing, p s3.Paging) error {
	page, more, err := tx.ListVersions(b.ID, l)
	for _, e := range page {
		if e.Group {
			list.Prefixes = append(list.Prefixes, s3.Prefix{Prefix: p.Encode(e.Key)})
			continue
		}
		list.Entries = append(list.Entries, versionEntry(e, b, p))
	}
	if list.IsTruncated = more; more {
		last := page[len(page)-1]
		list.NextKeyMarker = p.Encode(last.Key)
		if !last.Group {
			list.NextVersionMarker = last.VersionID()
		}
	}
	return err
}

func versionEntry(e index.Listed, b index.Bucket, p s3.Paging) s3.VersionEntry {
	v := s3.VersionEntry{
		Marker: e.Marker, Key: p.Encode(e.Key), Version: e.VersionID(), IsLatest: e.Latest,
		Modified: s3.Time(e.Modified), Owner: listedOwner(e, b),
	}
	if e.Marker {
		return v
	}
	entry := listEntry(e, p)
	v.ETag, v.Size, v.Class, v.Sum, v.SumType = entry.ETag, &entry.Size, entry.Class, entry.Algorithm, entry.Type
	return v
}

// listedOwner returns the owner of a listed version.
func listedOwner(e index.Listed, b index.Bucket) s3.Owner {
	if e.Owner != "" {
		return s3.Owner{ID: e.Owner}
	}
	return bucketOwner(b)
}
