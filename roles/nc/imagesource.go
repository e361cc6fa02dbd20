package nc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"ecc/cloud"
	"ecc/imagecache"
)

// grantSource asks for access when the first byte is wanted: an image that is
// in the cache needs none.
type grantSource struct {
	grant  GrantFunc
	client *http.Client

	mu  sync.Mutex
	src *imagecache.URLSource
}

var _ imagecache.Source = (*grantSource)(nil)

func (g *grantSource) source(ctx context.Context) (*imagecache.URLSource, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.src != nil {
		return g.src, nil
	}
	got, err := g.grant(ctx)
	if err != nil {
		err = fmt.Errorf("ask for access: %w", err)
		if cloud.AsError(err).Kind == cloud.Internal { // the head has trouble, not the image
			return nil, &cloud.Error{Kind: cloud.Unavailable, Resource: cloud.ResImage, Msg: waiting, Err: err}
		}
		return nil, err
	}
	g.src = &imagecache.URLSource{IndexURL: got.Index, DataURLs: got.Data, Client: g.client}
	return g.src, nil
}

// Index reads the index object.
func (g *grantSource) Index(ctx context.Context) (io.ReadCloser, error) {
	s, err := g.source(ctx)
	if err != nil {
		return nil, err
	}
	return away(s.Index(ctx))
}

// Data reads a range of a data object.
func (g *grantSource) Data(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	s, err := g.source(ctx)
	if err != nil {
		return nil, err
	}
	return away(s.Data(ctx, key, off, n))
}

// away words a store that does not answer, now or while it is read from, as
// what it is: not the image's fault, and worth waiting for. A grant that has
// run out looks the same; the next try has a new one.
func away(r io.ReadCloser, err error) (io.ReadCloser, error) {
	if err != nil {
		return nil, unavailable(err)
	}
	return awayReader{r}, nil
}

type awayReader struct{ io.ReadCloser }

func (r awayReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	return n, unavailable(err)
}

func unavailable(err error) error {
	var e *cloud.Error
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) || errors.As(err, &e) {
		return err
	}
	return &cloud.Error{Kind: cloud.Unavailable, Resource: cloud.ResImage, Msg: waiting, Err: err}
}

const waiting = "the node waits for the image store"
