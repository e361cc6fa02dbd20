package remotefile

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/minio/minio-go/v7"

	"ecc/cloud"
	"ecc/roles/walrus/datafile"
)

// judge says of a failure of the other S3 what it means here. An object that
// is not there is fs.ErrNotExist; a full store is cloud.Exhausted; all else,
// also a key or bucket that is gone, may pass: cloud.Unavailable. What the
// other S3 said is for the log only.
func judge(doing, key string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, datafile.ErrCorrupt) {
		return err
	}
	answer := minio.ToErrorResponse(err)
	// Only the text: a connection that ended has io.EOF inside, which must not
	// be taken for the end of a file.
	cause := fmt.Errorf("%s %s on the other S3: %v", doing, key, err) //nolint:errorlint // see above
	switch {
	case answer.Code == "NoSuchKey":
		return errors.Join(cause, fs.ErrNotExist)
	case answer.StatusCode == http.StatusInsufficientStorage, answer.Code == "QuotaExceeded":
		return &cloud.Error{Kind: cloud.Exhausted, Err: cause}
	}
	return &cloud.Error{Kind: cloud.Unavailable, Err: cause}
}
