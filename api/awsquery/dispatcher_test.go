package awsquery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/api/sts"
	"ecc/cloud"
)

var errorForm = regexp.MustCompile(`(?s)^<\?xml version="1.0" encoding="UTF-8"\?>\n<Response><Errors><Error><Code>(.*)</Code><Message>(.*)</Message></Error></Errors><RequestID>(.*)</RequestID></Response>\n$`)

func TestErrors(t *testing.T) {
	const run = "Action=RunInstances&MinCount=1&MaxCount=1" + version
	cases := []struct {
		name, form string
		header     string
		run        error
		status     int
		code, want string
	}{
		{name: "unknown action", form: "Action=MakeCoffee" + version, status: 400, code: "InvalidAction", want: "The action MakeCoffee is not valid for this web service."},
		{name: "internal message type", form: "Action=NodeIntent" + version, status: 400, code: "InvalidAction", want: "The action NodeIntent is not valid for this web service."},
		{name: "no action", form: "Version=2016-11-15", status: 400, code: "MissingAction", want: "The request is missing an action or a required parameter."},
		{name: "no version", form: "Action=RunInstances", status: 400, code: "MissingParameter", want: "The request must contain the parameter Version"},
		{name: "version of tomorrow", form: "Action=RunInstances&Version=2116-11-15", status: 400, code: "NoSuchVersion", want: "The requested version (2116-11-15) of service AmazonEC2 does not exist"},
		{name: "unknown parameter", form: run + "&InstanceIdd=x", status: 400, code: "UnknownParameter", want: "The parameter InstanceIdd is not recognized"},
		{name: "missing parameter", form: "Action=RunInstances&MinCount=1" + version, status: 400, code: "MissingParameter", want: "The request must contain the parameter MaxCount"},
		{name: "missing before dry run", form: "Action=RunInstances&DryRun=true&MinCount=1" + version, status: 400, code: "MissingParameter", want: "The request must contain the parameter MaxCount"},
		{name: "dry run", form: run + "&DryRun=true", status: 412, code: "DryRunOperation", want: "Request would have succeeded, but DryRun flag is set."},
		{name: "twice", form: run + "&ImageId=a&ImageId=b", status: 400, code: "InvalidParameterValue", want: "The parameter ImageId was given more than once."},
		{name: "bad encoding", form: run + "&ImageId=%zz", status: 400, code: "MalformedQueryString", want: "The query string contains a syntax error."},
		{name: "too many parameters", form: run + strings.Repeat("&a=b", 20_000), status: 400, code: "InvalidParameterValue", want: "The request has more than 20000 parameters."},
		{name: "too large", form: run + "&UserData=" + strings.Repeat("a", 1<<20), status: 413, code: "RequestEntityTooLarge", want: "The request must not be larger than 1048576 bytes."},
		{name: "bad credentials", form: run, header: "SignatureDoesNotMatch", status: 403, code: "SignatureDoesNotMatch", want: "no"},
		{name: "bad credentials of no known code", form: run, header: "Banana", status: 401, code: "AuthFailure", want: "no"},
		{name: "credentials before action", form: "Action=MakeCoffee" + version, header: "RequestExpired", status: 400, code: "RequestExpired", want: "no"},
		{name: "kind of the action", form: run, run: cloud.Errorf(cloud.NotFound, cloud.ResImage, "ami-1", ""), status: 400, code: "InvalidAMIID.NotFound", want: "The image id &#39;[ami-1]&#39; does not exist"},
		{name: "wrapped kind", form: run, run: fmt.Errorf("place: %w", cloud.Errorf(cloud.Exhausted, cloud.ResInstance, "", "")), status: 500, code: "InsufficientInstanceCapacity", want: "We currently do not have sufficient capacity for the instance type you requested."},
		{name: "internal", form: run, run: errors.New("open /secret/path"), status: 500, code: "InternalError", want: "An internal error has occurred"},
		{name: "internal with a message", form: run, run: cloud.Errorf(cloud.Internal, cloud.ResNode, "", "node7 says no"), status: 500, code: "InternalError", want: "An internal error has occurred"},
		{name: "out of time", form: run, run: context.DeadlineExceeded, status: 503, code: "Unavailable", want: "The server is overloaded and can&#39;t handle the request."},
		{name: "text XML cannot say", form: run, run: cloud.Errorf(cloud.Invalid, "", "", "a\x00<b>\xff"), status: 400, code: "InvalidParameterValue", want: "a�&lt;b&gt;�"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{run: func(context.Context, *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) { return nil, c.run }}
			h, _ := dispatcher(t, config(), d)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.form))
			r.Header.Set("Refuse-Me", c.header)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			m := errorForm.FindStringSubmatch(w.Body.String())
			if m == nil {
				t.Fatalf("not an error's form:\n%s", w.Body)
			}
			if w.Code != c.status || m[1] != c.code || m[2] != c.want {
				t.Errorf("got %d %s %q\nwant %d %s %q", w.Code, m[1], m[2], c.status, c.code, c.want)
			}
			if m[3] != firstID || w.Header().Get("X-Amzn-Requestid") != firstID {
				t.Errorf("request id %q, header %q", m[3], w.Header().Get("X-Amzn-Requestid"))
			}
			if c.run == nil && d.got != nil {
				t.Error("the action was called")
			}
		})
	}
}

