package awsquery_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/api/iam"
	"ecc/api/sts"
	"ecc/cloud"
)

// metered is a throttle with a clock that the test moves.
type metered struct {
	*awsquery.Throttle
	now time.Time
}

func newMetered(cfg awsquery.ThrottleConfig) *metered {
	m := &metered{now: then}
	cfg.Now = func() time.Time { return m.now }
	m.Throttle = awsquery.NewThrottle(cfg)
	return m
}

// through counts how many of n requests come through.
func (m *metered) through(n int, account cloud.AccountID, service awsquery.Service, action string, access awsquery.Access) (let int) {
	c := &awsquery.Call{Caller: cloud.Caller{Account: account}}
	for range n {
		if err := m.Request(c, &service, action, access); err == nil {
			let++
		} else if !errors.Is(err, cloud.LimitExceeded) || cloud.AsError(err).Resource != cloud.ResRequest {
			panic(err)
		}
	}
	return let
}

// The numbers EC2 publishes, by a clock that stands and then moves.
func TestThrottleRates(t *testing.T) {
	for _, c := range []struct {
		service awsquery.Service
		action  string
		access  awsquery.Access
		factor  float64
		burst   int
		later   int // after 10 s
	}{
		{ec2.Service(), "DescribeInstances", awsquery.Read, 1, 100, 100},
		{ec2.Service(), "DescribeInstances", awsquery.Read, 2, 200, 200},
		{ec2.Service(), "CreateVpc", awsquery.Write, 1, 50, 50},
		{ec2.Service(), "RunInstances", awsquery.Write, 1, 5, 5},
		{ec2.Service(), "RunInstances", awsquery.Write, 0.1, 1, 1},
		{ec2.Service(), "RunInstances", awsquery.Write, 10, 50, 50},
		{ec2.Service(), "TerminateInstances", awsquery.Write, 1, 100, 50},
		{ec2.Service(), "CreateKeyPair", awsquery.Write, 0, 1000, 1000},
		{iam.Service(), "GetUser", awsquery.Read, 1, 100, 100},
		{sts.Service(), "AssumeRole", awsquery.Write, 1, 600, 600},
	} {
		t.Run(fmt.Sprintf("%s×%g", c.action, c.factor), func(t *testing.T) {
			m := newMetered(awsquery.ThrottleConfig{Factor: c.factor})
			if got := m.through(1000, "1", c.service, c.action, c.access); got != c.burst {
				t.Errorf("%d at once, want %d", got, c.burst)
			}
			if got := m.through(1, "2", c.service, c.action, c.access); got != 1 {
				t.Error("another account waits")
			}
			if got := m.through(1, "1", c.service, "Other", c.access); got != 1 {
				t.Error("another action waits")
			}
			m.now = m.now.Add(10 * time.Second)
			if got := m.through(1000, "1", c.service, c.action, c.access); got != c.later {
				t.Errorf("%d more after 10 s, want %d", got, c.later)
			}
		})
	}
}

func TestThrottleOfResources(t *testing.T) {
	m := newMetered(awsquery.ThrottleConfig{Factor: 1})
	service := ec2.Service()
	run := func(n int64) error {
		return m.Resources(&awsquery.Call{Caller: cloud.Caller{Account: "1"}}, &service, "RunInstances", &ec2.RunInstancesRequest{MaxCount: &n})
	}
	for _, step := range []struct {
		n     int64
		after time.Duration
		ok    bool
	}{{600, 0, true}, {600, 0, false}, {400, 0, true}, {1, 0, false}, {2, time.Second, true}, {1, 0, false}, {5000, time.Hour, true}, {1, 0, false}} {
		m.now = m.now.Add(step.after)
		if err := run(step.n); (err == nil) != step.ok {
			t.Errorf("%d after %v: %v", step.n, step.after, err)
		}
	}
	for _, in := range []any{&ec2.StopInstancesRequest{InstanceIds: make([]string, 1000)}, &ec2.StartInstancesRequest{InstanceIds: make([]string, 1000)}, &ec2.TerminateInstancesRequest{InstanceIds: make([]string, 1000)}} {
		if n := service.Rates.Count(in); n != 1000 {
			t.Errorf("%T asks for %d", in, n)
		}
	}
}

