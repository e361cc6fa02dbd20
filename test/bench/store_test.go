package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
	"ecc/store"
)

// storeTime is how long one run of durable updates takes.
const storeTime = time.Second

// recordSize is about that of an instance.
const recordSize = 900

// measureStore: durable updates a second.
func measureStore(f *figures) {
	st, err := store.Open(filepath.Join(f.dir, "ecc.db"), store.Options{})
	must(f, err)
	defer st.Close()
	floor, many := InTurns(5, 20*time.Second, func() float64 { return commits(f) }, func() float64 { return updates(f, st, 64) })
	var single, syncs Series
	for range 5 {
		single = append(single, updates(f, st, 1))
		syncs = append(syncs, fsyncs(f))
	}
	s := f.report.Section("Durable updates of the cluster's state", "transactions of bbolt, each with one record of 900 bytes, one after the other: two fsyncs each.")
	s.Add(Figure{What: "64 writers", Unit: PerSecond, Ours: many, Floor: floor, Aim: "≥ 20×"})
	s.Add(Figure{What: "1 writer", Unit: PerSecond, Ours: single, Floor: floor})
	stats := st.Stats()
	s.Say("%d updates in %d commits. A record appended to a plain file and fsynced, one after the other: %s.",
		stats.Updates, stats.Commits, spread(syncs, PerSecond.word))
}

// commits is bbolt's own transactions a second.
func commits(f *figures) float64 {
	path := filepath.Join(f.dir, "floor.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoFreelistSync: true})
	must(f, err)
	defer os.Remove(path)
	defer db.Close()
	value := make([]byte, recordSize)
	return perSecond(func(n int) error {
		return db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("instances"))
			if err != nil {
				return err
			}
			return b.Put(fmt.Appendf(nil, "i-%017x", n), value)
		})
	}, f)
}

// fsyncs is a file's appended records a second.
func fsyncs(f *figures) float64 {
	file, err := os.Create(filepath.Join(f.dir, "floor"))
	must(f, err)
	defer file.Close()
	value := make([]byte, recordSize)
	return perSecond(func(int) error {
		_, err := file.Write(value)
		return errors.Join(err, file.Sync())
	}, f)
}

// perSecond does something for storeTime, one after the other.
func perSecond(do func(n int) error, f *figures) float64 {
	n, begin := 0, time.Now()
	for ; time.Since(begin) < storeTime; n++ {
		must(f, do(n))
	}
	return float64(n) / time.Since(begin).Seconds()
}

var written atomic.Int64

func updates(f *figures, st *store.Store, writers int) float64 {
	var all sync.WaitGroup
	var n atomic.Int64
	begin := time.Now()
	for range writers {
		all.Go(func() {
			for time.Since(begin) < storeTime {
				i := record(written.Add(1))
				if err := st.Update(f.Context(), func(tx *store.Tx) error { return tx.Instances().Put(i) }); err != nil {
					f.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	all.Wait()
	return float64(n.Load()) / time.Since(begin).Seconds()
}

// record is an instance as large as they are.
func record(n int64) cloud.Instance {
	return cloud.Instance{
		ID: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), Account: cloud.AccountID(fmt.Sprintf("%012d", n%100)),
		Reservation: cloud.ReservationID(fmt.Sprintf("r-%017x", n/10)), Image: "ami-0123456789abcdef0", Type: "t3.micro",
		Zone: fmt.Sprintf("us-east-1%c", 'a'+n%3), VPC: cloud.VPCID(fmt.Sprintf("vpc-%017x", n%100)), Subnet: "subnet-0123456789abcdef0",
		ENI: cloud.ENIID(fmt.Sprintf("eni-%017x", n)), Groups: []cloud.GroupID{"sg-0123456789abcdef0"}, MAC: "02:00:00:00:00:01",
		VCPU: 2, Memory: cloud.GiB, Disk: 8 * cloud.GiB, Architecture: "x86_64", RootDevice: "/dev/sda1", ShutdownBehavior: "stop",
		Desired: cloud.Desired{Goal: cloud.GoalRunning, Generation: 1, Node: cloud.NodeID(fmt.Sprintf("node-%03d", n%200))},
	}
}
