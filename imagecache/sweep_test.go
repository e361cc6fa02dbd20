package imagecache_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/image/imagetest"
	"ecc/imagecache"
)

func id(n int) cloud.ImageID { return cloud.ImageID(fmt.Sprintf("ami-%017x", n)) }

// filled is a cache with n images of 9 MiB disks, number i used last at i
// hours, each by one instance.
func filled(t *testing.T, n int) (*imagecache.Cache, *time.Time, *stored) {
	t.Helper()
	now := time.Unix(1e9, 0)
	c := open(t, t.TempDir(), imagecache.Options{Now: func() time.Time { return now }})
	s := store(t, imagetest.Disk(9*mib, 40), nil)
	for i := range n {
		now = time.Unix(1e9, 0).Add(time.Duration(i) * time.Hour)
		ref := s.ref
		ref.Image = id(i)
		if _, err := c.Ensure(t.Context(), ref, user, s.source(t)); err != nil {
			t.Fatal(err)
		}
	}
	return c, &now, s
}

func release(t *testing.T, c *imagecache.Cache, ids ...int) {
	t.Helper()
	for _, i := range ids {
		if err := c.Release(id(i), user); err != nil {
			t.Fatal(err)
		}
	}
}

func sweep(t *testing.T, c *imagecache.Cache, p imagecache.SweepPolicy) []cloud.ImageID {
	t.Helper()
	s, err := c.Sweep(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return s.Evicted
}

func TestSweep(t *testing.T) {
	c, now, _ := filled(t, 5)
	stats, err := c.Stats()
	if err != nil {
		t.Fatal(err)
	}
	each := stats.Bytes / 5
	if got := sweep(t, c, imagecache.SweepPolicy{}); got != nil {
		t.Errorf("evicted %v that are in use", got)
	}
	release(t, c, 0, 1, 3, 4)
	*now = now.Add(time.Hour)
	if got := sweep(t, c, imagecache.SweepPolicy{MinIdle: 24 * time.Hour}); got != nil {
		t.Errorf("evicted %v that were just used", got)
	}
	if d := cmp.Diff([]cloud.ImageID{id(0)}, sweep(t, c, imagecache.SweepPolicy{Keep: each*4 + each/2})); d != "" {
		t.Errorf("for room: %s", d)
	}
	if d := cmp.Diff([]cloud.ImageID{id(1)}, sweep(t, c, imagecache.SweepPolicy{Keep: cloud.GiB, MaxAge: 150 * time.Minute})); d != "" {
		t.Errorf("by age: %s", d)
	}
	if d := cmp.Diff([]cloud.ImageID{id(3), id(4)}, sweep(t, c, imagecache.SweepPolicy{})); d != "" {
		t.Errorf("all: %s", d)
	}
	if stats, err = c.Stats(); err != nil || stats.Images != 1 || stats.Pinned != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	want := string(id(2)) + ".digest " + string(id(2)) + ".raw pins/" + string(id(2)) + "/" + user
	if got := names(t, filepath.Dir(c.Path(id(2)))); got != want {
		t.Errorf("left %s, want %s", got, want)
	}
}

// TestUseKeepsAnImage: a hit is a use.
func TestUseKeepsAnImage(t *testing.T) {
	c, now, s := filled(t, 2)
	*now = now.Add(time.Hour)
	s.ref.Image = id(0)
	ensure(t, c, s)
	release(t, c, 0, 1)
	stats, _ := c.Stats()
	if d := cmp.Diff([]cloud.ImageID{id(1)}, sweep(t, c, imagecache.SweepPolicy{Keep: stats.Bytes / 2})); d != "" {
		t.Error(d)
	}
}

// TestSweepTakesWhatDeadFillersLeft and leaves strangers' files alone.
func TestSweepTakesWhatDeadFillersLeft(t *testing.T) {
	c, now, _ := filled(t, 0)
	dir := filepath.Dir(c.Path(ami))
	for _, n := range []string{string(ami) + ".0123456789abcdef.partial", string(ami) + ".digest", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, n), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	*now = time.Now().Add(time.Hour)
	if d := cmp.Diff([]cloud.ImageID{ami}, sweep(t, c, imagecache.SweepPolicy{})); d != "" {
		t.Error(d)
	}
	if got := names(t, dir); got != "notes.txt" {
		t.Errorf("left %s", got)
	}
}

// TestSweepAgainstEnsure: whatever the order, who got a path has the disk.
func TestSweepAgainstEnsure(t *testing.T) {
	c, _, s := filled(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		for ctx.Err() == nil {
			_, _ = c.Sweep(ctx, imagecache.SweepPolicy{})
		}
	}()
	src := s.source(t)
	for range 50 {
		path, err := c.Ensure(t.Context(), s.ref, user, src)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
		if err := c.Release(ami, user); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-swept
}

func TestReleaseOfNothing(t *testing.T) {
	c := open(t, t.TempDir(), imagecache.Options{})
	for _, u := range []string{user, "../../x", ""} {
		if err := c.Release(ami, u); err != nil {
			t.Errorf("%q: %v", u, err)
		}
	}
}
