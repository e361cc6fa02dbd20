package binary_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// still checks that a process goes on as if nothing had happened.
func (p *process) still(t *testing.T, a account) {
	t.Helper()
	if p.over() {
		t.Fatal("the process has ended")
	}
	if h, err := p.health(); err != nil || h.Status != "ok" {
		t.Errorf("health %+v, %v", h, err)
	}
	if _, err := a.states(t); err != nil {
		t.Errorf("the API: %v", err)
	}
	if log := tail(t, p.log, 1<<20); strings.Contains(log, "panic") {
		t.Errorf("a panic is in the log:\n%s", log[strings.Index(log, "panic"):])
	}
}

// Signed requests that ask for too much, or for nonsense.
func TestNonsenseFromATenant(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "throttle.factor=0")
	a := p.account("tenant")
	base := action("DescribeInstances")
	many := strings.Builder{}
	for i := range 10_001 {
		fmt.Fprintf(&many, "&InstanceId.%d=i-%08x", i+1, i)
	}
	for name, c := range map[string]struct {
		form string
		want string
	}{
		"10,001 ids":             {base + many.String(), "<Code>"},
		"100,000 parameters":     {base + strings.Repeat("&a=b", 100_000), "<Code>"},
		"a body of 2 MiB":        {base + "&Filter.1.Name=" + strings.Repeat("x", 2<<20), "<Code>RequestEntityTooLarge</Code>"},
		"two actions":            {base + "&Action=TerminateInstances", "<Code>"},
		"two versions":           {base + "&Version=2010-01-01", "<Code>"},
		"no action":              {"Version=2016-11-15", "<Code>MissingAction</Code>"},
		"no version":             {"Action=DescribeInstances", "<Code>"},
		"a version to come":      {"Action=DescribeInstances&Version=2099-01-01", "<Code>"},
		"an unknown parameter":   {base + "&Colour=red", "<Code>UnknownParameter</Code>"},
		"a list that is a value": {base + "&InstanceId=i-1", "<Code>"},
		"a hole in a list":       {base + "&InstanceId.2=i-12345678", "<Code>"},
		"number zero":            {base + "&InstanceId.0=i-12345678", "<Code>"},
		"number minus one":       {base + "&InstanceId.-1=i-12345678", "<Code>"},
		"a number past all":      {base + "&InstanceId.99999999999999999999=i-12345678", "<Code>"},
		"deep":                   {base + "&Filter.1" + strings.Repeat(".Value.1", 10_000) + "=x", "<Code>"},
		"dots":                   {base + "&" + strings.Repeat(".", 100_000) + "=x", "<Code>"},
		"value and list":         {base + "&Filter.1.Name=x&Filter.1.Name.1=y", "<Code>"},
		"no name":                {base + "&=x", "<Code>"},
		"half an escape":         {base + "&Filter.1.Name=%zz", "<Code>"},
		"bytes that are no text": {base + "&Filter.1.Name=%ff%fe%00&Filter.1.Value.1=%00", "<Code>"},
		"semicolons":             {base + ";InstanceId.1=i-1", "<Code>"},
		"an id like markup":      {base + "&InstanceId.1=%3C%21%5BCDATA%5B%5D%5D%3E%26", "<Code>InvalidInstanceID.Malformed</Code>"},
		"a long id":              {base + "&InstanceId.1=i-" + strings.Repeat("a", 100<<10), "<Code>InvalidInstanceID.Malformed</Code>"},
		"a token of nobody":      {base + "&MaxResults=5&NextToken=AAAA", "<Code>"},
		"too many per page":      {base + "&MaxResults=99999999999999999999", "<Code>"},
		"no instances at all":    {action("RunInstances", "ImageId", "ami-12345678", "MinCount", "0", "MaxCount", "0"), "<Code>"},
		"10,000 instances":       {action("RunInstances", "ImageId", "ami-12345678", "MinCount", "10000", "MaxCount", "10000"), "<Code>"},
		"user data, not base64":  {action("RunInstances", "ImageId", "ami-12345678", "MinCount", "1", "MaxCount", "1", "UserData", "%%%"), "<Code>"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := send(t, a.signed(t, "ec2", http.MethodPost, "/", []byte(c.form), time.Now()))
			if err != nil && len(c.form) > 1<<20 {
				return // cut off while it still sent
			}
			if err != nil || got.status < 400 || got.status >= 500 || !strings.Contains(got.body, c.want) || !strings.Contains(got.body, "<RequestID>") || len(got.body) > 4<<10 {
				t.Errorf("%d %.2000s %v; want %s", got.status, got.body, err, c.want)
			}
		})
	}
	if states, err := a.states(t); err != nil || len(states) != 0 {
		t.Errorf("instances %v, %v", states, err)
	}
	p.still(t, a)
	p.settled()
}

