package imds

import (
	"maps"
	"slices"
	"strings"
)

// node is a place in the tree: a leaf with a value, or a directory. A nil
// node is absent.
type node struct {
	value []byte
	dir   map[string]*node
	list  string // of a directory that does not list its children by name
	bare  bool   // the directory lists its children without a slash
}

func leaf(s string) *node { return &node{value: []byte(s)} }

// optional is a leaf that is absent when it has nothing to say.
func optional(s string) *node {
	if s == "" {
		return nil
	}
	return leaf(s)
}

// lines is a leaf of one line per value.
func lines[T ~string](values []T) *node {
	if len(values) == 0 {
		return nil
	}
	s := make([]string, len(values))
	for i, v := range values {
		s[i] = string(v)
	}
	return leaf(strings.Join(s, "\n"))
}

// dir makes a directory of what is not absent.
func dir(children map[string]*node) *node {
	maps.DeleteFunc(children, func(_ string, n *node) bool { return n == nil })
	return &node{dir: children}
}

// find returns the value of a leaf or the listing of a directory.
func find(at *node, path string) ([]byte, bool) {
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if part == "" {
			continue
		}
		next, ok := at.dir[part]
		if !ok {
			return nil, false
		}
		at = next
	}
	if at.dir == nil {
		return at.value, true
	}
	return []byte(at.listing()), true
}

// listing is a directory as EC2 shows it: sorted names, directories with a
// slash behind them, no newline at the end.
func (n *node) listing() string {
	if n.list != "" {
		return n.list
	}
	names := slices.Sorted(maps.Keys(n.dir))
	for i, name := range names {
		if n.dir[name].dir != nil && !n.bare {
			names[i] = name + "/"
		}
	}
	return strings.Join(names, "\n")
}
