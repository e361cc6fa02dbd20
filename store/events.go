package store

import "ecc/cloud"

var events = noun[cloud.Event]{
	kind:      KindEvent,
	uncounted: true,
	key:       func(e *cloud.Event) string { return e.ID },
	indexes: map[Index]func(*cloud.Event) string{
		ByAccount: func(e *cloud.Event) string { return string(e.Account) },
	},
}

// Events are the newest of the audit trail.
func (tx *Tx) Events() Table[string, cloud.Event] {
	return Table[string, cloud.Event]{tx, &events}
}
