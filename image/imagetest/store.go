// Package imagetest has what tests of images need: a bucket in memory that is
// an image.Blobs and also an HTTP server which speaks just enough S3, with
// knobs to break it. Only tests import it.
package imagetest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"ecc/cloud"
	"ecc/image"
)

// Store is a bucket in memory. Its zero value is empty and ready.
type Store struct {
	// FailPut and FailGet, when set, are asked before each operation.
	FailPut func(key string) error
	FailGet func(key string) error

	mu      sync.Mutex
	objects map[string][]byte
	fetched map[string]int64 // bytes sent
	gets    map[string]int   // requests
}

var _ image.Blobs = (*Store)(nil)

// Put implements image.Blobs.
func (s *Store) Put(_ context.Context, key string, r io.Reader, size int64) error {
	if s.FailPut != nil {
		if err := s.FailPut(key); err != nil {
			return err
		}
	}
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != size {
		return fmt.Errorf("put %s: got %d bytes of %d: %w", key, len(b), size, err)
	}
	s.Set(key, b)
	return nil
}

// Get implements image.Blobs.
func (s *Store) Get(_ context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if s.FailGet != nil {
		if err := s.FailGet(key); err != nil {
			return nil, err
		}
	}
	b, ok := s.Bytes(key)
	if !ok {
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResObject, key, "no such object")
	}
	b = b[min(off, int64(len(b))):]
	if n >= 0 {
		b = b[:min(n, int64(len(b)))]
	}
	s.count(key, int64(len(b)))
	return io.NopCloser(strings.NewReader(string(b))), nil
}

// Delete implements image.Blobs.
func (s *Store) Delete(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
	return nil
}

// Set puts an object in place.
func (s *Store) Set(key string, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects == nil {
		s.objects = map[string][]byte{}
	}
	s.objects[key] = b
}

// Bytes returns an object.
func (s *Store) Bytes(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[key]
	return b, ok
}

// Keys returns the keys of all objects, sorted.
func (s *Store) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

func (s *Store) count(key string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fetched == nil {
		s.fetched, s.gets = map[string]int64{}, map[string]int{}
	}
	s.fetched[key] += n
	s.gets[key]++
}

// Fetched returns how many bytes of key were sent, in how many answers.
func (s *Store) Fetched(key string) (bytes int64, gets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetched[key], s.gets[key]
}
