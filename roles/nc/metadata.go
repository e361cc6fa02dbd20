package nc

import (
	"context"
	"sync"

	"ecc/cloud"
)

// Metadata is what the host's metadata servers tell guests of themselves. It
// is made before the fabric that serves it and filled by the node.
type Metadata struct {
	keys *roleKeys

	mu sync.RWMutex
	of map[cloud.InstanceID]cloud.Metadata
}

// NewMetadata returns an empty one.
func NewMetadata() *Metadata {
	return &Metadata{keys: newRoleKeys(), of: map[cloud.InstanceID]cloud.Metadata{}}
}

// RoleKey returns the credentials of the role of an instance's profile, and
// whether there are any: it waits some seconds for the first.
func (m *Metadata) RoleKey(ctx context.Context, id cloud.InstanceID) (cloud.RoleKey, bool) {
	return m.keys.get(ctx, id)
}

// Metadata returns an instance's metadata.
func (m *Metadata) Metadata(id cloud.InstanceID) (cloud.Metadata, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	d, ok := m.of[id]
	return d, ok
}

func (m *Metadata) set(id cloud.InstanceID, d cloud.Metadata) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of[id] = d
	m.keys.want(id, d.Profile)
}

func (m *Metadata) remove(id cloud.InstanceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, id)
	m.keys.want(id, nil)
}
