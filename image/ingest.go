package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
)

// IngestOptions tune Ingest. The zero value is good.
type IngestOptions struct {
	Workers  int                     // blocks hashed and compressed at once; 0 is one per CPU
	MaxSize  cloud.Bytes             // largest disk taken; 0 is image.MaxSize
	Progress func(done, total int64) // bytes of the disk behind us, and all; called from one goroutine
}

func (o IngestOptions) limit() cloud.Bytes {
	if o.MaxSize <= 0 {
		return MaxSize
	}
	return min(o.MaxSize, MaxSize)
}

// Result is what Ingest made.
type Result struct {
	IndexKey    string
	Digest      string      // hex SHA-256 of the index object
	Size        cloud.Bytes // of the disk
	Blocks      int         // that are not zeros
	StoredBytes int64       // of all objects
}

// Names of the objects under an image's prefix.
const (
	indexName = "index"
	dataName  = "data-%05d"
)

// Ingest reads a disk once, front to back, and stores it under prefix (which
// ends in "/" and is this image's alone): data objects first, several at once,
// the index last. It takes about 130 MiB of memory whatever the disk's size. On
// failure the objects it made are deleted again.
func Ingest(ctx context.Context, src Source, dst Blobs, prefix string, o IngestOptions) (Result, error) {
	if err := checkPrefix(prefix); err != nil {
		return Result{}, fmt.Errorf("ingest under %q: %w", prefix, err)
	}
	size := src.Info().VirtualSize
	if limit := o.limit(); size > limit {
		return Result{}, refuse("the disk of %d bytes is larger than allowed, %d", size, limit)
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	codec, err := NewCodec(o.Workers)
	if err != nil {
		return Result{}, err
	}
	in := &ingest{
		src: src, dst: dst, o: o, codec: codec,
		index:  Index{Size: size, BlockSize: BlockSize, Prefix: prefix},
		packer: newPacker(),
	}
	res, err := in.run(ctx)
	if err != nil {
		return Result{}, errors.Join(err, remove(ctx, dst, in.keys))
	}
	return res, nil
}

// ingest is one run: read → encode (several) → collect in order → pack →
// upload (several).
type ingest struct {
	src    Source
	dst    Blobs
	o      IngestOptions
	codec  *Codec
	index  Index
	packer *packer
	keys   []string // of all objects that were begun
}

func (in *ingest) run(ctx context.Context) (Result, error) {
	g, gctx := errgroup.WithContext(ctx)
	p := newPipeline(in.o.Workers)
	g.Go(func() error { return p.read(gctx, in.src) })
	for range in.o.Workers {
		g.Go(func() error { return p.encode(gctx, in.codec) })
	}
	g.Go(func() error { return in.collect(gctx, g, p) })
	if err := g.Wait(); err != nil {
		return Result{}, fmt.Errorf("ingest image: %w", err)
	}
	return in.publish(ctx)
}

// collect takes encoded blocks in the disk's order, so that neighbours on the
// disk are neighbours in the object and can be fetched in one request.
func (in *ingest) collect(ctx context.Context, g *errgroup.Group, p *pipeline) error {
	err := p.inOrder(ctx, func(j *job) error {
		defer in.progress(j.off + int64(j.n))
		if j.zero {
			return nil
		}
		return in.add(ctx, g, j)
	})
	if err != nil {
		return err
	}
	in.upload(ctx, g)
	return nil
}

func (in *ingest) add(ctx context.Context, g *errgroup.Group, j *job) error {
	if !in.packer.fits(len(j.out)) {
		in.upload(ctx, g)
	}
	off, err := in.packer.add(ctx, j.out)
	if err != nil {
		return err
	}
	in.index.Blocks = append(in.index.Blocks, Block{
		Number: uint32(j.off / BlockSize), Object: uint32(len(in.index.Objects)),
		Offset: uint32(off), Length: uint32(len(j.out)), Encoding: j.enc, Digest: j.sum,
	})
	return nil
}

// upload closes the data object being packed and sends it off.
func (in *ingest) upload(ctx context.Context, g *errgroup.Group) {
	b := in.packer.take()
	if len(b) == 0 {
		return
	}
	o := Object{Name: fmt.Sprintf(dataName, len(in.index.Objects)), Size: int64(len(b))}
	in.index.Objects = append(in.index.Objects, o)
	key := in.index.Prefix + o.Name
	in.keys = append(in.keys, key)
	g.Go(func() error {
		defer in.packer.give(b)
		return in.dst.Put(ctx, key, bytes.NewReader(b), o.Size)
	})
}

func (in *ingest) progress(done int64) {
	if in.o.Progress != nil {
		in.o.Progress(done, int64(in.index.Size))
	}
}

// publish stores the index: from then on there is an image.
func (in *ingest) publish(ctx context.Context) (Result, error) {
	b, err := in.index.MarshalBinary()
	if err != nil {
		return Result{}, err
	}
	key := in.index.Prefix + indexName
	in.keys = append(in.keys, key)
	if err := in.dst.Put(ctx, key, bytes.NewReader(b), int64(len(b))); err != nil {
		return Result{}, fmt.Errorf("ingest image: %w", err)
	}
	in.progress(int64(in.index.Size))
	res := Result{IndexKey: key, Digest: hexDigest(b), Size: in.index.Size, Blocks: len(in.index.Blocks), StoredBytes: int64(len(b))}
	for _, o := range in.index.Objects {
		res.StoredBytes += o.Size
	}
	return res, nil
}
