package awsjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"ecc/cloud"
)

// decode reads a request of bounded depth. A member that is not known is
// refused: nothing is ignored that somebody meant.
func decode(body []byte, in any) error {
	malformed := func(err error) error {
		return &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResParameter, Msg: "The request is not a JSON object of this operation.", Err: err}
	}
	if deep(body) {
		return malformed(errors.New("too deep"))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return malformed(errors.New("more than one object"))
	}
	return nil
}

// deep reports whether brackets nest too much, those in strings included.
func deep(body []byte) bool {
	depth := 0
	for _, b := range body {
		switch b {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}
