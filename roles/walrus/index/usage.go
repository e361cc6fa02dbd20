package index

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"ecc/cloud"
)

// Usage is what a bucket or an account occupies: all versions, and the parts
// of uploads under way. A copy counts in full although it shares its bytes.
type Usage struct {
	Bytes    int64 // of data, as the tenant sees it
	Versions int64 // with delete markers
}

func bucketUsage(id ID) []byte { return join([]byte{'b'}, number(id)) }

func accountUsage(id cloud.AccountID) []byte { return join([]byte{'a'}, []byte(id)) }

// BucketUsage returns what a bucket occupies.
func (t *Tx) BucketUsage(id ID) Usage { return t.usage(bucketUsage(id)) }

// AccountUsage returns what all buckets of an account occupy.
func (t *Tx) AccountUsage(id cloud.AccountID) Usage { return t.usage(accountUsage(id)) }

func (t *Tx) usage(key []byte) Usage {
	v := t.get(usageBucket, key)
	if len(v) != 16 {
		return Usage{}
	}
	return Usage{Bytes: int64(binary.BigEndian.Uint64(v)), Versions: int64(binary.BigEndian.Uint64(v[8:]))}
}

// charge adds to the usage of a bucket and of the account that pays for it.
func (t *Tx) charge(bucket ID, payer cloud.AccountID, bytes, versions int64) error {
	for _, key := range [][]byte{bucketUsage(bucket), accountUsage(payer)} {
		u := t.usage(key)
		u.Bytes, u.Versions = u.Bytes+bytes, u.Versions+versions
		if err := t.put(usageBucket, key, append(number(u.Bytes), number(u.Versions)...)); err != nil {
			return err
		}
	}
	return nil
}

// Recount writes the usage of everything anew, from the records.
func (t *Tx) Recount() error {
	if err := t.tx.DeleteBucket(usageBucket); err != nil {
		return err
	}
	if _, err := t.tx.CreateBucket(usageBucket); err != nil {
		return err
	}
	t.wrote = true
	usages, err := t.Count()
	for _, u := range usages {
		if err == nil {
			err = t.charge(u.Bucket, u.Account, u.Bytes, u.Versions)
		}
	}
	return err
}

// BucketCount is what a bucket occupies, counted.
type BucketCount struct {
	Bucket  ID
	Account cloud.AccountID
	Usage
}

// Count counts what every bucket occupies, from the records.
func (t *Tx) Count() ([]BucketCount, error) {
	var counts []BucketCount
	place := map[ID]int{}
	err := t.AllBuckets(func(b Bucket) bool {
		place[b.ID] = len(counts)
		counts = append(counts, BucketCount{Bucket: b.ID, Account: b.Account})
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, where := range [][]byte{objectsBucket, versionsBucket} {
		err := t.each(where, nil, nil, func(k, v []byte) (bool, error) {
			i, ok := place[ID(binary.BigEndian.Uint64(k))]
			var o Object
			if _, err := o.decodeFront(v); err != nil || !ok {
				return err == nil, err
			}
			counts[i].Bytes += o.Size
			counts[i].Versions++
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	err = t.countParts(&counts, place)
	return counts, err
}

func (t *Tx) countParts(counts *[]BucketCount, place map[ID]int) error {
	return t.each(uploadsBucket, nil, nil, func(_, v []byte) (bool, error) {
		var u Upload
		if err := json.Unmarshal(v, &u); err != nil {
			return false, fmt.Errorf("decode upload: %w", err)
		}
		i, ok := place[u.Bucket]
		if !ok { // of a deleted bucket, and not gone yet
			i = len(*counts)
			place[u.Bucket] = i
			*counts = append(*counts, BucketCount{Bucket: u.Bucket, Account: u.Payer})
		}
		return true, t.Parts(u.ID, 0, func(p Part) bool { (*counts)[i].Bytes += p.Size; return true })
	})
}
