package walrus

import (
	"io"
	"log/slog"
	"net/http"
	"time"
)

// answer is a response that knows what was sent, and gives up on a client that
// takes nothing for a while. Time is measured between bytes, never over the
// whole: a slow client with a large object is welcome.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
	status  int // 0 until the header is written
	instead int // to be sent for 200; 0 for that
	sent    int64
	taken   int64 // bytes of the request's body
	broken  bool
	begun   bool // a document was begun while its client waited; see lively
	body    *progress

	writeBy, readBy time.Time // deadlines as they are set
}

func newAnswer(w http.ResponseWriter, stall time.Duration) *answer {
	return &answer{ResponseWriter: w, control: http.NewResponseController(w), stall: stall}
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if status == http.StatusOK && a.instead != 0 {
		status = a.instead
	}
	if a.status == 0 {
		a.status = status
		a.boundRest()
	}
	a.ResponseWriter.WriteHeader(status)
}

// boundRest gives what is left of the body little time to arrive. The server
// reads some of it before it sends the answer, to be able to keep the
// connection: at the end of the request or, if the answer is long, before that.
func (a *answer) boundRest() {
	if a.body != nil && !a.body.ended && !a.body.failed {
		_ = a.control.SetReadDeadline(time.Now().Add(min(a.stall, drainTime)))
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
		a.boundRest()
	}
	a.extend(&a.writeBy, a.control.SetWriteDeadline)
	n, err := a.ResponseWriter.Write(p)
	a.sent += int64(n)
	return n, err
}

// extend moves a deadline on, not at every byte: a client may stand still for
// seven eighths of the time in any case. Not every connection has deadlines.
func (a *answer) extend(by *time.Time, set func(time.Time) error) {
	if now := time.Now(); by.Sub(now) < a.stall-a.stall/8 {
		*by = now.Add(a.stall)
		_ = set(*by)
	}
}

// lift takes a deadline away, if there is one.
func lift(by *time.Time, set func(time.Time) error) {
	if !by.IsZero() {
		*by = time.Time{}
		_ = set(time.Time{})
	}
}

// finish gives the connection back to the server.
func (a *answer) finish(body *progress) {
	lift(&a.writeBy, a.control.SetWriteDeadline)
	if body.ended {
		lift(&a.readBy, a.control.SetReadDeadline)
	}
	a.boundRest()
	if body.closing && !body.ended && !body.failed {
		_ = a.control.Flush()
		_, _ = io.CopyN(io.Discard, body.body, maxDrain)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
}

// maxDrain is how much of a refused body is read for a client that wants the
// connection closed: net/http reads nothing then, and closing on what is unread
// resets the connection before the client has the answer.
const maxDrain = 256 << 10

// drainTime is how long a client has to send the rest of a refused body.
const drainTime = 5 * time.Second

// progress is a request's body that must go on arriving.
type progress struct {
	body   io.ReadCloser
	answer *answer

	closing bool // the connection ends with this request, and the body is on its way
	ended   bool // read to its end
	failed  bool // a deadline that has passed stays, or the server would wait again
}

func newProgress(r *http.Request, a *answer) *progress {
	a.body = &progress{body: r.Body, answer: a, ended: r.Body == nil || r.Body == http.NoBody,
		closing: r.Close && r.Header.Get("Expect") == ""}
	return a.body
}

func (p *progress) Read(b []byte) (int, error) {
	if !p.ended {
		p.answer.extend(&p.answer.readBy, p.answer.control.SetReadDeadline)
	}
	n, err := p.body.Read(b)
	p.answer.taken += int64(n)
	switch {
	case err == io.EOF:
		p.ended = true
		// From here on the server itself reads, to see the client leave; our
		// deadline would look to it like that.
		lift(&p.answer.readBy, p.answer.control.SetReadDeadline)
	case err != nil:
		p.failed = true
	}
	return n, err
}

// hurry gives the body a time by which all must have arrived, however steadily
// it comes, until relax is called.
func (p *progress) hurry(d time.Duration) {
	if !p.ended {
		_ = p.answer.control.SetReadDeadline(time.Now().Add(d))
		p.answer.readBy = time.Now().Add(24 * time.Hour) // so that extend leaves it
	}
}

// relax ends the hurry: from here on it is enough to make progress.
func (p *progress) relax() {
	if !p.ended {
		p.answer.readBy = time.Time{}
	}
}

func (p *progress) Close() error { return p.body.Close() }

// log writes one line about a request. It spares slog.Logger's way, which
// first finds out who called.
func (w *Walrus) log(c *call, r *http.Request, code string, err error, begin time.Time) {
	level, h := levelOf(c.out.status), w.logger.Handler()
	if !h.Enabled(c.ctx, level) {
		return
	}
	now := time.Now()
	line := slog.NewRecord(now, level, "s3 request", 0)
	line.AddAttrs(requestAttrs(c, r, code, err, now.Sub(begin))...)
	_ = h.Handle(c.ctx, line) // as slog.Logger has it: there is nobody to tell
}

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// requestAttrs describes a request for the log. Keys of objects are the
// tenant's business and not in it.
func requestAttrs(c *call, r *http.Request, code string, err error, took time.Duration) []slog.Attr {
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs,
		slog.String("request_id", c.id), slog.String("method", r.Method), slog.String("action", c.route.Op),
		slog.String("bucket", clip(c.name, 255)), slog.Int("status", c.out.status), slog.Duration("took", took),
		slog.Int64("in", c.out.taken), slog.Int64("out", c.out.sent))
	if c.Request != nil {
		attrs = append(attrs, slog.String("account", string(c.Caller.Account)))
	}
	if err != nil {
		text := err.Error()
		if c.out.status < http.StatusInternalServerError {
			text = clip(text, 1000)
		}
		attrs = append(attrs, slog.String("code", code), slog.String("error", text))
	}
	return attrs
}

// clip shortens what a stranger could make long.
func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
