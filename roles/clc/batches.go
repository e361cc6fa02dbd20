package clc

import (
	"context"
	"errors"
	"slices"

	"ecc/cloud"
	"ecc/store"
)

// batchSize is how many records one transaction of a loop or a report takes at
// most; each may cost several changes.
const batchSize = 200

// inBatches calls write for each of all, many in one transaction. A batch that
// fails is halved, because one transaction holds so many bytes and no more, or
// because something is wrong with one of it: what cannot be written even by
// itself is logged and left, and the others are written. It returns the
// failures that are of no single one: the store's, and the end of ctx.
func inBatches[T any](ctx context.Context, s *Service, all []T, write func(tx *store.Tx, x T) error) error {
	for batch := range slices.Chunk(all, batchSize) {
		if err := oneBatch(ctx, s, batch, write); err != nil {
			return err
		}
	}
	return nil
}

func oneBatch[T any](ctx context.Context, s *Service, batch []T, write func(tx *store.Tx, x T) error) error {
	err := s.store.Update(ctx, func(tx *store.Tx) error {
		for _, x := range batch {
			if err := write(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	switch half := len(batch) / 2; {
	case err == nil || ctx.Err() != nil || errors.Is(err, cloud.Unavailable):
		return err
	case half == 0:
		s.log.Error("a record could not be written; the others were", "record", batch[0], "err", err)
		return nil
	default:
		if err := oneBatch(ctx, s, batch[:half], write); err != nil {
			return err
		}
		return oneBatch(ctx, s, batch[half:], write)
	}
}
