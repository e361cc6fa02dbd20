package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
)

// The store's own bucket and its keys.
var (
	ownBucket   = []byte("store")
	schemaKey   = []byte("schema")
	revisionKey = []byte("revision")
)

// migration brings a file from one schema to the next, in one transaction. It
// speaks of buckets, keys and JSON as they were at its time and uses nothing
// else of this package: the rest goes on changing, a migration never does.
type migration struct {
	what string
	run  func(*bolt.Tx) error
}

// migrations in order. A file's schema is the number of those done to it.
// Append only, with a case in TestMigrations.
var migrations = []migration{
	{"make the buckets", makeBuckets1},
	{"make the buckets of IAM, of VPCs and of launch templates", makeBuckets2},
}

func makeBuckets1(tx *bolt.Tx) error {
	for _, name := range []string{
		"accounts", "access-keys", "images", "instances", "key-pairs", "vpcs", "subnets", "enis",
		"groups", "nodes", "join-tokens", "client-tokens", "tag-sets", "meta",
	} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	return nil
}

func makeBuckets2(tx *bolt.Tx) error {
	for _, name := range []string{
		"users", "user-groups", "roles", "policies", "instance-profiles", "oidc-providers",
		"dhcp-options", "internet-gateways", "route-tables", "network-acls", "addresses", "launch-templates",
		"launch-template-versions", "placement-groups", "profile-associations", "events",
	} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	return nil
}

// migrate does what of list was not done to the file yet. Each step is durable
// with its number, so an interrupted one is begun again as a whole.
func migrate(db *bolt.DB, list []migration) error {
	var have uint64
	err := db.View(func(tx *bolt.Tx) (err error) {
		have, err = schemaOf(tx)
		return err
	})
	if err != nil {
		return err
	}
	if have > uint64(len(list)) {
		return fmt.Errorf("the file has schema %d, this ecc knows up to %d: it was written by a newer ecc; use that one, or restore a backup made before", have, len(list))
	}
	for ; have < uint64(len(list)); have++ {
		m := list[have]
		if err := db.Update(func(tx *bolt.Tx) error { return m.apply(tx, have+1) }); err != nil {
			return fmt.Errorf("migrate to schema %d (%s): %w", have+1, m.what, err)
		}
	}
	return nil
}

func (m migration) apply(tx *bolt.Tx, schema uint64) error {
	own, err := tx.CreateBucketIfNotExists(ownBucket)
	if err != nil {
		return err
	}
	if err := m.run(tx); err != nil {
		return err
	}
	return own.Put(schemaKey, binary.BigEndian.AppendUint64(nil, schema))
}

// schemaOf returns how many migrations a file has had; 0 for an empty one.
func schemaOf(tx *bolt.Tx) (uint64, error) {
	own := tx.Bucket(ownBucket)
	if own == nil {
		if first, _ := tx.Cursor().First(); first != nil {
			return 0, errors.New("the file is a bbolt file of something else")
		}
		return 0, nil
	}
	return number(own, schemaKey)
}

// revisionOf returns the revision of a file's last commit; 0 before the first.
func revisionOf(tx *bolt.Tx) (cloud.Revision, error) {
	if tx.Bucket(ownBucket).Get(revisionKey) == nil {
		return 0, nil
	}
	n, err := number(tx.Bucket(ownBucket), revisionKey)
	return cloud.Revision(n), err
}

func number(b *bolt.Bucket, key []byte) (uint64, error) {
	v := b.Get(key)
	if len(v) != 8 {
		return 0, fmt.Errorf("the file is damaged: its %s has %d bytes", key, len(v))
	}
	return binary.BigEndian.Uint64(v), nil
}
