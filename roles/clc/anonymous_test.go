package clc_test

import (
	"fmt"
	"regexp"
)

// drawn finds what is random in an answer: ids, MAC addresses, account ids.
var drawn = regexp.MustCompile(`\b[a-z]+(-[a-z]+)*-[0-9a-f]{17}\b|\b02(:[0-9a-f]{2}){5}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9]{12}\b`)

// anonymous names what is random in an answer by the order of its appearance,
// so that goldens show what belongs together and do not change with what is
// drawn elsewhere.
func (f *fixture) anonymous(body string) string {
	names := map[string]string{}
	out := drawn.ReplaceAllStringFunc(body, func(s string) string {
		if names[s] == "" {
			names[s] = fmt.Sprintf("[%d]", len(names)+1)
		}
		return names[s]
	})
	return regexp.MustCompile(`><(/?)`).ReplaceAllString(out, ">\n<$1") + "\n"
}
