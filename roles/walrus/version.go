package walrus

import (
	"net/http"
	"time"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// which is the version of a key a request is about.
type which struct {
	given bool // one version; otherwise the newest
	id    index.ID
	name  string // as the client has it
}

// readVersion reads a version's name, if has says there is one.
func readVersion(name string, has bool) (which, error) {
	if !has {
		return which{}, nil
	}
	id, ok := index.ParseVersionID(name)
	switch {
	case name == "":
		return which{}, s3.InvalidArgumentf("versionId", name, "Version id cannot be the empty string")
	case !ok:
		return which{}, s3.InvalidArgumentf("versionId", name, "Invalid version id specified")
	}
	return which{given: true, id: id, name: name}, nil
}

// lookup finds a version. A delete marker is found like any other.
func lookup(tx *index.Tx, bucket index.ID, key string, v which) (index.Object, error) {
	if !v.given {
		return tx.Newest(bucket, key)
	}
	o, err := tx.Version(bucket, key, v.id)
	if notFound(err) {
		err = s3.With(s3.Errorf(s3.NoSuchVersion, ""), "VersionId", v.name)
	}
	return o, err
}

// object finds the version a request is about, to be read. A delete marker is
// none; the answer's headers tell that it was one.
func (w *Walrus) object(tx *index.Tx, c *call) (index.Object, error) {
	o, err := lookup(tx, c.bucket.ID, c.key, c.version)
	if denied := w.permitFound(tx, c, err == nil && !o.Marker); denied != nil {
		return o, denied
	}
	if err != nil || !o.Marker {
		return o, err
	}
	h := c.out.Header()
	h.Set("X-Amz-Delete-Marker", "true")
	h.Set("X-Amz-Version-Id", o.VersionID())
	if !c.version.given {
		return o, s3.Errorf(s3.NoSuchKey, "")
	}
	h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	h.Set("Allow", http.MethodDelete)
	return o, s3.With(s3.With(s3.Errorf(s3.MethodNotAllowed, ""), "Method", c.route.Method), "ResourceType", "DeleteMarker")
}

// clearMarker takes back what object says of a delete marker.
func clearMarker(h http.Header) {
	for _, name := range []string{"X-Amz-Delete-Marker", "X-Amz-Version-Id", "Last-Modified", "Allow"} {
		h.Del(name)
	}
}

// setVersion names the version in an answer, in buckets that have them.
func setVersion(h http.Header, b index.Bucket, o index.Object) {
	if b.Versioning != index.Unversioned {
		h.Set("X-Amz-Version-Id", o.VersionID())
	}
}

// putNewest writes an object, or marker, as the newest version of its key. Its
// time never runs backwards, even if the clock does.
func putNewest(tx *index.Tx, b index.Bucket, o index.Object, now time.Time) (index.Object, error) {
	old, err := tx.Newest(b.ID, o.Key)
	if err != nil && !notFound(err) {
		return o, err
	}
	o.Modified = now.UTC()
	if old.Modified.After(now) {
		o.Modified = old.Modified
	}
	return tx.PutObject(b, o)
}
