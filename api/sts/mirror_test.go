package sts_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/sts"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/internal/sdkmirror"
)

// mirror keeps the request and answers what it was told to.
type mirror struct {
	got    any
	answer any
}

func line[In, Out any](name string) awsquery.Action[*mirror] {
	return awsquery.Handle(name, func(m *mirror, _ context.Context, _ *awsquery.Call, in *In) (*Out, error) {
		m.got = in
		return m.answer.(*Out), nil
	}, awsquery.Read, awsquery.May("sts:"+name))
}

var lines = []awsquery.Action[*mirror]{
	line[sts.AssumeRoleRequest, sts.AssumeRoleResult]("AssumeRole"),
	line[sts.AssumeRoleWithWebIdentityRequest, sts.AssumeRoleWithWebIdentityResult]("AssumeRoleWithWebIdentity"),
	line[sts.DecodeAuthorizationMessageRequest, sts.DecodeAuthorizationMessageResult]("DecodeAuthorizationMessage"),
	line[sts.GetAccessKeyInfoRequest, sts.GetAccessKeyInfoResult]("GetAccessKeyInfo"),
	line[sts.GetCallerIdentityRequest, sts.GetCallerIdentityResult]("GetCallerIdentity"),
	line[sts.GetFederationTokenRequest, sts.GetFederationTokenResult]("GetFederationToken"),
	line[sts.GetSessionTokenRequest, sts.GetSessionTokenResult]("GetSessionToken"),
}

// Every member of every action survives the way from the SDK to the action and
// back.
func TestSDKRoundTrip(t *testing.T) {
	var names []string
	for _, a := range lines {
		names = append(names, a.Name)
		t.Run(a.Name, func(t *testing.T) { roundTrip(t, a) })
	}
	if !slices.Equal(names, sts.Covered()) {
		t.Errorf("tried %v, covered are %v", names, sts.Covered())
	}
}

func roundTrip(t *testing.T, a awsquery.Action[*mirror]) {
	in, out := a.Shapes()
	f := sdkmirror.Filler{Enum: func(name string) []string { return sts.Service().Enums[name] }}
	want, answer := reflect.New(in), reflect.New(out)
	f.Fill(want.Elem(), sdkmirror.InputOf(&sdk.Client{}, a.Name))
	f.Fill(answer.Elem(), sdkmirror.OutputOf(&sdk.Client{}, a.Name))
	m := &mirror{answer: answer.Interface()}
	cfg := awsquery.Config{Service: sts.Service(), Authenticate: func(r *http.Request) (awsquery.Verified, error) {
		return awsquery.Verified{Caller: cloud.Caller{Account: "123456789012"}, Query: r.URL.Query(), Body: r.Body}, nil
	}}
	h, err := awsquery.New(cfg, m, lines, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	client := sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &srv.URL, RetryMaxAttempts: 1, HTTPClient: bufferedhttp.Client{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")})
	input := reflect.New(sdkmirror.InputOf(&sdk.Client{}, a.Name))
	sdkmirror.Copy(input.Elem(), want.Elem())
	got, err := sdkmirror.Call(t.Context(), client, a.Name, input)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Interface(), m.got); diff != "" {
		t.Errorf("request (-sent +decoded):\n%s", diff)
	}
	back := reflect.New(out)
	sdkmirror.Copy(back.Elem(), reflect.ValueOf(got).Elem())
	if diff := cmp.Diff(answer.Interface(), back.Interface()); diff != "" {
		t.Errorf("result (-sent +parsed):\n%s", diff)
	}
}
