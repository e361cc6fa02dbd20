package ledger_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nobodys are the files that write to the store themselves, and why: what they
// write nobody asked for, or it is told elsewhere.
var nobodys = map[string]string{
	"authorize.go":         "the default network of an account, at its first request",
	"batches.go":           "what hosts report",
	"bootstrap.go":         "the first start",
	"furnish.go":           "networks of an older ecc",
	"ingest.go":            "the loop that takes images in",
	"identity/accounts.go": "the first start",
	"identity/keyuse.go":   "when keys were used last",
	"identity/seal.go":     "sealing what an older ecc kept in clear",
}

// Whatever an action or an operator changes goes through the ledger, so that
// there is an event of it: no other file calls the store's Update.
func TestEverybodyUsesTheLedger(t *testing.T) {
	root := filepath.Join("..")
	found := map[string]bool{}
	ok(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || strings.HasPrefix(name, "ledger/") || strings.HasPrefix(name, "trail/") {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "store.Update(") {
			found[name] = true
			if nobodys[name] == "" {
				t.Errorf("%s writes to the store without the ledger", name)
			}
		}
		return err
	}))
	for name := range nobodys {
		if !found[name] {
			t.Errorf("%s does not write to the store: take it off the list", name)
		}
	}
}
