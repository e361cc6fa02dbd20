package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// noBody is the SHA-256 of nothing.
const noBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// wire is a connection to a server, for requests that were signed and written
// down before the clock runs: a client that shares the processors with what it
// measures must cost next to nothing.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*wire, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (w *wire) close() { _ = w.conn.Close() }

// do sends a whole request and reads the answer to its end.
func (w *wire) do(request []byte) error {
	if _, err := w.conn.Write(request); err != nil {
		return err
	}
	return w.answer(http.StatusOK)
}

// answer reads an answer to its end.
func (w *wire) answer(want int) error {
	status, length, err := w.head()
	if err != nil {
		return err
	}
	if status != want {
		text := make([]byte, min(length, 2048))
		_, _ = io.ReadFull(w.in, text)
		return fmt.Errorf("answered with %d: %s", status, text)
	}
	return w.skip(length)
}

// head reads an answer's status and the length of its body.
func (w *wire) head() (status int, length int64, err error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, fmt.Errorf("answered with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			return status, length, nil
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64); err != nil {
				return 0, 0, err
			}
		} else if bytes.EqualFold(name, []byte("Transfer-Encoding")) {
			return 0, 0, errors.New("a chunked answer")
		}
	}
}

// skip reads a body and keeps nothing.
func (w *wire) skip(length int64) error {
	n := int64(w.in.Buffered())
	if n >= length {
		_, err := w.in.Discard(int(length))
		return err
	}
	_, _ = w.in.Discard(int(n))
	buf := make([]byte, 256<<10)
	for n < length {
		read, err := w.conn.Read(buf[:min(int64(len(buf)), length-n)])
		n += int64(read)
		if err != nil {
			return err
		}
	}
	return nil
}

// request signs a request in its headers and writes its head down. hash is the
// SHA-256 of the body, in hex, or what S3 takes in its place.
func (o objects) request(method, path, hash string, size int64) []byte {
	r, err := http.NewRequest(method, "http://"+o.addr+path, nil)
	must(o.f, err)
	r.ContentLength = size
	r.Header.Set("X-Amz-Content-Sha256", hash)
	creds := aws.Credentials{AccessKeyID: o.env["AWS_ACCESS_KEY_ID"], SecretAccessKey: o.env["AWS_SECRET_ACCESS_KEY"]}
	must(o.f, v4.NewSigner(func(s *v4.SignerOptions) { s.DisableURIPathEscaping = true }).SignHTTP(
		context.Background(), creds, r, hash, "s3", o.env["AWS_REGION"], time.Now()))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n", method, path, o.addr)
	if method != http.MethodGet {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", size)
	}
	must(o.f, r.Header.Write(&b))
	b.WriteString("\r\n")
	return b.Bytes()
}
