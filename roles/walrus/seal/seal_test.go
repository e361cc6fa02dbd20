package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ecc/roles/walrus/seal"
)

const payload = seal.Segment - 16

var key = bytes.Repeat([]byte{7}, seal.KeySize)

// random returns n bytes that follow from n.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(b)
	return b
}

// mustSeal seals in writes of a size.
func mustSeal(tb testing.TB, plain []byte, piece int) []byte {
	tb.Helper()
	var out bytes.Buffer
	w, err := seal.NewWriter(&out, key)
	if err != nil {
		tb.Fatal(err)
	}
	for rest := plain; len(rest) > 0; {
		n := min(piece, len(rest))
		if _, err := w.Write(rest[:n]); err != nil {
			tb.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	if w.Size() != int64(len(plain)) {
		tb.Fatalf("Size() = %d of %d bytes", w.Size(), len(plain))
	}
	return out.Bytes()
}

// pieces hands out b in pieces of a size, each in the same buffer.
func pieces(b []byte, size int) seal.Next {
	buf := make([]byte, size)
	return func() ([]byte, error) {
		if len(b) == 0 {
			return nil, io.EOF
		}
		n := copy(buf, b)
		b = b[n:]
		return buf[:n], nil
	}
}

// open reads a range of a sealed stream of size plain bytes.
func open(sealed []byte, size, from, to int64, piece int) ([]byte, error) {
	start, end := seal.Span(size, from, to)
	end = min(end, int64(len(sealed)))
	start = min(start, end)
	r, err := seal.NewReader(key, size, from, to, pieces(sealed[start:end], piece))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	got := []byte{}
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = append(got, b...)
	}
}

var sizes = []int{0, 1, 15, 16, 17, payload - 1, payload, payload + 1, seal.Segment, 2*payload - 1, 2 * payload, 2*payload + 1, 4 * payload, 4*payload + 1, 5*payload + 77, 1 << 20}

func TestRoundTrip(t *testing.T) {
	for _, size := range sizes {
		for _, piece := range []int{100, payload, 256 << 10} {
			plain := random(size)
			sealed := mustSeal(t, plain, piece)
			if int64(len(sealed)) != seal.Size(int64(size)) {
				t.Errorf("%d bytes are sealed to %d, Size says %d", size, len(sealed), seal.Size(int64(size)))
			}
			got, err := open(sealed, int64(size), 0, int64(size), piece)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes in pieces of %d: %d bytes back, %v", size, piece, len(got), err)
			}
		}
	}
}

func TestBytesIsAStreamOfOneSegment(t *testing.T) {
	for _, size := range []int{0, 1, 16 << 10, payload} {
		plain := random(size)
		got, err := seal.Bytes(key, plain)
		if err != nil || !bytes.Equal(got, mustSeal(t, plain, 1000)) {
			t.Errorf("%d bytes: %v, or another stream than the writer's", size, err)
		}
	}
	if _, err := seal.Bytes(key, random(payload+1)); err == nil {
		t.Error("more than a segment was sealed at once")
	}
}

func TestAnyRangeInAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.SampledFrom(sizes), rapid.IntRange(0, 600_000)).Draw(t, "size")
		from := rapid.IntRange(0, size).Draw(t, "from")
		to := rapid.IntRange(from, size).Draw(t, "to")
		piece := rapid.SampledFrom([]int{1000, seal.Segment, seal.Segment + 1, 256 << 10}).Draw(t, "piece")
		plain := random(size)
		var out bytes.Buffer
		w, err := seal.NewWriter(&out, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := open(out.Bytes(), int64(size), int64(from), int64(to), piece)
		if err != nil || !bytes.Equal(got, plain[from:to]) {
			t.Fatalf("%d bytes back of %d, %v", len(got), to-from, err)
		}
	})
}

