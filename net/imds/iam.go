package imds

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
)

// iam is what is there of an instance profile without its role: who wants to
// see which role it is asks for it, see addRole.
func iam(md cloud.Metadata) *node {
	if md.Profile == nil {
		return nil
	}
	return dir(map[string]*node{"info": leaf(""), "security-credentials": {dir: map[string]*node{}}})
}

// isIAM reports whether a path is in the tree of the role, whatever its version.
func isIAM(path string) bool {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
	return len(parts) > 2 && parts[1] == "meta-data" && parts[2] == "iam"
}

// How EC2 tells whether a role's credentials could be had.
const (
	codeSuccess = "Success"
	codeRefused = "AssumeRoleUnauthorizedAccess"
	codeFailed  = "Failed"
)

// profile is iam/info.
type profile struct {
	Code        string `json:"Code"`
	Message     string `json:"Message,omitempty"`
	LastUpdated string `json:"LastUpdated"`
	ARN         string `json:"InstanceProfileArn"`
	ID          string `json:"InstanceProfileId"`
}

// roleCredentials is iam/security-credentials/ROLE.
type roleCredentials struct {
	Code        string `json:"Code"`
	Message     string `json:"Message,omitempty"`
	LastUpdated string `json:"LastUpdated"`
	Type        string `json:"Type,omitempty"`
	AccessKeyID string `json:"AccessKeyId,omitempty"`
	Secret      string `json:"SecretAccessKey,omitempty"`
	Token       string `json:"Token,omitempty"`
	Expiration  string `json:"Expiration,omitempty"`
}

// addRole puts the instance's role into its tree. All versions show the same
// node, so that it is there in each.
func (h handler) addRole(ctx context.Context, tree *node, md cloud.Metadata) {
	at := tree.dir["latest"].dir["meta-data"].dir["iam"]
	keys, ok := h.source.(RoleKeys)
	var k cloud.RoleKey
	if ok {
		k, ok = keys.RoleKey(ctx, h.id)
	}
	info := profile{Code: codeSuccess, LastUpdated: stamp(k.At), ARN: md.Profile.ARN, ID: md.Profile.ID}
	c := roleCredentials{Code: codeSuccess, LastUpdated: stamp(k.At)}
	switch {
	case !ok:
		info.Code, info.LastUpdated = codeFailed, stamp(h.tokens.now())
		info.Message = "The credentials of the instance profile's role cannot be had now, or it has no role."
	case k.Refused:
		info.Code, info.Message = codeRefused, "EC2 cannot assume the role "+k.Role+": its trust policy does not let ec2.amazonaws.com in."
		c.Code, c.Message = info.Code, info.Message
	default:
		c.Type, c.AccessKeyID, c.Secret, c.Token, c.Expiration = "AWS-HMAC", k.Key.ID, k.Key.Secret, k.Key.Token, stamp(k.Key.Expires)
	}
	at.dir["info"] = leaf(text(info))
	if ok {
		at.dir["security-credentials"] = &node{dir: map[string]*node{k.Role: leaf(text(c))}}
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// text is a document as EC2 writes it.
func text(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // plain strings always encode
	}
	return string(b)
}
