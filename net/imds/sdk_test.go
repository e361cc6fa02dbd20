package imds

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	sdk "github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// TestSDKFindsCredentials: the AWS SDK takes an instance's role from here, with
// tokens and without.
func TestSDKFindsCredentials(t *testing.T) {
	r := newRig(t)
	for _, required := range []bool{true, false} {
		md := metadata(one)
		md.Options.TokensRequired = required
		r.all[one] = md
		srv := httptest.NewServer(r.svc.Handler(one, 1))
		defer srv.Close()
		client := sdk.New(sdk.Options{Endpoint: srv.URL, HTTPClient: srv.Client()})
		got, err := ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = client }).Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// What has expired is used on by SDKs, so that only the rest is compared.
		if got.AccessKeyID != "ASIAEXAMPLE" || got.SecretAccessKey != "secret/+" || got.SessionToken != "token==" || !got.CanExpire {
			t.Errorf("%+v", got)
		}
		info, err := client.GetIAMInfo(t.Context(), nil)
		if err != nil || info.InstanceProfileID != "AIPAAAAAAAAAAAAAAAAAA" || !info.LastUpdated.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
			t.Errorf("%+v, %v", info, err)
		}
	}
}
