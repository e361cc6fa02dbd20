package nc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"ecc/cloud"
	"ecc/imagecache"
	"ecc/rpc"
)

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		reason  string
		verdict verdict
	}{
		"anything":               {errors.New("secret"), cloud.ReasonInternal + ": the node could not start the instance", mayRepeat},
		"worded":                 {cloud.Errorf(cloud.Internal, cloud.ResInstance, "", "libvirt refused"), cloud.ReasonInternal + ": libvirt refused", mayRepeat},
		"exhausted":              {fmt.Errorf("x: %w", cloud.Errorf(cloud.Exhausted, "", "", "no room")), cloud.ReasonNoCapacity + ": no room", final},
		"exhausted by an image":  {cloud.Errorf(cloud.Exhausted, cloud.ResImage, "", "no room"), cloud.ReasonNoCapacity + ": no room", final},
		"disk full":              {fmt.Errorf("x: %w", syscall.ENOSPC), cloud.ReasonNoCapacity + ": the node has no room left", final},
		"quota":                  {fmt.Errorf("x: %w", syscall.EDQUOT), cloud.ReasonNoCapacity + ": the node has no room left", final},
		"away":                   {cloud.Errorf(cloud.Unavailable, "", "", ""), cloud.ReasonInternal + ": the node is waiting for a service", mayPass},
		"image store away":       {cloud.Errorf(cloud.Unavailable, cloud.ResImage, "", "wait"), cloud.ReasonInternal + ": wait", mayPass},
		"image damaged":          {cloud.Errorf(cloud.Invalid, cloud.ResImage, "", "damaged"), cloud.ReasonImageUnreadable + ": damaged", final},
		"image gone":             {cloud.Errorf(cloud.NotFound, cloud.ResImage, "", ""), cloud.ReasonImageUnreadable + ": the image could not be read", final},
		"image, internal":        {cloud.Errorf(cloud.Internal, cloud.ResImage, "", ""), cloud.ReasonImageUnreadable + ": the image could not be read", mayRepeat},
		"image not granted":      {cloud.Errorf(cloud.Denied, cloud.ResImage, "", "not yours"), cloud.ReasonImageUnreadable + ": not yours", final},
		"several, one full disk": {errors.Join(errors.New("x"), syscall.ENOSPC), cloud.ReasonNoCapacity + ": the node has no room left", final},
	} {
		t.Run(name, func(t *testing.T) {
			reason, v := judge(c.err)
			if reason.Message != c.reason || !strings.HasPrefix(c.reason, reason.Code+":") || v != c.verdict {
				t.Errorf("got %q, %d; want %q, %d", reason.Message, v, c.reason, c.verdict)
			}
		})
	}
}

// A store that is away, or a head in trouble, is no fault of the image.
func TestImageSourceErrors(t *testing.T) {
	for name, c := range map[string]struct {
		grant error
		get   error // of the HTTP client
		body  io.Reader
		kind  cloud.Kind
	}{
		"head in trouble":         {grant: errors.New("secret"), kind: cloud.Unavailable},
		"head away":               {grant: cloud.Errorf(cloud.Unavailable, "", "", ""), kind: cloud.Unavailable},
		"not granted":             {grant: cloud.Errorf(cloud.Denied, cloud.ResImage, "", ""), kind: cloud.Denied},
		"store refuses":           {body: nil, kind: cloud.Unavailable},
		"store breaks off":        {body: io.MultiReader(strings.NewReader("half"), failing{}), kind: cloud.Unavailable},
		"everything in its place": {body: strings.NewReader("whole")},
	} {
		t.Run(name, func(t *testing.T) {
			client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				if c.body == nil {
					return &http.Response{StatusCode: http.StatusForbidden, Status: "403 Forbidden", Body: http.NoBody}, nil
				}
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(c.body), ContentLength: -1}, nil
			})}
			g := &grantSource{client: client, grant: func(context.Context) (rpc.ImageGrant, error) {
				return rpc.ImageGrant{Index: "http://store/index"}, c.grant
			}}
			var src imagecache.Source = g
			r, err := src.Index(t.Context())
			if err == nil {
				g.src.Attempts = 1
				_, err = io.ReadAll(r)
			}
			if c.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, c.kind) {
				t.Errorf("got %v, want %v", err, c.kind)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut off") }
