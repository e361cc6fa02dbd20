package failpoint

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// action is what an armed point does.
type action struct {
	verb  verb
	text  string        // of verbError
	pause time.Duration // of verbSleep
	left  int           // hits it still acts on; negative: all
	gate  string        // acts only while this file exists; "": always
}

type verb string

const (
	verbKill  verb = "kill"
	verbError verb = "error"
	verbSleep verb = "sleep"
	verbPass  verb = "pass"
)

var actionForm = regexp.MustCompile(`^(?:(\d{1,9})\*)?(kill|error|sleep|pass)(?:\((.*)\))?(?:\*(\d{1,9}))?(?:@(/.+))?$`)

func parse(s string) (*action, error) {
	m := actionForm.FindStringSubmatch(s)
	if m == nil || (m[1] != "" && m[4] != "") {
		return nil, fmt.Errorf("%q is not kill, error(text), sleep(duration) or pass, with a count and @/file or not", s)
	}
	a := &action{verb: verb(m[2]), text: m[3], left: -1, gate: m[5]}
	if count := m[1] + m[4]; count != "" {
		a.left, _ = strconv.Atoi(count) // at most 9 digits: cannot fail
	}
	if a.verb == verbSleep {
		var err error
		if a.pause, err = time.ParseDuration(a.text); err != nil || a.pause < 0 {
			return nil, fmt.Errorf("%q is not a time to sleep", a.text)
		}
	}
	if (a.verb == verbKill || a.verb == verbPass) && a.text != "" {
		return nil, fmt.Errorf("%s takes no argument", a.verb)
	}
	return a, nil
}
