package identity

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// NewSession makes temporary credentials of what they are to say; Issued and, if
// it is zero, Expires are set from life. More than fits is refused as
// cloud.LimitExceeded (see Session.PackedSize).
func (s *Service) NewSession(c Session, life time.Duration) (cloud.SessionKey, error) {
	packed, err := c.PackedSize()
	if err != nil {
		return cloud.SessionKey{}, err
	}
	if packed > 100 {
		return cloud.SessionKey{}, cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, "",
			"Packed size of the policies and tags consumes %d%% of the allotted space.", packed)
	}
	c.Issued = s.now().UTC().Truncate(time.Millisecond)
	c.Expires = c.Issued.Add(life).Truncate(time.Second)
	return s.sealSession(&c)
}

func (s *Service) sealSession(c *Session) (cloud.SessionKey, error) {
	var b [10]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		return cloud.SessionKey{}, fmt.Errorf("make a session's key: %w", err)
	}
	id := sessionPrefix + base32.StdEncoding.EncodeToString(b[:])
	token, err := sealToken(s.vault, id, c)
	return cloud.SessionKey{ID: id, Secret: s.sessionSecret(id), Token: token, Issued: c.Issued, Expires: c.Expires}, err
}

func (s *Service) sessionSecret(id string) string {
	return base64.StdEncoding.EncodeToString(s.vault.SessionSecret(id))
}

// sessionCredential opens a session's token and sees that all it depends on is
// still there.
func (s *Service) sessionCredential(ctx context.Context, id, token string) (cloud.Credential, error) {
	if token == "" {
		return cloud.Credential{}, noKey()
	}
	c, err := openToken(s.vault, id, token)
	if err != nil {
		return cloud.Credential{}, &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResSession, Msg: "the token is not the access key's", Err: err}
	}
	if !s.now().Before(c.Expires) {
		return cloud.Credential{}, cloud.Errorf(cloud.Stale, cloud.ResSession, "", "the session has expired")
	}
	var found cloud.Credential
	err = s.store.View(ctx, func(tx *store.Tx) (err error) {
		found, err = c.credential(tx)
		return err
	})
	found.Key = cloud.AccessKey{ID: id, Account: c.Account, User: found.Key.User, Secret: s.sessionSecret(id), Active: true, Created: c.Issued}
	found.Caller.AccessKey = id
	return found, err
}

// errEnded is what a session is told of whose user, role or key there is no more.
// It says no more than of any other wrong token.
var errEnded = cloud.Errorf(cloud.Malformed, cloud.ResSession, "", "what the session was made for is gone")

// credential is the session as it stands now.
func (c *Session) credential(tx *store.Tx) (cloud.Credential, error) {
	a, ok := tx.Accounts().Get(c.Account)
	if !ok || a.Pending || a.Suspended || !c.parentLives(tx) {
		return cloud.Credential{}, errEnded
	}
	caller, rights, ok := c.principal(tx, a)
	if !ok {
		return cloud.Credential{}, errEnded
	}
	caller.Tags = overlay(caller.Tags, c.Tags)
	caller.Session = &cloud.Session{Issued: c.Issued, Expires: c.Expires, Name: c.Name, SourceIdentity: c.SourceIdentity,
		Provider: c.Provider, Instance: c.Instance, Transitive: c.Transitive, Parent: c.Parent}
	caller.Rights = c.narrow(tx, rights)
	return cloud.Credential{Account: a, Caller: caller}, nil
}

// parentLives reports whether the access key that all began with may still be
// used, and the instance that has the session still exists.
func (c *Session) parentLives(tx *store.Tx) bool {
	if c.Instance != "" {
		i, ok := tx.Instances().Get(c.Instance)
		if !ok || i.State() == cloud.StateTerminated {
			return false
		}
	}
	if c.Parent == "" {
		return true
	}
	k, ok := tx.AccessKeys().Get(c.Parent)
	if !ok || !k.Active {
		return false
	}
	a, ok := tx.Accounts().Get(k.Account)
	return ok && !a.Suspended && !a.Pending
}

// principal is who has the session, with the rights it is narrowed from.
func (c *Session) principal(tx *store.Tx, a cloud.Account) (cloud.Caller, *cloud.Rights, bool) {
	switch c.Kind {
	case cloud.PrincipalRoot:
		return cloud.RootCredential(cloud.AccessKey{}, a).Caller, rootRights(a), true
	case cloud.PrincipalUser:
		u, ok := tx.Users().Get(c.Principal)
		return userCaller(u), UserRights(tx, a, u), ok && u.Account == a.ID
	case cloud.PrincipalFederated:
		return c.federated(tx, a)
	case cloud.PrincipalRole:
		r, ok := tx.Roles().Get(c.Principal)
		if !ok || r.Account != a.ID || c.Issued.Before(r.Revoked) {
			return cloud.Caller{}, nil, false
		}
		return cloud.Caller{Account: a.ID, ARN: cloud.SessionARN(a.ID, r.Name, c.Name), UserID: r.ID + ":" + c.Name,
			Kind: c.Kind, Principal: r.ID, Name: r.Name, Tags: r.Tags, Issuer: r.ARN()}, RoleRights(tx, a, r), true
	case cloud.PrincipalWeb: // has none
	}
	return cloud.Caller{}, nil, false
}

