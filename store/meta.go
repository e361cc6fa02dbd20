package store

// setting is one value of the cluster as a whole.
type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

var settings = noun[setting]{
	kind: KindMeta,
	key:  func(s *setting) string { return s.Name },
}

// Meta is the values that exist once per cluster (its id, its authority, …),
// each under a name.
type Meta struct{ table Table[string, setting] }

// Meta are the cluster's own values.
func (tx *Tx) Meta() Meta { return Meta{Table[string, setting]{tx, &settings}} }

// Get returns the value under a name and whether there is one.
func (m Meta) Get(name string) (string, bool) {
	s, ok := m.table.Get(name)
	return s.Value, ok
}

// Put sets a value, which must be UTF-8 (PEM, hex, …; not raw bytes).
func (m Meta) Put(name, value string) error { return m.table.Put(setting{name, value}) }

// Delete removes a value; an absent one is no error.
func (m Meta) Delete(name string) error { return m.table.Delete(name) }
