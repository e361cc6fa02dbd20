package bench

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	s3api "ecc/api/s3"
	"ecc/roles/walrus/index"
)

const (
	manyKeys = 1_000_000
	fewKeys  = 10_000
	prefixes = 100
	perFill  = 5000 // objects in one transaction

	many, few = bucket, "bench-few"
)

// measureLists: pages of a bucket with a million keys.
func measureLists(f *figures) {
	p := start(f, f.node, "--roles=clc,walrus").ready()
	ecc := ours(f, p)
	_, err := ecc.client().CreateBucket(f.Context(), &s3.CreateBucketInput{Bucket: aws.String(few)})
	must(f, err)
	p.stop()
	began := time.Now()
	fill(f, p.data, map[string]int{many: manyKeys, few: fewKeys})
	filled := time.Since(began)
	p = p.again().ready()
	ecc.pid = p.pid()
	rss := status(f, ecc.pid, "VmRSS")

	s := f.report.Section("S3: pages of 1,000 keys", "the same of a bucket with ten thousand keys, in as many prefixes.")
	for _, c := range []struct {
		what, aim string
		clients   int
		path      func(bucket string, keys int) string
	}{
		{"page from anywhere, 1 client", "≤ 15 ms", 1, pageFrom},
		{"page from anywhere, 4 clients", "", 4, pageFrom},
		{"page by delimiter (100 prefixes), 1 client", "≤ 15 ms", 1, pageOfPrefixes},
	} {
		run := func(bucket string, keys int) func() sample {
			return func() sample {
				var requests [][]byte
				for range 200 {
					requests = append(requests, ecc.request("GET", c.path(bucket, keys), noBody, 0))
				}
				return ecc.run(c.clients, requests, 2*time.Second)
			}
		}
		var of [2]samples
		large, small := run(many, manyKeys), run(few, fewKeys)
		InTurns(5, 25*time.Second, func() float64 { return of[0].add(small()) }, func() float64 { return of[1].add(large()) })
		s.small(c.what, of, "", c.aim)
	}
	s.Say("A million keys were written in %.0f s, directly into the index. After the next start %s were resident; the index's file is mapped, and what is read of it counts as resident until something else needs the memory.",
		filled.Seconds(), Bytes.word(rss))
}

// pageFrom is a page from a random key on.
func pageFrom(bucket string, keys int) string {
	return fmt.Sprintf("/%s?list-type=2&max-keys=1000&start-after=%s", bucket, listKey(rand.IntN(keys-1000), keys))
}

// pageOfPrefixes is a page of the first folders.
func pageOfPrefixes(bucket string, _ int) string {
	return fmt.Sprintf("/%s?delimiter=-&list-type=2&max-keys=1000", bucket)
}

// listKey is the n-th of so many keys.
func listKey(n, keys int) string { return fmt.Sprintf("p%02d-object-%07d.dat", n/(keys/prefixes), n) }

// fill writes empty objects into buckets of a walrus that does not run.
func fill(f *figures, data string, sizes map[string]int) {
	x, err := index.OpenExisting(filepath.Join(data, "walrus", "walrus.db"), slog.New(slog.DiscardHandler))
	must(f, err)
	defer func() { must(f, x.Close()) }()
	for name, size := range sizes {
		for from := 0; from < size; from += perFill {
			must(f, x.Update(context.Background(), func(tx *index.Tx) error {
				b, err := tx.Bucket(name)
				for n := from; n < min(from+perFill, size) && err == nil; n++ {
					err = putEmpty(x, tx, b, listKey(n, size))
				}
				return err
			}))
		}
	}
}

func putEmpty(x *index.Index, tx *index.Tx, b index.Bucket, key string) error {
	o := index.Object{Key: key, Blob: x.NewID()}
	o.Modified, o.ETag = time.Now(), "d41d8cd98f00b204e9800998ecf8427e"
	o.Account = b.Account
	o.Checksum = s3api.Checksum{Algorithm: s3api.CRC64NVME, Type: s3api.FullObject, Value: "AAAAAAAAAAA="}
	o.Metadata.Standard = map[string]string{"Content-Type": "binary/octet-stream"}
	if err := tx.PutInline(o.Blob, nil); err != nil {
		return err
	}
	_, err := tx.PutObject(b, o)
	return err
}
