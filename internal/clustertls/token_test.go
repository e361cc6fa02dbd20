package clustertls

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

var (
	day0    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	entropy = strings.Repeat("0123456789abcdefghijklmnopq", 4)
	pin     = Pin{1, 2, 3}
)

func mustMint(t *testing.T, role string, node cloud.NodeID) (cloud.JoinToken, Token) {
	t.Helper()
	rec, tok, err := Mint(role, node, time.Hour, day0, pin, strings.NewReader(entropy))
	if err != nil {
		t.Fatal(err)
	}
	return rec, tok
}

func TestTokenText(t *testing.T) {
	rec, tok := mustMint(t, "nc", "")
	text := tok.String()
	if strings.ContainsAny(text, " \n'\"$\\/+=") {
		t.Errorf("%q needs quoting in a shell", text)
	}
	got, err := ParseToken(" " + text + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tok, got); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(rec.Hash, tok.Secret) || rec.ID != tok.ID {
		t.Errorf("record %+v of token %+v: want its id and not its secret", rec, tok)
	}
}

func TestParseTokenRefuses(t *testing.T) {
	_, tok := mustMint(t, "nc", "")
	good := tok.String()
	for name, s := range map[string]string{
		"empty":         "",
		"other version": "ecc2" + good[4:],
		"cut short":     good[:len(good)-1],
		"part missing":  good[:strings.LastIndex(good, ".")],
		"part too many": good + ".x",
		"not base64":    good[:len(good)-2] + "!!",
		"huge":          strings.Repeat("a", 1<<20),
	} {
		if got, err := ParseToken(s); err == nil {
			t.Errorf("%s: parsed as %+v", name, got)
		}
	}
}

func TestMintRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		role string
		node cloud.NodeID
		ttl  time.Duration
	}{
		"role clc":  {"clc", "", time.Hour},
		"no role":   {"", "", time.Hour},
		"bad node":  {"nc", "Host_1", time.Hour},
		"no time":   {"nc", "", 0},
		"ever":      {"nc", "", MaxTokenLife + 1},
		"backwards": {"nc", "", -time.Hour},
	} {
		if _, _, err := Mint(c.role, c.node, c.ttl, day0, pin, strings.NewReader(entropy)); err == nil {
			t.Errorf("%s: minted", name)
		}
	}
	if _, _, err := Mint("nc", "", time.Hour, day0, pin, bytes.NewReader(nil)); err == nil {
		t.Error("minted without entropy")
	}
}

func TestSpend(t *testing.T) {
	bound, tok := mustMint(t, "nc", "h1")
	open := bound
	open.Node = ""
	used := open
	used.Used, used.UsedBy = day0, "nc h1 key1"
	for name, c := range map[string]struct {
		rec    cloud.JoinToken
		secret string
		node   cloud.NodeID
		role   string
		key    string
		after  time.Duration
		want   string // of the refusal; "" means admitted
	}{
		"any name":           {open, tok.Secret, "h2", "nc", "key1", 0, ""},
		"the bound name":     {bound, tok.Secret, "h1", "nc", "key1", 0, ""},
		"last moment":        {open, tok.Secret, "h1", "nc", "key1", time.Hour - 1, ""},
		"other name":         {bound, tok.Secret, "h2", "nc", "key1", 0, "for the node h1"},
		"other role":         {open, tok.Secret, "h1", "walrus", "key1", 0, "for the role nc"},
		"wrong secret":       {open, tok.Secret[1:] + "A", "h1", "nc", "key1", 0, "not known"},
		"no secret":          {open, "", "h1", "nc", "key1", 0, "not known"},
		"expired":            {open, tok.Secret, "h1", "nc", "key1", time.Hour, "expired"},
		"used, same host":    {used, tok.Secret, "h1", "nc", "key1", time.Minute, ""},
		"used, other key":    {used, tok.Secret, "h1", "nc", "key2", time.Minute, "used before"},
		"used, other name":   {used, tok.Secret, "h2", "nc", "key1", time.Minute, "used before"},
		"used, then expired": {used, tok.Secret, "h1", "nc", "key1", time.Hour, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			now := day0.Add(c.after)
			got, err := Spend(c.rec, Claim{c.secret, Subject{c.node, c.role}, c.key}, now)
			if c.want != "" {
				if !errors.Is(err, cloud.Denied) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "ecc token create") {
					t.Errorf("error %v, want Denied, %q and what to do", err, c.want)
				}
				if diff := cmp.Diff(c.rec, got); diff != "" {
					t.Errorf("a refusal changed the record: %s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Used.IsZero() || got.UsedBy != c.role+" "+string(c.node)+" "+c.key {
				t.Errorf("record says used %v by %q", got.Used, got.UsedBy)
			}
		})
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("ecc1.MDEyMzQ1Njc4.OWFiY2RlZmdoaWprbG1ub3Bx.AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("ecc1...")
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := ParseToken(s)
		if err != nil {
			return
		}
		if tok.String() != strings.TrimSpace(s) {
			t.Errorf("%q is taken, but prints as %q: two texts for one token", s, tok)
		}
	})
}
