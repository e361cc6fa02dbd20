package walrus

import (
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// listUploads answers ListMultipartUploads.
func (w *Walrus) listUploads(c *call) error {
	p, err := s3.ReadPaging(c.Query, "max-uploads")
	if err != nil {
		return err
	}
	l := index.UploadListing{
		Listing: index.Listing{Prefix: p.Prefix, Delimiter: p.Delimiter, After: c.Query.Get("key-marker"), Max: p.Max},
		Upload:  c.Query.Get("upload-id-marker"),
	}
	list := s3.UploadList{
		Bucket: c.bucket.Name, KeyMarker: p.Encode(l.After), UploadIDMarker: l.Upload, Prefix: p.Encode(p.Prefix),
		Delimiter: p.Encode(p.Delimiter), EncodingType: p.EncodingType(), MaxUploads: p.Max,
	}
	if p.Max > 0 {
		err = w.index.View(func(tx *index.Tx) error { return addUploads(tx, c.bucket, &list, l, p) })
	}
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, list)
	return nil
}

// addUploads fills a page.
func addUploads(tx *index.Tx, b index.Bucket, list *s3.UploadList, l index.UploadListing, p s3.Paging) error {
	page, more, err := tx.ListUploads(b.ID, l)
	for _, e := range page {
		if e.Group {
			list.Prefixes = append(list.Prefixes, s3.Prefix{Prefix: p.Encode(e.Key)})
			continue
		}
		list.Uploads = append(list.Uploads, uploadEntry(e.Upload, b, p))
	}
	if list.IsTruncated = more; more {
		last := page[len(page)-1]
		list.NextKeyMarker, list.NextUploadIDMarker = p.Encode(last.Key), last.ID
	}
	return err
}

func uploadEntry(u index.Upload, b index.Bucket, p s3.Paging) s3.UploadEntry {
	return s3.UploadEntry{
		Key: p.Encode(u.Key), UploadID: u.ID, Initiator: s3.Owner{ID: u.Canonical}, Owner: bucketOwner(b),
		Class: classOf(u.Details), Initiated: s3.Time(u.Created), Algorithm: u.Algorithm, Type: u.Type,
	}
}
