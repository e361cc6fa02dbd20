package walrus

import "ecc/roles/walrus/index"

// SealVersion tells tests which version of its key an object is sealed with.
func SealVersion(o index.Object) int {
	s, err := readSealed(o.Seal)
	if s == nil || err != nil {
		return 0
	}
	return s.Key.Version
}
