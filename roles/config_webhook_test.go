package roles

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWebhooks(t *testing.T) {
	for _, c := range []struct {
		hooks []Secret
		want  map[string]string // nil if refused
	}{
		{nil, map[string]string{}},
		{[]Secret{"a=http://h/?t=1", "b-2=https://h:1/x"}, map[string]string{"a": "http://h/?t=1", "b-2": "https://h:1/x"}},
		{[]Secret{"a"}, nil},
		{[]Secret{"=http://h/"}, nil},
		{[]Secret{"a/b=http://h/"}, nil},
		{[]Secret{"a=file:///etc/passwd"}, nil},
		{[]Secret{"a=http:///x"}, nil},
		{[]Secret{"a=http://h/", "a=http://i/"}, nil},
	} {
		got, err := WalrusConfig{Webhooks: c.hooks}.webhooks()
		if (err == nil) != (c.want != nil) || err == nil && !cmp.Equal(got, c.want) {
			t.Errorf("%q: %v, %v; want %v", []string{string(c.hooks[0])}, got, err, c.want)
		}
	}
}

// TestWebhooksAreSecret: their URLs often have tokens in them.
func TestWebhooksAreSecret(t *testing.T) {
	cfg := mustLoad(t, map[string]string{"walrus.webhooks": "a=http://h/canary,b=http://h/canary"})
	var out bytes.Buffer
	if err := cfg.Print(&out); err != nil {
		t.Fatal(err)
	}
	if err := cfg.PrintDiff(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "canary") || len(cfg.Walrus.Webhooks) != 2 || !strings.HasSuffix(string(cfg.Walrus.Webhooks[0]), "canary") {
		t.Errorf("printed:\n%s", out.String())
	}
}
