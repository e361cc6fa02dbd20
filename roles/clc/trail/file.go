package trail

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/internal/atomicfile"
)

// dayLayout is how a file is named: by the day of its events.
const (
	dayLayout = "2006-01-02"
	suffix    = ".jsonl"
)

// maxLine bounds a line: a record of the store has at most 64 KiB.
const maxLine = 256 << 10

// dayFile is a file that is appended to.
type dayFile struct {
	day  string
	f    *os.File
	last uint64 // number of the last event in this file or, if it has none, before it
}

// days lists the days of the files there are, oldest first.
func days(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		day, ok := strings.CutSuffix(e.Name(), suffix)
		if _, bad := time.Parse(dayLayout, day); ok && bad == nil {
			out = append(out, day)
		}
	}
	slices.Sort(out)
	return out, err
}

func path(dir, day string) string { return filepath.Join(dir, day+suffix) }

// openNewest opens the newest file, cuts off what a crash left of a line, and
// finds the last event in the files. Without a file it returns one without day.
func openNewest(dir string) (*dayFile, error) {
	all, err := days(dir)
	if err != nil || len(all) == 0 {
		return &dayFile{}, err
	}
	d, err := openDay(dir, all[len(all)-1])
	if err != nil {
		return nil, err
	}
	for i := len(all) - 2; i >= 0 && d.last == 0; i-- { // the crash came before its first line
		if d.last, err = lastOf(path(dir, all[i])); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	return d, nil
}

// openDay opens a file to append to, and makes it if it is not there.
func openDay(dir, day string) (_ *dayFile, err error) {
	f, err := os.OpenFile(path(dir, day), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	d := &dayFile{day: day, f: f}
	if err := d.mend(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return d, atomicfile.SyncDir(dir)
}

// mend cuts off a last line without an end, and makes the others durable: the
// crash may have come before that.
func (d *dayFile) mend() error {
	size, line, err := tail(d.f)
	if err != nil {
		return err
	}
	if err := d.f.Truncate(size); err != nil {
		return err
	}
	if err := d.f.Sync(); err != nil {
		return err
	}
	d.last, err = numberOf(line)
	return err
}

// tail returns how much of a file is whole lines, and the last of them.
func tail(f *os.File) (size int64, line []byte, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, nil, err
	}
	from := max(0, info.Size()-2*maxLine)
	text := make([]byte, info.Size()-from)
	if _, err := f.ReadAt(text, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	end := bytes.LastIndexByte(text, '\n')
	if end < 0 {
		if from > 0 {
			return 0, nil, fmt.Errorf("%s ends with more than %d bytes without a line's end", f.Name(), len(text))
		}
		return 0, nil, nil
	}
	return from + int64(end) + 1, text[bytes.LastIndexByte(text[:end], '\n')+1 : end], nil
}

func numberOf(line []byte) (uint64, error) {
	if len(line) == 0 {
		return 0, nil
	}
	e, err := parse(line)
	return e.Number(), err
}

// lastOf returns the number of the last event of a file, 0 if it has none.
func lastOf(name string) (uint64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	_, line, err := tail(f)
	if err != nil {
		return 0, err
	}
	return numberOf(line)
}

func parse(line []byte) (e cloud.Event, err error) {
	if err := json.Unmarshal(line, &e); err != nil {
		return e, fmt.Errorf("read an event of the audit trail: %w", err)
	}
	return e, nil
}

func (d *dayFile) close() error {
	if d.f == nil {
		return nil
	}
	return d.f.Close()
}

// append writes events that come after the last, and returns when they are on
// disk.
func (d *dayFile) append(events []cloud.Event) error {
	var b bytes.Buffer
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	before, err := d.f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	_, err = d.f.Write(b.Bytes())
	if err == nil {
		err = d.f.Sync()
	}
	if err != nil { // part of it may be there: another try writes all of it again
		return errors.Join(err, d.f.Truncate(before))
	}
	d.last = events[len(events)-1].Number()
	return nil
}

// readFile calls yield with each line of a file, without those a writer has not
// ended yet, until that returns false.
func readFile(name string, yield func(line []byte) bool) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // pruned since it was listed
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, maxLine)
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", filepath.Base(name), err)
		case !yield(line[:len(line)-1]):
			return nil
		}
	}
}
