package overlay_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"ecc/cloud"
	"ecc/image/overlay"
)

const mib = 1 << 20

// base writes a raw base of size bytes that begins with content.
func base(tb testing.TB, content string, size int64) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "base.raw")
	if err := os.WriteFile(path, []byte(content), 0o444); err != nil {
		tb.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		tb.Fatal(err)
	}
	return path
}

func create(tb testing.TB, base string, size cloud.Bytes, o overlay.Options) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "disk.qcow2")
	if err := overlay.Create(tb.Context(), path, base, size, overlay.KeepOwner, o); err != nil {
		tb.Fatal(err)
	}
	return path
}

// read returns the first n bytes of the disk in an overlay, as QEMU sees it.
func read(tb testing.TB, path string, n int) []byte {
	tb.Helper()
	raw := filepath.Join(tb.TempDir(), "raw")
	if out, err := exec.Command("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, raw).CombinedOutput(); err != nil {
		tb.Fatalf("qemu-img: %v\n%s", err, out)
	}
	b, err := os.ReadFile(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return b[:n]
}

func TestCreate(t *testing.T) {
	for name, l := range map[string]overlay.Layout{
		"default": "", "plain": overlay.LayoutPlain, "lazy": overlay.LayoutLazy, "subclusters": overlay.LayoutSubclusters,
		"subclusters lazy": overlay.LayoutSubclustersLazy, "preallocated": overlay.LayoutPreallocated,
	} {
		t.Run(name, func(t *testing.T) {
			b := base(t, "content of the base", 8*mib)
			path := create(t, b, 20*mib, overlay.Options{Layout: l})
			if got := read(t, path, 19); string(got) != "content of the base" {
				t.Errorf("reads %q", got)
			}
			if n, err := overlay.Size(path); err != nil || n != 20*mib {
				t.Errorf("size %d, %v", n, err)
			}
			if err := overlay.Check(t.Context(), path, b, overlay.Options{}); err != nil {
				t.Error(err)
			}
			st, err := os.Stat(path)
			if err != nil || st.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", st.Mode(), err)
			}
			if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
				t.Errorf("left %v", files)
			}
		})
	}
}

func TestSizeIsAtLeastTheBase(t *testing.T) {
	b := base(t, "x", 8*mib)
	for size, want := range map[cloud.Bytes]cloud.Bytes{0: 8 * mib, mib: 8 * mib, 9*mib + 1: 9*mib + 512} {
		if n, err := overlay.Size(create(t, b, size, overlay.Options{})); err != nil || n != want {
			t.Errorf("asked for %d: %d, %v, want %d", size, n, err, want)
		}
	}
}

func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := filepath.Join(t.TempDir(), "disk")
	if err := overlay.Create(t.Context(), path, base(t, "x", mib), 0, overlay.Owner{UID: 64055, GID: 106}, overlay.Options{}); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := st.Sys().(*syscall.Stat_t); s.Uid != 64055 || s.Gid != 106 {
		t.Errorf("owner %d:%d", s.Uid, s.Gid)
	}
}

// TestOverlayTakesNoRoom: its length is that of the disk, in a hole.
func TestOverlayTakesNoRoom(t *testing.T) {
	path := create(t, base(t, "x", mib), 100*cloud.GiB, overlay.Options{})
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if used := st.Sys().(*syscall.Stat_t).Blocks * 512; st.Size() < 100<<30 || used > mib {
		t.Errorf("%d bytes long, %d on disk", st.Size(), used)
	}
}

// TestBaseIsNeverProbed: a base that looks like a qcow2 with a backing file is
// bytes all the same.
func TestBaseIsNeverProbed(t *testing.T) {
	secret := base(t, "secret", mib)
	foreign := filepath.Join(t.TempDir(), "foreign")
	if out, err := exec.Command("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", foreign).CombinedOutput(); err != nil {
		t.Fatalf("qemu-img: %v\n%s", err, out)
	}
	want, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, create(t, foreign, 0, overlay.Options{}), 4096); !bytes.Equal(got, want[:4096]) {
		t.Error("the base was taken for a qcow2")
	}
}

func TestExistingOverlayIsKept(t *testing.T) {
	b := base(t, "x", mib)
	path := create(t, b, 0, overlay.Options{})
	before, _ := os.ReadFile(path)
	if err := overlay.Create(t.Context(), path, b, 9*mib, overlay.KeepOwner, overlay.Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("it was changed")
	}
}

