package frontdoor

import (
	"bytes"
	"strconv"
)

// scanner follows the bytes of one connection from request to request. It
// takes only what has one reading, and so always agrees with net/http on where
// a body ends.
//
//	start → header … → start          (no body)
//	                 → body → start   (Content-Length)
//	                 → size → chunk → chunkEnd → size … → trailer … → start
type scanner struct {
	state   state
	left    int64  // bytes of the body or chunk that are still to come
	line    []byte // the beginning of a line whose end is still to come
	seen    byte   // the single headers this request has had, as bits
	length  int64  // its Content-Length
	chunked bool
	modern  bool // HTTP/1.1: net/http ignores Transfer-Encoding in 1.0
}

type state byte

const (
	start state = iota
	header
	body
	size
	chunk
	chunkEnd
	trailer
)

const maxLine = 1 << 20 // net/http stops reading long before

// single are the headers that may come once: those that say where a request
// goes, who sends it and where it ends.
var single = [...]string{"host", "authorization", "content-length", "transfer-encoding"}

// scan takes the next bytes and returns how many of them are good. Fewer than
// all means that the connection is worth nothing any more.
func (s *scanner) scan(p []byte) int {
	at := 0
	for at < len(p) {
		if s.state == body || s.state == chunk {
			n := min(s.left, int64(len(p)-at))
			at += int(n)
			s.skip(n)
			continue
		}
		end := bytes.IndexByte(p[at:], '\n')
		if end < 0 {
			s.line = append(s.line, p[at:]...)
			return s.bounded(at, len(p))
		}
		line := p[at : at+end]
		if len(s.line) > 0 {
			s.line = append(s.line, line...)
			line = s.line
		}
		if !s.endLine(line) {
			return at
		}
		s.line = s.line[:0]
		at += end + 1
	}
	return at
}

func (s *scanner) bounded(good, all int) int {
	if len(s.line) > maxLine {
		return good
	}
	return all
}

// skip counts bytes of a body.
func (s *scanner) skip(n int64) {
	if s.left -= n; s.left > 0 {
		return
	}
	if s.state == chunk {
		s.state = chunkEnd
		return
	}
	s.reset()
}

// reset waits for the next request. A long line's memory is not kept for it.
func (s *scanner) reset() { *s = scanner{} }

// endLine takes a whole line, without its line feed.
func (s *scanner) endLine(line []byte) bool {
	line, ok := bytes.CutSuffix(line, []byte("\r"))
	if !ok {
		return false
	}
	empty := len(line) == 0
	switch s.state {
	case start:
		if !empty { // net/http forgives an empty line after a POST
			s.state, s.modern = header, bytes.HasSuffix(line, []byte(" HTTP/1.1"))
		}
		return true
	case header:
		if empty {
			s.endHead()
			return true
		}
		return s.header(line)
	case size:
		return s.size(line)
	case chunkEnd:
		s.state = size
		return empty
	case trailer:
		if empty {
			s.reset()
			return true
		}
		return !folded(line)
	case body, chunk: // have no lines
	}
	return false
}

func (s *scanner) endHead() {
	switch {
	case s.chunked:
		s.state = size
	case s.length > 0:
		s.state, s.left = body, s.length
	default:
		s.reset()
	}
}

// folded reports whether a line goes on with the header before it.
func folded(line []byte) bool { return line[0] == ' ' || line[0] == '\t' }

// header takes one header line.
func (s *scanner) header(line []byte) bool {
	if folded(line) {
		return false
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	for i, once := range single {
		if len(name) != len(once) || !bytes.EqualFold(name, []byte(once)) {
			continue
		}
		bit := byte(1) << i
		if s.seen&bit != 0 {
			return false
		}
		s.seen |= bit
		return s.framing(once, bytes.Trim(value, " \t"))
	}
	return true
}

// framing learns where the body ends, from one header alone.
func (s *scanner) framing(name string, value []byte) (ok bool) {
	switch name {
	case "content-length":
		s.length, ok = number(string(value), 10)
		return ok && !s.chunked
	case "transfer-encoding":
		s.chunked = true
		return s.modern && s.seen&(1<<2) == 0 && bytes.EqualFold(value, []byte("chunked"))
	}
	return true
}

// size takes the head of a chunk: its size and what nobody reads.
func (s *scanner) size(line []byte) (ok bool) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	s.left, ok = number(string(digits), 16)
	s.state = chunk
	if s.left == 0 {
		s.state = trailer
	}
	return ok
}

// number parses digits and nothing else: no sign, no space, no underscore.
func number(text string, base int) (int64, bool) {
	if len(text) == 0 || len(text) > 16 || text[0] == '+' || text[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseInt(text, base, 64)
	return n, err == nil
}
