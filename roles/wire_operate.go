package roles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"ecc/roles/walrus"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/operate"
	"ecc/roles/walrus/remotefile"
)

// maxSocketPath is how long a unix socket's path may be.
const maxSocketPath = 107

// buildOperate opens the socket on which the command line asks the object
// store. Without it everything else works.
func (p *Process) buildOperate(w *walrus.Walrus) error {
	path := operate.Socket(p.cfg.Walrus.Dir)
	if len(path) > maxSocketPath {
		p.log.Warn("ecc walrus cannot reach the object store while it runs: the path of its folder is too long", "path", path)
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the object store's old socket: %w", err)
	}
	old := unix.Umask(0o177) // its owner's from the first moment on
	ln, err := net.Listen("unix", path)
	unix.Umask(old)
	if err != nil {
		return fmt.Errorf("open the object store's socket: %w", err)
	}
	p.atClose(func() error { return ignoreClosed(ln.Close()) })
	p.roles = append(p.roles, serveHTTP("object store's socket", ln, operate.NewHandler(w, p.log), p.log))
	return nil
}

// WalrusFiles opens the place of the object store's files that a configuration
// names; nil if that is its own folder.
func WalrusFiles(ctx context.Context, cfg Config, log *slog.Logger) (files datafile.Files, closing func() error, err error) {
	if cfg.Walrus.Backend != backendS3 {
		return nil, func() error { return nil }, nil
	}
	b, err := remotefile.Open(ctx, cfg.Walrus.S3.remote(), log)
	if err != nil {
		return nil, nil, fmt.Errorf("open the place of the object store's files: %w", err)
	}
	return b, b.Close, nil
}
