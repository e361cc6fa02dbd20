package cloud

import "strings"

// ValidZone reports whether s may name an availability zone: a region's name
// and one letter.
func ValidZone(s string) bool {
	return len(s) > 1 && s[len(s)-1] >= 'a' && s[len(s)-1] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
