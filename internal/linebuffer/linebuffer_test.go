package linebuffer

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinesComeTogetherAndSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out counted
		w := New(&out)
		for i := range 3 {
			fmt.Fprintf(w, "line %d\n", i)
		}
		out.want(t, "", 0)
		time.Sleep(2 * moment)
		out.want(t, "line 0\nline 1\nline 2\n", 1)
		fmt.Fprint(w, "at once\n")
		w.Flush()
		out.want(t, "line 0\nline 1\nline 2\nat once\n", 2)
		w.Flush()
		time.Sleep(2 * moment)
		out.want(t, "line 0\nline 1\nline 2\nat once\n", 2)
	})
}

func TestAFloodDoesNotGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out counted
		w := New(&out)
		line := strings.Repeat("x", 999) + "\n"
		for range 1000 {
			fmt.Fprint(w, line)
		}
		if got, _ := out.got(); 1000*1000-len(got) > most {
			t.Errorf("%d bytes wait", 1000*1000-len(got))
		}
		fmt.Fprint(w, strings.Repeat("y", 2*most))
		w.Flush()
		want := strings.Repeat(line, 1000) + strings.Repeat("y", 2*most)
		if got, _ := out.got(); got != want {
			t.Errorf("%d bytes, want %d", len(got), len(want))
		}
	})
}

// counted counts the writes it gets.
type counted struct {
	mu     sync.Mutex
	bytes  bytes.Buffer
	writes int
}

func (c *counted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	return c.bytes.Write(p)
}

func (c *counted) got() (string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes.String(), c.writes
}

func (c *counted) want(t *testing.T, text string, writes int) {
	t.Helper()
	if got, n := c.got(); got != text || n != writes {
		t.Errorf("%q in %d writes, want %q in %d", got, n, text, writes)
	}
}
