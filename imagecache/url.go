package imagecache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ecc/cloud"
)

// URLSource reads an image by presigned URLs. Network failures and answers 5xx
// are tried again, going on behind the last byte that came.
type URLSource struct {
	IndexURL string
	DataURLs map[string]string // data object's key → URL
	Client   *http.Client      // see NewClient

	Attempts int           // without one byte of progress; 0 is 6
	Backoff  time.Duration // before the second attempt, doubling; 0 is 200 ms
	Stall    time.Duration // an attempt ends when nothing comes for so long; 0 is 30 s
}

var _ Source = (*URLSource)(nil)

// NewClient makes an HTTP client fit for URLSource. It follows no redirects.
// Close its idle connections at the end.
func NewClient() *http.Client {
	tr := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true,
	}
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Index implements Source.
func (s *URLSource) Index(ctx context.Context) (io.ReadCloser, error) {
	return s.open(ctx, s.IndexURL, 0, -1)
}

// Data implements Source.
func (s *URLSource) Data(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	u, ok := s.DataURLs[key]
	if !ok {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResImage, "", "the image's index speaks of an object that was not granted")
	}
	return s.open(ctx, u, off, n)
}

// open returns a reader of n bytes from off on, or of all if n is negative.
func (s *URLSource) open(ctx context.Context, u string, off, n int64) (io.ReadCloser, error) {
	r := &resumer{ctx: ctx, s: s, url: u, off: off, left: n}
	if err := r.connect(); err != nil {
		return nil, err
	}
	return r, nil
}

// get makes one attempt.
func (s *URLSource) get(ctx context.Context, u string, off, n int64) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, errors.New("fetch image data: the URL is malformed") // the error would quote it, and its signature
	}
	whole := off == 0 && n < 0
	if !whole {
		req.Header.Set("Range", rangeHeader(off, n))
	}
	resp, err := s.Client.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err // without the URL
		}
		return nil, &passing{err}
	}
	if err := checkAnswer(resp, whole, off, n); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

func rangeHeader(off, n int64) string {
	if n < 0 {
		return fmt.Sprintf("bytes=%d-", off)
	}
	return fmt.Sprintf("bytes=%d-%d", off, off+n-1)
}

func checkAnswer(resp *http.Response, whole bool, off, n int64) error {
	want := http.StatusPartialContent
	if whole {
		want = http.StatusOK
	}
	switch {
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return &passing{fmt.Errorf("the image store answers %s", resp.Status)}
	case resp.StatusCode == http.StatusNotFound:
		return cloud.Errorf(cloud.NotFound, cloud.ResImage, "", "the image's data is no longer there")
	case resp.StatusCode != want:
		return fmt.Errorf("the image store answers %s", resp.Status)
	case n >= 0 && resp.ContentLength >= 0 && resp.ContentLength != n:
		return fmt.Errorf("the image store answers %d bytes for %d", resp.ContentLength, n)
	case n >= 0 && !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/", off, off+n-1)):
		return fmt.Errorf("the image store answers another range, %q", resp.Header.Get("Content-Range"))
	}
	return nil
}

// passing is a failure that may not come again.
type passing struct{ err error }

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }
