package clustertls

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"ecc/cloud"
)

// Token is a join token as a person carries it to a host:
//
//	ecc1.<id>.<secret>.<pin of the authority>
//
// in one line of URL-safe base64. It is worth a place in the cluster until it
// is used or expires: never log its text.
type Token struct {
	ID     string
	Secret string
	Pin    Pin
}

const (
	tokenVersion = "ecc1"
	tokenIDSize  = 9  // bytes
	secretSize   = 18 // bytes, 144 bits
	maxToken     = 256
	// MaxTokenLife bounds how long a token may wait for its host.
	MaxTokenLife = 7 * 24 * time.Hour
)

var b64 = base64.RawURLEncoding.Strict()

// String is the token's whole text, with its secret.
func (t Token) String() string {
	return strings.Join([]string{tokenVersion, t.ID, t.Secret, b64.EncodeToString(t.Pin[:])}, ".")
}

// ParseToken reads the text of a token. Space around it is ignored.
func ParseToken(s string) (Token, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxToken {
		return Token{}, fmt.Errorf("join token: %d characters are too many", len(s))
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 || parts[0] != tokenVersion {
		return Token{}, fmt.Errorf("join token: not of the form %s.….….…: copy the whole line that ecc token create printed", tokenVersion)
	}
	t := Token{ID: parts[1], Secret: parts[2]}
	pin, err := b64.DecodeString(parts[3])
	if err != nil || len(pin) != len(t.Pin) || !decodes(t.ID, tokenIDSize) || !decodes(t.Secret, secretSize) {
		return Token{}, fmt.Errorf("join token: damaged: copy the whole line that ecc token create printed")
	}
	copy(t.Pin[:], pin)
	return t, nil
}

func decodes(s string, size int) bool {
	b, err := b64.DecodeString(s)
	return err == nil && len(b) == size
}

// Mint makes a token that admits one host in a role until ttl from now: any
// host when node is "". The record is what the store keeps; the token's text
// exists nowhere else.
func Mint(role string, node cloud.NodeID, ttl time.Duration, now time.Time, pin Pin, entropy io.Reader) (cloud.JoinToken, Token, error) {
	if !Joins(role) {
		return cloud.JoinToken{}, Token{}, cloud.Errorf(cloud.Invalid, cloud.ResToken, "", "Hosts join as nc, cc or walrus, not as %q.", role)
	}
	if node != "" && !cloud.ValidNodeID(string(node)) {
		return cloud.JoinToken{}, Token{}, cloud.Errorf(cloud.Malformed, cloud.ResNode, string(node), "This cannot name a node.")
	}
	if ttl <= 0 || ttl > MaxTokenLife {
		return cloud.JoinToken{}, Token{}, cloud.Errorf(cloud.Invalid, cloud.ResToken, "", "A token lives between a moment and %v, not %v.", MaxTokenLife, ttl)
	}
	var b [tokenIDSize + secretSize]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return cloud.JoinToken{}, Token{}, fmt.Errorf("make a join token: %w", err)
	}
	t := Token{ID: b64.EncodeToString(b[:tokenIDSize]), Secret: b64.EncodeToString(b[tokenIDSize:]), Pin: pin}
	return cloud.JoinToken{ID: t.ID, Hash: hashSecret(t.Secret), Role: role, Node: node, Expires: now.Add(ttl)}, t, nil
}

// Claim is what a host presents to join.
type Claim struct {
	Secret  string
	Subject Subject
	Key     string // of the certificate request, see KeyOf
}

// Spend checks a claim against the stored token and returns the record that
// marks it used. It is pure: the store runs it inside the transaction that
// writes the record, so of two hosts with one token one gets in.
//
// The same host may spend a token again while it lives, as its key proves, so
// that an answer lost on the way costs nobody a new token. All refusals are
// Denied.
func Spend(rec cloud.JoinToken, c Claim, now time.Time) (cloud.JoinToken, error) {
	if subtle.ConstantTimeCompare([]byte(rec.Hash), []byte(hashSecret(c.Secret))) != 1 {
		return rec, Refuse(rec.ID, "is not known")
	}
	by := c.Subject.String() + " " + c.Key
	switch {
	case !now.Before(rec.Expires):
		return rec, Refuse(rec.ID, "has expired")
	case !rec.Used.IsZero() && rec.UsedBy != by:
		return rec, Refuse(rec.ID, "was used before")
	case rec.Role != c.Subject.Role:
		return rec, Refuse(rec.ID, "is for the role %s, not %s", rec.Role, c.Subject.Role)
	case rec.Node != "" && rec.Node != c.Subject.Node:
		return rec, Refuse(rec.ID, "is for the node %s, not %s", rec.Node, c.Subject.Node)
	}
	if rec.Used.IsZero() {
		rec.Used, rec.UsedBy = now, by
	}
	return rec, nil
}

// Refuse is the error of a token that admits nobody: Denied, telling what to
// do.
func Refuse(id, format string, args ...any) error {
	return cloud.Errorf(cloud.Denied, cloud.ResToken, id,
		"The join token %s. Make a new one on the head: ecc token create", fmt.Sprintf(format, args...))
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
