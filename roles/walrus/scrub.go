package walrus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"ecc/cloud"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

const (
	scrubBatch  = 256              // blobs or files asked for at a time
	scrubSaved  = 10 * time.Second // progress is written down this often
	maxDamages  = 500              // listed
	scrubPeriod = time.Minute      // between looks whether a pass is due
)

// scrubber walks over everything stored, slowly, and sees whether it can still
// be read: the blobs in the index first, then the data files, each in order of
// id. What is found corrupt goes into quarantine; reads of that fail, as they
// would have, and never give wrong bytes. How far a pass has come survives a
// restart.
//
//	            due                     end of the files
//	waiting ──────────► blobs ► files ────────────────► waiting
type scrubber struct {
	w     *Walrus
	state index.Scrub
	saved time.Time
	pace  pacer
}

// scrubRound goes on with the pass under way, or begins one that is due.
func (w *Walrus) scrubRound(ctx context.Context) error {
	if w.cfg.ScrubEvery <= 0 {
		return nil
	}
	s := &scrubber{w: w, pace: pacer{rate: int64(w.cfg.ScrubRate)}, saved: w.cfg.Now()}
	err := w.index.View(func(tx *index.Tx) (err error) { s.state, err = tx.Scrub(); return err })
	if err != nil {
		return err
	}
	if s.state.Began.IsZero() {
		if w.cfg.Now().Before(s.state.Last.Began.Add(w.cfg.ScrubEvery)) {
			return nil
		}
		s.begin()
	}
	err = s.walk(ctx)
	if err == nil {
		s.finish()
	}
	// The progress counts most when the walk was cut short.
	return errors.Join(err, s.save(context.WithoutCancel(ctx)))
}

func (s *scrubber) begin() {
	s.state.Pass++
	s.state.Began, s.state.Blob, s.state.File, s.state.Checked = s.w.cfg.Now().UTC(), 0, 0, index.Checked{}
}

func (s *scrubber) finish() {
	st := &s.state
	st.Last = index.LastScrub{Checked: st.Checked, Began: st.Began, Ended: s.w.cfg.Now().UTC()}
	st.Began = time.Time{}
	s.w.logger.Info("scrubbed the object store", "blobs", st.Last.Blobs, "files", st.Last.Files, "bytes", st.Last.Bytes,
		"bad", st.Last.Bad, "took", st.Last.Ended.Sub(st.Last.Began).Round(time.Second))
}

func (s *scrubber) save(ctx context.Context) error {
	s.saved = s.w.cfg.Now()
	state := s.state
	return s.w.index.Update(ctx, func(tx *index.Tx) error { return tx.PutScrub(state) })
}

func (s *scrubber) saveNowAndThen(ctx context.Context) error {
	if s.w.cfg.Now().Sub(s.saved) < scrubSaved {
		return nil
	}
	return s.save(ctx)
}

func (s *scrubber) walk(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = s.blobs(ctx); err != nil {
			return err
		}
	}
	for more := true; more; {
		var err error
		if more, err = s.files(ctx); err != nil {
			return err
		}
	}
	return s.forgetGone()
}

// blobs checks a batch of blobs, and reports whether there may be more.
func (s *scrubber) blobs(ctx context.Context) (more bool, err error) {
	bad, bytes, n := map[index.ID]error{}, int64(0), 0
	err = s.w.index.View(func(tx *index.Tx) error {
		return tx.EachBlob(s.state.Blob, func(blob index.ID, size int64, err error) bool {
			s.state.Blob = blob
			if size > 0 {
				s.state.Checked.Blobs++
			}
			if err != nil {
				bad[blob] = err
			}
			bytes += size
			n++
			return n < scrubBatch
		})
	})
	if err != nil {
		return false, err
	}
	s.state.Checked.Bytes += bytes
	for blob, err := range bad {
		if err := s.damaged(index.DeadBlob, blob, err); err != nil {
			return false, err
		}
	}
	return n == scrubBatch, errors.Join(s.pace.spend(ctx, bytes), s.saveNowAndThen(ctx))
}

// files checks a batch of data files, and reports whether there may be more.
func (s *scrubber) files(ctx context.Context) (more bool, err error) {
	type file struct {
		id   index.ID
		size int64
	}
	var batch []file
	err = s.w.index.View(func(tx *index.Tx) error {
		return tx.EachFile(s.state.File, func(id index.ID, size int64) bool {
			batch = append(batch, file{id, size})
			return len(batch) < scrubBatch
		})
	})
	for _, f := range batch {
		if err == nil {
			err = s.file(ctx, f.id, f.size)
		}
		if err != nil {
			return false, err
		}
		s.state.File = f.id
		s.state.Checked.Files++
		if err = s.saveNowAndThen(ctx); err != nil {
			return false, err
		}
	}
	return len(batch) == scrubBatch, err
}

// file checks one data file. What is wrong is read a second time before it is
// believed.
func (s *scrubber) file(ctx context.Context, id index.ID, size int64) error {
	err := s.read(ctx, id, size)
	if err != nil && !passing(ctx, err) {
		err = s.read(ctx, id, size)
	}
	switch {
	case err == nil:
		s.healed(id)
		return nil
	case passing(ctx, err):
		return err
	}
	return s.damaged(index.DeadFile, id, err)
}

// passing reports whether a failure says nothing of the file.
func passing(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, cloud.Unavailable)
}

func (s *scrubber) read(ctx context.Context, id index.ID, size int64) error {
	r, err := s.w.files.Read(datafile.ID(id), size, 0, size)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.state.Checked.Bytes += int64(len(b))
		if err := s.pace.spend(ctx, int64(len(b))); err != nil {
			return err
		}
	}
}

// damaged notes a blob or file that cannot be read right, once, and puts a
// corrupt file into quarantine. What nobody needs any more is no damage.
func (s *scrubber) damaged(kind byte, id index.ID, cause error) error {
	s.w.reclaiming.Lock() // files go and their records stay for a moment
	defer s.w.reclaiming.Unlock()
	var uses []index.Use
	err := s.w.index.View(func(tx *index.Tx) (err error) { uses, err = tx.Uses(kind, id); return err })
	if err != nil || len(uses) == 0 {
		return err
	}
	s.state.Checked.Bad++
	if s.known(kind, id) {
		return nil
	}
	d := index.Damage{Kind: kind, ID: id, Found: s.w.cfg.Now().UTC(), What: what(cause), Uses: uses}
	s.w.logger.Error("stored bytes are damaged", "what", d.What, "file", datafile.ID(id).String(), "in_index", kind == index.DeadBlob,
		"bucket", uses[0].Bucket, "key", uses[0].Key, "uses", len(uses), "error", cause)
	if len(s.state.Damages) < maxDamages {
		s.state.Damages = append(s.state.Damages, d)
	} else {
		s.state.Unlisted++
	}
	if kind == index.DeadFile && errors.Is(cause, datafile.ErrCorrupt) {
		return s.w.files.Quarantine(datafile.ID(id))
	}
	return nil
}

func what(cause error) string {
	switch {
	case errors.Is(cause, datafile.ErrCorrupt), errors.Is(cause, index.ErrCorrupt):
		return "corrupt"
	case errors.Is(cause, fs.ErrNotExist):
		return "missing"
	}
	return fmt.Sprintf("unreadable: %v", cause)
}

func (s *scrubber) known(kind byte, id index.ID) bool {
	for _, d := range s.state.Damages {
		if d.Kind == kind && d.ID == id {
			return true
		}
	}
	return false
}

// healed forgets a damage: somebody put the file back.
func (s *scrubber) healed(id index.ID) {
	s.keep(func(d index.Damage) bool { return d.Kind != index.DeadFile || d.ID != id })
}

// forgetGone forgets damages of what was deleted since.
func (s *scrubber) forgetGone() error {
	return s.w.index.View(func(tx *index.Tx) (err error) {
		s.keep(func(d index.Damage) bool {
			uses, uerr := tx.Uses(d.Kind, d.ID)
			err = errors.Join(err, uerr)
			return len(uses) > 0 || uerr != nil
		})
		return err
	})
}

func (s *scrubber) keep(want func(index.Damage) bool) {
	var kept []index.Damage
	for _, d := range s.state.Damages {
		if want(d) {
			kept = append(kept, d)
		}
	}
	s.state.Damages = kept
}

// pacer spreads work over time.
type pacer struct {
	rate int64 // bytes per second; 0 for any
	debt time.Duration
}

// spend accounts for bytes that were read, and waits when that was too fast.
func (p *pacer) spend(ctx context.Context, n int64) error {
	if p.rate > 0 {
		p.debt += time.Duration(float64(n) / float64(p.rate) * float64(time.Second))
	}
	if p.debt < 50*time.Millisecond {
		return ctx.Err()
	}
	t := time.NewTimer(p.debt)
	defer t.Stop()
	p.debt = 0
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
