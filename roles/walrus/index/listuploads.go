package index

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// UploadListing asks for one page of a bucket's uploads.
type UploadListing struct {
	Listing        // After is the key to begin behind
	Upload  string // begin behind this upload of After; "" for behind all of them
}

// ListedUpload is one entry of a page: an upload, or a group of keys that share
// the prefix up to the delimiter.
type ListedUpload struct {
	Key   string
	Group bool
	Upload
}

// ListUploads returns a page in order of key and id, and whether there is
// more. It steps over a group in one seek.
func (t *Tx) ListUploads(bucket ID, l UploadListing) (page []ListedUpload, more bool, err error) {
	c := t.tx.Bucket(uploadsBucket).Cursor()
	base := number(bucket)
	prefix := objectKey(bucket, l.Prefix)
	for k, v := c.Seek(later(l.begin(base), prefix)); k != nil && bytes.HasPrefix(k, prefix); {
		key, ok := uploadedKey(k)
		if !ok || len(key) < len(l.Prefix) { // the prefix goes on into the id
			k, v = c.Next()
			continue
		}
		if len(page) >= l.Max {
			return page, true, nil
		}
		if group, ok := l.group(key); ok {
			page = append(page, ListedUpload{Key: group, Group: true})
			k, v = c.Seek(successor(join(base, []byte(group))))
			continue
		}
		e := ListedUpload{Key: key}
		if err := json.Unmarshal(v, &e.Upload); err != nil {
			return nil, false, fmt.Errorf("decode upload: %w", err)
		}
		page = append(page, e)
		k, v = c.Next()
	}
	return page, false, nil
}

// begin returns the first possible key of the page.
func (l UploadListing) begin(base []byte) []byte {
	group, grouped := l.groupOf(l.After)
	switch {
	case l.After == "":
		return base
	case grouped:
		return successor(join(base, []byte(group)))
	case l.Upload != "":
		return join(base, []byte(l.After), []byte{0}, []byte(l.Upload), []byte{0})
	}
	return join(base, []byte(l.After), []byte{1})
}

// uploadedKey takes the object's key out of a key of uploads.
func uploadedKey(k []byte) (string, bool) {
	end := len(k) - UploadIDSize - 1
	if end < 8 || k[end] != 0 {
		return "", false
	}
	return string(k[8:end]), true
}
