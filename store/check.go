package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-memdb"
	bolt "go.etcd.io/bbolt"
)

// Check compares what is served with what is on disk: the file is read again
// from the first to the last record, all indexes are built from scratch, and
// everything must be as it is in memory. It returns the first difference. Reads
// go on meanwhile, and so do Updates; pages they free stay in the file until
// Check returns.
func (s *Store) Check(ctx context.Context) (err error) {
	defer recoverDamage(&err)
	btx, served, err := s.freezeFile(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, btx.Rollback()) }()
	fresh, err := loadTx(btx)
	if err != nil {
		return err
	}
	return compare(ctx, served, fresh)
}

// freezeFile returns a read transaction of the file and the snapshot of the
// same revision: during a turn nothing is being committed. The turn fails also
// when only the writes of others in its commit do: then it must not leave a
// read transaction, which Close would wait for.
func (s *Store) freezeFile(ctx context.Context) (btx *bolt.Tx, served *snapshot, err error) {
	err = s.Update(ctx, func(*Tx) (err error) {
		served = s.current.Load()
		btx, err = s.bolt.Begin(false)
		return err
	})
	if err != nil && btx != nil {
		err = errors.Join(err, btx.Rollback())
	}
	return btx, served, err
}

// compare returns how two snapshots differ, nil if they do not.
func compare(ctx context.Context, served, fresh *snapshot) error {
	if served.rev != fresh.rev {
		return fmt.Errorf("revision %d is served, %d is on disk", served.rev, fresh.rev)
	}
	if served.counts != fresh.counts {
		return fmt.Errorf("records served: %v, on disk: %v", served.counts, fresh.counts)
	}
	for k := range Kind(kinds) {
		for _, index := range append([]Index{primary}, shapes[k].indexNames()...) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := compareIndex(k, index, served.mem.Txn(false), fresh.mem.Txn(false)); err != nil {
				return fmt.Errorf("%s by %s: %w", k, index, err)
			}
		}
	}
	return compareTallies(served.mem.Txn(false), fresh.mem.Txn(false))
}

// compareTallies compares what was kept up with what was counted anew.
func compareTallies(served, fresh *memdb.Txn) error {
	a, b := must(served.Get(tallies, primary)), must(fresh.Get(tallies, primary))
	for {
		x, more := a.Next().(*counted)
		y, expected := b.Next().(*counted)
		switch {
		case !more && !expected:
			return nil
		case !more || !expected || *x != *y:
			return fmt.Errorf("tallies: %+v is served, the records on disk come to %+v", x, y)
		}
	}
}

// compareIndex goes through one index on both sides.
func compareIndex(k Kind, index Index, served, fresh *memdb.Txn) error {
	a := must(served.Get(k.String(), string(index)))
	b := must(fresh.Get(k.String(), string(index)))
	for {
		x, y := a.Next(), b.Next()
		if x == nil && y == nil {
			return nil
		}
		if x == nil || y == nil {
			return fmt.Errorf("one side ends before the other, at %s%s", keyOr(k, x), keyOr(k, y))
		}
		if err := compareRecord(k, x, y, served); err != nil {
			return err
		}
	}
}

func compareRecord(k Kind, served, fresh any, txn *memdb.Txn) error {
	key := shapes[k].keyOf(served)
	if own, err := txn.First(k.String(), primary, []byte(key)); err != nil || own != served {
		return fmt.Errorf("%q: the index has another record than the table", key)
	}
	x, errX := shapes[k].encode(served)
	y, errY := shapes[k].encode(fresh)
	if err := errors.Join(errX, errY); err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	if !bytes.Equal(x, y) {
		return fmt.Errorf("%q: another record is served than is on disk", key)
	}
	return nil
}

func keyOr(k Kind, rec any) string {
	if rec == nil {
		return ""
	}
	return fmt.Sprintf("%q", shapes[k].keyOf(rec))
}
