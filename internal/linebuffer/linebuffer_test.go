package linebuffer

import (
	"bytes"
	"fmt"
	"strings"
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
		if out.writes != 0 {
			t.Errorf("%d writes at once", out.writes)
		}
		time.Sleep(moment)
		synctest.Wait()
		if out.String() != "line 0\nline 1\nline 2\n" || out.writes != 1 {
			t.Errorf("%q in %d writes", out.String(), out.writes)
		}
		fmt.Fprint(w, "at once\n")
		if w.Flush(); !strings.HasSuffix(out.String(), "at once\n") {
			t.Errorf("%q", out.String())
		}
		w.Flush()
		time.Sleep(2 * moment)
		if out.writes != 2 {
			t.Errorf("%d writes", out.writes)
		}
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
		if waiting := 1000*1000 - out.Len(); waiting > most {
			t.Errorf("%d bytes wait", waiting)
		}
		fmt.Fprint(w, strings.Repeat("y", 2*most))
		w.Flush()
		if want := strings.Repeat(line, 1000) + strings.Repeat("y", 2*most); out.String() != want {
			t.Errorf("%d bytes, want %d", out.Len(), len(want))
		}
	})
}

// counted counts the writes it gets.
type counted struct {
	bytes.Buffer
	writes int
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}
