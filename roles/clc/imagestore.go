package clc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/image"
	"ecc/rpc"
)

// S3Images is the image store: one bucket of this cloud's walrus or of any
// other S3 service.
type S3Images struct {
	cfg S3ImagesConfig
	key func(context.Context) (cloud.AccessKey, error)

	mu       sync.Mutex
	blobs    *image.S3Blobs      // nil until it was needed
	blobsKey string              // id of the key it is used with
	keys     map[string][]string // objects of an index, by its digest
	ensure   bool                // the bucket is known to exist
}

// S3ImagesConfig is where the store is. Objects of accounts are always read
// from this cloud's own endpoint.
type S3ImagesConfig struct {
	Endpoint string // of the store
	Region   string
	Bucket   string
	Own      string // endpoint of this cloud's walrus
}

var _ ImageStore = (*S3Images)(nil)

// NewS3Images makes an image store that signs with the key that key returns.
func NewS3Images(cfg S3ImagesConfig, key func(context.Context) (cloud.AccessKey, error)) *S3Images {
	return &S3Images{cfg: cfg, key: key, keys: map[string][]string{}}
}

// Access implements ImageStore. The bucket exists when it returns.
func (s *S3Images) Access(ctx context.Context) (rpc.ImageStoreAccess, error) {
	if _, err := s.store(ctx); err != nil {
		return rpc.ImageStoreAccess{}, err
	}
	k, err := s.key(ctx)
	return rpc.ImageStoreAccess{Endpoint: s.cfg.Endpoint, Region: s.cfg.Region, Bucket: s.cfg.Bucket,
		AccessKey: k.ID, SecretKey: k.Secret}, err
}

// store returns the store's own bucket and makes sure it exists.
func (s *S3Images) store(ctx context.Context) (*image.S3Blobs, error) {
	k, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.bucket(k)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known := s.ensure
	s.mu.Unlock()
	if known {
		return b, nil
	}
	if err := b.EnsureBucket(ctx); err != nil {
		return nil, &cloud.Error{Kind: cloud.Unavailable, Resource: cloud.ResImage, Msg: "The image store cannot be reached.", Err: err}
	}
	s.mu.Lock()
	s.ensure = true
	s.mu.Unlock()
	return b, nil
}

// bucket returns the client of the store's bucket, made once for a key.
func (s *S3Images) bucket(k cloud.AccessKey) (*image.S3Blobs, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blobs != nil && s.blobsKey == k.ID {
		return s.blobs, nil
	}
	b, err := image.NewS3Blobs(s.cfg.Endpoint, s.cfg.Region, k.ID, k.Secret, s.cfg.Bucket)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", s.cfg.Bucket, err)
	}
	s.blobs, s.blobsKey = b, k.ID
	return b, nil
}

// Objects implements ImageStore.
func (s *S3Images) Objects(ctx context.Context, blob cloud.ImageBlob) ([]string, error) {
	s.mu.Lock()
	keys, ok := s.keys[blob.Index+blob.Digest]
	s.mu.Unlock()
	if ok {
		return keys, nil
	}
	b, err := s.store(ctx)
	if err != nil {
		return nil, err
	}
	idx, err := image.FetchIndex(ctx, b, blob.Index, blob.Digest, blob.Size)
	if err != nil {
		return nil, fmt.Errorf("read the index %s: %w", blob.Index, err)
	}
	for _, o := range idx.Objects {
		keys = append(keys, idx.Prefix+o.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.keys) >= 1000 {
		clear(s.keys)
	}
	s.keys[blob.Index+blob.Digest] = keys
	return keys, nil
}

// Presign implements ImageStore.
func (s *S3Images) Presign(ctx context.Context, _, key string, life time.Duration) (string, error) {
	b, err := s.store(ctx)
	if err != nil {
		return "", err
	}
	return b.PresignGet(ctx, key, life)
}

// prefix is where the objects of an image are.
func prefix(id string) string { return "images/" + id + "/" }

// Ingest implements ImageStore. What an earlier try left is removed first.
func (s *S3Images) Ingest(ctx context.Context, from Object, id cloud.ImageID) (cloud.ImageBlob, error) {
	var blob cloud.ImageBlob
	dst, err := s.store(ctx)
	if err != nil {
		return blob, err
	}
	if err := dst.DeletePrefix(ctx, prefix(string(id))); err != nil {
		return blob, fmt.Errorf("clear the place of %s: %w", id, err)
	}
	src, err := s.open(ctx, from)
	if err != nil {
		return blob, err
	}
	r, err := image.Ingest(ctx, src, dst, prefix(string(id)), image.IngestOptions{})
	if err = errors.Join(err, src.Close()); err != nil {
		return blob, fmt.Errorf("take in %s/%s: %w", from.Bucket, from.Key, err)
	}
	return cloud.ImageBlob{Bucket: s.cfg.Bucket, Index: r.IndexKey, Digest: r.Digest, Size: r.Size}, nil
}

// Inspect implements ImageStore.
func (s *S3Images) Inspect(ctx context.Context, from Object) (cloud.Bytes, error) {
	src, err := s.open(ctx, from)
	if err != nil {
		return 0, err
	}
	return src.Info().VirtualSize, src.Close()
}

// open opens an account's object as a disk, with that account's rights.
func (s *S3Images) open(ctx context.Context, from Object) (image.Source, error) {
	b, err := image.NewS3BlobsAs(s.cfg.Own, s.cfg.Region, from.As, from.Bucket)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", from.Bucket, err)
	}
	src, err := image.OpenObject(ctx, b, from.Key)
	switch {
	case errors.Is(err, cloud.NotFound) || errors.Is(err, cloud.Denied):
		return nil, &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResManifest, ID: from.Bucket + "/" + from.Key,
			Msg: fmt.Sprintf("HTTP 404 (Not Found) response for URL %s/%s: check your S3 path.", from.Bucket, from.Key), Err: err}
	case err != nil:
		return nil, fmt.Errorf("open %s/%s: %w", from.Bucket, from.Key, err)
	}
	return src, nil
}

// Buckets implements ImageStore. A cloud without an object store has none.
func (s *S3Images) Buckets(ctx context.Context, as cloud.SessionKey) ([]string, error) {
	if s.cfg.Own == "" {
		return nil, nil
	}
	return image.Buckets(ctx, s.cfg.Own, s.cfg.Region, as)
}

// Remove implements ImageStore.
func (s *S3Images) Remove(ctx context.Context, blob cloud.ImageBlob) error {
	dir, _, ok := cutLast(blob.Index, "/")
	if !ok {
		return nil
	}
	b, err := s.store(ctx)
	if err != nil {
		return err
	}
	return b.DeletePrefix(ctx, dir+"/")
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	k := strings.LastIndex(s, sep)
	if k < 0 {
		return s, "", false
	}
	return s[:k], s[k+len(sep):], true
}
