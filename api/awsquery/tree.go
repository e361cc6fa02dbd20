package awsquery

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ecc/cloud"
)

// node is one step of the parameters' dotted names: Filter → 1 → Name.
type node struct {
	value string
	set   bool // has a value of its own
	kids  map[string]*node
}

// newTree arranges the action's parameters by their names. Names are taken in
// order, so that of several wrong ones always the same is reported.
func newTree(params url.Values) (*node, error) {
	root := new(node)
	for _, name := range sortedNames(params) {
		if isCommon(name) {
			continue
		}
		if strings.Count(name, ".") > 2*maxDepth {
			return nil, unknown(name)
		}
		n := root
		for part := range strings.SplitSeq(name, ".") {
			n = n.kid(part)
		}
		n.value, n.set = params.Get(name), true
	}
	return root, nil
}

func (n *node) kid(name string) *node {
	k := n.kids[name]
	if k == nil {
		if n.kids == nil {
			n.kids = map[string]*node{}
		}
		k = new(node)
		n.kids[name] = k
	}
	return k
}

// leaf returns the full name of the first parameter at or below n.
func (n *node) leaf(path string) string {
	if n.set || len(n.kids) == 0 {
		return path
	}
	name := sortedNames(n.kids)[0]
	return n.kids[name].leaf(join(path, name))
}

// indices returns a list's indices in order. Gaps are closed, as AWS does.
func (n *node) indices(path string) ([]int, error) {
	is := make([]int, 0, len(n.kids))
	for _, name := range sortedNames(n.kids) {
		i, err := strconv.Atoi(name)
		switch {
		case err != nil && isDigits(name) || i > maxList:
			return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, path, "The index of the parameter %s is larger than %d.", clip(join(path, name)), maxList)
		case err != nil || i < 1 || strconv.Itoa(i) != name:
			return nil, unknown(n.kids[name].leaf(join(path, name)))
		}
		is = append(is, i)
	}
	slices.Sort(is)
	return is, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func unknown(name string) error {
	return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResParameter, ID: name}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
