package sdkmirror

import (
	"slices"
	"testing"
	"time"
)

// What an SDK has not read is found: a name it does not know, one at another
// place, one more of a list; what it has read is not, nor the request's id.
func TestUnread(t *testing.T) {
	type thing struct {
		Name  *string
		Count int32
		At    time.Time
	}
	name, second := "web", "db"
	result := struct {
		Things []thing
		Open   bool
	}{[]thing{{&name, 7, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, {Name: &second}}, true}
	const answer = `<R><requestId>x</requestId><open>true</open><set><item><name>web</name><count>7</count>
		<at>2026-01-02T03:04:05.000Z</at></item><item><name>db</name></item></set>`
	for more, want := range map[string][]string{
		"</R>":                            nil,
		"<title>dB</title></R>":           {"R/title=dB"},
		"<set><name>web</name></set></R>": {"R/set/name=web"},
		"<empty/></R>":                    nil,
	} {
		got, err := Unread([]byte(answer+more), &result)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q (%v), want %q", more, got, err, want)
		}
	}
	if _, err := Unread([]byte("<R><a>"), &result); err == nil {
		t.Error("half an answer was read")
	}
}
