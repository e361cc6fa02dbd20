package store

import (
	"bytes"
	"testing"
)

// FuzzOpen feeds values as a damaged file would have them, and JSON in a
// right envelope. Nothing may panic, and what is accepted must be the record
// it says it is and encode to something that is accepted as the same.
func FuzzOpen(f *testing.F) {
	f.Add(uint8(KindInstance), "i-1", []byte(`{"id":"i-1","launched":"2026-01-02T03:04:05Z"}`))
	f.Add(uint8(KindENI), "e", []byte(`{"id":"e","private_ip":"10.0.0.1","public_ip":""}`))
	f.Add(uint8(KindGroup), "g", []byte(`{"id":"g","ingress":[{"cidr":"0.0.0.0/0"}]}`))
	f.Add(uint8(KindMeta), "m", []byte(`{"name":"m","value":"\ufffd"}{}`))
	f.Add(uint8(KindNode), "", seal(KindNode, "", []byte(`{}`)))
	f.Fuzz(func(t *testing.T, k uint8, key string, value []byte) {
		kind := Kind(int(k) % kinds)
		if rec, err := open(kind, key, value); err == nil {
			accepted(t, kind, key, rec)
		}
		if rec, err := open(kind, key, seal(kind, key, value)); err == nil {
			accepted(t, kind, key, rec)
		}
	})
}

func accepted(t *testing.T, k Kind, key string, rec any) {
	text, err := shapes[k].encode(rec)
	if err != nil {
		return // a time with a year or zone JSON cannot say
	}
	again, err := open(k, key, seal(k, key, text))
	if err != nil {
		t.Fatalf("%s: accepted, then not: %v\n%s", k, err, text)
	}
	twice, err := shapes[k].encode(again)
	if err != nil || !bytes.Equal(text, twice) {
		t.Fatalf("%s does not come back: %v\n%s\n%s", k, err, text, twice)
	}
}

func TestUnsealRefusesEveryFlippedBit(t *testing.T) {
	value := seal(KindNode, "n", []byte(`{"id":"n"}`))
	if _, err := unseal(KindNode, "n", value); err != nil {
		t.Fatal(err)
	}
	for i := range len(value) * 8 {
		bad := bytes.Clone(value)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := unseal(KindNode, "n", bad); err == nil {
			t.Errorf("bit %d", i)
		}
	}
	for n := range len(value) {
		if _, err := unseal(KindNode, "n", value[:n]); err == nil {
			t.Errorf("cut to %d bytes", n)
		}
	}
	if _, err := unseal(KindNode, "m", value); err == nil {
		t.Error("under another key")
	}
	if _, err := unseal(KindMeta, "n", value); err == nil {
		t.Error("in another bucket")
	}
}
