package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
)

// The figures of these two are compared: at 64 writers an Update should cost a
// small part of a transaction of bbolt's own, which has the disk to itself.

func BenchmarkBareFsync(b *testing.B) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoFreelistSync: true})
	must0(b, err)
	defer func() { must0(b, db.Close()) }()
	must0(b, db.Update(makeBucket("a")))
	value := strings.Repeat("x", 900)
	n := 0
	for b.Loop() {
		n++
		must0(b, db.Update(put("a", fmt.Sprintf("i-%017x", n), value)))
	}
}

func BenchmarkUpdate64Writers(b *testing.B) { benchmarkUpdate(b, 64) }

func BenchmarkUpdate1Writer(b *testing.B) { benchmarkUpdate(b, 1) }

func benchmarkUpdate(b *testing.B, writers int) {
	s := mustNew(b)
	var next atomic.Int64
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				i := benchInstance(int(n))
				if err := s.Update(b.Context(), func(tx *Tx) error { return tx.Instances().Put(i) }); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	st := s.Stats()
	b.ReportMetric(float64(st.Updates)/float64(st.Commits), "updates/commit")
}

func benchInstance(n int) cloud.Instance {
	return cloud.Instance{
		ID: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), Account: cloud.AccountID(fmt.Sprintf("%012d", n%100)),
		Reservation: cloud.ReservationID(fmt.Sprintf("r-%017x", n/10)), Image: "ami-0123456789abcdef0", Type: "t3.micro",
		Zone: fmt.Sprintf("us-east-1%c", 'a'+n%3), VPC: cloud.VPCID(fmt.Sprintf("vpc-%017x", n%100)), Subnet: "subnet-0123456789abcdef0",
		ENI: cloud.ENIID(fmt.Sprintf("eni-%017x", n)), Groups: []cloud.GroupID{"sg-0123456789abcdef0"}, MAC: "02:00:00:00:00:01",
		VCPU: 2, Memory: cloud.GiB, Disk: 8 * cloud.GiB, Architecture: "x86_64", RootDevice: "/dev/sda1", ShutdownBehavior: "stop",
		Desired: cloud.Desired{Goal: cloud.GoalRunning, Generation: 1, Node: cloud.NodeID(fmt.Sprintf("node-%03d", n%200))},
	}
}

const benchInstances = 100_000

// benchFile makes a file of many instances; opening it is measured as well.
func benchFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "ecc.db")
	s, err := Open(path, Options{})
	must0(b, err)
	for n := 0; n < benchInstances; {
		must0(b, s.Update(b.Context(), func(tx *Tx) error {
			for range 500 {
				n++
				if err := tx.Instances().Put(benchInstance(n)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must0(b, s.Close())
	return path
}

func BenchmarkWith100kInstances(b *testing.B) {
	path := benchFile(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(path, Options{})
			must0(b, err)
			must0(b, s.Close())
		}
	})
	s := mustOpen(b, path, Options{})
	view := func(fn func(*Tx)) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mustView(b, s, fn)
			}
		}
	}
	b.Run("get", view(func(tx *Tx) { tx.Instances().Get("i-0000000000000c350") }))
	b.Run("page of 1000", view(func(tx *Tx) {
		n := 0
		for range tx.Instances().After("i-0000000000000c350") {
			if n++; n == 1000 {
				break
			}
		}
	}))
	b.Run("account of 1000", view(func(tx *Tx) {
		for range tx.Instances().By(ByAccount, "000000000042") {
		}
	}))
	b.Run("all", view(func(tx *Tx) {
		for range tx.Instances().All() {
		}
	}))
	b.Run("update one", func(b *testing.B) {
		for n := 1; b.Loop(); n++ {
			i := benchInstance(n)
			i.Observed.Generation = int64(n)
			mustUpdate(b, s, func(tx *Tx) error { return tx.Instances().Put(i) })
		}
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(resident(b))/(1<<20), "MiB-resident")
	})
}

// resident is the memory this process holds, in bytes.
func resident(b *testing.B) int {
	text, err := os.ReadFile("/proc/self/statm")
	must0(b, err)
	var total, rss int
	_, err = fmt.Sscan(string(text), &total, &rss)
	must0(b, err)
	return rss * os.Getpagesize()
}
