package e2e

import (
	"fmt"
	"testing"
	"time"
)

// Bounds of waiting. They are for a machine that is busy with something else;
// a test that passes takes seconds of them.
const (
	soon = time.Minute     // what ecc does by itself
	boot = 4 * time.Minute // a guest's kernel and userland on an emulated CPU
)

// await waits for a level. look says whether it is reached and what it saw,
// which is in the failure.
func await(tb testing.TB, what string, bound time.Duration, look func() (bool, string)) {
	tb.Helper()
	for deadline := time.Now().Add(bound); ; time.Sleep(100 * time.Millisecond) {
		ok, saw := look()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("waited %v for %s; seen last: %s", bound, what, saw)
		}
	}
}

// succeeds adapts a function to await.
func succeeds(f func() error) func() (bool, string) {
	return func() (bool, string) {
		err := f()
		return err == nil, fmt.Sprint(err)
	}
}

// never fails the test if the level is reached within a while: for what must
// not happen although nothing says that it will not.
func never(tb testing.TB, what string, while time.Duration, look func() (bool, string)) {
	tb.Helper()
	for deadline := time.Now().Add(while); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if happened, saw := look(); happened {
			tb.Fatalf("%s: %s", what, saw)
		}
	}
}
