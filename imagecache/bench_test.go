package imagecache_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"ecc/image"
	"ecc/image/imagetest"
	"ecc/imagecache"
)

// BenchmarkEnsure fetches two disks with the same 64 MiB of data, one of 1 GiB
// and one of 8 GiB, cold and warm: neither may grow with the disk's size.

func BenchmarkEnsure(b *testing.B) {
	for _, gib := range []int64{1, 8} {
		path := imagetest.File(b, imagetest.Disk(64*mib, 50))
		if err := os.Truncate(path, gib<<30); err != nil {
			b.Fatal(err)
		}
		var s imagetest.Store
		src, err := image.OpenFile(path)
		if err != nil {
			b.Fatal(err)
		}
		res, err := image.Ingest(b.Context(), src, &s, prefix, image.IngestOptions{})
		if err != nil {
			b.Fatal(err)
		}
		src.Close()
		srv := httptest.NewServer(&s)
		ref := imagecache.Ref{Image: ami, Digest: res.Digest, Size: res.Size}
		client := imagecache.NewClient()
		from := urlSource(srv.URL, s.Keys(), client)
		b.Run(fmt.Sprintf("cold/%dGiB", gib), func(b *testing.B) { benchCold(b, ref, from) })
		b.Run(fmt.Sprintf("warm/%dGiB", gib), func(b *testing.B) { benchWarm(b, ref, from) })
		client.CloseIdleConnections()
		srv.Close()
	}
}

func benchCold(b *testing.B, ref imagecache.Ref, src imagecache.Source) {
	var bytes float64
	for b.Loop() {
		dir := b.TempDir()
		c, err := imagecache.New(dir, imagecache.Options{}, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Ensure(b.Context(), ref, user, src); err != nil {
			b.Fatal(err)
		}
		stats, err := c.Stats()
		if err != nil {
			b.Fatal(err)
		}
		bytes = float64(stats.Bytes)
		os.RemoveAll(dir)
	}
	b.ReportMetric(bytes/mib, "MiB-on-disk")
}

func benchWarm(b *testing.B, ref imagecache.Ref, src imagecache.Source) {
	c, err := imagecache.New(filepath.Join(b.TempDir(), "c"), imagecache.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		if _, err := c.Ensure(b.Context(), ref, fmt.Sprint("i-", n), src); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
