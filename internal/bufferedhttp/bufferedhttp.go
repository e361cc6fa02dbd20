// Package bufferedhttp is an HTTP client for tests that use the AWS SDK for Go
// against servers on this host.
//
// The SDK closes its request's body as soon as it has the response's headers.
// A near server answers so fast that this can hit the transport while it still
// looks for the body's end; the transport then cuts the connection and the SDK
// reports "use of closed network connection" with status 200 (aws-sdk-go-v2
// issues 1825 and 2737). Outside tests the SDK's retry hides it. This client
// sends a copy of the body, which nobody closes early.
//
// Only tests import it: the copy is in memory.
package bufferedhttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Client is the HTTP client to give to an SDK. The zero value is ready; its
// connections are closed after each request, so that none outlives a test.
type Client struct{}

// Do sends a copy of the request.
func (Client) Do(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if r.Body != nil && r.Body != http.NoBody {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("buffer the request: %w", err)
		}
		sent.Body, sent.ContentLength = http.NoBody, int64(len(b))
		if len(b) > 0 {
			sent.Body = io.NopCloser(bytes.NewReader(b))
		}
	}
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return c.Do(sent)
}
