// Package fsck looks whether a walrus' folder is in order while no walrus runs
// on it, and repairs what can be repaired without a doubt: data files nobody
// knows, and counters.
//
// It reads the index as a file (bbolt's own check), every record in it and how
// they fit together, and the data files: that each is there with the right size
// and, when asked, that each byte is what was written. It never changes an
// object. Package roles and the command line import it.
package fsck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// Options say what to look at.
type Options struct {
	Dir    string
	Files  datafile.Files // nil for the folder itself
	Data   bool           // read all data files and verify their checksums
	Repair bool
	// Progress is called now and then: with what is being done, how much of it
	// is done and of how much, -1 if that is not known. It may be nil.
	Progress func(doing string, done, total int64)
}

// Report is what was found.
type Report struct {
	Census   index.Census `json:"census"`
	Verified int64        `json:"verified_bytes"` // of data files
	Problems []string     `json:"problems"`       // sentences; none: all is in order
	More     int64        `json:"more_problems"`  // that are too many to list
	Notes    []string     `json:"notes"`          // nothing wrong, and good to know
	Repaired []string     `json:"repaired"`
}

const (
	maxProblems = 1000
	batch       = 1000 // files asked for at a time
)

// Clean reports whether nothing is wrong any more.
func (r *Report) Clean() bool { return len(r.Problems) == 0 }

type check struct {
	Options
	Report
	index *index.Index
}

// Run checks a folder. An error means that it could not be checked; what is
// wrong is in the report.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	c := &check{Options: o}
	path := filepath.Join(o.Dir, "walrus.db")
	var err error
	o.Progress("open the index", 0, -1)
	if c.index, err = index.OpenToRead(path); err != nil {
		return c.refused(err)
	}
	if c.Files == nil {
		if c.Files, err = c.folder(); err != nil {
			return c.Report, errors.Join(err, c.index.CloseRead())
		}
	}
	err = c.look(ctx)
	if err := errors.Join(err, c.index.CloseRead()); err != nil || !o.Repair {
		return c.Report, err
	}
	return c.repair(ctx, path)
}

// refused is how a check ends when the index cannot be opened: a damaged one
// is a finding, one that is held is not.
func (c *check) refused(err error) (Report, error) {
	if !errors.Is(err, index.ErrDamaged) {
		return c.Report, err
	}
	c.problem("%v", firstLine(err))
	return c.Report, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// folder looks at the data files beside the index, without tidying: nothing is
// changed by looking.
func (c *check) folder() (datafile.Files, error) {
	place := ""
	err := c.index.View(func(tx *index.Tx) error { place = tx.Place(); return nil })
	if err == nil && place != "" && place != "folder" {
		err = errors.New("the data files are in a bucket of another S3: name the configuration that says where (--config)")
	}
	return datafile.At(c.Dir), err
}

func (c *check) problem(format string, args ...any) {
	if len(c.Problems) == maxProblems {
		c.More++
		return
	}
	c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
}

func (c *check) look(ctx context.Context) error {
	c.Progress("check the index as a file", 0, -1)
	whole := true
	err := c.index.Walk(func(err error) { whole = false; c.problem("index: %s", firstLine(err)) })
	if err != nil || !whole {
		return err // what its records say cannot be trusted
	}
	c.Progress("check the records", 0, -1)
	err = c.index.View(func(tx *index.Tx) (err error) {
		c.Census, err = tx.Census(func(p string) { c.problem("%s", p) })
		return err
	})
	if err != nil {
		c.problem("index: %s", firstLine(err))
		return nil
	}
	if err := c.files(ctx); err != nil {
		return err
	}
	return c.strangers(ctx)
}

// files looks at every data file the index knows.
func (c *check) files(ctx context.Context) error {
	doing, total := "look at the data files", c.Census.Files.Count
	if c.Data {
		doing, total = "verify the data files", c.Census.Files.Bytes
	}
	done, after := int64(0), index.ID(0)
	for more := true; more; {
		ids, sizes, err := c.batch(after)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.file(ctx, id, sizes[i]); err != nil {
				return err
			}
			if done++; c.Data {
				done = c.Verified
			}
			c.Progress(doing, done, total)
			after = id
		}
		more = len(ids) == batch
	}
	return nil
}

