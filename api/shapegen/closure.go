package main

import (
	"fmt"
	"sort"
)

// use says where a structure occurs, which decides the tags it needs.
type use struct {
	in, out bool
}

// closure is every structure the chosen actions reach, and the action each is
// declared with: the first one, in the order of the actions file, that needs
// it. Adding an action at the end of that file therefore moves nothing.
type closure struct {
	model *model
	home  map[string][]string // action → its structures, in order of discovery
	use   map[string]*use     // structure → where it occurs
	enums map[string][]string // enum shape → values, of inputs only
}

func newClosure(m *model, actions []string) (*closure, error) {
	c := &closure{model: m, home: map[string][]string{}, use: map[string]*use{}, enums: map[string][]string{}}
	for _, a := range actions {
		op, ok := m.Operations[a]
		if !ok {
			return nil, fmt.Errorf("the model has no operation %s", a)
		}
		for _, side := range []struct {
			ref *ref
			out bool
		}{{op.Input, false}, {op.Output, true}} {
			if side.ref == nil {
				continue
			}
			if err := c.visit(a, side.ref.Shape, side.out); err != nil {
				return nil, fmt.Errorf("%s: %w", a, err)
			}
		}
	}
	return c, nil
}

// visit walks a shape once for its input side and once for its output side.
func (c *closure) visit(action, name string, out bool) error {
	s, ok := c.model.Shapes[name]
	if !ok {
		return fmt.Errorf("the model has no shape %s", name)
	}
	switch s.Type {
	case "structure":
		return c.visitStructure(action, name, s, out)
	case "list":
		return c.visit(action, s.Member.Shape, out)
	case "string":
		if len(s.Enum) > 0 && !out && !openEnums[name] {
			c.enums[name] = s.Enum
		}
		return nil
	}
	if _, ok := scalars[s.Type]; !ok {
		return fmt.Errorf("shape %s has type %q, which this generator does not know", name, s.Type)
	}
	return nil
}

func (c *closure) visitStructure(action, name string, s shape, out bool) error {
	u := c.use[name]
	if u == nil {
		u = new(use)
		c.use[name] = u
		c.home[action] = append(c.home[action], name)
	}
	if out && u.out || !out && u.in {
		return nil
	}
	u.out, u.in = u.out || out, u.in || !out
	for _, m := range s.Members {
		if err := c.visit(action, m.Ref.Shape, out); err != nil {
			return fmt.Errorf("%s.%s: %w", name, m.Name, err)
		}
	}
	return nil
}

// sortedKeys returns a map's keys in order.
func sortedKeys[V any](m map[string]V) []string {
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return ks
}
