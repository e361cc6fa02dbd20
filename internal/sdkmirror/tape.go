package sdkmirror

import (
	"fmt"
	"os"
	"regexp"
)

// Taped is one request and its answer of a tape: the file in which the tests of
// an action keep them.
type Taped struct {
	Request string // Action=…&…
	Status  string // 200, and what the test adds to it
	Body    string // the answer, one element a line
}

// entry is one of a tape: the body ends before the next request.
var entry = regexp.MustCompile(`(?ms)^(Action=.*?)\n(\d{3}[ a-z]*)\n(<\?xml.*?)\n\n`)

// ReadTape reads a tape.
func ReadTape(path string) ([]Taped, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a tape: %w", err)
	}
	var out []Taped
	for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
		out = append(out, Taped{Request: m[1], Status: m[2], Body: m[3]})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s is no tape", path)
	}
	return out, nil
}