// federated is a federated user: it has what its policies allow of what the user,
// or root, who made it may.
func (c *Session) federated(tx *store.Tx, a cloud.Account) (cloud.Caller, *cloud.Rights, bool) {
	caller := cloud.Caller{Account: a.ID, ARN: cloud.FederatedARN(a.ID, c.Name), UserID: string(a.ID) + ":" + c.Name,
		Kind: c.Kind, Principal: c.Principal}
	if c.Principal == "" {
		caller.Issuer = cloud.IAMARN(a.ID, "root")
		return caller, &cloud.Rights{Identity: []cloud.Document{administrator()}, Account: inOrder(a.Policies)}, true
	}
	u, ok := tx.Users().Get(c.Principal)
	caller.Issuer = u.ARN()
	return caller, UserRights(tx, a, u), ok && u.Account == a.ID
}

// narrow adds the session's own policies to rights.
func (c *Session) narrow(tx *store.Tx, rights *cloud.Rights) *cloud.Rights {
	if !c.Narrowed {
		return rights
	}
	if rights == nil {
		rights = &cloud.Rights{Identity: []cloud.Document{administrator()}}
	}
	rights.Narrowed = true
	for _, text := range c.Policies {
		rights.Session = append(rights.Session, cloud.Document{Name: "session-policy", Text: text})
	}
	for _, arn := range c.Managed {
		// One that is gone stays in the list, as a text that is no policy: it
		// allows nothing.
		text, _ := ManagedDocument(tx, arn)
		rights.Session = append(rights.Session, cloud.Document{Name: arn, Text: text})
	}
	return rights
}

// overlay is the tags of a principal with those of its session over them. Keys
// are the same but for case, as IAM has them.
func overlay(own, session map[string]string) map[string]string {
	if len(session) == 0 {
		return own
	}
	out := make(map[string]string, len(own)+len(session))
	for k, v := range own {
		out[k] = v
	}
	for k, v := range session {
		for mine := range own {
			if strings.EqualFold(mine, k) {
				delete(out, mine)
			}
		}
		out[k] = v
	}
	return out
}

// As makes credentials of a caller for the cloud's own use of another service in
// its name: they may what the caller may and live as long as life, but not longer
// than the caller's own.
func (s *Service) As(c cloud.Caller, life time.Duration) (cloud.SessionKey, error) {
	session := Session{Kind: c.Kind, Account: c.Account, Principal: c.Principal, Parent: c.AccessKey, Issued: s.now().UTC().Truncate(time.Millisecond)}
	session.Expires = session.Issued.Add(life)
	if c.Session != nil {
		session.Parent, session.Issued = c.Session.Parent, c.Session.Issued
		session.Name, session.SourceIdentity, session.Provider = c.Session.Name, c.Session.SourceIdentity, c.Session.Provider
		session.Instance, session.Transitive, session.Tags = c.Session.Instance, c.Session.Transitive, c.Tags
		if c.Session.Expires.Before(session.Expires) {
			session.Expires = c.Session.Expires
		}
	}
	if c.Rights != nil && c.Rights.Narrowed {
		session.Narrowed = true
		for _, d := range c.Rights.Session {
			if strings.HasPrefix(d.Name, "arn:") {
				session.Managed = append(session.Managed, d.Name)
			} else {
				session.Policies = append(session.Policies, d.Text)
			}
		}
	}
	return s.sealSession(&session)
}

// SealMessage makes a text that only this cloud can read, for what callers of an
// account may see only if DecodeAuthorizationMessage is allowed to them.
func (s *Service) SealMessage(a cloud.AccountID, text string) (string, error) {
	sealed, err := s.vault.SealMessage(string(a), []byte(text))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenMessage reads what SealMessage made for the account; anything else is
// cloud.Malformed.
func (s *Service) OpenMessage(a cloud.AccountID, message string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(message)
	if err == nil {
		sealed, err = s.vault.OpenMessage(string(a), sealed)
	}
	if err != nil {
		return "", &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResAuthorizationMessage, Err: err}
	}
	return string(sealed), nil
}
