package iam_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	"ecc/cloud"
	"ecc/store"
)

// What clients read about passwords and the account, to the letter.
func TestPasswordsGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	ann := alice.user("ann")
	it := args{"UserName": "ann"}
	tp.do(alice, "GetAccountPasswordPolicy", nil)
	tp.do(alice, "UpdateAccountPasswordPolicy", args{"MinimumPasswordLength": "9", "PasswordReusePrevention": "2", "MaxPasswordAge": "90", "RequireNumbers": "true", "AllowUsersToChangePassword": "true"})
	tp.do(alice, "UpdateAccountPasswordPolicy", args{"MinimumPasswordLength": "5"})
	tp.do(alice, "GetAccountPasswordPolicy", nil)
	tp.do(alice, "CreateLoginProfile", it.with(args{"Password": "short1"}))
	tp.do(alice, "CreateLoginProfile", it.with(args{"Password": "long enough 1", "PasswordResetRequired": "true"}))
	tp.do(alice, "CreateLoginProfile", it.with(args{"Password": "long enough 1"}))
	tp.do(alice, "GetLoginProfile", it)
	tp.do(ann, "ChangePassword", args{"OldPassword": "wrong", "NewPassword": "long enough 2"})
	tp.do(ann, "ChangePassword", args{"OldPassword": "long enough 1", "NewPassword": "long enough 1"})
	tp.do(ann, "ChangePassword", args{"OldPassword": "long enough 1", "NewPassword": "long enough 2"})
	tp.do(alice, "ChangePassword", args{"OldPassword": "long enough 1", "NewPassword": "long enough 2"})
	tp.do(alice, "UpdateLoginProfile", it.with(args{"Password": "long enough 1"}))
	tp.do(alice, "UpdateLoginProfile", it.with(args{"PasswordResetRequired": "true"}))
	tp.do(alice, "UpdateLoginProfile", args{"UserName": "none"})
	tp.do(alice, "DeleteLoginProfile", it)
	tp.do(alice, "DeleteLoginProfile", it)
	alice.refused("GetLoginProfile", it, "NoSuchEntity")
	alice.refused("UpdateLoginProfile", it, "NoSuchEntity")
	ann.refused("ChangePassword", args{"OldPassword": "x", "NewPassword": "long enough 2"}, "NoSuchEntity")
	tp.do(alice, "DeleteAccountPasswordPolicy", nil)
	tp.do(alice, "DeleteAccountPasswordPolicy", nil)
	tp.check()
}

func TestAccountGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice, bob := tp.f.alice, tp.f.bob
	tp.do(alice, "CreateAccountAlias", args{"AccountAlias": "wonder-land"})
	tp.do(bob, "CreateAccountAlias", args{"AccountAlias": "wonder-land"})
	tp.do(alice, "CreateAccountAlias", args{"AccountAlias": "Wonder"})
	alice.refused("CreateAccountAlias", args{"AccountAlias": "123456789012"}, "ValidationError")
	alice.refused("CreateAccountAlias", args{"AccountAlias": "a--b"}, "ValidationError")
	tp.do(alice, "ListAccountAliases", nil)
	tp.do(bob, "DeleteAccountAlias", args{"AccountAlias": "wonder-land"})
	tp.do(alice, "DeleteAccountAlias", args{"AccountAlias": "wonder-land"})
	tp.do(bob, "ListAccountAliases", nil)

	alice.does("CreateGroup", args{"GroupName": "devs"})
	ann := alice.user("ann")
	alice.does("AddUserToGroup", args{"GroupName": "devs", "UserName": "ann"})
	alice.does("PutUserPolicy", args{"UserName": "ann", "PolicyName": "all", "PolicyDocument": anything})
	alice.does("AttachUserPolicy", args{"UserName": "ann", "PolicyArn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"})
	alice.does("CreateUser", args{"UserName": "ben"})
	alice.does("UpdateAccountPasswordPolicy", args{"MaxPasswordAge": "90"})
	alice.does("CreateLoginProfile", args{"UserName": "ben", "Password": "long enough 1"})
	tp.f.who.Used(ann.key.ID, "ec2", region)
	tp.do(alice, "GetAccountSummary", nil)
	tp.do(alice, "GetAccountAuthorizationDetails", args{"Filter.member.1": "User", "Filter.member.2": "Group"})
	tp.do(alice, "GetAccountAuthorizationDetails", args{"MaxItems": "1"})
	tp.do(alice, "GetCredentialReport", nil)
	tp.do(alice, "GenerateCredentialReport", nil)
	tp.do(alice, "GenerateCredentialReport", nil)
	report := tp.do(alice, "GetCredentialReport", nil)
	tp.check()
	checkReport(t, report.body)
	tp.f.clock.forward(5 * time.Hour)
	alice.refused("GetCredentialReport", nil, "ReportExpired")
	bob.refused("GetCredentialReport", nil, "ReportNotPresent")
}

