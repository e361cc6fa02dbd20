package image

import (
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"

	"ecc/cloud"
)

// Buckets lists the buckets of whose key it is, at an endpoint. An endpoint that
// has no object store has none.
func Buckets(ctx context.Context, endpoint, region string, key cloud.SessionKey) ([]string, error) {
	b, err := NewS3BlobsAs(endpoint, region, key, "")
	if err != nil {
		return nil, err
	}
	defer b.transport.CloseIdleConnections()
	found, err := b.core.ListBuckets(ctx)
	if minio.ToErrorResponse(err).Code == "NotImplemented" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list buckets at %s: %w", endpoint, err)
	}
	names := make([]string, len(found))
	for i := range found {
		names[i] = found[i].Name
	}
	return names, nil
}
