package remotefile

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
)

// claim is an object beside the files that says whose they are.
type claim struct {
	Walrus string `json:"walrus"` // id of the index that knows the files
	Epoch  uint64 `json:"epoch"`  // how often that was opened
}

const claimKey, maxClaim = "walrus.json", 4 << 10

// Claim makes the place one walrus' own, or refuses because it is another's.
// id tells walruses apart and epoch counts its starts; the last one's epoch is
// returned. That is not less than epoch if an older index was put back.
func (b *Bucket) Claim(id string, epoch uint64) (last uint64, err error) {
	ctx, cancel := context.WithTimeout(b.ctx, callTimeout)
	defer cancel()
	name := b.cfg.Prefix + claimKey
	had, etag, err := b.readClaim(ctx, name)
	if err != nil {
		return 0, err
	}
	if had.Walrus != "" && had.Walrus != id {
		return 0, fmt.Errorf("the files under %q in the bucket %q belong to another walrus: put the index back that knows them, or choose another walrus.s3.prefix", b.cfg.Prefix, b.cfg.Bucket)
	}
	doc, err := json.Marshal(claim{Walrus: id, Epoch: max(epoch, had.Epoch+1)})
	if err != nil {
		return 0, fmt.Errorf("encode claim: %w", err)
	}
	opts := minio.PutObjectOptions{ContentType: "application/json"}
	if etag == "" {
		opts.SetMatchETagExcept("*")
	} else {
		opts.SetMatchETag(etag)
	}
	_, err = b.core.PutObject(ctx, b.cfg.Bucket, name, strings.NewReader(string(doc)), int64(len(doc)), "", "", opts)
	return had.Epoch, judge("write", name, err)
}

// readClaim reads the claim and its ETag; both are empty if there is none.
func (b *Bucket) readClaim(ctx context.Context, name string) (c claim, etag string, err error) {
	body, info, _, err := b.core.GetObject(ctx, b.cfg.Bucket, name, minio.GetObjectOptions{})
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return c, "", nil
	}
	if err != nil {
		return c, "", judge("read", name, err)
	}
	defer body.Close()
	doc, err := io.ReadAll(io.LimitReader(body, maxClaim))
	if err != nil {
		return c, "", judge("read", name, err)
	}
	if err := json.Unmarshal(doc, &c); err != nil || c.Walrus == "" {
		return c, "", fmt.Errorf("%s in the bucket %q does not say whose files these are: %q", name, b.cfg.Bucket, doc)
	}
	return c, info.ETag, nil
}
