package clc_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"

	"ecc/api/awsquery"
	"ecc/internal/sdkmirror"
	"ecc/roles/clc"
)

func readTape(t *testing.T, action string) []sdkmirror.Taped {
	t.Helper()
	return must[[]sdkmirror.Taped](t)(sdkmirror.ReadTape(filepath.Join("testdata", "tape", action+".txt")))
}

// unmoved are the actions that change something in AWS and cannot here: they
// answer why, or there is nothing but what they ask for.
var unmoved = map[string]bool{"AssignIpv6Addresses": true, "UnassignIpv6Addresses": true, "AssociateSubnetCidrBlock": true,
	"DisassociateSubnetCidrBlock": true, "AssociateVpcCidrBlock": true, "DisassociateVpcCidrBlock": true, "AttachNetworkInterface": true,
	"DetachNetworkInterface": true, "CreateNetworkAcl": true, "DeleteNetworkAcl": true, "ModifyIdFormat": true, "ModifyIdentityIdFormat": true,
	"ModifyVpcTenancy": true, "ReportInstanceStatus": true, "ResetInstanceAttribute": true, "ResetNetworkInterfaceAttribute": true}

// unanswered are those that read what no instance here has.
var unanswered = map[string]bool{"GetConsoleScreenshot": true, "GetInstanceUefiData": true}

// Every action is on tape, with an answer; and if it can change something, with
// an answer that did, which left its event (tape.do checks that).
func TestEveryActionIsOnTape(t *testing.T) {
	var want, have []string
	for _, a := range clc.Actions() {
		want = append(want, a.Name+".txt")
		had := func(status string) bool {
			return slices.ContainsFunc(readTape(t, a.Name), func(x sdkmirror.Taped) bool { return x.Status == status })
		}
		if moves := had("200" + changed); moves == (a.Access == awsquery.Read || unmoved[a.Name]) {
			t.Errorf("%s (%v) has changed something on tape: %t", a.Name, a.Access, moves)
		}
		if answers := had("200") || had("200"+changed); answers == unanswered[a.Name] && !unmoved[a.Name] {
			t.Errorf("%s has an answer on tape: %t", a.Name, answers)
		}
	}
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Join("testdata", "tape"))) {
		have = append(have, e.Name())
	}
	same(t, "files of testdata/tape", want, have)
}

// The AWS SDK for Go reads every element of every answer on tape, but for the
// true that EC2 answers when there is nothing else to say.
func TestSDKReadsTheTapes(t *testing.T) {
	for _, a := range clc.Actions() {
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
			unread := must[[]string](t)(sdkmirror.Unread([]byte(x.Body), got))
			if len(unread) > 0 && unread[0] != a.Name+"Response/return=true" {
				t.Errorf("%s: the SDK does not read %q", x.Request, unread)
			}
		}
	}
}
