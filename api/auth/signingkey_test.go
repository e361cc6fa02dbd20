package auth

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// TestSigningKeys: a key is remembered for its secret and scope only, for a
// minute, and not without bound.
func TestSigningKeys(t *testing.T) {
	var k signingKeys
	c := &claim{key: "A", date: "20260304", region: "r", service: "s3"}
	if k.remember("secret", c, []byte("too early")); k.find("secret", c, signedAt) != nil {
		t.Error("found before the life began")
	}
	k.remember("secret", c, []byte("key"))
	if got := k.find("secret", c, signedAt.Add(keyLife)); !bytes.Equal(got, []byte("key")) {
		t.Errorf("found %q", got)
	}
	for what, other := range map[string]claim{
		"access key": {key: "B", date: "20260304", region: "r", service: "s3"},
		"day":        {key: "A", date: "20260305", region: "r", service: "s3"},
		"region":     {key: "A", date: "20260304", region: "q", service: "s3"},
		"service":    {key: "A", date: "20260304", region: "r", service: "ec2"},
	} {
		if k.find("secret", &other, signedAt) != nil {
			t.Errorf("found for another %s", what)
		}
	}
	if k.find("changed", c, signedAt) != nil {
		t.Error("found for another secret")
	}
	if k.find("secret", c, signedAt.Add(keyLife+time.Second)) != nil {
		t.Error("found after its life")
	}
	for n := range 2 * maxKeys {
		k.remember("secret", &claim{key: fmt.Sprint(n)}, []byte("key"))
	}
	if len(k.keys) > maxKeys {
		t.Errorf("%d keys are remembered", len(k.keys))
	}
}

// BenchmarkAuthenticate is the check of a small read.
func BenchmarkAuthenticate(b *testing.B) {
	a, r := newAuth(signedAt), s3Draft("GET", "/bucket/some/key-1234", "").sign(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(r, "s3"); err != nil {
			b.Fatal(err)
		}
	}
}
