package walrus

import "ecc/roles/walrus/index"

// Offered lists the operations with a handler, for tests.
func Offered() map[string]bool {
	ops := map[string]bool{}
	for name := range operations {
		ops[name] = true
	}
	return ops
}

// Index gives tests a look at the index.
func (w *Walrus) Index() *index.Index { return w.index }