func checkReport(t *testing.T, body []byte) {
	t.Helper()
	var x struct {
		Content string `xml:"GetCredentialReportResult>Content"`
	}
	ok(t, xml.Unmarshal(body, &x))
	lines := must[[][]string](t)(csv.NewReader(strings.NewReader(string(must[[]byte](t)(base64.StdEncoding.DecodeString(x.Content))))).ReadAll())
	same(t, "lines of the report", 4, len(lines))
	same(t, "root", "<root_account", lines[1][0][:len("<root_account")])
	const made = "2026-03-04T05:06:07+00:00"
	none := []string{"N/A", "N/A", "N/A", "N/A"}
	same(t, "ann", append([]string{"false", "N/A", "N/A", "N/A", "false", "true", made, made, region, "ec2", "false"}, none...), lines[2][3:18])
	same(t, "ben", []string{"true", "no_information", made, "2026-06-02T05:06:07+00:00", "false"}, lines[3][3:8])
}

// A password is kept as a hash that tells nothing, with those before it.
func TestPasswordIsKeptAsHash(t *testing.T) {
	f := newCloud(t)
	f.alice.does("CreateUser", args{"UserName": "ann"})
	f.alice.does("CreateLoginProfile", args{"UserName": "ann", "Password": "Correct horse 1"})
	f.alice.does("UpdateLoginProfile", args{"UserName": "ann", "Password": "Correct horse 2"})
	f.view(func(tx *store.Tx) {
		for u := range tx.Users().All() {
			same(t, "former", 1, len(u.Login.Former))
			for hash, password := range map[string]string{u.Login.Hash: "Correct horse 2", u.Login.Former[0]: "Correct horse 1"} {
				if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
					t.Error("not argon2id:", hash)
				}
				same(t, "the password is found again", true, must[bool](t)(f.who.PasswordIs(t.Context(), password, hash)))
				same(t, "another is not", false, must[bool](t)(f.who.PasswordIs(t.Context(), password+"x", hash)))
			}
		}
	})
}

// Two passwords set at the same time: one of them counts, and who set the other
// is told.
func TestPasswordChangedMeanwhile(t *testing.T) {
	f := newCloud(t)
	f.alice.does("CreateUser", args{"UserName": "ann"})
	f.alice.does("CreateLoginProfile", args{"UserName": "ann", "Password": "Correct horse 1"})
	codes := make(chan string)
	for _, p := range []string{"Correct horse 2", "Correct horse 3"} {
		go func() { codes <- f.alice.query("UpdateLoginProfile", args{"UserName": "ann", "Password": p}).code }()
	}
	for range 2 {
		if code := <-codes; code != "" && code != "EntityTemporarilyUnmodifiable" {
			t.Error(code)
		}
	}
}

// A user whose password is too old and may not be changed by its owner.
func TestHardExpiry(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	f.alice.does("UpdateAccountPasswordPolicy", args{"MaxPasswordAge": "1", "HardExpiry": "true", "AllowUsersToChangePassword": "true"})
	f.alice.does("CreateLoginProfile", args{"UserName": "ann", "Password": "Correct horse 1"})
	f.clock.forward(25 * time.Hour)
	ann.refused("ChangePassword", args{"OldPassword": "Correct horse 1", "NewPassword": "Correct horse 2"}, "AccessDenied")
}

// What each key of the account's summary says, through the SDK.
func TestAccountSummary(t *testing.T) {
	f := newCloud(t)
	f.alice.does("CreateUser", args{"UserName": "ann"})
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(f.alice.account.ID)
		a.Limits = map[string]int64{string(cloud.LimitUsers): 7, string(cloud.LimitRoles): cloud.Unlimited}
		return tx.Accounts().Put(a)
	})
	got := must[*sdk.GetAccountSummaryOutput](t)(f.alice.iam.GetAccountSummary(t.Context(), &sdk.GetAccountSummaryInput{})).SummaryMap
	for key, want := range map[string]int32{"Users": 1, "UsersQuota": 7, "RolesQuota": 1<<31 - 1, "AccountAccessKeysPresent": 1, "AccessKeysPerUserQuota": 2, "MFADevices": 0} {
		if n, ok := got[key]; !ok || n != want {
			t.Errorf("%s is %d, want %d", key, n, want)
		}
	}
}
