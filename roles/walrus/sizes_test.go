package walrus_test

import (
	"fmt"
	"testing"

	"ecc/roles/walrus/index"
)

// TestSizeLimits: what is too large is refused by its size alone. The index is
// told of sizes for which there are no bytes.
func TestSizeLimits(t *testing.T) {
	const maxPut, maxObject = 5 << 30, 5 << 40
	s := mustServe(t, t.TempDir())
	s.forged = true
	s.mustBucket(t, blue, "large")
	s.mustPut(t, "large", "src", []byte("x"))
	u := s.mustUpload(t, "large", "k")
	u.mustPart(t, 1, []byte("x"))
	tag := fmt.Sprintf("%x", "0123456789abcdef")
	change := func(fn func(tx *index.Tx, b index.Bucket) error) {
		t.Helper()
		err := s.walrus.Index().Update(t.Context(), func(tx *index.Tx) error {
			b, err := tx.Bucket("large")
			if err != nil {
				return err
			}
			return fn(tx, b)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx *index.Tx, b index.Bucket) error {
		o, err := tx.Object(b.ID, "src")
		if err != nil {
			return err
		}
		o.Size = maxPut + 1
		return tx.Rewrite(b.ID, o)
	})
	const most = 1025 // parts of 5 GiB, of which 1,024 are the most that fit
	change(func(tx *index.Tx, b index.Bucket) error {
		up, err := tx.Upload(b.ID, "k", *u.id)
		if err != nil {
			return err
		}
		for n := 1; n <= most; n++ {
			if err := tx.PutPart(up, index.Part{Number: n, File: index.ID(n), Size: maxPut, ETag: tag, CRC64: make([]byte, 8)}); err != nil {
				return err
			}
		}
		return nil
	})
	var parts []string
	for n := 1; n <= most; n++ {
		parts = append(parts, asked(n, tag, ""))
	}
	const tooLarge = "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"
	source := headers("X-Amz-Copy-Source", "large/src")
	s.play(t, names{*u.id: "U"}, []step{
		{do: "PUT /large/copy", header: source, want: refusal("400", "InvalidRequest", tooLarge, "", "/large/copy")},
		{do: "PUT /large/k?partNumber=1&uploadId=" + *u.id, header: source, want: refusal("400", "InvalidRequest", tooLarge, "", "/large/k")},
		{do: "POST /large/k?uploadId=" + *u.id, body: completion(parts...),
			want: refusal("400", "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.", fmt.Sprintf("<ProposedSize>%d</ProposedSize><MaxSizeAllowed>%d</MaxSizeAllowed>", most*maxPut, maxObject), "/large/k")},
		{do: "POST /large/k?uploadId=" + *u.id, body: completion(append(parts, make([]string, 10001-most)...)...), want: refusal("400", "MalformedXML", malformed, "", "/large/k")},
		{do: "PUT /large/copy", body: "", want: "200"},
	})
}
