package index

import (
	"bytes"
	"fmt"
	"slices"

	"ecc/api/s3"
)

// PutPartSums keeps the checksums of the parts a blob was put together from,
// one for each of its extents. They go when the blob goes.
func (t *Tx) PutPartSums(blob ID, a s3.Algorithm, sums [][]byte) error {
	v := []byte{byte(slices.Index(s3.Algorithms, a))}
	for _, s := range sums {
		if len(s) != a.New().Size() {
			return fmt.Errorf("checksum of a part of blob %x: %d bytes", blob, len(s))
		}
		v = append(v, s...)
	}
	return t.put(sumsBucket, number(blob), v)
}

// PartSums returns the checksums of the parts of a blob, in the order of its
// extents; the algorithm is "" if none are kept.
func (t *Tx) PartSums(blob ID) (s3.Algorithm, [][]byte, error) {
	v := bytes.Clone(t.get(sumsBucket, number(blob)))
	if v == nil {
		return "", nil, nil
	}
	if len(v) == 0 || int(v[0]) >= len(s3.Algorithms) {
		return "", nil, fmt.Errorf("checksums of the parts of blob %x: %w", blob, ErrCorrupt)
	}
	a := s3.Algorithms[v[0]]
	sums := slices.Collect(slices.Chunk(v[1:], a.New().Size()))
	if len(sums) != len(t.Extents(blob)) || len(sums) > 0 && len(sums[len(sums)-1]) != a.New().Size() {
		return "", nil, fmt.Errorf("checksums of the parts of blob %x: %w", blob, ErrCorrupt)
	}
	return a, sums, nil
}
