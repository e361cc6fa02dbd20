package ledger_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// BenchmarkUpdate compares updates by 64 writers without and with the ledger.
func BenchmarkUpdate(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("ledger=%t", with), func(b *testing.B) {
			s, err := store.Open(filepath.Join(b.TempDir(), "clc.db"), store.Options{})
			ok(b, err)
			defer func() { ok(b, s.Close()) }()
			l := ledger.New(ledger.Config{Region: "us-east-1", Limits: cloud.DefaultLimits()}, s)
			ok(b, s.Update(b.Context(), func(tx *store.Tx) error {
				return tx.Accounts().Put(cloud.Account{ID: account, Limits: map[string]int64{"key-pairs": cloud.Unlimited}})
			}))
			name := "a key"
			c := call("CreateKeyPair", &ec2.CreateKeyPairRequest{KeyName: &name})
			var n atomic.Int64
			b.SetParallelism(64 / 2)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					change := putKey(fmt.Sprintf("key-%017d", n.Add(1)))
					var err error
					if with {
						err = l.Update(b.Context(), c, change)
					} else {
						err = s.Update(b.Context(), change)
					}
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
