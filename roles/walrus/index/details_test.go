package index

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/api/s3"
)

// plain are Details that have a short form.
func plain() Details {
	return Details{Account: "111122223333", Parts: 3, Checksum: s3.Checksum{Algorithm: s3.CRC32, Type: s3.FullObject, Value: "AAAAAA=="},
		Metadata: s3.Metadata{Standard: map[string]string{"Content-Type": "text/plain"}, User: map[string]string{"a": "ü", "": ""}}}
}

// TestDetails: both forms keep everything, and the short one is not used where
// it has no place for something.
func TestDetails(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Details)
		short  bool
	}{
		"plain":       {func(*Details) {}, true},
		"no metadata": {func(d *Details) { d.Metadata = s3.Metadata{} }, true},
		"class":       {func(d *Details) { d.Class = "GLACIER" }, false},
		"tag":         {func(d *Details) { d.Tags = []s3.Tag{{Key: "k", Value: "v"}} }, false},
		"lock":        {func(d *Details) { d.Lock.Hold = true }, false},
		"seal":        {func(d *Details) { d.Seal = json.RawMessage(`{}`) }, false},
		"no checksum": {func(d *Details) { d.Checksum = s3.Checksum{} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := plain()
			tc.change(&d)
			b, err := encodeDetails(d)
			if err != nil {
				t.Fatal(err)
			}
			if short := b[0] == shortDetails; short != tc.short {
				t.Errorf("in the short form: %v, want %v", short, tc.short)
			}
			var got Details
			if err := decodeDetails(b, d.Checksum.Algorithm, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzDetails: no bytes bring the decoder down, and what it takes it can write.
func FuzzDetails(f *testing.F) {
	b, err := encodeDetails(plain())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for cut := range len(b) {
		f.Add(b[:cut])
	}
	f.Add([]byte{shortDetails, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, []byte{shortDetails}) {
			return
		}
		var d, again Details
		if err := decodeDetails(b, s3.CRC32, &d); err != nil {
			return
		}
		b, err := encodeDetails(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeDetails(b, s3.CRC32, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}

func BenchmarkDecodeDetails(b *testing.B) {
	d := plain()
	short, err := encodeDetails(d)
	if err != nil {
		b.Fatal(err)
	}
	long, err := json.Marshal(d)
	if err != nil {
		b.Fatal(err)
	}
	for name, raw := range map[string][]byte{"short": short, "json": long} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := decodeDetails(raw, s3.CRC32, new(Details)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
