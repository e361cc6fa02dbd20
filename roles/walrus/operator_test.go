package walrus_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"ecc/roles/walrus/backup"
	"ecc/roles/walrus/fsck"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/operate"
)

// mustOperate serves a walrus on its socket.
func mustOperate(t *testing.T, s *server) *operate.Client {
	t.Helper()
	ln, err := net.Listen("unix", operate.Socket(s.dir))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: operate.NewHandler(s.walrus, slog.New(slog.DiscardHandler))}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return operate.NewClient(s.dir)
}

// TestExportWhileRunning copies a store that is written to and deleted from.
// The copy is a store of its own, with nothing amiss in it.
func TestExportWhileRunning(t *testing.T) {
	dir, err := os.MkdirTemp("", "w") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := mustServe(t, filepath.Join(dir, "walrus"))
	s.mustBucket(t, blue, "copied")
	s.mustPut(t, "copied", "kept", random(1, 300<<10))
	c := mustOperate(t, s)
	if !operate.Running(t.Context(), s.dir) {
		t.Error("does not answer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for i := range 3 {
		busy.Go(func() {
			for ctx.Err() == nil {
				s.mustPut(t, "copied", "busy", random(byte(i), 200<<10))
				s.mustPut(t, "copied", "small", random(byte(i), 100))
			}
		})
	}
	for i := range 3 {
		to := filepath.Join(dir, "copy"+string(rune('0'+i)), "walrus")
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		r, err := c.Export(t.Context(), backup.Options{To: to, Copy: i == 1})
		if err != nil || r.Lost != 0 || !onS3() && r.Linked+r.Copied == 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if onS3() {
			continue // the files stay where they are
		}
		report, err := fsck.Run(t.Context(), fsck.Options{Dir: to, Data: true})
		if err != nil || !report.Clean() || report.Census.Buckets[0].Name != "copied" {
			t.Errorf("the copy: %+v, %v", report, err)
		}
		again := mustServe(t, to)
		again.wantObject(t, "copied", "kept", random(1, 300<<10))
	}
	cancel()
	busy.Wait()
	census, err := c.Census(t.Context())
	if err != nil || census.Buckets[0].Objects.Count != 3 {
		t.Errorf("%+v, %v", census, err)
	}
	if _, err := c.Export(t.Context(), backup.Options{To: s.dir}); err == nil {
		t.Error("exported onto itself")
	}
}

// wantSound fails the test if anything in the index does not fit together.
func (s *server) wantSound(tb testing.TB) {
	tb.Helper()
	err := s.walrus.Index().View(func(tx *index.Tx) error {
		_, err := tx.Census(func(problem string) { tb.Errorf("index: %s", problem) })
		return err
	})
	if err != nil {
		tb.Error(err)
	}
}
