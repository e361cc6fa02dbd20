package s3

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Range is a part of an object. Whole is set if the request asked for no part.
type Range struct {
	Offset, Length int64
	Whole          bool
}

// ParseRange reads a Range header for an object of size bytes. A header that
// is not a byte range is ignored; several ranges are not implemented, as in
// S3; a range outside the object is an InvalidRange failure.
func ParseRange(header string, size int64) (Range, error) {
	whole := Range{Length: size, Whole: true}
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return whole, nil
	}
	if strings.Contains(spec, ",") {
		return whole, With(Errorf(NotImplemented, ""), "Header", "Range")
	}
	from, to, ok := strings.Cut(strings.TrimSpace(spec), "-")
	first, errFirst := parsePosition(from)
	last, errLast := parsePosition(to)
	switch {
	case !ok, from == "" && to == "", errFirst != nil && from != "", errLast != nil && to != "":
		return whole, nil
	case from == "": // the last bytes
		if last == 0 || size == 0 {
			return whole, outside(header, size)
		}
		last = min(last, size)
		return Range{Offset: size - last, Length: last}, nil
	case to == "":
		last = size - 1
	case last < first:
		return whole, nil
	}
	if first >= size {
		return whole, outside(header, size)
	}
	return Range{Offset: first, Length: min(last, size-1) - first + 1}, nil
}

func outside(header string, size int64) error {
	return With(With(Errorf(InvalidRange, ""), "RangeRequested", header), "ActualObjectSize", size)
}

// ParseCopyRange reads x-amz-copy-source-range, which must be exact: "" is the
// whole source.
func ParseCopyRange(header string, size int64) (Range, error) {
	if header == "" {
		return Range{Length: size, Whole: true}, nil
	}
	spec, ok := strings.CutPrefix(header, "bytes=")
	from, to, ok2 := strings.Cut(spec, "-")
	first, err := parsePosition(from)
	last, err2 := parsePosition(to)
	switch {
	case !ok, !ok2, err != nil, err2 != nil, last < first:
		return Range{}, InvalidArgumentf("x-amz-copy-source-range", header, "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
	case last >= size:
		return Range{}, InvalidArgumentf("x-amz-copy-source-range", header, "Range specified is not valid for source object of size: %d", size)
	}
	return Range{Offset: first, Length: last - first + 1}, nil
}

// parsePosition parses digits only; what is too large for an int64 lies behind
// every object.
func parsePosition(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	if errors.Is(err, strconv.ErrRange) {
		return math.MaxInt64, nil
	}
	return int64(n), err
}
