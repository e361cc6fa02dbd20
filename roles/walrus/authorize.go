package walrus

import (
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// authorize finds the bucket and asks whether the caller may do this to it.
// Buckets are private to the account that owns them.
func (w *Walrus) authorize(c *call) error {
	if err := s3.CheckKey(c.key); err != nil {
		return err
	}
	if c.Anonymous {
		return s3.Errorf(s3.AccessDenied, "")
	}
	if c.route.Scope == s3.Service || c.route.Op == "CreateBucket" {
		return nil
	}
	if c.name == "" {
		return s3.Errorf(s3.InvalidBucketName, "")
	}
	return w.index.View(func(tx *index.Tx) (err error) {
		if c.bucket, err = tx.Bucket(c.name); err != nil {
			return err
		}
		if expected := c.Header.Get("X-Amz-Expected-Bucket-Owner"); expected != "" && expected != string(c.bucket.Account) {
			return s3.Errorf(s3.AccessDenied, "")
		}
		return w.permit(tx, c, c.route.Action, c.bucket, c.key, nil)
	})
}

// permit asks whether the caller may do one action to a bucket, or to a key in
// it, of which o is the version at stake, if it is known.
func (w *Walrus) permit(_ *index.Tx, c *call, action string, b index.Bucket, _ string, _ *index.Object) error {
	if action == "" || c.Caller.Account == "" || c.Caller.Account != b.Account {
		return s3.Errorf(s3.AccessDenied, "")
	}
	return nil
}
