package iam_test

import (
	"errors"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ecc/api/iam"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/internal/sdkmirror"
)

func client(url string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url), RetryMaxAttempts: 1, HTTPClient: bufferedhttp.Client{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

// Every member of every action survives the way from the SDK to the action and
// back.
func TestSDKRoundTrip(t *testing.T) {
	for _, a := range lines() {
		t.Run(a.Name, func(t *testing.T) {
			in, out := a.Shapes()
			f := sdkmirror.Filler{Enum: iam.EnumValues}
			want, answer := reflect.New(in), reflect.New(out)
			f.Fill(want.Elem(), sdkmirror.InputOf(&sdk.Client{}, a.Name))
			f.Fill(answer.Elem(), sdkmirror.OutputOf(&sdk.Client{}, a.Name))
			d := &desk{answer: map[string]any{a.Name: answer.Interface()}}

			input := reflect.New(sdkmirror.InputOf(&sdk.Client{}, a.Name))
			sdkmirror.Copy(input.Elem(), want.Elem())
			got, err := sdkmirror.Call(t.Context(), client(serve(t, d).URL), a.Name, input)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Interface(), d.got); diff != "" {
				t.Errorf("request (-sent +decoded):\n%s", diff)
			}
			back := reflect.New(out)
			sdkmirror.Copy(back.Elem(), reflect.ValueOf(got).Elem())
			if diff := cmp.Diff(answer.Interface(), back.Interface()); diff != "" {
				t.Errorf("result (-sent +parsed):\n%s", diff)
			}
		})
	}
}

// The fake table has every action of actions.txt, so that the round trip does.
func TestLinesAreTheActionsFile(t *testing.T) {
	b, err := os.ReadFile("actions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want, have []string
	for line := range strings.Lines(string(b)) {
		if name := strings.TrimSpace(line); name != "" && name[0] != '#' {
			want = append(want, name)
		}
	}
	for _, a := range lines() {
		have = append(have, a.Name)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("actions.txt against lines():\n%s", diff)
	}
}

// The SDK makes types of its own of IAM's codes, and keeps status and message.
func TestSDKReadsErrors(t *testing.T) {
	d := &desk{err: cloud.Errorf(cloud.NotFound, cloud.ResUser, "ann", "")}
	_, err := client(serve(t, d).URL).GetUser(t.Context(), &sdk.GetUserInput{UserName: aws.String("ann")})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "NoSuchEntity" || api.ErrorMessage() != "The user with name ann cannot be found." {
		t.Errorf("got %v", err)
	}
	var re interface {
		HTTPStatusCode() int
		ServiceRequestID() string
	}
	if !errors.As(err, &re) || re.HTTPStatusCode() != http.StatusNotFound || len(re.ServiceRequestID()) != 36 {
		t.Errorf("status or request id missing in %v", err)
	}
}
