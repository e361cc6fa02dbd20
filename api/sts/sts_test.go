package sts_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"ecc/api/awsquery"
	"ecc/api/sts"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
)

type desk struct{ err error }

func (d *desk) GetCallerIdentity(_ context.Context, c *awsquery.Call, _ *sts.GetCallerIdentityRequest) (*sts.GetCallerIdentityResult, error) {
	return &sts.GetCallerIdentityResult{Account: aws.String(string(c.Caller.Account)), Arn: &c.Caller.ARN, UserId: &c.Caller.UserID}, d.err
}

func client(t *testing.T, d *desk) *sdk.Client {
	t.Helper()
	caller := cloud.Caller{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root", UserID: "123456789012"}
	cfg := awsquery.Config{Service: sts.Service(), Authenticate: func(r *http.Request) (awsquery.Verified, error) {
		return awsquery.Verified{Caller: caller, Query: r.URL.Query(), Body: r.Body}, nil
	}}
	table := []awsquery.Action[*desk]{awsquery.Handle("GetCallerIdentity", (*desk).GetCallerIdentity, awsquery.Read, awsquery.May("sts:GetCallerIdentity"))}
	h, err := awsquery.New(cfg, d, table, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &srv.URL, RetryMaxAttempts: 1, HTTPClient: bufferedhttp.Client{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

func TestSDKReadsTheIdentity(t *testing.T) {
	out, err := client(t, new(desk)).GetCallerIdentity(t.Context(), &sdk.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Account != "123456789012" || *out.Arn != "arn:aws:iam::123456789012:root" || *out.UserId != "123456789012" {
		t.Errorf("got %s %s %s", *out.Account, *out.Arn, *out.UserId)
	}
}

func TestSDKReadsErrors(t *testing.T) {
	d := &desk{err: &cloud.Error{Kind: cloud.BadCredentials, ID: "ExpiredToken", Msg: "The security token included in the request is expired"}}
	_, err := client(t, d).GetCallerIdentity(t.Context(), &sdk.GetCallerIdentityInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "ExpiredToken" || api.ErrorMessage() != cloud.AsError(d.err).Msg {
		t.Errorf("got %v", err)
	}
}

func TestSDKReadsInvalidAction(t *testing.T) {
	_, err := client(t, new(desk)).GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "InvalidAction" {
		t.Errorf("got %v", err)
	}
	if !slices.Contains(sts.AllActions(), "GetSessionToken") {
		t.Error("the model should know it all the same")
	}
}
