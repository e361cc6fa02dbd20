package linux

import (
	"context"
	"errors"

	"ecc/net/fabric"
)

// Reset removes everything of this installation from the host. Guests lose
// their network.
func (f *Fabric) Reset(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(ctx); err != nil {
		return err
	}
	for tap := range f.servers {
		f.stopServing(tap)
	}
	clear(f.pending)
	f.last = nil
	return errors.Join(f.sweep(fabric.Config{}), f.unforward())
}
