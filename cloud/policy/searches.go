package policy

// searches counts the pieces with a ? in a policy's patterns. They are what
// takes time: a request of someone who means harm, under a policy of theirs
// with thousands of them, would keep a processor busy for half a second.
func (p *Policy) searches() int {
	n := 0
	for i := range p.statements {
		s := &p.statements[i]
		for j := range s.actions {
			n += s.actions[j].searches()
		}
		for j := range s.resources {
			n += s.resources[j].searches()
		}
		for _, c := range s.conditions {
			for _, m := range c.values {
				n += searchesOf(m)
			}
		}
	}
	return n
}

func searchesOf(m matcher) int {
	n := 0
	switch m := m.(type) {
	case *pattern:
		n = m.searches()
	case *arn:
		for i := range m {
			n += m[i].searches()
		}
	}
	return n
}

func (p *pattern) searches() int {
	if p.parts == nil {
		return p.glob.searches()
	}
	n := 0
	for _, part := range p.parts {
		g := newGlob(part.symbols)
		n += g.searches()
	}
	return n
}

func (g *glob) searches() int {
	n := 0
	for i := range g.pieces {
		if g.pieces[i].mask != nil {
			n++
		}
	}
	return n
}
