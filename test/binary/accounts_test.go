package binary_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// with is the account with another key.
func (a account) with(key, secret string) account {
	a.Key, a.Secret = key, secret
	return a
}

// An account from its registration to its end, by the operator's command line
// and a tenant's.
func TestLifeOfAnAccount(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "clc.registration=true")
	resp, err := http.PostForm(p.endpoint()+"/_/register", url.Values{"name": {"physics"}, "email": {"head@physics.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("registering: %s", resp.Status)
	}
	if list := p.ecc("account", "list"); !strings.Contains(list, "registered by head@physics.example.com") {
		t.Errorf("account list: %s", list)
	}
	var root account
	if err := json.Unmarshal([]byte(p.ecc("account", "approve", "physics", "--json")), &root); err != nil {
		t.Fatal(err)
	}
	if o := root.try(t, "ec2", "describe-vpcs"); o.code != 0 {
		t.Errorf("approved: %+v", o)
	}

	ann := root.userWithKey(t, "ann")
	root.aws(t, "iam", "put-user-policy", "--user-name", "ann", "--policy-name", "s3", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	if o := ann.try(t, "ec2", "describe-vpcs"); o.code == 0 || !strings.Contains(o.stderr, "UnauthorizedOperation") {
		t.Errorf("ann and EC2: %+v", o)
	}
	ann.aws(t, "s3api", "create-bucket", "--bucket", "physics-data")
	if used := root.aws(t, "iam", "get-access-key-last-used", "--access-key-id", ann.Key, "--query", "AccessKeyLastUsed.ServiceName"); used != `"s3"` {
		t.Errorf("ann's key was used for %s", used)
	}

	p.ecc("account", "limits", "physics", "--limit", "key-pairs=0")
	if o := root.try(t, "ec2", "create-key-pair", "--key-name", "k"); o.code == 0 || !strings.Contains(o.stderr, "KeyPairLimitExceeded") {
		t.Errorf("beyond a limit: %+v", o)
	}
	p.ecc("account", "suspend", "physics")
	for name, a := range map[string]account{"root": root, "ann": ann} {
		if o := a.try(t, "sts", "get-caller-identity"); o.code == 0 {
			t.Errorf("%s of a suspended account: %+v", name, o)
		}
	}
	p.ecc("account", "resume", "physics")
	o := ecc(t, "--data", p.data, "account", "delete", "physics")
	for _, left := range []string{"1 users", "1 buckets"} {
		if o.code != 1 || !strings.Contains(o.stderr, left) {
			t.Errorf("deleting an account that has %s: %+v", left, o)
		}
	}
	ann.aws(t, "s3api", "delete-bucket", "--bucket", "physics-data")
	root.aws(t, "iam", "delete-access-key", "--user-name", "ann", "--access-key-id", ann.Key)
	root.aws(t, "iam", "delete-user-policy", "--user-name", "ann", "--policy-name", "s3")
	root.aws(t, "iam", "delete-user", "--user-name", "ann")
	p.ecc("account", "delete", "physics")
	if o := root.try(t, "sts", "get-caller-identity"); o.code == 0 {
		t.Errorf("root of a deleted account: %+v", o)
	}
	if again := p.account("physics"); again.ID == root.ID {
		t.Errorf("the number %s is given again", again.ID)
	}
}

// userWithKey makes a user of the account, and is it.
func (a account) userWithKey(tb testing.TB, name string) account {
	tb.Helper()
	a.aws(tb, "iam", "create-user", "--user-name", name)
	k := awsJSON[struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}](tb, a, "iam", "create-access-key", "--user-name", name)
	return a.with(k.AccessKey.AccessKeyID, k.AccessKey.SecretAccessKey)
}
