package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

const account = cloud.AccountID("111122223333")

// books is a ledger on a store.
type books struct {
	t *testing.T
	s *store.Store
	*ledger.Ledger
}

func open(t *testing.T, cfg ledger.Config) *books {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Now: func() time.Time { return now },
		Fatal: func(err error) { t.Error(err) }})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	cfg.Region, cfg.Entropy = "us-east-1", zeros{}
	return &books{t, s, ledger.New(cfg, s)}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call is one of an account's root.
func call(action string, request any) *awsquery.Call {
	return &awsquery.Call{RequestID: "req-1", Service: "ec2", Action: action, Access: awsquery.Write, Request: request,
		SourceIP: "192.0.2.7", UserAgent: "aws-cli/2.9", Caller: cloud.RootCredential(cloud.AccessKey{ID: "AKIAROOT"}, cloud.Account{ID: account}).Caller}
}

// events are all of the store, and fails if they are not a chain.
func (b *books) events() (all []cloud.Event) {
	b.t.Helper()
	ok(b.t, b.s.View(b.t.Context(), func(tx *store.Tx) error {
		former := ""
		for e := range tx.Events().All() {
			if e.Number() != uint64(len(all)+1) || e.Hash != cloud.EventHash(former, e.Text) {
				b.t.Errorf("event %s breaks the chain", e.ID)
			}
			former = e.Hash
			all = append(all, e)
		}
		n, hash, err := ledger.Head(tx)
		if n != uint64(len(all)) || hash != former {
			b.t.Errorf("the head is %d %s", n, hash)
		}
		return err
	}))
	return all
}

func putKey(id string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		return tx.KeyPairs().Put(cloud.KeyPair{ID: cloud.KeyPairID(id), Account: account, Name: id})
	}
}

