package identity

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"ecc/cloud"
	"ecc/store"
)

// ManagedDocument returns the text of the default version of a managed policy,
// the customer's or AWS's own, and whether there is one.
func ManagedDocument(tx *store.Tx, arn string) (string, bool) {
	if text, ok := awsDocuments()[arn]; ok {
		return text, true
	}
	m, ok := managedPolicy(tx, arn)
	return m.Document(), ok
}

// awsDocuments are the texts of AWS's own policies by ARN, each made once.
var awsDocuments = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, m := range AWSPolicies() {
		out[m.ARN()] = m.Document()
	}
	return out
})

// managedPolicy finds a customer's managed policy by its ARN.
func managedPolicy(tx *store.Tx, arn string) (cloud.ManagedPolicy, bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	account, path, ok2 := strings.Cut(rest, ":policy/")
	if !ok || !ok2 {
		return cloud.ManagedPolicy{}, false
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	for m := range tx.Policies().By(store.ByName, account+"/"+strings.ToLower(name)) {
		if m.Path+m.Name == "/"+path {
			return m, true
		}
	}
	return cloud.ManagedPolicy{}, false
}

// administrator is what a root may, as a policy: for whoever has a root's rights
// without being one.
func administrator() cloud.Document {
	const arn = "arn:aws:iam::aws:policy/AdministratorAccess"
	return cloud.Document{Name: arn, Text: awsDocuments()[arn]}
}

// attached appends the policies of a user, group or role. One that is not there
// any more allows nothing and denies nothing.
func attached(tx *store.Tx, out []cloud.Document, a cloud.Attachments) []cloud.Document {
	out = append(out, inOrder(a.Inline)...)
	for _, arn := range a.Managed {
		if text, ok := ManagedDocument(tx, arn); ok {
			out = append(out, cloud.Document{Name: arn, Text: text})
		}
	}
	return out
}

// inOrder makes documents of texts by name, in the order of the names.
func inOrder(texts map[string]string) []cloud.Document {
	if len(texts) == 0 {
		return nil
	}
	out := make([]cloud.Document, 0, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, cloud.Document{Name: name, Text: texts[name]})
	}
	return out
}

// boundary is a permissions boundary. One whose policy is gone has no text,
// which is no policy and so allows nothing.
func boundary(tx *store.Tx, arn string) *cloud.Document {
	if arn == "" {
		return nil
	}
	text, _ := ManagedDocument(tx, arn)
	return &cloud.Document{Name: arn, Text: text}
}

// rootRights are those of an account's root: nil, which is everything, unless
// the cloud's administrator limits the account.
func rootRights(a cloud.Account) *cloud.Rights {
	if len(a.Policies) == 0 {
		return nil
	}
	return &cloud.Rights{Identity: []cloud.Document{administrator()}, Account: inOrder(a.Policies)}
}

// UserRights are what the policies of a user say: its own, of its groups, its
// boundary and those of its account.
func UserRights(tx *store.Tx, a cloud.Account, u cloud.User) *cloud.Rights {
	r := &cloud.Rights{Boundary: boundary(tx, u.Boundary), Account: inOrder(a.Policies)}
	r.Identity = attached(tx, make([]cloud.Document, 0, len(u.Attachments.Inline)+len(u.Attachments.Managed)), u.Attachments)
	for _, id := range u.Groups {
		if g, ok := tx.UserGroups().Get(id); ok && g.Account == u.Account {
			r.Identity = attached(tx, r.Identity, g.Attachments)
		}
	}
	return r
}

// RoleRights are what the policies of a role say.
func RoleRights(tx *store.Tx, a cloud.Account, o cloud.Role) *cloud.Rights {
	return &cloud.Rights{Identity: attached(tx, nil, o.Attachments), Boundary: boundary(tx, o.Boundary), Account: inOrder(a.Policies)}
}
