package trail

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// sent is the name of the place in the chain up to which events are in the
// bucket.
const sent = "audit-delivered"

// maxDelivery is how many events one digest is about.
const maxDelivery = 2000

// deliverRound delivers what was not, in parcels. The names of a parcel's
// objects follow from its first event: one that a crash interrupted is
// delivered again under the same names, with what came since.
func (t *Trail) deliverRound(ctx context.Context) error {
	for {
		s, err := t.look(ctx)
		if err != nil {
			return err
		}
		if s.sent.number >= s.head.number {
			return nil
		}
		if err := t.deliverParcel(ctx, s.sent); err != nil {
			return fmt.Errorf("deliver the audit trail: %w", err)
		}
	}
}

// digest tells what a parcel was, in the form of CloudTrail's digests.
type digest struct {
	Account  string       `json:"awsAccountId"`
	Start    time.Time    `json:"digestStartTime"`
	End      time.Time    `json:"digestEndTime"`
	First    string       `json:"firstEvent"`
	Last     string       `json:"lastEvent"`
	Former   string       `json:"previousHash"` // of the event before the first
	Hash     string       `json:"hash"`         // of the last event: the head of the chain
	LogFiles []digestFile `json:"logFiles"`
}

type digestFile struct {
	Key       string `json:"s3Object"`
	Hash      string `json:"hashValue"`
	Algorithm string `json:"hashAlgorithm"`
	Events    int    `json:"events"`
}

func (t *Trail) deliverParcel(ctx context.Context, after mark) error {
	parcel, err := t.parcel(ctx, after.number)
	if err != nil {
		return err
	}
	if len(parcel) == 0 {
		return errors.New("events are missing, ecc audit log --verify tells which")
	}
	bucket, err := t.bucket(ctx)
	if err != nil {
		return err
	}
	system, err := t.system(ctx)
	if err != nil {
		return err
	}
	first, last := parcel[0], parcel[len(parcel)-1]
	d := digest{Account: string(system), Start: first.At, End: last.At, First: first.ID, Last: last.ID, Former: after.hash, Hash: last.Hash}
	byAccount := map[string][]cloud.Event{}
	for _, e := range parcel {
		account := string(e.Account)
		if account == "" {
			account = string(system)
		}
		byAccount[account] = append(byAccount[account], e)
	}
	for _, account := range slices.Sorted(maps.Keys(byAccount)) {
		f, err := t.put(ctx, bucket, account, byAccount[account])
		if err != nil {
			return err
		}
		d.LogFiles = append(d.LogFiles, f)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if _, err := putGzip(ctx, bucket, t.key(string(system), "CloudTrail-Digest", first), text); err != nil {
		return err
	}
	if err := failpoint.Hit("trail.delivered"); err != nil {
		return err
	}
	t.delivered.Add(int64(len(parcel)))
	return t.store.Update(ctx, func(tx *store.Tx) error { return ledger.PutMark(tx, sent, last.Number(), last.Hash) })
}

func (t *Trail) parcel(ctx context.Context, after uint64) (events []cloud.Event, err error) {
	err = t.walk(ctx, after, func(e cloud.Event) error {
		events = append(events, e)
		if len(events) >= maxDelivery {
			return errStop
		}
		return nil
	})
	return events, err
}

// put delivers the events of one account as CloudTrail's log files are.
func (t *Trail) put(ctx context.Context, b Bucket, account string, events []cloud.Event) (digestFile, error) {
	file := struct{ Records []json.RawMessage }{}
	for _, e := range events {
		file.Records = append(file.Records, json.RawMessage(e.Text))
	}
	text, err := json.Marshal(file)
	if err != nil {
		return digestFile{}, err
	}
	key := t.key(account, "CloudTrail", events[0])
	hash, err := putGzip(ctx, b, key, text)
	return digestFile{Key: key, Hash: hash, Algorithm: "SHA-256", Events: len(events)}, err
}

// key names an object by its first event.
func (t *Trail) key(account, what string, first cloud.Event) string {
	at := first.At.UTC()
	return fmt.Sprintf("AWSLogs/%s/%s/%s/%s/%s_%s_%s_%s_%016x.json.gz", account, what, t.cfg.Region, at.Format("2006/01/02"),
		account, what, t.cfg.Region, at.Format("20060102T1504Z"), first.Number())
}

// putGzip returns the hash of what it put.
func putGzip(ctx context.Context, b Bucket, key string, text []byte) (string, error) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	sum := sha256.Sum256(z.Bytes())
	return hex.EncodeToString(sum[:]), b.Put(ctx, key, bytes.NewReader(z.Bytes()), int64(z.Len()))
}
