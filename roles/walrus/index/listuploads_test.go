package index

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestListUploadsLikeASlice compares pages of uploads with what a plain loop
// over all of them gives.
func TestListUploadsLikeASlice(t *testing.T) {
	x := newIndex(t)
	bucket := ID(0)
	rapid.Check(t, func(t *rapid.T) {
		bucket++
		keys := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab/\x00")), 1, 4, -1), 0, 20).Draw(t, "keys")
		slices.Sort(keys)
		mustUpdate(t, x, func(tx *Tx) error {
			for i, k := range keys {
				if err := tx.PutUpload(Upload{ID: fmt.Sprintf("%032x", i), Key: k, Bucket: bucket}); err != nil {
					return err
				}
			}
			return nil
		})
		l := UploadListing{Listing: Listing{
			Prefix: rapid.StringMatching("[ab/\x00]{0,2}").Draw(t, "prefix"), Delimiter: rapid.SampledFrom([]string{"", "/", "a", "\x00"}).Draw(t, "delimiter"),
			Max: rapid.IntRange(1, 5).Draw(t, "max"),
		}}
		want := naiveUploads(keys, l)
		if rapid.Bool().Draw(t, "behind a key") { // and all its uploads
			l.After = rapid.StringMatching("[ab/\x00]{1,3}").Draw(t, "key")
			want = behind(keys, want, l)
		}
		var got []string
		for more := true; more; {
			var page []ListedUpload
			if err := x.View(func(tx *Tx) (err error) { page, more, err = tx.ListUploads(bucket, l); return err }); err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				got = append(got, fmt.Sprint(e.Key, e.Group, e.ID))
				l.After, l.Upload = e.Key, e.ID
			}
			if more && len(page) != l.Max {
				t.Fatalf("a page of %d, and more", len(page))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// naiveUploads lists by the definition.
func naiveUploads(keys []string, l UploadListing) (out []string) {
	for i, key := range keys {
		if len(key) < len(l.Prefix) || key[:len(l.Prefix)] != l.Prefix {
			continue
		}
		entry := fmt.Sprint(key, false, fmt.Sprintf("%032x", i))
		if group, ok := l.group(key); ok {
			entry = fmt.Sprint(group, true, "")
		}
		if !slices.Contains(out, entry) {
			out = append(out, entry)
		}
	}
	return out
}

// TestPartSums: the checksums of parts stay while their blob does.
func TestPartSums(t *testing.T) {
	x := newIndex(t)
	sums := [][]byte{{1, 2, 3, 4}, {5, 6, 7, 8}}
	err := x.Update(t.Context(), func(tx *Tx) error {
		if err := tx.PutPartSums(9, "CRC32", [][]byte{{1}}); err == nil {
			t.Error("a checksum of one byte was taken")
		}
		return firstError(tx.PutExtents(9, []Extent{{File: 1, End: 1, Part: 1}, {File: 2, End: 2, Part: 2}}), tx.PutPartSums(9, "CRC32C", sums))
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func() (string, int) {
		t.Helper()
		var a, n = "", 0
		err := x.View(func(tx *Tx) error {
			algorithm, got, err := tx.PartSums(9)
			a, n = string(algorithm), len(got)
			if n > 0 && !slices.EqualFunc(got, sums, slices.Equal[[]byte]) {
				t.Errorf("got %v", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return a, n
	}
	if a, n := read(); a != "CRC32C" || n != 2 {
		t.Errorf("%q, %d", a, n)
	}
	if err := x.Update(t.Context(), func(tx *Tx) error { _, err := tx.forgetBlob(9, 10); return err }); err != nil {
		t.Fatal(err)
	}
	if a, n := read(); a != "" || n != 0 {
		t.Errorf("after the blob went: %q, %d", a, n)
	}
}

// behind leaves out what comes before or with the key of a marker.
func behind(keys, entries []string, l UploadListing) []string {
	before := l
	before.After = ""
	gone := naiveUploads(slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k > l.After }), before)
	if group, ok := l.groupOf(l.After); ok && slices.ContainsFunc(keys, func(k string) bool { return len(k) >= len(group) && k[:len(group)] == group }) && !slices.Contains(gone, fmt.Sprint(group, true, "")) {
		gone = append(gone, fmt.Sprint(group, true, ""))
	}
	return entries[len(gone):]
}