func TestMethodsAndQuery(t *testing.T) {
	d := new(desk)
	h, _ := dispatcher(t, config(), d)
	for method, want := range map[string]int{http.MethodGet: 200, http.MethodPost: 200, http.MethodPut: 405, http.MethodDelete: 405} {
		r := httptest.NewRequest(method, "/?Action=RebootInstances&InstanceId.1=i-1&X-Amz-Date=d&AWSAccessKeyId=k"+version, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", method, w.Code, want)
		}
	}
	if in, ok := d.got.(*ec2.RebootInstancesRequest); !ok || len(in.InstanceIds) != 1 {
		t.Errorf("decoded %+v", d.got)
	}
}

// Query string and body are one request: what is signed in one cannot be
// overridden by the other.
func TestQueryAndBodyTogether(t *testing.T) {
	d := new(desk)
	h, _ := dispatcher(t, config(), d)
	r := httptest.NewRequest(http.MethodPost, "/?Action=RebootInstances"+version, strings.NewReader("InstanceId.1=i-1"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Errorf("split: %d %s", w.Code, w.Body)
	}
	r = httptest.NewRequest(http.MethodPost, "/?Action=RebootInstances"+version, strings.NewReader("InstanceId.1=i-1&Action=RunInstances"))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "The parameter Action was given more than once.") {
		t.Errorf("overridden: %d %s", w.Code, w.Body)
	}
}

func TestCallKnowsTheRequest(t *testing.T) {
	d := new(desk)
	h, _ := dispatcher(t, config(), d)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=DescribeInstances"+version))
	r.RemoteAddr = "192.0.2.7:4711"
	r.Header.Set("User-Agent", strings.Repeat("u", 300))
	r.Header.Set("X-Forwarded-For", "10.0.0.1")
	h.ServeHTTP(httptest.NewRecorder(), r)
	c := d.call
	if c.RequestID != firstID || c.Action != "DescribeInstances" || c.Caller.Account != "123456789012" || !c.Now.Equal(then) || c.SourceIP != "192.0.2.7" || len(c.UserAgent) != 256 {
		t.Errorf("call %+v", c)
	}
}

func TestAuthorize(t *testing.T) {
	var asked []string
	cfg := config()
	cfg.Authorize = func(_ context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
		asked = append(asked, c.Action, p.Action)
		if on, ok := in.(*ec2.RebootInstancesRequest); ok {
			asked = append(asked, on.InstanceIds...)
		}
		return &cloud.Error{Kind: cloud.Denied}
	}
	d := new(desk)
	h, _ := dispatcher(t, cfg, d)
	w := post(h, "Action=RebootInstances&InstanceId.1=i-1&InstanceId.2=i-2&DryRun=true"+version)
	if w.Code != 403 || !strings.Contains(w.Body.String(), "<Code>UnauthorizedOperation</Code>") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if got := strings.Join(asked, "|"); got != "RebootInstances|ec2:RebootInstances|i-1|i-2" {
		t.Errorf("asked %s", got)
	}
	post(h, "Action=DescribeInstances"+version)
	if asked[len(asked)-1] != "ec2:DescribeInstances" {
		t.Errorf("asked %s", asked)
	}
	if d.got != nil {
		t.Error("the action was called")
	}
}

