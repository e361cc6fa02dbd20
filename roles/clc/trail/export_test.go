package trail

import "context"

// Archive, Deliver and Close are what Run does.
func Archive(t *Trail, ctx context.Context) error { return t.archiveRound(ctx) }
func Deliver(t *Trail, ctx context.Context) error { return t.deliverRound(ctx) }
func Close(t *Trail) error                        { return t.close() }
