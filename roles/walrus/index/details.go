package index

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"ecc/api/s3"
	"ecc/cloud"
)

// shortDetails is the first byte of Details in the short form; JSON begins
// with a brace. Every read of a small object decodes its Details, and JSON
// takes ten times as long.
//
//	account ‖ parts ‖ type and value of the checksum ‖ pairs of Standard ‖ pairs of User
//
// A string has its length in front, a list of pairs its number; numbers are
// varints. The checksum's algorithm stands in front of the Details.
const shortDetails = 1

// encodeDetails writes Details in the short form if it has a place for all
// that is set, and otherwise as JSON.
func encodeDetails(d Details) ([]byte, error) {
	rest := d
	rest.Metadata, rest.Checksum, rest.Parts, rest.Account = s3.Metadata{}, s3.Checksum{}, 0, ""
	if !reflect.ValueOf(rest).IsZero() || !slices.Contains(s3.Algorithms, d.Checksum.Algorithm) {
		return json.Marshal(d)
	}
	b := make([]byte, 1, 128)
	b[0] = shortDetails
	b = appendString(b, string(d.Account))
	b = binary.AppendUvarint(b, uint64(d.Parts))
	b = appendString(appendString(b, d.Checksum.Type), d.Checksum.Value)
	return appendPairs(appendPairs(b, d.Metadata.Standard), d.Metadata.User), nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendPairs(b []byte, pairs map[string]string) []byte {
	b = binary.AppendUvarint(b, uint64(len(pairs)))
	for name, value := range pairs {
		b = appendString(appendString(b, name), value)
	}
	return b
}

// decodeDetails decodes either form. The algorithm of the checksum is that of
// the record's front.
func decodeDetails(b []byte, algorithm s3.Algorithm, d *Details) error {
	if len(b) == 0 || b[0] != shortDetails {
		return json.Unmarshal(b, d)
	}
	r := reader{rest: b[1:]}
	d.Account = cloud.AccountID(r.string())
	d.Parts = int(r.number())
	d.Checksum = s3.Checksum{Algorithm: algorithm, Type: r.string(), Value: r.string()}
	d.Metadata = s3.Metadata{Standard: r.pairs(), User: r.pairs()}
	if r.bad || len(r.rest) > 0 {
		return fmt.Errorf("details of an object: %w", ErrCorrupt)
	}
	return nil
}

// reader reads the short form. After something that cannot be it is bad and
// all it returns is empty.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) string() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) pairs() map[string]string {
	n := r.number()
	if n == 0 || n > uint64(len(r.rest)) {
		r.bad = r.bad || n > 0
		return nil
	}
	pairs := make(map[string]string, n)
	for range n {
		name := r.string()
		pairs[name] = r.string()
	}
	return pairs
}
