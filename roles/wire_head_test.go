package roles

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCheckState: where a cluster was, none is begun anew.
func TestCheckState(t *testing.T) {
	for name, c := range map[string]struct {
		state []byte // nil: no file
		key   bool
		ok    bool
	}{
		"first start":        {nil, false, true},
		"cut off at once":    {[]byte{}, false, true},
		"later start":        {[]byte("x"), true, true},
		"state without a CA": {[]byte("x"), false, true},
		"state lost":         {nil, true, false},
		"state emptied":      {[]byte{}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			state, key := filepath.Join(dir, "clc.db"), filepath.Join(dir, "ca.key")
			if c.state != nil {
				mustWrite(t, state, c.state)
			}
			if c.key {
				mustWrite(t, key, []byte("k"))
			}
			if err := checkState(state, key); (err == nil) != c.ok {
				t.Errorf("%v, want success: %v", err, c.ok)
			}
		})
	}
}

func mustWrite(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