// Whatever is done to sealed bytes is found, before a byte of the segment is
// handed out.
func TestTampering(t *testing.T) {
	const size = 3*payload + 100
	plain := random(size)
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	flip := func(i int) func([]byte) []byte {
		return func(b []byte) []byte { b[i] ^= 1; return b }
	}
	for name, change := range map[string]func([]byte) []byte{
		"first bit": flip(0), "tag of the first": flip(seal.Segment - 1), "in the third": flip(2*seal.Segment + 5), "last bit": flip(3*seal.Segment + 115),
		"cut within a segment": cut(seal.Segment + 10), "cut behind a segment": cut(2 * seal.Segment), "nothing left": cut(0), "last byte gone": cut(3*seal.Segment + 115),
		"swapped": func(b []byte) []byte {
			return append(append(append([]byte{}, b[seal.Segment:2*seal.Segment]...), b[:seal.Segment]...), b[2*seal.Segment:]...)
		},
		"repeated": func(b []byte) []byte { copy(b[seal.Segment:], b[:seal.Segment]); return b },
	} {
		got, err := open(change(mustSeal(t, plain, 1<<20)), size, 0, size, 256<<10)
		if !errors.Is(err, seal.ErrTampered) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.HasPrefix(plain, got) {
			t.Errorf("%s: bytes were handed out that were never written", name)
		}
	}
}

// A stream whose length was changed with it, down or up, does not open either.
func TestLengthIsSealed(t *testing.T) {
	const size = 2 * payload
	sealed := mustSeal(t, random(size), 1<<20)
	if _, err := open(sealed, payload, 0, payload, 256<<10); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("cut to one segment: %v", err)
	}
	longer := append(sealed, sealed[:seal.Segment]...)
	if _, err := open(longer, size+payload, 0, size+payload, 256<<10); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("a segment more: %v", err)
	}
}

func TestOtherKey(t *testing.T) {
	sealed := mustSeal(t, random(100), 100)
	other, err := seal.PartKey(key, make([]byte, seal.SaltSize))
	if err != nil {
		t.Fatal(err)
	}
	r, err := seal.NewReader(other, 100, 0, 100, pieces(sealed, 1000))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := r.Next(); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("opened with another key: %d bytes, %v", len(b), err)
	}
}

func TestPartKeysDiffer(t *testing.T) {
	seen := map[string]bool{string(key): true}
	for i := range 100 {
		salt := bytes.Repeat([]byte{byte(i)}, seal.SaltSize)
		k, err := seal.PartKey(key, salt)
		if err != nil || len(k) != seal.KeySize || seen[string(k)] {
			t.Fatalf("key %d: %d bytes, %v, or seen before", i, len(k), err)
		}
		seen[string(k)] = true
	}
	if _, err := seal.PartKey(key, nil); err == nil {
		t.Error("a key without salt")
	}
}

func TestWritersFailureStays(t *testing.T) {
	broken := errors.New("disk")
	w, err := seal.NewWriter(writerFunc(func([]byte) (int, error) { return 0, broken }), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(random(1 << 20)); !errors.Is(err, broken) {
		t.Errorf("write: %v", err)
	}
	if err := w.Close(); !errors.Is(err, broken) {
		t.Errorf("close: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// FuzzReader opens arbitrary bytes: they never open, and never panic.
func FuzzReader(f *testing.F) {
	f.Add([]byte{}, int64(0), int64(0), int64(0), 10)
	f.Add(random(100), int64(84), int64(3), int64(80), 7)
	f.Add(random(2*seal.Segment), int64(2*payload), int64(payload-1), int64(payload+1), seal.Segment)
	f.Fuzz(func(t *testing.T, sealed []byte, size, from, to int64, piece int) {
		got, err := open(sealed, size, from, to, max(1, piece%(1<<20)))
		if err == nil && from != to {
			t.Fatalf("%d bytes of nothing", len(got))
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	plain := random(256 << 10)
	w, err := seal.NewWriter(io.Discard, key)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		if _, err := w.Write(plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	const size = 16 << 20
	sealed := mustSeal(b, random(size), 256<<10)
	b.SetBytes(size)
	for b.Loop() {
		rest := sealed
		r, err := seal.NewReader(key, size, 0, size, func() ([]byte, error) {
			n := min(len(rest), 256<<10)
			p := rest[:n]
			rest = rest[n:]
			return p, nil
		})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = r.Next()
		}
		r.Close()
	}
}

func ExampleSpan() {
	start, end := seal.Span(1_000_000, 70_000, 70_001)
	fmt.Println(start, end)
	// Output: 65536 131072
}