func TestPanicIsOneRequestsError(t *testing.T) {
	d := &desk{run: func(context.Context, *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) { panic("boom /etc") }}
	h, log := dispatcher(t, config(), d)
	w := post(h, "Action=RunInstances&MinCount=1&MaxCount=1"+version)
	if w.Code != 500 || !strings.Contains(w.Body.String(), "InternalError") || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "boom /etc") || !strings.Contains(log.String(), "dispatcher_test.go") {
		t.Errorf("the log has no stack: %s", log)
	}
}

// One line, whatever the tenant sends, and no parameter in it.
func TestSummaryLine(t *testing.T) {
	h, log := dispatcher(t, config(), new(desk))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=RunInstances&MinCount=1&MaxCount=1&UserData=canary"+version))
	r.Header["User-Agent"] = []string{"evil\n\x1b[31m{\"level\":\"ERROR\"}"}
	h.ServeHTTP(httptest.NewRecorder(), r)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines: %s", len(lines), log)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{"msg": "request", "service": "ec2", "action": "RunInstances", "request_id": firstID, "account": "123456789012", "status": 200.0} {
		if line[k] != want {
			t.Errorf("%s = %v, want %v", k, line[k], want)
		}
	}
	if strings.Contains(log.String(), "canary") {
		t.Error("a parameter is in the log")
	}
}

func TestObserve(t *testing.T) {
	var seen []awsquery.Outcome
	cfg := config()
	cfg.Observe = func(o awsquery.Outcome) { seen = append(seen, o) }
	h, _ := dispatcher(t, cfg, new(desk))
	post(h, "Action=DescribeInstances"+version)
	post(h, "Action=Whatever"+version)
	if len(seen) != 2 || seen[0].Access != awsquery.Read || seen[0].Code != "" || seen[0].Action != "DescribeInstances" {
		t.Fatalf("seen %+v", seen)
	}
	// A made-up name must not become a metric's label.
	if seen[1].Action != "" || seen[1].Code != "InvalidAction" || seen[1].Access != 0 {
		t.Errorf("seen %+v", seen[1])
	}
}

// An endless body is read to its bound and no further.
func TestBodyIsBounded(t *testing.T) {
	endless := &countingReader{}
	h, _ := dispatcher(t, config(), new(desk))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", endless))
	if w.Code != 413 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if endless.n > 1<<20+64<<10 {
		t.Errorf("read %d bytes", endless.n)
	}
}

type countingReader struct{ n int }

func (c *countingReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	c.n += len(p)
	return len(p), nil
}

func TestLongQueryIsRefusedUnread(t *testing.T) {
	cfg := config()
	cfg.Authenticate = func(*http.Request) (awsquery.Verified, error) {
		t.Error("authentication had to read it")
		return awsquery.Verified{}, io.ErrUnexpectedEOF
	}
	h, _ := dispatcher(t, cfg, new(desk))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?a="+strings.Repeat("a", 1<<20), nil))
	if w.Code != 413 {
		t.Errorf("got %d", w.Code)
	}
}

