package awsquery

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// constraint is what a parameter does not satisfy, beside EC2's wording of it
// in the error that carries it: the services of the query protocol all word it
// in another way, which is their model's.
type constraint struct {
	path  string // as it was sent: "Tags.member.1.Key"
	value string
	must  string // "Member must not be null"
	none  bool   // there is no value
}

func (c *constraint) Error() string { return c.must }

// fault is the constraint as IAM and STS answer it.
func (c *constraint) fault() *Fault {
	value := "null"
	if !c.none {
		value = "'" + clip(c.value) + "'"
	}
	message := fmt.Sprintf("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, modelPath(c.path), c.must)
	if words, ok := patternWords[c.must]; ok {
		message = fmt.Sprintf("The specified value for %s is invalid. %s", modelPath(c.path), words)
	}
	return &Fault{"ValidationError", http.StatusBadRequest, message}
}

const mustMatch = "Member must satisfy regular expression pattern: "

// patternWords are the patterns of names and paths that IAM says in words.
var patternWords = map[string]string{
	mustMatch + `[\w+=,.@-]+`:                  "It must contain only alphanumeric characters and/or the following: +=,.@_-",
	mustMatch + `((/[A-Za-z0-9\.,\+@=_-]+)*)/`: "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
}

// modelPath names a parameter as the model's validation does:
// "Tags.member.1.Key" is 'tags.1.member.key'.
func modelPath(path string) string {
	parts := strings.Split(clip(path), ".")
	for i := 0; i < len(parts); i++ {
		if parts[i] == "member" && i+1 < len(parts) {
			parts[i], parts[i+1] = parts[i+1], parts[i]
			i++
			continue
		}
		if r := []rune(parts[i]); len(r) > 0 {
			parts[i] = string(unicode.ToLower(r[0])) + string(r[1:])
		}
	}
	return strings.Join(parts, ".")
}
