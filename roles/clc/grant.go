package clc

import (
	"context"
	"fmt"
	"time"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// grantLife is how long a node may read an image with one grant.
const grantLife = time.Hour

// ImageStore is where images' objects are.
type ImageStore interface {
	// Access is how to write to it.
	Access(ctx context.Context) (rpc.ImageStoreAccess, error)
	// Objects lists the keys of an image's data objects, and checks the
	// index against its digest.
	Objects(ctx context.Context, b cloud.ImageBlob) ([]string, error)
	// Presign makes a URL to read an object with for a while.
	Presign(ctx context.Context, bucket, key string, life time.Duration) (string, error)
	// Ingest reads an account's object as a disk and stores it as an image of
	// the given id.
	Ingest(ctx context.Context, from Object, id cloud.ImageID) (cloud.ImageBlob, error)
	// Inspect reads only as much of an object as shows whether it is a disk
	// that can be taken in.
	Inspect(ctx context.Context, from Object) (cloud.Bytes, error)
	// Buckets lists an account's buckets at this cloud's object store.
	Buckets(ctx context.Context, as cloud.SessionKey) ([]string, error)
	// Remove removes an image's objects.
	Remove(ctx context.Context, b cloud.ImageBlob) error
}

// Object is an object of an account, read with that account's key.
type Object struct {
	Bucket, Key string
	As          cloud.SessionKey
}

// GrantImage implements rpc.Cluster. A node may read the images of instances
// placed on it and of no others.
func (s *Service) GrantImage(ctx context.Context, node cloud.NodeID, id cloud.ImageID) (rpc.ImageGrant, error) {
	var blob cloud.ImageBlob
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for i := range tx.Instances().By(store.ByNode, string(node)) {
			if i.Image == id && i.Desired.Goal == cloud.GoalRunning {
				img, _ := tx.Images().Get(id)
				blob = img.Blob
				return nil
			}
		}
		return cloud.Errorf(cloud.Denied, cloud.ResImage, string(id), "no instance of the image is placed on node %s", node)
	})
	if err != nil {
		return rpc.ImageGrant{}, err
	}
	return s.grant(ctx, blob)
}

// grant makes URLs of all objects of an image.
func (s *Service) grant(ctx context.Context, b cloud.ImageBlob) (rpc.ImageGrant, error) {
	keys, err := s.images.Objects(ctx, b)
	if err != nil {
		return rpc.ImageGrant{}, fmt.Errorf("list the image's objects: %w", err)
	}
	g := rpc.ImageGrant{Data: make(map[string]string, len(keys)), Expires: s.now().Add(grantLife)}
	if g.Index, err = s.images.Presign(ctx, b.Bucket, b.Index, grantLife); err != nil {
		return g, fmt.Errorf("grant the image's index: %w", err)
	}
	for _, k := range keys {
		if g.Data[k], err = s.images.Presign(ctx, b.Bucket, k, grantLife); err != nil {
			return g, fmt.Errorf("grant the image's data: %w", err)
		}
	}
	return g, nil
}
