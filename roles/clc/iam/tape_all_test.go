package iam_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"

	"ecc/api/awsquery"
	"ecc/internal/sdkmirror"
	"ecc/roles/clc/iam"
)

func readTape(t *testing.T, action string) []sdkmirror.Taped {
	t.Helper()
	return must[[]sdkmirror.Taped](t)(sdkmirror.ReadTape(filepath.Join("testdata", action+".txt")))
}

// Every action is on tape, with an answer; and if it can change something, with
// an answer that did, which left its event (tape.do checks that).
func TestEveryActionIsOnTape(t *testing.T) {
	var want, have []string
	for _, a := range iam.Actions() {
		want = append(want, a.Name+".txt")
		had := func(status string) bool {
			return slices.ContainsFunc(readTape(t, a.Name), func(x sdkmirror.Taped) bool { return x.Status == status })
		}
		if moves := had("200" + changed); moves == (a.Access == awsquery.Read) {
			t.Errorf("%s (%v) has changed something on tape: %t", a.Name, a.Access, moves)
		}
		if answers := had("200") || had("200"+changed); !answers {
			t.Errorf("%s has no answer on tape", a.Name)
		}
	}
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir("testdata")) {
		have = append(have, e.Name())
	}
	same(t, "files of testdata", want, have)
}

// The AWS SDK for Go reads every element of every answer on tape.
func TestSDKReadsTheTapes(t *testing.T) {
	for _, a := range iam.Actions() {
		for _, x := range readTape(t, a.Name) {
			if !strings.HasPrefix(x.Status, "200") {
				continue
			}
			client := sdk.New(sdk.Options{Region: region, BaseEndpoint: aws.String("http://cloud.test"), HTTPClient: sdkmirror.Answer(x.Body),
				Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""), APIOptions: []func(*middleware.Stack) error{sdkmirror.Unchecked}})
			got, err := sdkmirror.Call(t.Context(), client, a.Name, reflect.New(sdkmirror.InputOf(client, a.Name)))
			if err != nil {
				t.Errorf("%s: %v", x.Request, err)
				continue
			}
			if unread := must[[]string](t)(sdkmirror.Unread([]byte(x.Body), got)); len(unread) > 0 {
				t.Errorf("%s: the SDK does not read %q", x.Request, unread)
			}
		}
	}
}