// Requests by the line, as no client sends them.
func TestNonsenseOnTheWire(t *testing.T) {
	t.Parallel()
	p := newCloud(t, "--set", "throttle.factor=0")
	a := p.account("tenant")
	const end = "Host: x\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		raw  string
		want string // statuses, one of which must be answered; "cut" for none
	}{
		"nothing":                   {"\r\n\r\n", "400 cut"},
		"noise":                     {strings.Repeat("\x00\xff\x16\x03", 4096), "400 cut"},
		"a TLS hello":               {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 512), "400 cut"},
		"HTTP/0.9":                  {"GET /\r\n\r\n", "400 cut"},
		"HTTP/9":                    {"GET / HTTP/9.9\r\n" + end, "505"},
		"no host":                   {"GET / HTTP/1.1\r\n\r\n", "400"},
		"a long path":               {"GET /" + strings.Repeat("a", 200<<10) + " HTTP/1.1\r\n" + end, "414 431 cut"},
		"a long header":             {"GET / HTTP/1.1\r\nX-A: " + strings.Repeat("a", 200<<10) + "\r\n" + end, "431"},
		"many headers":              {"GET / HTTP/1.1\r\n" + strings.Repeat("X-A: b\r\n", 20_000) + end, "431"},
		"an odd method":             {"BREW / HTTP/1.1\r\n" + end, "400 403 405 501"},
		"TRACE":                     {"TRACE / HTTP/1.1\r\n" + end, "400 403 405 501"},
		"CONNECT":                   {"CONNECT x:443 HTTP/1.1\r\n" + end, "400 403 404 405 501"},
		"DELETE without signature":  {"DELETE / HTTP/1.1\r\n" + end, "400 403 405"},
		"POST of a form, unsigned":  {"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n" + end + "a=b", "400 401 403"},
		"a signature of noise":      {"GET / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=////,,,=\r\n" + end, "400 403"},
		"a scope of noise":          {"GET /?X-Amz-Credential=%2f%2f%2f%2f%2f%2f&X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1\r\n" + end, "400 403"},
		"two lengths":               {"PUT /b/k HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n" + end + "abc", "400"},
		"a negative length":         {"PUT /b/k HTTP/1.1\r\nContent-Length: -3\r\n" + end, "400"},
		"an endless length":         {"PUT /b/k HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" + end, "400"},
		"a length past the largest": {"PUT /b/k HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n" + end, "400 403"},
		"chunks of noise":           {"PUT /b/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + end + "zz\r\nabc\r\n", "400 403 404"},
		"up and away":               {"GET /../../../etc/passwd HTTP/1.1\r\n" + end, "400 403 404"},
		"up and away, escaped":      {"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + end, "400 403 404"},
		"up from a bucket":          {"GET /bucket/../../etc/passwd HTTP/1.1\r\n" + end, "400 403 404"},
		"up from health":            {"GET /_/../_/health HTTP/1.1\r\n" + end, "400 403 404"},
		"ecc's own, unknown":        {"GET /_/ HTTP/1.1\r\n" + end, "404"},
		"ecc's own, deeper":         {"GET /_/debug/pprof/ HTTP/1.1\r\n" + end, "404"},
		"health, posted to":         {"POST /_/health HTTP/1.1\r\nContent-Length: 0\r\n" + end, "404 405"},
		"slashes":                   {"GET //////// HTTP/1.1\r\n" + end, "400 403 404"},
		"a null in the path":        {"GET /b/%00 HTTP/1.1\r\n" + end, "400 403 404"},
		"the rpc of the edge":       {"POST /rpc/v1/enroll/join HTTP/1.1\r\nContent-Length: 2\r\n" + end + "{}", "403 404 405"},
	} {
		t.Run(name, func(t *testing.T) {
			status := p.raw(t, c.raw)
			if !strings.Contains(" "+c.want+" ", " "+status+" ") {
				t.Errorf("%s, want %s", status, c.want)
			}
		})
	}
	p.still(t, a)
}

// raw sends bytes and returns the status of the answer, "cut" when there is
// none.
func (p *process) raw(t *testing.T, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", p.listen())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.Copy(conn, strings.NewReader(text)) // it may be cut off
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		_ = resp.Body.Close()
	}
	_ = conn.Close()
	<-sent
	if nerr, ok := err.(net.Error); ok && nerr.Timeout() { //nolint:errorlint // of the connection itself
		t.Errorf("no answer in %s", patience)
	}
	if err != nil {
		return "cut"
	}
	return fmt.Sprint(resp.StatusCode)
}

// Clients that do not get on with it neither stay nor stand in others' way.
func TestSlowClients(t *testing.T) {
	if testing.Short() {
		t.Skip("silence is endured for half a minute")
	}
	t.Parallel()
	p := newProcess(t, simulated...)
	p.args = append(slices.Clone(p.args), "--set", "edge.listen="+p.edge())
	p.start()
	p.awaitReady()
	a := p.account("tenant")
	var signed bytes.Buffer
	if err := a.signed(t, "ec2", http.MethodPost, "/", []byte(action("DescribeRegions")), time.Now()).Write(&signed); err != nil {
		t.Fatal(err)
	}
	var held []net.Conn
	hold := func(text string) { held = append(held, silent(t, text, net.Dial, p.listen())) }
	for range 200 {
		hold("GET / HTTP/1.1\r\nHost: x\r\nX-A: ") // the rest never comes
	}
	hold(signed.String()[:signed.Len()-5])
	for _, line := range []string{"POST / ", "POST /_/health ", "POST /_/nothing ", "PUT /bucket/key ", "PATCH / "} { // refused unread
		hold(line + "HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nAct")
	}
	atEdge := func(network, addr string) (net.Conn, error) {
		return tls.Dial(network, addr, &tls.Config{InsecureSkipVerify: true})
	}
	held = append(held, silent(t, "POST /rpc/v1/node/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", atEdge, p.edge()))
	p.still(t, a)
	for i, conn := range held {
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil {
			if nerr, ok := err.(net.Error); ok && nerr.Timeout() { //nolint:errorlint // of the connection itself
				t.Errorf("client %d is silent and not cut off in %s", i, patience)
			}
		}
	}
	p.still(t, a)
}

// silent opens a connection that says no more than text.
func silent(t *testing.T, text string, dial func(network, addr string) (net.Conn, error), addr string) net.Conn {
	t.Helper()
	conn, err := dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return conn
}
