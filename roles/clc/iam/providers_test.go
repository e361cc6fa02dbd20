package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

var thumbprint = strings.Repeat("0a", 20)

// What clients read about identity providers, to the letter.
func TestProvidersGolden(t *testing.T) {
	f := newCloud(t)
	tp, alice := newTape(f), f.alice
	arn := args{"OpenIDConnectProviderArn": "arn:aws:iam::" + string(alice.account.ID) + ":oidc-provider/id.example.com/realm"}
	create := args{"Url": "https://id.example.com/realm/", "ClientIDList.member.1": "app", "ThumbprintList.member.1": thumbprint, "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"}
	tp.do(alice, "CreateOpenIDConnectProvider", create)
	tp.do(alice, "CreateOpenIDConnectProvider", create)
	tp.do(alice, "GetOpenIDConnectProvider", arn)
	tp.do(alice, "ListOpenIDConnectProviders", nil)
	tp.do(alice, "AddClientIDToOpenIDConnectProvider", arn.with(args{"ClientID": "other"}))
	tp.do(alice, "RemoveClientIDFromOpenIDConnectProvider", arn.with(args{"ClientID": "app"}))
	tp.do(alice, "UpdateOpenIDConnectProviderThumbprint", arn.with(args{"ThumbprintList.member.1": strings.Repeat("F", 40)}))
	tp.do(alice, "TagOpenIDConnectProvider", arn.with(args{"Tags.member.1.Key": "cost", "Tags.member.1.Value": "7"}))
	tp.do(alice, "UntagOpenIDConnectProvider", arn.with(args{"TagKeys.member.1": "team"}))
	tp.do(alice, "ListOpenIDConnectProviderTags", arn)
	tp.do(alice, "GetOpenIDConnectProvider", arn)
	tp.do(alice, "DeleteOpenIDConnectProvider", arn)
	tp.do(alice, "DeleteOpenIDConnectProvider", arn)
	tp.do(alice, "GetOpenIDConnectProvider", args{"OpenIDConnectProviderArn": "id.example.com/realm"})
	tp.check()
}

// Bad input is refused.
func TestProvidersRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	good := args{"Url": "https://id.example.com", "ClientIDList.member.1": "app", "ThumbprintList.member.1": thumbprint}
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no URL":              {args{"Url": "-"}, "ValidationError"},
		"http":                {args{"Url": "http://id.example.com"}, "InvalidInput"},
		"a port":              {args{"Url": "https://id.example.com:8443"}, "InvalidInput"},
		"a query":             {args{"Url": "https://id.example.com/?x"}, "InvalidInput"},
		"a password":          {args{"Url": "https://a:b@id.example.com/"}, "InvalidInput"},
		"no host":             {args{"Url": "https:///realm"}, "InvalidInput"},
		"two slashes":         {args{"Url": "https://id.example.com//x"}, "InvalidInput"},
		"a space":             {args{"Url": "https://id.example.com/a b"}, "InvalidInput"},
		"an empty thumbprint": {args{"ThumbprintList.member.1": ""}, "ValidationError"},
		"a short thumbprint":  {args{"ThumbprintList.member.1": "0a"}, "ValidationError"},
		"six thumbprints":     {args{"ThumbprintList.member.2": thumbprint, "ThumbprintList.member.3": thumbprint, "ThumbprintList.member.4": thumbprint, "ThumbprintList.member.5": thumbprint, "ThumbprintList.member.6": thumbprint}, "LimitExceeded"},
		"an empty client id":  {args{"ClientIDList.member.1": ""}, "ValidationError"},
		"a long client id":    {args{"ClientIDList.member.1": strings.Repeat("c", 256)}, "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alice.query("CreateOpenIDConnectProvider", good.with(c.change)); got.code != c.code {
				t.Errorf("%q (%s), want %q", got.code, got.msg, c.code)
			}
		})
	}
	many := good.with(nil)
	for i := range 101 {
		many[fmt.Sprintf("ClientIDList.member.%d", i+1)] = fmt.Sprint(i)
	}
	alice.refused("CreateOpenIDConnectProvider", many, "LimitExceeded")
	f.bob.does("CreateOpenIDConnectProvider", good)
	bobs := args{"OpenIDConnectProviderArn": "arn:aws:iam::" + string(f.bob.account.ID) + ":oidc-provider/id.example.com"}
	for _, action := range []string{"GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "ListOpenIDConnectProviderTags"} {
		alice.refused(action, bobs, "NoSuchEntity")
	}
}

// Who publishes a provider's keys is vouched for by the system's certificates,
// or by thumbprints.
func TestProviderWithoutThumbprint(t *testing.T) {
	f := newCloud(t)
	made := must[*sdk.CreateOpenIDConnectProviderOutput](t)(f.alice.iam.CreateOpenIDConnectProvider(t.Context(), &sdk.CreateOpenIDConnectProviderInput{Url: aws.String("https://id.example.com")}))
	got := must[*sdk.GetOpenIDConnectProviderOutput](t)(f.alice.iam.GetOpenIDConnectProvider(t.Context(),
		&sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: made.OpenIDConnectProviderArn}))
	if len(got.ThumbprintList) != 0 || len(got.ClientIDList) != 0 {
		t.Errorf("%+v", got)
	}
}

// A tenant's SDK makes and reads a provider; each account has its own of one URL.
func TestProvidersBySDK(t *testing.T) {
	f := newCloud(t)
	ctx := t.Context()
	for _, who := range []*tenant{f.alice, f.bob} {
		made := must[*sdk.CreateOpenIDConnectProviderOutput](t)(who.iam.CreateOpenIDConnectProvider(ctx, &sdk.CreateOpenIDConnectProviderInput{
			Url: aws.String("https://id.example.com"), ClientIDList: []string{"app"}, ThumbprintList: []string{thumbprint}}))
		got := must[*sdk.GetOpenIDConnectProviderOutput](t)(who.iam.GetOpenIDConnectProvider(ctx,
			&sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: made.OpenIDConnectProviderArn}))
		same(t, "URL", "id.example.com", *got.Url)
		same(t, "clients", []string{"app"}, got.ClientIDList)
		list := must[*sdk.ListOpenIDConnectProvidersOutput](t)(who.iam.ListOpenIDConnectProviders(ctx, &sdk.ListOpenIDConnectProvidersInput{}))
		if len(list.OpenIDConnectProviderList) != 1 || *list.OpenIDConnectProviderList[0].Arn != *made.OpenIDConnectProviderArn {
			t.Errorf("%+v", list.OpenIDConnectProviderList)
		}
	}
}
