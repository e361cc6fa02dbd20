package process

import (
	"bytes"
	"os"
	"testing"
	"time"
)

// Patience bounds every wait. It is long because build machines are busy;
// nothing is measured.
const Patience = 60 * time.Second

// Eventually waits until f returns nil.
func Eventually(tb testing.TB, what string, f func() error) {
	tb.Helper()
	deadline := time.Now().Add(Patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("not so after %s: %s: %v", Patience, what, err)
		}
		time.Sleep(30 * time.Millisecond) // between looks at a level
	}
}

// Tail is the last n bytes of a file, or why it has none.
func Tail(name string, n int) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b[max(0, len(b)-n):]))
}
