package awsquery_test

import (
	"context"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ecc/api/awsquery"
	"ecc/api/iam"
)

// Services of the query protocol say which constraint of the model a parameter
// breaks.
func TestConstraintsOfTheQueryProtocol(t *testing.T) {
	nothing := func(context.Context, *awsquery.Call, *iam.CreateRoleRequest) (*iam.CreateRoleResult, error) {
		return nil, nil
	}
	list := func(context.Context, *awsquery.Call, *iam.ListPoliciesRequest) (*iam.ListPoliciesResult, error) {
		return nil, nil
	}
	table := []awsquery.Action[struct{}]{
		awsquery.Handle("CreateRole", func(_ struct{}, ctx context.Context, c *awsquery.Call, in *iam.CreateRoleRequest) (*iam.CreateRoleResult, error) {
			return nothing(ctx, c, in)
		}, awsquery.Write, awsquery.May("iam:CreateRole")),
		awsquery.Handle("ListPolicies", func(_ struct{}, ctx context.Context, c *awsquery.Call, in *iam.ListPoliciesRequest) (*iam.ListPoliciesResult, error) {
			return list(ctx, c, in)
		}, awsquery.Read, awsquery.May("iam:ListPolicies")),
	}
	cfg := config()
	cfg.Service = iam.Service()
	h, err := awsquery.New(cfg, struct{}{}, table, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	const role, detected = "Action=CreateRole&Version=2010-05-08", "1 validation error detected: Value "
	long := strings.Repeat("r", 65)
	for form, want := range map[string]string{
		role + "&RoleName=r&AssumeRolePolicyDocument=x&Tags.member.1.Key=k&Tags.member.1.Value=": "",
		role + "&RoleName=r":                                                                       detected + "null at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null",
		role + "&RoleName=&AssumeRolePolicyDocument=x":                                             detected + "'' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1",
		role + "&AssumeRolePolicyDocument=x&RoleName=" + long:                                      detected + "'" + long + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64",
		role + "&AssumeRolePolicyDocument=x&RoleName=a+b":                                          "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
		role + "&AssumeRolePolicyDocument=x&RoleName=r&MaxSessionDuration=60":                      detected + "'60' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
		role + "&AssumeRolePolicyDocument=x&RoleName=r&MaxSessionDuration=43201":                   detected + "'43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200",
		role + "&AssumeRolePolicyDocument=x&RoleName=r&Tags.member.1.Key=k!&Tags.member.1.Value=v": detected + `'k!' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		"Action=ListPolicies&Version=2010-05-08&Scope=mine":                                        detected + "'mine' at 'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]",
		"Action=ListPolicies&Version=2010-05-08&PathPrefix=x":                                      "The specified value for pathPrefix is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var got struct {
			Error struct{ Type, Code, Message string }
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		switch {
		case want == "" && w.Code == http.StatusOK:
		case want == "" || w.Code != http.StatusBadRequest || got.Error.Type != "Sender" || got.Error.Code != "ValidationError" || got.Error.Message != want:
			t.Errorf("%s\n got %d %s %q\nwant %q", form, w.Code, got.Error.Code, got.Error.Message, want)
		}
	}
}
