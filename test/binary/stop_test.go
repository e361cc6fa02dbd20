package binary_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A process that is told to stop takes nothing new and finishes what it has.
func TestStoppingFinishesRequests(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	ids := a.run(t, 3)
	a.awaitState(t, "running", ids...)
	if _, err := a.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("drain")}); err != nil {
		t.Fatal(err)
	}

	body, feed := io.Pipe()
	r := a.unsigned(t, http.MethodPut, "/drain/object", body)
	r.ContentLength = 10
	r.Header.Set("Expect", "100-continue") // the body goes out when it is read at the other end
	answered := make(chan error, 1)
	go func() {
		got, err := send(t, r)
		if err == nil && got.status != http.StatusOK {
			err = fmt.Errorf("%d %s", got.status, got.body)
		}
		answered <- err
	}()
	if _, err := feed.Write([]byte("01234")); err != nil { // returns when it is being read
		t.Fatal(err)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, "nothing new is taken", func() error {
		conn, err := net.Dial("tcp", p.listen())
		if err != nil {
			return nil
		}
		return errors.Join(conn.Close(), errors.New("it still listens"))
	})
	if p.over() {
		t.Fatal("it did not wait for the request")
	}
	_, err := feed.Write([]byte("56789"))
	if err = errors.Join(err, feed.Close(), <-answered); err != nil {
		t.Errorf("the request in flight: %v", err)
	}
	if code := p.awaitEnd(); code != 0 {
		t.Errorf("ended with %d", code)
	}

	p.start()
	p.awaitReady()
	got, err := a.s3().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("drain"), Key: aws.String("object")})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if b, err := io.ReadAll(got.Body); err != nil || string(b) != "0123456789" {
		t.Errorf("%q, %v", b, err)
	}
	a.awaitState(t, "running", ids...)
	p.settled()
}
