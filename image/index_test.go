package image_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/image"
)

var update = flag.Bool("update", false, "rewrite golden files")

func sampleIndex() *image.Index {
	return &image.Index{
		Size: 3*image.BlockSize + 512, BlockSize: image.BlockSize, Prefix: "images/ami-1/",
		Objects: []image.Object{{Name: "data-00000", Size: 600 << 10}, {Name: "data-00001", Size: 512}},
		Blocks: []image.Block{
			{Number: 0, Object: 0, Offset: 0, Length: image.BlockSize, Digest: [32]byte{1}},
			{Number: 2, Object: 0, Offset: image.BlockSize, Length: 100, Encoding: image.EncodingZstd, Digest: [32]byte{2}},
			{Number: 3, Object: 1, Offset: 0, Length: 512, Digest: [32]byte{3}},
		},
	}
}

func marshal(tb testing.TB, x *image.Index) []byte {
	tb.Helper()
	b, err := x.MarshalBinary()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestIndexRoundTrip(t *testing.T) {
	x := sampleIndex()
	got, err := image.ParseIndex(bytes.NewReader(marshal(t, x)), image.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(x, got); d != "" {
		t.Error(d)
	}
	if n := got.Data(); n != 2*image.BlockSize+512 {
		t.Errorf("data is %d bytes", n)
	}
}

// TestIndexGolden: the wire form is what images at rest are made of; it must
// not change under the same version.
func TestIndexGolden(t *testing.T) {
	golden := filepath.Join("testdata", "index.hex")
	got := hex.Dump(marshal(t, sampleIndex()))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

func TestIndexRefusesToWriteNonsense(t *testing.T) {
	for name, change := range map[string]func(*image.Index){
		"foreign object":  func(x *image.Index) { x.Objects[0].Name = "../ami-2/data-00000" },
		"absolute object": func(x *image.Index) { x.Objects[0].Name = "/etc/shadow" },
		"dots":            func(x *image.Index) { x.Objects[0].Name = ".." },
		"empty name":      func(x *image.Index) { x.Objects[0].Name = "" },
		"prefix open":     func(x *image.Index) { x.Prefix = "images/ami-1" },
		"prefix dots":     func(x *image.Index) { x.Prefix = "images/../" },
		"prefix empty":    func(x *image.Index) { x.Prefix = "" },
		"order":           func(x *image.Index) { x.Blocks[1].Number = 0 },
		"behind the end":  func(x *image.Index) { x.Blocks[2].Number = 4 },
		"no object":       func(x *image.Index) { x.Blocks[0].Object = 2 },
		"outside object":  func(x *image.Index) { x.Blocks[1].Offset = 700 << 10 },
		"wrapping offset": func(x *image.Index) { x.Blocks[1].Offset = 1<<32 - 50 },
		"empty block":     func(x *image.Index) { x.Blocks[1].Length = 0 },
		"long block":      func(x *image.Index) { x.Blocks[1].Length = image.BlockSize },
		"short raw block": func(x *image.Index) { x.Blocks[2].Length = 511 },
		"encoding":        func(x *image.Index) { x.Blocks[1].Encoding = 7 },
		"huge object":     func(x *image.Index) { x.Objects[0].Size = 1 << 40 },
		"size":            func(x *image.Index) { x.Size = 8 << 40 },
		"odd size":        func(x *image.Index) { x.Size++ },
		"block size":      func(x *image.Index) { x.BlockSize = 3 << 10 },
	} {
		x := sampleIndex()
		change(x)
		if _, err := x.MarshalBinary(); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func TestParseIndexRefusesDamage(t *testing.T) {
	good := marshal(t, sampleIndex())
	l := image.DefaultLimits()
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		if _, err := image.ParseIndex(bytes.NewReader(bad), l); err == nil && i < protected {
			t.Errorf("byte %d changed: taken", i)
		}
		if _, err := image.ParseIndex(bytes.NewReader(good[:i]), l); !errors.Is(err, cloud.Invalid) {
			t.Errorf("cut after %d: got %v", i, err)
		}
	}
	if _, err := image.ParseIndex(bytes.NewReader(append(bytes.Clone(good), 0)), l); !errors.Is(err, cloud.Invalid) {
		t.Errorf("with a byte more: got %v", err)
	}
}

// protected is where the content digest ends: changes of what places data
// behind it are found by the digests of the index object and of the blocks.
const protected = 8 + 4 + 4 + 8 + 32

func sampleIndexWithout() *image.Index { x := sampleIndex(); x.Blocks = nil; return x }

func TestParseIndexLimits(t *testing.T) {
	b := marshal(t, sampleIndex())
	for name, l := range map[string]image.Limits{
		"size":    {MaxSize: 1 << 20, MaxObjects: 10},
		"objects": {MaxSize: 1 << 30, MaxObjects: 1},
		"prefix":  {MaxSize: 1 << 30, MaxObjects: 10, Prefix: "images/ami-2/"},
	} {
		if _, err := image.ParseIndex(bytes.NewReader(b), l); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	if _, err := image.ReadIndex(bytes.NewReader(b), strings.Repeat("0", 64), image.DefaultLimits()); !errors.Is(err, cloud.Invalid) {
		t.Errorf("wrong digest: got %v", err)
	}
}

func FuzzParseIndex(f *testing.F) {
	f.Add(marshal(f, sampleIndex()))
	f.Add(marshal(f, sampleIndexWithout()))
	f.Add([]byte("eccindex"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := image.ParseIndex(bytes.NewReader(b), image.DefaultLimits())
		if err != nil {
			return
		}
		again, err := x.MarshalBinary()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("what was taken is written differently: %v", err)
		}
	})
}