// TestRemainsOfADeadWorkerDoNotMatter: it died between create and rename.
func TestRemainsOfADeadWorkerDoNotMatter(t *testing.T) {
	b := base(t, "x", mib)
	path := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(path+".new", []byte("half an overlay"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := overlay.Create(t.Context(), path, b, 0, overlay.KeepOwner, overlay.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := overlay.Check(t.Context(), path, b, overlay.Options{}); err != nil {
		t.Error(err)
	}
}

func TestCreateFails(t *testing.T) {
	b := base(t, "x", mib)
	dir := t.TempDir()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx        context.Context
		path, base string
		o          overlay.Options
	}{
		"no base":       {t.Context(), dir + "/a", dir + "/none", overlay.Options{}},
		"base a folder": {t.Context(), dir + "/a", dir, overlay.Options{}},
		"relative base": {t.Context(), dir + "/a", "nbd:localhost:1", overlay.Options{}},
		"relative path": {t.Context(), "a", b, overlay.Options{}},
		"no folder":     {t.Context(), dir + "/none/a", b, overlay.Options{}},
		"bad layout":    {t.Context(), dir + "/a", b, overlay.Options{Layout: "cluster_size=3"}},
		"no program":    {t.Context(), dir + "/a", b, overlay.Options{QemuImg: dir + "/none"}},
		"cancelled":     {ended, dir + "/a", b, overlay.Options{}},
	} {
		if err := overlay.Create(c.ctx, c.path, c.base, 0, overlay.KeepOwner, c.o); err == nil {
			t.Errorf("%s: made", name)
		}
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("%s: left %v", name, files)
		}
	}
}

// TestSwappedBaseIsFound: the overlay was made to read something else.
func TestSwappedBaseIsFound(t *testing.T) {
	b, other := base(t, "x", mib), base(t, "secret", mib)
	for name, args := range map[string][]string{
		"backing file":   {"-b", other, "-F", "raw"},
		"backing format": {"-b", b, "-F", "qcow2"},
		"no backing":     {"-b", ""},
	} {
		path := create(t, b, 0, overlay.Options{})
		cmd := append(append([]string{"rebase", "-u", "-f", "qcow2"}, args...), path)
		if out, err := exec.Command("qemu-img", cmd...).CombinedOutput(); err != nil {
			t.Fatalf("qemu-img: %v\n%s", err, out)
		}
		if err := overlay.Verify(path, b); !errors.Is(err, cloud.WrongState) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := overlay.Verify(b, b); err == nil {
		t.Error("a raw file passed")
	}
	if err := overlay.Verify(filepath.Join(t.TempDir(), "none"), b); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no overlay: %v", err)
	}
}

// TestCheckFindsDamage: the tables of the overlay are broken.
func TestCheckFindsDamage(t *testing.T) {
	b := base(t, "x", 8*mib)
	path := create(t, b, 0, overlay.Options{Layout: overlay.LayoutPlain})
	if out, err := exec.Command("qemu-io", "-f", "qcow2", "-c", "write 0 1M", path).CombinedOutput(); err != nil {
		t.Fatalf("qemu-io: %v\n%s", err, out)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, 64<<10), 2*64<<10); err != nil { // the refcount block
		t.Fatal(err)
	}
	if err := overlay.Check(t.Context(), path, b, overlay.Options{}); err == nil {
		t.Error("it passed")
	}
}

// TestWritesAreHeld: the same writes to an overlay and to a copy of the base
// give the same disk, and the tables stay whole.
func TestWritesAreHeld(t *testing.T) {
	b := base(t, "content of the base", 8*mib)
	path, raw := create(t, b, 64*mib, overlay.Options{}), base(t, "content of the base", 64*mib)
	if err := os.Chmod(raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for format, file := range map[string]string{"qcow2": path, "raw": raw} {
		args := []string{"-d", "unmap", "-f", format, "-c", "write -P 1 4k 3k", "-c", "write -P 2 1M 5M", "-c", "write -z 2M 1M",
			"-c", "write -P 3 63M 1M", "-c", "discard 3M 64k", "-c", "write -P 4 3M 64k", "-c", "flush", file}
		if out, err := exec.Command("qemu-io", args...).CombinedOutput(); err != nil {
			t.Fatalf("qemu-io: %v\n%s", err, out)
		}
	}
	if out, err := exec.Command("qemu-img", "compare", "-f", "qcow2", "-F", "raw", path, raw).CombinedOutput(); err != nil {
		t.Errorf("they differ: %v\n%s", err, out)
	}
	if err := overlay.Check(t.Context(), path, b, overlay.Options{}); err != nil {
		t.Error(err)
	}
}
