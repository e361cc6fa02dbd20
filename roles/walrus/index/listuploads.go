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
	prefix := join(number(bucket), escape(l.Prefix))
	for k, v := c.Seek(later(l.begin(bucket), prefix)); bytes.HasPrefix(k, prefix); {
		if len(page) >= l.Max {
			return page, true, nil
		}
		key := uploadedKey(k)
		if group, ok := l.group(key); ok {
			page = append(page, ListedUpload{Key: group, Group: true})
			k, v = c.Seek(successor(join(number(bucket), escape(group))))
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
func (l UploadListing) begin(bucket ID) []byte {
	group, grouped := l.groupOf(l.After)
	switch {
	case l.After == "":
		return nil
	case grouped:
		return successor(join(number(bucket), escape(group)))
	case l.Upload != "":
		return append(uploadKey(bucket, l.After, l.Upload), 0)
	}
	return successor(versionsOf(bucket, l.After))
}

// uploadedKey takes the object's key out of a key of uploads.
func uploadedKey(k []byte) string {
	return string(bytes.ReplaceAll(k[8:len(k)-UploadIDSize-2], []byte{0, 255}, []byte{0}))
}
