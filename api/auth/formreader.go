package auth

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
)

const (
	maxFields = 20 << 10 // bytes before the file, as S3 has it
	lookAhead = 4 << 10  // what the multipart reader takes at a time
	maxFile   = 5 << 30
)

// readForm reads a form up to its file. What comes behind the file is ignored,
// as S3 does.
func readForm(r *http.Request) (*formFile, map[string]string, error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	boundary := params["boundary"]
	if err != nil || len(boundary) == 0 || len(boundary) > 70 {
		return nil, nil, badMultipart
	}
	before := &budget{src: &source{w: s3, body: r.Body}, left: maxFields + lookAhead}
	parts, fields := multipart.NewReader(before, boundary), map[string]string{}
	for {
		p, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil, s3.refuse(noFile, "POST requires exactly one file upload per request.")
		case err != nil:
			return nil, nil, before.word(err)
		}
		name := strings.ToLower(p.FormName())
		if name == "file" {
			before.left = -1
			return &formFile{part: p, before: before, name: fileName(p), most: maxFile}, fields, nil
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, before.word(err)
		}
		if _, twice := fields[name]; twice || name == "" {
			return nil, nil, badMultipart
		}
		fields[name] = string(value)
	}
}

var badMultipart = s3.refuse(badForm, "The body of your POST request is not well-formed multipart/form-data.")

// fileName is the last element of the name the browser tells, which may be a
// path of either kind.
func fileName(p *multipart.Part) string {
	_, params, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	name := path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// budget ends a body that goes on too long before its file begins.
type budget struct {
	src  io.Reader
	left int64 // negative: no bound any more
	err  error // of the source, or that the budget is spent
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left == 0 && b.err == nil {
		b.err = s3.refuse(fieldsTooLong, "Your POST request fields preceding the upload file were too large.")
	}
	if b.err != nil {
		return 0, b.err
	}
	if b.left > 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.src.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	b.err = err
	return n, err
}

// word makes a refusal of an error of the multipart reader: the source's own,
// if it is one.
func (b *budget) word(err error) error {
	switch {
	case b.err != nil && !errors.Is(b.err, io.EOF):
		return b.err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return s3.refuse(incompleteBody, "The request body terminated unexpectedly")
	}
	return badMultipart
}

// formFile reads the file of a form. It ends with io.EOF only if the closing
// boundary came and the size is one that is allowed.
type formFile struct {
	part        *multipart.Part
	before      *budget
	name        string
	least, most int64 // bytes
	size        int64
	err         error
}

func (f *formFile) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.part.Read(p)
	f.size += int64(n)
	switch {
	case f.size > f.most:
		f.err = s3.refuse(tooLarge, "Your proposed upload exceeds the maximum allowed size")
	case err == io.EOF && f.size < f.least: //nolint:errorlint // exactly the end of the part
		f.err = s3.refuse(tooSmall, "Your proposed upload is smaller than the minimum allowed size")
	case err == io.EOF: //nolint:errorlint // exactly the end of the part
		f.err = io.EOF
	case err != nil:
		f.err = f.before.word(err)
	}
	return n, f.err
}