func text(s string) *string { return &s }

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		ok(t, errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(got), 0o644)))
	}
	want, err := os.ReadFile(path)
	ok(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// pretty writes events as a person reads them.
func pretty(t *testing.T, events []cloud.Event) string {
	var b strings.Builder
	for _, e := range events {
		var v any
		ok(t, json.Unmarshal([]byte(e.Text), &v))
		out, err := json.MarshalIndent(v, "", "  ")
		ok(t, err)
		b.WriteString(e.ID + " " + string(e.Account) + "\n" + string(out) + "\n")
	}
	return b.String()
}

func TestEvents(t *testing.T) {
	b := open(t, ledger.Config{})
	n := int64(1)
	ok(t, b.Update(t.Context(), call("RunInstances", &ec2.RunInstancesRequest{ImageId: text("ami-1"), MinCount: &n, MaxCount: &n, UserData: text("canary"),
		TagSpecifications: []ec2.TagSpecification{{ResourceType: text("instance"), Tags: []ec2.Tag{{Key: text("a<b"), Value: text("")}}}}}),
		func(tx *store.Tx) error {
			return errors.Join(tx.ClientTokens().Put(cloud.ClientToken{ID: "t"}),
				tx.ENIs().Put(cloud.ENI{ID: "eni-1", Account: account}),
				tx.Instances().Put(cloud.Instance{ID: "i-1", Account: account}))
		}))
	role := call("CreateUser", nil)
	role.Service = "iam"
	role.Caller = cloud.Caller{Account: account, AccessKey: "ASIA1", ARN: "arn:aws:sts::111122223333:assumed-role/ops/ann", UserID: "AROA1:ann",
		Kind: cloud.PrincipalRole, Principal: "AROA1", Name: "ops", Issuer: "arn:aws:iam::111122223333:role/x/ops",
		Session: &cloud.Session{Issued: now, Name: "ann", SourceIdentity: "me", Provider: "https://idp.example"}}
	ok(t, b.Update(t.Context(), role, func(tx *store.Tx) error {
		return tx.Users().Put(cloud.User{ID: "AIDA1", Account: account, Name: "bea", Path: "/p/"})
	}))
	ok(t, b.Update(t.Context(), ledger.Operator("CreateAccount", &struct{ Name, Secret string }{"new", "canary"}), func(tx *store.Tx) error {
		return tx.Accounts().Put(cloud.Account{ID: "444455556666", Name: "new"})
	}))
	ok(t, b.Update(t.Context(), nil, putKey("key-9")))
	got := pretty(t, b.events())
	if strings.Contains(got, "canary") {
		t.Error("a secret is in an event")
	}
	golden(t, "events.txt", got)
}

func TestNoEvent(t *testing.T) {
	b := open(t, ledger.Config{})
	failed := errors.New("no")
	for name, fn := range map[string]func(tx *store.Tx) error{
		"nothing written": func(*store.Tx) error { return nil },
		"refused":         func(tx *store.Tx) error { return errors.Join(putKey("key-1")(tx), failed) },
	} {
		if err := b.Update(t.Context(), call("CreateKeyPair", nil), fn); err != nil && !errors.Is(err, failed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.events(); len(got) != 0 {
		t.Errorf("events %v", got)
	}
}

type stringed int

func (stringed) String() string { return "not this" }

// Values of every form are told as JSON.
func TestParameterForms(t *testing.T) {
	b := open(t, ledger.Config{})
	yes, none := true, false
	ok(t, b.Update(t.Context(), call("X", &struct {
		Life    time.Duration
		At      *time.Time
		Kind    stringed
		Ratio   float64
		Yes, No *bool
		Map     map[string][]int64
		Secrets map[string]string
		Nested  *struct{ URL string }
		Bytes   []byte
		Prefix  netip.Prefix
		Odd     chan int
		lower   string
	}{time.Hour, &now, 7, math.NaN(), &yes, &none, map[string][]int64{"b": {1, 2}, "a": nil}, map[string]string{"k": "canary"},
		&struct{ URL string }{"u\xff\u2028"}, []byte("canary"), netip.MustParsePrefix("10.0.0.0/8"), make(chan int), "canary"}), putKey("key-1")))
	var v struct{ RequestParameters json.RawMessage }
	ok(t, json.Unmarshal([]byte(b.events()[0].Text), &v))
	const want = `{"life":"1h0m0s","at":"2026-03-04T05:06:07Z","kind":7,"ratio":"NaN","yes":true,"no":false,"map":{"a":[],"b":[1,2]},` +
		`"secrets":{"k":"\u003csensitiveDataRemoved\u003e"},"nested":{"url":"u\ufffd\u2028"},"bytes":"\u003csensitiveDataRemoved\u003e","prefix":"10.0.0.0/8","odd":null}`
	if diff := cmp.Diff(want, strings.ReplaceAll(string(v.RequestParameters), "\ufffd", `\ufffd`)); diff != "" {
		t.Error(diff)
	}
}

// Many at the same time make one chain, with an event for each.
func TestChainOfMany(t *testing.T) {
	b := open(t, ledger.Config{})
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			for k := range 25 {
				if err := b.Update(context.WithoutCancel(t.Context()), call("CreateKeyPair", nil), putKey("key-"+string(rune('a'+i))+string(rune('a'+k)))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	ok(t, g.Wait())
	if n := len(b.events()); n != 200 {
		t.Errorf("%d events", n)
	}
}

// The largest change there may be still has its event.
func TestLargestChange(t *testing.T) {
	b := open(t, ledger.Config{})
	long := strings.Repeat(`"<`, 1<<20)
	ok(t, b.Update(t.Context(), call("RunInstances", &struct{ A, B, C []string }{[]string{long}, make([]string, 5000), []string{long, long, long, long}}), func(tx *store.Tx) error {
		for i := range 1000 {
			if err := tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID("i-" + cloud.EventID(uint64(i))), Account: account}); err != nil {
				return err
			}
		}
		return nil
	}))
	text := b.events()[0].Text
	var v struct {
		Resources []struct{ ARN string }
		Data      struct{ ResourcesOmitted int } `json:"additionalEventData"`
	}
	ok(t, json.Unmarshal([]byte(text), &v))
	if len(v.Resources)+v.Data.ResourcesOmitted != 1000 || len(v.Resources) < 100 {
		t.Errorf("%d resources told, %d omitted", len(v.Resources), v.Data.ResourcesOmitted)
	}
}

func TestFailures(t *testing.T) {
	b := open(t, ledger.Config{})
	outcome := func(action, code string, kind cloud.Kind, change ...func(*awsquery.Outcome)) awsquery.Outcome {
		o := awsquery.Outcome{Call: call(action, nil), Code: code, Status: 403, Err: cloud.Errorf(kind, "", "", "for the tenant")}
		for _, c := range change {
			c(&o)
		}
		return o
	}
	claims := func(key string) func(o *awsquery.Outcome) {
		return func(o *awsquery.Outcome) { o.Caller = cloud.Caller{AccessKey: key} }
	}
	ok(t, b.s.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.Users().Put(cloud.User{ID: "AIDAANN", Account: account, Name: "ann", Path: "/"}),
			tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAANN", Account: account, User: "AIDAANN"}),
			tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAROOT", Account: account}))
	}))
	read := func(o *awsquery.Outcome) { o.Access = awsquery.Read }
	service := func(name string) func(o *awsquery.Outcome) { return func(o *awsquery.Outcome) { o.Service = name } }
	for _, o := range []awsquery.Outcome{
		outcome("RunInstances", "UnauthorizedOperation", cloud.Denied),
		outcome("DescribeInstances", "UnauthorizedOperation", cloud.Denied, read),
		outcome("RunInstances", "DryRunOperation", cloud.Denied),
		outcome("RunInstances", "InternalError", cloud.Internal, func(o *awsquery.Outcome) { o.Status = 500 }),
		outcome("", "SignatureDoesNotMatch", cloud.BadCredentials, service("iam"), claims("AKIAANN")),
		outcome("", "SignatureDoesNotMatch", cloud.BadCredentials, service("sts"), claims("AKIAROOT")),
		outcome("", "AuthFailure", cloud.BadCredentials, claims("AKIANOBODY")),
		outcome("", "AuthFailure", cloud.BadCredentials, claims("")),
		outcome("AssumeRole", "", 0, read, service("sts"), func(o *awsquery.Outcome) { o.Err = nil }),
		outcome("GetCallerIdentity", "", 0, read, service("sts"), func(o *awsquery.Outcome) { o.Err = nil }),
		{Call: call("RunInstances", nil), Code: "RequestLimitExceeded", Status: 503, Err: cloud.Errorf(cloud.LimitExceeded, cloud.ResRequest, "", "")},
	} {
		b.Observe(o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ok(t, b.Run(ctx)) // what waits is written at the end
	golden(t, "failures.txt", pretty(t, b.events()))
}

// A flood of failures is dropped, counted, and stops nobody.
func TestFlood(t *testing.T) {
	b := open(t, ledger.Config{})
	for n := range 3000 {
		c := call("RunInstances", nil)
		c.Caller.Account = cloud.AccountID(fmt.Sprintf("%012d", n%10))
		b.Observe(awsquery.Outcome{Call: c, Code: "UnauthorizedOperation", Err: cloud.Denied})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ok(t, b.Run(ctx))
	if n := len(b.events()); n != 1024 {
		t.Errorf("%d events of the flood at once", n)
	}
	var m strings.Builder
	ok(t, b.WriteMetrics(&m))
	if !strings.Contains(m.String(), "ecc_audit_dropped_total 1976") {
		t.Errorf("metrics:\n%s", m.String())
	}
}
