package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"ecc/cloud"
)

// S3Blobs is a bucket of an S3 service: walrus or any other.
type S3Blobs struct {
	core      minio.Core
	bucket    string
	region    string
	transport *http.Transport
}

var _ Blobs = (*S3Blobs)(nil)

// s3Attempts bounds how often minio-go tries a request, backing off between.
const s3Attempts = 5

// NewS3Blobs returns the bucket at an endpoint, "http://host:port" or
// "https://host". Nothing is sent yet.
func NewS3Blobs(endpoint, region, accessKey, secret, bucket string) (*S3Blobs, error) {
	return NewS3BlobsAs(endpoint, region, cloud.SessionKey{ID: accessKey, Secret: secret}, bucket)
}

// NewS3BlobsAs is NewS3Blobs with temporary credentials; a key without a token is
// one that is not.
func NewS3BlobsAs(endpoint, region string, key cloud.SessionKey, bucket string) (*S3Blobs, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("image store: endpoint %q is not http(s)://host[:port]", endpoint)
	}
	tr := newTransport()
	c, err := minio.NewCore(u.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(key.ID, key.Secret, key.Token),
		Secure:       u.Scheme == "https",
		Region:       region,
		BucketLookup: minio.BucketLookupPath, // endpoints are often bare addresses
		MaxRetries:   s3Attempts,
		Transport:    tr,
	})
	if err != nil {
		return nil, fmt.Errorf("image store: %w", err)
	}
	return &S3Blobs{core: *c, bucket: bucket, region: region, transport: tr}, nil
}

// newTransport gives up on peers that do not answer.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute, // a PUT is answered when it is durable
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   16,
		DisableCompression:    true,
	}
}

// Close closes idle connections.
func (s *S3Blobs) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// EnsureBucket makes the bucket if it is not there.
func (s *S3Blobs) EnsureBucket(ctx context.Context) error {
	ok, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return s.wrap("look for bucket", "", err)
	}
	if ok {
		return nil
	}
	err = s.core.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	if code := minio.ToErrorResponse(err).Code; code == "BucketAlreadyOwnedByYou" {
		return nil
	}
	return s.wrap("make bucket", "", err)
}

// Put implements Blobs.
func (s *S3Blobs) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	_, err := s.core.Client.PutObject(ctx, s.bucket, key, r, size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true,
	})
	return s.wrap("store", key, err)
}

// Get implements Blobs.
func (s *S3Blobs) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	return s.get(ctx, key, "", off, n)
}

// get reads a range; with etag only if the object is still that one.
func (s *S3Blobs) get(ctx context.Context, key, etag string, off, n int64) (io.ReadCloser, error) {
	var opts minio.GetObjectOptions
	if err := setRange(&opts, off, n); err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	if etag != "" {
		if err := opts.SetMatchETag(etag); err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
	}
	r, info, _, err := s.core.GetObject(ctx, s.bucket, key, opts)
	if err != nil {
		return nil, s.wrap("read", key, err)
	}
	if n >= 0 && info.Size != n {
		r.Close()
		return nil, fmt.Errorf("read %s: got %d bytes, asked for %d", key, info.Size, n)
	}
	return r, nil
}

func setRange(o *minio.GetObjectOptions, off, n int64) error {
	if n == 0 {
		return errors.New("empty range")
	}
	if n > 0 {
		return o.SetRange(off, off+n-1)
	}
	if off == 0 {
		return nil
	}
	return o.SetRange(off, 0) // to the end
}

// Delete implements Blobs.
func (s *S3Blobs) Delete(ctx context.Context, key string) error {
	err := s.wrap("delete", key, s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if errors.Is(err, cloud.NotFound) {
		return nil
	}
	return err
}

// DeletePrefix removes every object whose key begins with prefix, which must
// end in "/" so that it does not take a neighbour's.
func (s *S3Blobs) DeletePrefix(ctx context.Context, prefix string) error {
	if err := checkPrefix(prefix); err != nil {
		return fmt.Errorf("delete under %q: %w", prefix, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when we return early
	for o := range s.core.Client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return s.wrap("list", prefix, o.Err)
		}
		if err := s.Delete(ctx, o.Key); err != nil {
			return err
		}
	}
	return nil
}

// PresignGet returns a URL that reads one object until expiry has passed.
func (s *S3Blobs) PresignGet(ctx context.Context, key string, expiry time.Duration) (string, error) {
	u, err := s.core.PresignedGetObject(ctx, s.bucket, key, expiry, nil)
	if err != nil {
		return "", s.wrap("presign", key, err)
	}
	return u.String(), nil
}

// wrap says what was being done, and gives the errors a tenant can act on
// their kind.
func (s *S3Blobs) wrap(doing, key string, err error) error {
	if err == nil {
		return nil
	}
	where := s.bucket + "/" + key
	err = fmt.Errorf("%s %s: %w", doing, where, err)
	switch minio.ToErrorResponse(errors.Unwrap(err)).Code {
	case "NoSuchKey", minio.XMinioInvalidObjectName:
		return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResObject, ID: where, Err: err}
	case "NoSuchBucket", minio.InvalidBucketName:
		return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResBucket, ID: s.bucket, Err: err}
	case "PreconditionFailed":
		return &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResManifest, Msg: "the object was changed while it was read", Err: err}
	case "AccessDenied":
		return &cloud.Error{Kind: cloud.Denied, Resource: cloud.ResObject, ID: where, Err: err}
	}
	return err
}