func (c *check) batch(after index.ID) (ids []index.ID, sizes []int64, err error) {
	err = c.index.View(func(tx *index.Tx) error {
		return tx.EachFile(after, func(id index.ID, size int64) bool {
			ids, sizes = append(ids, id), append(sizes, size)
			return len(ids) < batch
		})
	})
	return ids, sizes, err
}

// file looks at one data file: without Data, at its size only.
func (c *check) file(ctx context.Context, id index.ID, size int64) error {
	to := int64(0)
	if c.Data {
		to = size
	}
	n, err := read(ctx, c.Files, datafile.ID(id), size, to)
	c.Verified += n
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	uses, gone := c.uses(id)
	if gone {
		return nil // garbage whose file went before its record
	}
	what := firstLine(err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		what = "is missing"
	case errors.Is(err, datafile.ErrCorrupt):
		what = "is corrupt"
	}
	c.problem("data file %s %s: %s", datafile.ID(id), what, uses)
	return nil
}

// uses says who needs a file, and whether nobody does.
func (c *check) uses(id index.ID) (text string, gone bool) {
	var uses []index.Use
	if err := c.index.View(func(tx *index.Tx) (err error) { uses, err = tx.Uses(index.DeadFile, id); return err }); err != nil {
		return firstLine(err), false
	}
	if len(uses) == 0 {
		return "", true
	}
	u := uses[0]
	text = fmt.Sprintf("%s/%s cannot be read", u.Bucket, u.Key)
	if u.Upload != "" {
		text = fmt.Sprintf("upload %s of %s/%s cannot be completed", u.Upload, u.Bucket, u.Key)
	}
	if len(uses) > 1 {
		text += fmt.Sprintf(", and %d more", len(uses)-1)
	}
	return text, false
}

func read(ctx context.Context, files datafile.Files, id datafile.ID, size, to int64) (n int64, err error) {
	r, err := files.Read(id, size, 0, to)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for ctx.Err() == nil {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += int64(len(b))
	}
	return n, ctx.Err()
}

// orphan begins the problems that removing data files repairs.
const orphan = "orphan:"

// strangers looks for data files that the index does not know.
func (c *check) strangers(ctx context.Context) error {
	c.Progress("look for orphans", 0, -1)
	return c.orphans(ctx, func(id datafile.ID) error {
		c.problem("%s data file %s is not in the index (a crash leaves such; the next start removes them)", orphan, id)
		return nil
	})
}

func (c *check) orphans(ctx context.Context, fn func(datafile.ID) error) error {
	for id, err := range c.Files.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		known := false
		err := c.index.View(func(tx *index.Tx) error { known = tx.HasFile(index.ID(id)); return nil })
		if err == nil && !known {
			err = fn(id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repair does what is safe, and looks again.
func (c *check) repair(ctx context.Context, path string) (Report, error) {
	if c.Clean() {
		return c.Report, nil
	}
	for _, p := range c.Problems {
		if strings.HasPrefix(p, "index:") {
			c.Notes = append(c.Notes, "Nothing was repaired: the index itself is damaged. Put the last export back.")
			return c.Report, nil
		}
	}
	x, err := index.OpenExisting(path, slog.New(slog.DiscardHandler))
	if err != nil {
		return c.Report, err
	}
	c.index = x
	repaired, err := c.mend(ctx)
	if err := errors.Join(err, x.Close()); err != nil {
		return c.Report, err
	}
	again := c.Options
	again.Repair = false
	r, err := Run(ctx, again)
	r.Repaired = repaired
	return r, err
}

func (c *check) mend(ctx context.Context) (done []string, err error) {
	err = c.orphans(ctx, func(id datafile.ID) error {
		done = append(done, fmt.Sprintf("removed the orphaned data file %s", id))
		return c.Files.Remove(id)
	})
	if err != nil {
		return done, err
	}
	for _, p := range c.Problems {
		if strings.HasPrefix(p, index.WrongUsage) {
			done = append(done, "counted the usage of all buckets and accounts anew")
			return done, c.index.Update(ctx, func(tx *index.Tx) error { return tx.Recount() })
		}
	}
	return done, nil
}

// Folder reports whether a folder is a walrus'.
func Folder(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "walrus.db")); err != nil {
		return fmt.Errorf("%s is no folder of an object store: %w", dir, err)
	}
	return nil
}
