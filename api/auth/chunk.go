package auth

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	maxChunkLine = 4 << 10 // of a chunk's head or one trailer
	maxTrailers  = 16
	emptyHash    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// chain signs chunk after chunk, each signature over the one before, starting
// with the request's own.
type chain struct {
	key          []byte
	stamp, scope string
	previous     string // hex
}

// verify checks the signature of the next chunk.
func (c *chain) verify(sum []byte, signature string) bool {
	return c.next("AWS4-HMAC-SHA256-PAYLOAD", emptyHash+"\n"+hex.EncodeToString(sum), signature)
}

// verifyTrailer checks the signature over the trailing headers.
func (c *chain) verifyTrailer(canonical, signature string) bool {
	return c.next("AWS4-HMAC-SHA256-TRAILER", hexHash([]byte(canonical)), signature)
}

func (c *chain) next(kind, what, signature string) bool {
	want := sign(c.key, kind+"\n"+c.stamp+"\n"+c.scope+"\n"+c.previous+"\n"+what)
	got, err := hex.DecodeString(signature)
	c.previous = signature
	return err == nil && hmac.Equal(want, got)
}

// chunkReader decodes an aws-chunked body:
//
//	hex-size[;chunk-signature=hex] CRLF data CRLF … 0[;chunk-signature=hex] CRLF
//	[name:value CRLF … [x-amz-trailer-signature:hex CRLF]] CRLF
//
// It returns io.EOF only when all of it was right, and hands out the bytes of
// a chunk before its signature can be checked: until io.EOF they are worth
// nothing.
type chunkReader struct {
	w        wording
	src      *bufio.Reader
	chain    *chain // nil if chunks are not signed
	left     int64  // bytes of the current chunk not read yet
	unread   int64  // bytes of the declared length not read yet
	started  bool   // inside a chunk
	sum      hash.Hash
	sig      string   // of the current chunk
	declared []string // trailers that must come
	trailer  http.Header
	err      error
}

func newChunkReader(w wording, src io.Reader, length int64, declared []string, trailer http.Header) *chunkReader {
	return &chunkReader{
		w: w, src: bufio.NewReaderSize(src, 64<<10), unread: length,
		sum: sha256.New(), declared: declared, trailer: trailer,
	}
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.err != nil || len(p) == 0 {
		return 0, c.err
	}
	n, err := c.read(p)
	c.err = err
	return n, err
}

func (c *chunkReader) read(p []byte) (int, error) {
	for c.left == 0 {
		if err := c.nextChunk(); err != nil {
			return 0, err
		}
	}
	n, err := c.src.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if c.chain != nil {
		c.sum.Write(p[:n])
	}
	return n, c.cutOff(err)
}

// nextChunk ends the current chunk and reads the head of the next. At the last
// one it returns how the body ends.
func (c *chunkReader) nextChunk() error {
	if c.started {
		if err := c.endChunk(); err != nil {
			return err
		}
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	size, err := c.head(line)
	if err != nil {
		return err
	}
	if size > c.unread {
		return c.w.refuse(incompleteBody, "The request body is longer than x-amz-decoded-content-length.")
	}
	c.left, c.started = size, true
	c.unread -= size
	c.sum.Reset()
	if size == 0 {
		return c.finish()
	}
	return nil
}

// head parses "size" or "size;chunk-signature=hex".
func (c *chunkReader) head(line string) (int64, error) {
	digits, ext, signed := strings.Cut(line, ";")
	size, err := strconv.ParseInt(digits, 16, 64)
	if err != nil || size < 0 || digits[0] == '+' || len(digits) > 16 {
		return 0, c.w.refuse(badFraming, "The size of a chunk is not a hexadecimal number.")
	}
	if c.chain == nil {
		return size, nil
	}
	c.sig = strings.TrimPrefix(strings.TrimSpace(ext), "chunk-signature=")
	if !signed || !isHash(c.sig) {
		return 0, c.w.refuse(badSignature, "A chunk carries no signature.")
	}
	return size, nil
}

// endChunk reads the CRLF after the data and checks the signature.
func (c *chunkReader) endChunk() error {
	var crlf [2]byte
	if _, err := io.ReadFull(c.src, crlf[:]); err != nil {
		return c.cutOff(err)
	}
	if crlf != [2]byte{'\r', '\n'} {
		return c.w.refuse(badFraming, "A chunk is not followed by CRLF.")
	}
	return c.checkChunk()
}

func (c *chunkReader) checkChunk() error {
	if c.chain != nil && !c.chain.verify(c.sum.Sum(nil), c.sig) {
		return c.w.refuse(badSignature, "The signature of a chunk does not match the signature we calculated.")
	}
	return nil
}

// finish checks the last, empty chunk, the trailers and that nothing follows.
// It returns io.EOF if all is right.
func (c *chunkReader) finish() error {
	if err := c.checkChunk(); err != nil {
		return err
	}
	if c.unread != 0 {
		return c.w.refuse(incompleteBody, "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header")
	}
	if err := c.readTrailer(); err != nil {
		return err
	}
	if _, err := c.src.ReadByte(); err == nil {
		return c.w.refuse(badFraming, "The request body goes on after its last chunk.")
	} else if err != io.EOF {
		return err
	}
	return io.EOF
}

// readTrailer reads headers up to the empty line and checks that exactly the
// declared ones came, under the chain's signature if there is one.
func (c *chunkReader) readTrailer() error {
	got, signature := map[string]string{}, ""
	for range maxTrailers {
		line, err := c.line()
		if err != nil {
			return err
		}
		if line == "" {
			if _, err := c.src.Peek(1); err == nil && c.chain != nil && signature == "" {
				continue // some clients (minio-go 7) write an empty line before the signature
			}
			return c.acceptTrailer(got, signature)
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		_, twice := got[name]
		switch {
		case !ok || twice:
			return c.w.refuse(otherTrailer, "The request contained trailing data that was not well-formed.")
		case name == "x-amz-trailer-signature":
			signature = value
		default:
			got[name] = value
		}
	}
	return c.w.refuse(otherTrailer, "The request contained too many trailing headers.")
}

func (c *chunkReader) acceptTrailer(got map[string]string, signature string) error {
	names := make([]string, 0, len(got))
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	declared := slices.Clone(c.declared)
	slices.Sort(declared)
	if !slices.Equal(names, declared) {
		return c.w.refuse(otherTrailer, "The trailing headers are not those that x-amz-trailer declared.")
	}
	canonical := ""
	for _, name := range names {
		canonical += name + ":" + got[name] + "\n"
		c.trailer.Set(name, got[name])
	}
	if c.chain != nil && len(names) > 0 && !c.chain.verifyTrailer(canonical, signature) {
		return c.w.refuse(badSignature, "The signature of the trailing headers does not match the signature we calculated.")
	}
	return nil
}

// line reads up to a newline, without it and a carriage return before it.
func (c *chunkReader) line() (string, error) {
	var b []byte
	for len(b) <= maxChunkLine {
		part, err := c.src.ReadSlice('\n')
		b = append(b, part...)
		if err == nil {
			return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", c.cutOff(err)
		}
	}
	return "", c.w.refuse(badFraming, "The head of a chunk is too long.")
}

// cutOff turns the end of the source, wherever a body may not end, into a
// failure.
func (c *chunkReader) cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return c.w.refuse(incompleteBody, "The request body terminated unexpectedly")
	}
	return err
}