// The operator is exempt, an action may have its own rate whatever the factor,
// and memory is bounded whatever comes.
func TestThrottleExceptions(t *testing.T) {
	m := newMetered(awsquery.ThrottleConfig{Factor: 1, Actions: map[string]awsquery.Rate{"ec2:CreateVpc": {Burst: 2, PerSecond: 1}}})
	service := ec2.Service()
	admin := &awsquery.Call{Caller: cloud.Caller{Account: "1", Admin: true}}
	for range 1000 {
		if err := m.Request(admin, &service, "RunInstances", awsquery.Write); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.through(10, "1", service, "CreateVpc", awsquery.Write); got != 2 {
		t.Errorf("%d of an action with a rate of its own", got)
	}
	if m.Refused() != 8 {
		t.Errorf("%d refused", m.Refused())
	}
	for i := range 200_000 {
		m.through(1, cloud.AccountID(fmt.Sprint(i)), service, "DescribeInstances", awsquery.Read)
	}
	if n := m.Buckets(); n > 1<<16 {
		t.Errorf("%d buckets", n)
	}
}

// Over the wire: EC2 answers 503, IAM and STS 400.
func TestThrottledResponse(t *testing.T) {
	cfg := config()
	cfg.Throttle = newMetered(awsquery.ThrottleConfig{Factor: 0.1}).Throttle
	var last awsquery.Outcome
	cfg.Observe = func(o awsquery.Outcome) { last = o }
	h, _ := dispatcher(t, cfg, new(desk))
	const run = "Action=RunInstances&MinCount=1&MaxCount=1" + version
	if w := post(h, run); w.Code != http.StatusOK {
		t.Fatalf("the first: %d %s", w.Code, w.Body)
	}
	w := post(h, run)
	if w.Code != http.StatusServiceUnavailable || last.Code != "RequestLimitExceeded" {
		t.Errorf("the second: %d %s", w.Code, w.Body)
	}
	for _, s := range []awsquery.Service{iam.Service(), sts.Service()} {
		if f := s.Errors.Fault(&cloud.Error{Kind: cloud.LimitExceeded, Resource: cloud.ResRequest}); f.Code != "Throttling" || f.Status != 400 || f.Message != "Rate exceeded" {
			t.Errorf("%s: %+v", s.Name, f)
		}
	}
}

// Whoever is refused for bad credentials is told by the key they name, and by
// nothing else they say.
func TestClaimedKeyOfARefusal(t *testing.T) {
	cfg := config()
	cfg.Authenticate = func(*http.Request) (awsquery.Verified, error) {
		return awsquery.Verified{Caller: cloud.Caller{AccessKey: "AKIA1", Account: "claimed"}}, &cloud.Error{Kind: cloud.BadCredentials, ID: "SignatureDoesNotMatch"}
	}
	var last awsquery.Outcome
	cfg.Observe = func(o awsquery.Outcome) { last = o }
	h, _ := dispatcher(t, cfg, new(desk))
	post(h, "Action=DescribeInstances"+version)
	if last.Caller.AccessKey != "AKIA1" || last.Caller.Account != "" {
		t.Errorf("caller %+v", last.Caller)
	}
}

// Strangers have a bucket for each address: one of them, with however many
// requests, leaves the others theirs.
func TestThrottleOfStrangers(t *testing.T) {
	m := newMetered(awsquery.ThrottleConfig{Factor: 1})
	service := sts.Service()
	ask := func(address string, n int) (let int) {
		for range n {
			if m.Request(&awsquery.Call{SourceIP: address}, &service, "AssumeRoleWithWebIdentity", awsquery.Write) == nil {
				let++
			}
		}
		return let
	}
	flood := ask("203.0.113.1", 5000)
	if flood == 0 || flood == 5000 {
		t.Fatalf("%d of a flood of 5,000 come through", flood)
	}
	if let := ask("203.0.113.2", 1); let != 1 {
		t.Error("a flood from one address stops another")
	}
	if let := ask("203.0.113.1", 1); let != 0 {
		t.Error("the flood goes on")
	}
}
