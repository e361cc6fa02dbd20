package ledger

import (
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// identity is CloudTrail's userIdentity.
type identity struct {
	Type        string          `json:"type"`
	PrincipalID string          `json:"principalId,omitempty"`
	ARN         string          `json:"arn,omitempty"`
	Account     cloud.AccountID `json:"accountId,omitempty"`
	AccessKey   string          `json:"accessKeyId,omitempty"`
	UserName    string          `json:"userName,omitempty"`
	Session     *sessionContext `json:"sessionContext,omitempty"`
	InvokedBy   string          `json:"invokedBy,omitempty"`
}

type sessionContext struct {
	Issuer     *sessionIssuer    `json:"sessionIssuer,omitempty"`
	Web        *webIdentity      `json:"webIdFederationData,omitempty"`
	Attributes sessionAttributes `json:"attributes"`
	Source     string            `json:"sourceIdentity,omitempty"`
}

type sessionIssuer struct {
	Type        string          `json:"type"`
	PrincipalID string          `json:"principalId,omitempty"`
	ARN         string          `json:"arn,omitempty"`
	Account     cloud.AccountID `json:"accountId,omitempty"`
	UserName    string          `json:"userName,omitempty"`
}

type webIdentity struct {
	Provider string `json:"federatedProvider"`
}

type sessionAttributes struct {
	Created string `json:"creationDate"`
	MFA     string `json:"mfaAuthenticated"`
}

// operatorName stands for whoever uses the operator's socket.
const operatorName = "ecc-operator"

// Operator is the call of a verb of the operator's command line: name is in the
// style of an action, "CreateAccount", request what the verb was given, a
// pointer to a struct or nil.
func Operator(name string, request any) *awsquery.Call {
	if name == "" {
		name = "OperatorAction"
	}
	return &awsquery.Call{Service: operatorName, Action: name, Access: awsquery.Write, Request: request}
}

func operator(c *awsquery.Call) bool { return c.Service == operatorName }

// types are CloudTrail's words for kinds of callers.
var types = map[cloud.PrincipalKind]string{
	cloud.PrincipalRoot: "Root", cloud.PrincipalUser: "IAMUser", cloud.PrincipalRole: "AssumedRole", cloud.PrincipalFederated: "FederatedUser",
	cloud.PrincipalWeb: "WebIdentityUser",
}

// identityOf says who makes a call.
func identityOf(c *awsquery.Call) identity {
	if operator(c) {
		return identity{Type: "AWSService", InvokedBy: operatorName}
	}
	who := &c.Caller
	id := identity{Type: types[who.Kind], PrincipalID: who.UserID, ARN: who.ARN, Account: who.Account, AccessKey: who.AccessKey}
	if id.Type == "" {
		id.Type = "Unknown"
	}
	if who.Kind == cloud.PrincipalUser || who.Kind == cloud.PrincipalWeb {
		id.UserName = who.Name
	}
	if s := who.Session; s != nil {
		id.Session = &sessionContext{Issuer: issuerOf(who), Source: s.SourceIdentity,
			Attributes: sessionAttributes{Created: s.Issued.UTC().Format(time.RFC3339), MFA: "false"}}
		if s.Provider != "" {
			id.Session.Web = &webIdentity{s.Provider}
		}
	}
	return id
}

// issuerOf is the role, or the user, whose session it is.
func issuerOf(who *cloud.Caller) *sessionIssuer {
	if who.Kind == cloud.PrincipalRole {
		return &sessionIssuer{Type: "Role", PrincipalID: who.Principal, ARN: roleOf(who), Account: who.Account, UserName: who.Name}
	}
	if who.Kind == cloud.PrincipalFederated {
		i := &sessionIssuer{Type: "Root", PrincipalID: string(who.Account), ARN: cloud.IAMARN(who.Account, "root"), Account: who.Account}
		if who.Principal != "" {
			i.Type, i.PrincipalID, i.UserName, i.ARN = "IAMUser", who.Principal, who.Name, who.Issuer
		}
		return i
	}
	return nil
}

// roleOf is the ARN of a session's role: with its path as far as that is known.
func roleOf(who *cloud.Caller) string {
	if who.Issuer != "" {
		return who.Issuer
	}
	_, rest, ok := strings.Cut(who.ARN, ":assumed-role/")
	name, _, named := strings.Cut(rest, "/")
	if !ok || !named {
		return ""
	}
	return cloud.IAMARN(who.Account, "role/"+name)
}
