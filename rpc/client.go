package rpc

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ecc/cloud"
)

// DefaultPort is the edge listener's port when an address does not name one.
const DefaultPort = "8774"

// Client makes calls to one edge listener over HTTPS. Make it with NewClient.
type Client struct {
	base string
	http *http.Client
}

// NewClient makes a client of the edge listener at address ("host",
// "host:port" or "https://host:port"). Nothing is dialled yet. conf is an
// identity's ClientTLS, or PinnedTLS to join.
func NewClient(address string, conf *tls.Config) (*Client, error) {
	base, err := ParseAddress(address)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: grace, KeepAlive: 15 * time.Second}
	return &Client{base: "https://" + base, http: &http.Client{
		// HTTP/1.1: a connection that has died takes one call with it, not
		// all that share it. No proxy: this is inside the cluster.
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSClientConfig:       conf,
			TLSHandshakeTimeout:   grace,
			ResponseHeaderTimeout: LongPoll + grace,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// ParseAddress brings the address of an edge listener to "host:port".
func ParseAddress(address string) (string, error) {
	text := address
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", fmt.Errorf("%q is not the address of an edge listener: write HOST, HOST:PORT or https://HOST:PORT", address)
	}
	port := u.Port()
	if port == "" {
		port = DefaultPort
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// Close lets idle connections go. Calls in progress end with their contexts.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// decode ignores fields it does not know: heads are upgraded before nodes,
// and an older node must go on. Requests are read strictly.
func (c *Client) decode(body []byte, v any) error { return json.Unmarshal(body, v) }

func (c *Client) carry(ctx context.Context, l line, body []byte) ([]byte, error) {
	limit := callTime + grace
	if l.long {
		limit = LongPoll + grace
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+prefix+l.edge+"/"+l.method, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s %s: %w", l.edge, l.method, err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreached(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, l.maxAnswer+1))
	if err != nil {
		return nil, c.unreached(err)
	}
	if int64(len(answer)) > l.maxAnswer {
		return nil, fmt.Errorf("call %s %s: the answer is larger than %d bytes", l.edge, l.method, l.maxAnswer)
	}
	if resp.StatusCode == http.StatusOK {
		return answer, nil
	}
	if errors.Is(ctx.Err(), context.Canceled) { // what the server says of it is the caller's own doing
		return nil, fmt.Errorf("call %s %s: %w", l.edge, l.method, ctx.Err())
	}
	if failure, ok := parseWireError(answer); ok {
		return nil, failure
	}
	return nil, cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "%s answers %s: is it an edge listener of ecc?", c.base, resp.Status)
}

// unreached tells refusals, which will not go away, from failures that may.
func (c *Client) unreached(err error) error {
	kind, msg := cloud.Unavailable, "Cannot call "+c.base+"."
	var untrusted *tls.CertificateVerificationError
	var op *net.OpError
	if errors.As(err, &untrusted) || (errors.As(err, &op) && op.Op == "remote error") {
		kind = cloud.Denied // one side does not take the other's certificate
	}
	var name x509.HostnameError
	if errors.As(err, &name) {
		msg += " Its certificate is not for the name " + name.Host + ": add it to edge.names on that host."
	}
	return &cloud.Error{Kind: kind, Msg: msg, Err: err}
}
