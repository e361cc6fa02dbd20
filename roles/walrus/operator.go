package walrus

import (
	"context"

	"ecc/roles/walrus/backup"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/operate"
)

var _ operate.Store = (*Walrus)(nil)

// Census implements operate.Store.
func (w *Walrus) Census(context.Context) (c index.Census, err error) {
	err = w.index.View(func(tx *index.Tx) (err error) {
		c, err = tx.Census(func(string) {}) // what is wrong is for fsck, when nothing changes
		return err
	})
	return c, err
}

// Export implements operate.Store. Files that are deleted meanwhile stay until
// it is done.
func (w *Walrus) Export(ctx context.Context, o backup.Options) (backup.Result, error) {
	w.reclaiming.Lock()
	defer w.reclaiming.Unlock()
	o.Dir = w.cfg.Dir
	return backup.Run(ctx, w.index, o)
}
