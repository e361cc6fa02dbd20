package imagetest

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP serves the store as the one bucket of an S3 service with path
// style addresses, "/bucket/key". It believes every signature.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case key == "" && r.Method == http.MethodGet:
		s.list(w, r.URL.Query().Get("prefix"))
	case key == "":
		w.WriteHeader(http.StatusOK) // HEAD or PUT of the bucket
	case r.Method == http.MethodPut:
		s.put(w, r, key)
	case r.Method == http.MethodDelete:
		_ = s.Delete(r.Context(), key)
		w.WriteHeader(http.StatusNoContent)
	default:
		s.get(w, r, key)
	}
}

func (s *Store) put(w http.ResponseWriter, r *http.Request, key string) {
	var body io.Reader = r.Body
	size := r.ContentLength
	if n := r.Header.Get("X-Amz-Decoded-Content-Length"); n != "" {
		body = &chunked{r: bufio.NewReader(r.Body)}
		size, _ = strconv.ParseInt(n, 10, 64)
	}
	if err := s.Put(r.Context(), key, body, size); err != nil {
		fail(w, http.StatusInternalServerError, "InternalError", err.Error())
		return
	}
	w.Header().Set("ETag", `"0"`)
}

func (s *Store) get(w http.ResponseWriter, r *http.Request, key string) {
	b, ok := s.Bytes(key)
	if !ok {
		fail(w, http.StatusNotFound, "NoSuchKey", "no such key")
		return
	}
	if s.FailGet != nil && r.Method == http.MethodGet {
		if err := s.FailGet(key); err != nil {
			fail(w, http.StatusServiceUnavailable, "SlowDown", err.Error())
			return
		}
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, len(b)))
	c := &counter{ResponseWriter: w}
	http.ServeContent(c, r, "", time.Unix(1e9, 0), bytes.NewReader(b))
	if r.Method == http.MethodGet {
		s.count(key, c.n)
	}
}

// counter counts the bytes of an answer.
type counter struct {
	http.ResponseWriter
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n += int64(n)
	return n, err
}

func (s *Store) list(w http.ResponseWriter, prefix string) {
	type content struct {
		Key          string
		Size         int
		LastModified string
	}
	var out struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []content
	}
	for _, k := range s.Keys() {
		if strings.HasPrefix(k, prefix) {
			b, _ := s.Bytes(k)
			out.Contents = append(out.Contents, content{k, len(b), "2001-09-09T01:46:40Z"})
		}
	}
	_ = xml.NewEncoder(w).Encode(out)
}

func fail(w http.ResponseWriter, status int, code, msg string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, msg)
}

// chunked takes S3's signed chunks apart and does not look at the signatures.
type chunked struct {
	r    *bufio.Reader
	left int64
	end  bool
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.end {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
		if c.end {
			return 0, io.EOF
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left == 0 && err == nil {
		_, err = c.r.Discard(2)
	}
	return n, err
}

// next reads the line "size;chunk-signature=…".
func (c *chunked) next() error {
	line, err := c.r.ReadString('\n')
	if err != nil {
		return err
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	c.left, err = strconv.ParseInt(size, 16, 64)
	c.end = c.left == 0
	return err
}
