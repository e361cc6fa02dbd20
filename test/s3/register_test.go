package s3_test

import (
	"math"
	"testing"

	"github.com/anishathalye/porcupine"
)

// The model of a key allows what may be, and nothing else.
func TestRegister(t *testing.T) {
	t.Parallel()
	op := func(i input, o output, call, end int64) porcupine.Operation {
		if o.unknown {
			end = math.MaxInt64
		}
		return porcupine.Operation{Input: i, Output: o, Call: call, Return: end}
	}
	write := func(etag string, call int64) porcupine.Operation {
		return op(input{verb: writes, new: etag}, output{}, call, call+1)
	}
	lost := func(etag string, call int64) porcupine.Operation {
		return op(input{verb: writes, new: etag}, output{unknown: true}, call, 0)
	}
	read := func(etag string, call int64) porcupine.Operation {
		return op(input{verb: reads}, output{read: etag}, call, call+1)
	}
	for _, c := range []struct {
		name string
		all  []porcupine.Operation
		want bool
	}{
		{"absent at first", []porcupine.Operation{read("", 1)}, true},
		{"read what was written", []porcupine.Operation{write("a", 1), read("a", 3)}, true},
		{"an acknowledged write is lost", []porcupine.Operation{write("a", 1), read("", 3)}, false},
		{"an old value comes back", []porcupine.Operation{write("a", 1), write("b", 3), read("a", 5)}, false},
		{"two writes at once, either wins", []porcupine.Operation{op(input{writes, "", "a"}, output{}, 1, 9), write("b", 3), read("a", 10)}, true},
		{"a write without an answer happened", []porcupine.Operation{lost("a", 1), read("a", 3)}, true},
		{"a write without an answer did not happen", []porcupine.Operation{write("a", 1), lost("b", 3), read("a", 5)}, true},
		{"it happened and is taken back", []porcupine.Operation{write("a", 1), lost("b", 3), read("b", 5), read("a", 7)}, false},
		{"what nobody wrote", []porcupine.Operation{write("a", 1), read("c", 3)}, false},
		{"created over something", []porcupine.Operation{write("a", 1), op(input{creates, "", "b"}, output{}, 3, 4)}, false},
		{"refused to create where nothing is", []porcupine.Operation{op(input{creates, "", "b"}, output{refused: true}, 3, 4)}, false},
		{"swapped what it was", []porcupine.Operation{write("a", 1), op(input{swaps, "a", "b"}, output{}, 3, 4), read("b", 5)}, true},
		{"swapped what it was not", []porcupine.Operation{write("a", 1), op(input{swaps, "c", "b"}, output{}, 3, 4)}, false},
		{"removed", []porcupine.Operation{write("a", 1), op(input{verb: removes}, output{}, 3, 4), read("", 5)}, true},
	} {
		if got := porcupine.CheckOperations(register, c.all); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
