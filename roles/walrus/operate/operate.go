// Package operate is how the command line reaches a walrus that runs: over a
// unix socket in its folder, which only its owner can use. It is not for
// tenants, and not for other hosts. Package roles/walrus serves it; the command
// line calls it.
package operate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"ecc/roles/walrus/backup"
	"ecc/roles/walrus/index"
)

// SocketName is the socket in walrus' folder.
const SocketName = "walrus.sock"

// Socket is the path of a folder's socket.
func Socket(dir string) string { return filepath.Join(dir, SocketName) }

// Store is what can be asked of a walrus.
type Store interface {
	// Census counts everything. It reads all of the index.
	Census(ctx context.Context) (index.Census, error)
	// Export copies the store while it goes on being used.
	Export(ctx context.Context, o backup.Options) (backup.Result, error)
}

// answer is one line of an answer: how far it is, or its end.
type answer struct {
	Done   int64           `json:"done"`
	Total  int64           `json:"total"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

const (
	maxRequest = 64 << 10
	maxLine    = 256 << 20       // a census of many buckets
	between    = time.Second / 5 // lines of progress
)

// NewHandler serves s.
func NewHandler(s Store, logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /census", func(w http.ResponseWriter, r *http.Request) {
		c, err := s.Census(r.Context())
		finish(w, c, err, logger)
	})
	mux.HandleFunc("POST /export", func(w http.ResponseWriter, r *http.Request) {
		var o backup.Options
		if err := json.NewDecoder(io.LimitReader(r.Body, maxRequest)).Decode(&struct {
			To   *string
			Copy *bool
		}{&o.To, &o.Copy}); err != nil {
			finish(w, nil, err, logger)
			return
		}
		said := time.Now()
		o.Progress = func(done, total int64) {
			if time.Since(said) > between {
				said = time.Now()
				line(w, answer{Done: done, Total: total}, logger)
			}
		}
		result, err := s.Export(r.Context(), o)
		finish(w, result, err, logger)
	})
	return mux
}

func finish(w http.ResponseWriter, result any, err error, logger *slog.Logger) {
	a := answer{}
	if err == nil {
		a.Result, err = json.Marshal(result)
	}
	if err != nil {
		a.Error = err.Error()
	}
	line(w, a, logger)
}

func line(w http.ResponseWriter, a answer, logger *slog.Logger) {
	err := json.NewEncoder(w).Encode(a)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err != nil {
		logger.Debug("answer the operator", "error", err)
	}
}

// Client asks a walrus that runs.
type Client struct{ http *http.Client }

var _ Store = (*Client)(nil)

// NewClient makes a client of the walrus of a folder.
func NewClient(dir string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", Socket(dir))
	}
	return &Client{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Running reports whether a walrus answers at the socket of a folder.
func Running(ctx context.Context, dir string) bool {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", Socket(dir))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// Census implements Store.
func (c *Client) Census(ctx context.Context) (census index.Census, err error) {
	err = c.ask(ctx, http.MethodGet, "/census", nil, nil, &census)
	return census, err
}

// Export implements Store. The target is a path of the host.
func (c *Client) Export(ctx context.Context, o backup.Options) (r backup.Result, err error) {
	to, err := filepath.Abs(o.To)
	if err != nil {
		return r, fmt.Errorf("name the target: %w", err)
	}
	err = c.ask(ctx, http.MethodPost, "/export", map[string]any{"To": to, "Copy": o.Copy}, o.Progress, &r)
	return r, err
}

func (c *Client) ask(ctx context.Context, method, path string, body any, progress func(int64, int64), result any) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("ask the object store: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://walrus"+path, bytes.NewReader(doc))
	if err != nil {
		return fmt.Errorf("ask the object store: %w", err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the object store that runs: %w", err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var a answer
		switch err := json.Unmarshal(lines.Bytes(), &a); {
		case err != nil:
			return fmt.Errorf("read the object store's answer: %w", err)
		case a.Error != "":
			return errors.New(a.Error)
		case a.Result != nil:
			return json.Unmarshal(a.Result, result)
		case progress != nil:
			progress(a.Done, a.Total)
		}
	}
	return errors.Join(errors.New("the object store stopped answering"), lines.Err())
}
