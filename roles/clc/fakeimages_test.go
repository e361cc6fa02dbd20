package clc_test

import (
	"context"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
)

// fakeImages is an image store whose objects are what the test puts there.
type fakeImages struct {
	mu      sync.Mutex
	objects map[string]cloud.Bytes // "bucket/key" → size of the disk in it
	broken  map[string]error       // "bucket/key" → why it cannot be taken in
	taken   map[cloud.ImageID]clc.Object
	removed []string                 // indexes
	buckets []string                 // of every account
	held    map[string]chan struct{} // "bucket/key" → its ingest waits until this is closed
	reading chan cloud.ImageID       // those that wait
}

var _ clc.ImageStore = (*fakeImages)(nil)

func newFakeImages() *fakeImages {
	return &fakeImages{objects: map[string]cloud.Bytes{}, broken: map[string]error{}, taken: map[cloud.ImageID]clc.Object{},
		held: map[string]chan struct{}{}, reading: make(chan cloud.ImageID, 10)}
}

func (s *fakeImages) Access(context.Context) (rpc.ImageStoreAccess, error) {
	return rpc.ImageStoreAccess{Bucket: "images"}, nil
}

func (s *fakeImages) Objects(_ context.Context, b cloud.ImageBlob) ([]string, error) {
	return []string{b.Index + ".0", b.Index + ".1"}, nil
}

func (s *fakeImages) Presign(_ context.Context, bucket, key string, life time.Duration) (string, error) {
	return "https://store.test/" + bucket + "/" + key + "?for=" + life.String(), nil
}

func (s *fakeImages) Buckets(context.Context, cloud.SessionKey) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets, nil
}

func (s *fakeImages) Inspect(_ context.Context, from clc.Object) (cloud.Bytes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, ok := s.objects[from.Bucket+"/"+from.Key]
	if !ok {
		return 0, cloud.Errorf(cloud.Invalid, cloud.ResManifest, from.Bucket+"/"+from.Key, "HTTP 404 (Not Found)")
	}
	return size, nil
}

func (s *fakeImages) Ingest(_ context.Context, from clc.Object, id cloud.ImageID) (cloud.ImageBlob, error) {
	if c := s.held[from.Bucket+"/"+from.Key]; c != nil {
		s.reading <- id
		<-c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.broken[from.Bucket+"/"+from.Key]; err != nil {
		return cloud.ImageBlob{}, err
	}
	s.taken[id] = from
	return cloud.ImageBlob{Bucket: "images", Index: "images/" + string(id) + "/index", Digest: "d", Size: s.objects[from.Bucket+"/"+from.Key]}, nil
}

func (s *fakeImages) Remove(_ context.Context, b cloud.ImageBlob) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removed = append(s.removed, b.Index)
	return nil
}
