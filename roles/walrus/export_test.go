package walrus

// Offered lists the operations with a handler, for tests.
func Offered() map[string]bool {
	ops := map[string]bool{}
	for name := range operations {
		ops[name] = true
	}
	return ops
}