// A body that turns out not to be the signed one is refused when it is read.
func TestRefusalByTheBody(t *testing.T) {
	cfg := config()
	cfg.Authenticate = func(r *http.Request) (awsquery.Verified, error) {
		bad := &cloud.Error{Kind: cloud.BadCredentials, ID: "SignatureDoesNotMatch", Msg: "no"}
		return awsquery.Verified{Body: io.MultiReader(r.Body, failing{bad})}, nil
	}
	d := new(desk)
	h, _ := dispatcher(t, cfg, d)
	w := post(h, "Action=DescribeInstances"+version)
	if w.Code != 403 || d.got != nil {
		t.Errorf("got %d, called %v", w.Code, d.got != nil)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestDeadlineReachesTheAction(t *testing.T) {
	cfg := config()
	cfg.Timeout = 1 // nanosecond
	d := &desk{run: func(ctx context.Context, _ *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	h, _ := dispatcher(t, cfg, d)
	if w := post(h, "Action=RunInstances&MinCount=1&MaxCount=1"+version); w.Code != 503 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	good := table()[0]
	noPermission, noAccess := good, good
	noPermission.Permission = awsquery.Permission{}
	noAccess.Access = 0
	type odd struct{ C chan int }
	oddShape := awsquery.Handle("Odd", func(*desk, context.Context, *awsquery.Call, *odd) (*odd, error) { return nil, nil }, awsquery.Read, awsquery.May("x"))
	type loose struct {
		S *string `query:"S" check:"enum=Nowhere"`
	}
	noEnum := awsquery.Handle("Loose", func(*desk, context.Context, *awsquery.Call, *loose) (*loose, error) { return nil, nil }, awsquery.Read, awsquery.May("x"))
	type double struct {
		A *string `query:"X"`
		B *string `query:"X"`
	}
	twoNames := awsquery.Handle("Double", func(*desk, context.Context, *awsquery.Call, *double) (*double, error) { return nil, nil }, awsquery.Read, awsquery.May("x"))
	for name, c := range map[string]struct {
		table []awsquery.Action[*desk]
		want  string
	}{
		"twice":         {[]awsquery.Action[*desk]{good, good}, "twice"},
		"no permission": {[]awsquery.Action[*desk]{noPermission}, "no permission"},
		"no access":     {[]awsquery.Action[*desk]{noAccess}, "neither read nor write"},
		"by hand":       {[]awsquery.Action[*desk]{{Name: "X"}}, "not made by Handle"},
		"odd shape":     {[]awsquery.Action[*desk]{oddShape}, "no form on the wire"},
		"two names":     {[]awsquery.Action[*desk]{twoNames}, "two members for the parameter X"},
		"no enum":       {[]awsquery.Action[*desk]{noEnum}, "enum Nowhere"},
	} {
		_, err := awsquery.New(config(), new(desk), c.table, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfigsThatAreRefused(t *testing.T) {
	none, hollow := config(), config()
	none.Authenticate = nil
	hollow.Service.Errors.Kinds = nil
	for name, cfg := range map[string]awsquery.Config{"no authentication": none, "no error rows": hollow, "no service": {Authenticate: believe}} {
		if _, err := awsquery.New(cfg, new(desk), table(), slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

type stsDesk struct{ err error }

func (d *stsDesk) GetCallerIdentity(context.Context, *awsquery.Call, *sts.GetCallerIdentityRequest) (*sts.GetCallerIdentityResult, error) {
	account := "123456789012"
	return &sts.GetCallerIdentityResult{Account: &account}, d.err
}

// STS speaks the query protocol: other wrapping, other errors.
func TestQueryProtocol(t *testing.T) {
	cfg := config()
	cfg.Service = sts.Service()
	d := new(stsDesk)
	lines := []awsquery.Action[*stsDesk]{awsquery.Handle("GetCallerIdentity", (*stsDesk).GetCallerIdentity, awsquery.Read, awsquery.May("sts:GetCallerIdentity"))}
	h, err := awsquery.New(cfg, d, lines, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "sts_result.xml", post(h, "Action=GetCallerIdentity&Version=2011-06-15").Body.Bytes())
	golden(t, "sts_unknown_action.xml", post(h, "Action=GetTea&Version=2011-06-15").Body.Bytes())
	d.err = errors.New("kept to ourselves")
	golden(t, "sts_internal.xml", post(h, "Action=GetCallerIdentity&Version=2011-06-15").Body.Bytes())
}
