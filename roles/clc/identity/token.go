package identity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"ecc/cloud"
	"ecc/roles/clc/identity/vault"
)

// Session is what temporary credentials say: who uses them and how they are
// narrowed. They are kept nowhere but in their token; what it does not say (the
// policies of the user or role, whether it still exists) is looked up at every
// use.
type Session struct {
	Kind      cloud.PrincipalKind `json:"k"`
	Account   cloud.AccountID     `json:"a"`
	Principal string              `json:"p,omitempty"` // id of the user or role; "" for a root
	Parent    string              `json:"y,omitempty"` // access key that all began with: without it the session is worth nothing
	Issued    time.Time           `json:"i"`
	Expires   time.Time           `json:"e"`

	Name           string            `json:"n,omitempty"` // of a role's session or a federated user
	SourceIdentity string            `json:"s,omitempty"`
	Provider       string            `json:"o,omitempty"` // ARN of the identity provider
	Instance       cloud.InstanceID  `json:"v,omitempty"`
	Tags           map[string]string `json:"t,omitempty"`
	Transitive     []string          `json:"r,omitempty"` // keys of tags that role chaining keeps
	Narrowed       bool              `json:"w,omitempty"` // the policies below count; if there are none, nothing is allowed
	Policies       []string          `json:"d,omitempty"` // texts
	Managed        []string          `json:"m,omitempty"` // ARNs
}

// Bounds of a token.
const (
	maxToken  = 16 << 10 // characters
	maxPacked = 4 << 10  // bytes of policies and tags, compressed: 100 per cent of PackedPolicySize
	maxPlain  = 64 << 10 // of what a token says
)

// How what a token says is written.
const (
	writtenPlain byte = iota
	writtenDeflated
)

// worthDeflating is from how many bytes on a token is compressed: shorter ones
// are opened sooner than they would be inflated.
const worthDeflating = 1 << 10

// PackedSize is how much of the room for session policies and tags is taken, in
// per cent: above 100 there is no such session.
func (c *Session) PackedSize() (int, error) {
	if !c.Narrowed && len(c.Tags) == 0 {
		return 0, nil
	}
	text, err := json.Marshal([]any{c.Policies, c.Managed, c.Tags, c.Transitive})
	if err != nil {
		return 0, fmt.Errorf("pack a session's policies: %w", err)
	}
	packed, err := deflate(nil, text)
	return (len(packed)*100 + maxPacked - 1) / maxPacked, err
}

// sealToken makes the token of a session's key.
func sealToken(v *vault.Vault, id string, c *Session) (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write a session token: %w", err)
	}
	content := append([]byte{writtenPlain}, text...)
	if len(text) >= worthDeflating {
		if content, err = deflate([]byte{writtenDeflated}, text); err != nil {
			return "", err
		}
	}
	sealed, err := v.SealToken(id, content)
	if err != nil {
		return "", fmt.Errorf("seal a session token: %w", err)
	}
	token := base64.StdEncoding.EncodeToString(sealed)
	if len(token) > maxToken {
		return "", cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, "", "The session's policies and tags are too large.")
	}
	return token, nil
}

// openToken reads the token of a session's key.
func openToken(v *vault.Vault, id, token string) (*Session, error) {
	if len(token) > maxToken {
		return nil, vault.ErrOpen
	}
	sealed, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return nil, vault.ErrOpen
	}
	content, err := v.OpenToken(id, sealed)
	if err != nil || len(content) == 0 {
		return nil, vault.ErrOpen
	}
	text := content[1:]
	if content[0] == writtenDeflated {
		if text, err = inflate(text); err != nil {
			return nil, err
		}
	}
	var c Session
	if err := json.Unmarshal(text, &c); err != nil { // sealed by a later ecc
		return nil, fmt.Errorf("read a session token: %w", err)
	}
	return &c, nil
}

var (
	deflaters sync.Pool // of *flate.Writer
	inflaters sync.Pool // of io.ReadCloser that is a flate.Resetter
)

// deflate appends text to out, compressed.
func deflate(out, text []byte) ([]byte, error) {
	b := bytes.NewBuffer(out)
	w, ok := deflaters.Get().(*flate.Writer)
	if !ok {
		var err error
		if w, err = flate.NewWriter(b, flate.BestCompression); err != nil {
			return nil, fmt.Errorf("compress a session: %w", err)
		}
	}
	defer deflaters.Put(w)
	w.Reset(b)
	_, err := w.Write(text)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("compress a session: %w", err)
	}
	return b.Bytes(), nil
}

// inflate returns what deflate compressed.
func inflate(packed []byte) ([]byte, error) {
	r, ok := inflaters.Get().(io.ReadCloser)
	if !ok {
		r = flate.NewReader(nil)
	}
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxPlain+1))
	if err == nil && len(text) > maxPlain {
		err = errors.New("it is too large")
	}
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	return text, nil
}
