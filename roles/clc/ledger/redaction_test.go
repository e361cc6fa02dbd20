package ledger_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"ecc/api/ec2"
	"ecc/api/iam"
	"ecc/api/sts"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// harmless are members whose names sound like secrets and are none.
var harmless = map[string]bool{
	"ClientToken": true, "NextToken": true, "HttpTokens": true, "HttpTokensEnforced": true, "KeyName": true, "KeyPairId": true, "KeyPairIds": true, "KeyNames": true, "KeyType": true,
	"KeyFormat": true, "KeyFingerprint": true, "AccessKeyId": true, "PrivateIpAddress": true, "PrivateIpAddresses": true, "PrivateDnsName": true,
	"PrivateDnsNameOptions": true, "PrivateDnsHostnameType": true, "PrivateDnsNameOptionsOnLaunch": true, "PrivateDnsHostnameTypeOnLaunch": true,
	"VirtualPrivateGatewayExclusion": true, "KmsKeyId": true, "AccountPasswordPresent": true,
}

var (
	member   = regexp.MustCompile(`(?m)^\t(\w+)\s+(\*string|\[\]string|\[\]byte|string)\s+` + "`query:")
	alarming = regexp.MustCompile(`(?i)(password|secret|token|userdata|material|private|signature|assertion|credential|encoded|passcode|uploadpolicy)`)
	hides    = regexp.MustCompile(`(?i)IpAddress|DnsName|Hostname`)
)

// Whatever sounds like a secret in any request of the three services is taken
// out, unless it is known to be harmless.
func TestEverySecretMemberIsKnown(t *testing.T) {
	seen := 0
	for _, dir := range []string{"ec2", "iam", "sts"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "api", dir, "zz_generated_*.go"))
		ok(t, err)
		for _, f := range files {
			text, err := os.ReadFile(f)
			ok(t, err)
			for _, m := range member.FindAllStringSubmatch(string(text), -1) {
				seen++
				if name := m[1]; alarming.MatchString(name) && !harmless[name] && !hides.MatchString(name) && !ledger.Secret(name) {
					t.Errorf("%s: %s is told in events", filepath.Base(f), name)
				}
			}
		}
	}
	if seen < 500 {
		t.Errorf("only %d members found: the test looks at the wrong text", seen)
	}
}

// Requests whose every text is a canary: none of the secret ones comes through.
func TestCanaries(t *testing.T) {
	for secretOf, request := range map[string]any{
		"UserData":            &ec2.RunInstancesRequest{},
		"UserData.Value":      &ec2.ModifyInstanceAttributeRequest{},
		"PublicKeyMaterial":   &ec2.ImportKeyPairRequest{},
		"template UserData":   &ec2.CreateLaunchTemplateRequest{},
		"Password":            &iam.CreateLoginProfileRequest{},
		"Old and NewPassword": &iam.ChangePasswordRequest{},
		"update Password":     &iam.UpdateLoginProfileRequest{},
		"WebIdentityToken":    &sts.AssumeRoleWithWebIdentityRequest{},
		"EncodedMessage":      &sts.DecodeAuthorizationMessageRequest{},
		"TokenCode":           &sts.GetSessionTokenRequest{},
	} {
		fill(reflect.ValueOf(request).Elem(), "", 0)
		b := open(t, ledger.Config{})
		ok(t, b.Update(t.Context(), call("X", request), func(tx *store.Tx) error { return putKey("key-1")(tx) }))
		text := b.events()[0].Text
		if !json.Valid([]byte(text)) || !strings.Contains(text, "sensitiveDataRemoved") {
			t.Errorf("%s: nothing was taken out of %s", secretOf, text)
		}
		if strings.Contains(text, "canary-secret") {
			t.Errorf("%s: a secret is told in %s", secretOf, text)
		}
	}
}

// fill sets every text: secret ones to a canary.
func fill(v reflect.Value, name string, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				inner := f.Name
				if alarming.MatchString(name) && !harmless[name] {
					inner = name // a secret's parts are secret
				}
				fill(v.Field(i), inner, depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name, depth+1)
	case reflect.String:
		text := "plain"
		if alarming.MatchString(name) && !harmless[name] && !hides.MatchString(name) {
			text = "canary-secret"
		}
		v.SetString(text)
	}
}
