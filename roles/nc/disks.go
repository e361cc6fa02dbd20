package nc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"

	"ecc/hypervisor"
	"ecc/image/overlay"
	"ecc/imagecache"
	"ecc/rpc"
)

// diskName is the root disk in an instance's folder.
const diskName = "disk.qcow2"

// Overlays is the Disks of a real host: a qcow2 overlay in the instance's
// folder on the shared, read-only raw image in the cache.
type Overlays struct {
	cache  *imagecache.Cache
	owner  overlay.Owner
	client *http.Client
}

var (
	_ Disks  = (*Overlays)(nil)
	_ Pinner = (*Overlays)(nil)
)

// DisksConfig is what Overlays needs to know.
type DisksConfig struct {
	QEMUUser string // owner of the overlays; one that does not exist is root
}

// NewDisks makes the Disks of a real host.
func NewDisks(cfg DisksConfig, cache *imagecache.Cache, log *slog.Logger) (*Overlays, error) {
	d := &Overlays{cache: cache, client: imagecache.NewClient()}
	u, err := user.Lookup(cfg.QEMUUser)
	if err != nil {
		log.Warn("disks will belong to root", "qemu_user", cfg.QEMUUser, "err", err)
		return d, nil
	}
	if d.owner.UID, err = strconv.Atoi(u.Uid); err != nil {
		return nil, fmt.Errorf("user %s: %w", cfg.QEMUUser, err)
	}
	if d.owner.GID, err = strconv.Atoi(u.Gid); err != nil {
		return nil, fmt.Errorf("group of user %s: %w", cfg.QEMUUser, err)
	}
	return d, nil
}

// Ensure makes base and overlay. Both stay when they are there.
func (d *Overlays) Ensure(ctx context.Context, in rpc.InstanceIntent, folder string, grant GrantFunc) (hypervisor.Disk, error) {
	ref := imagecache.Ref{Image: in.Image, Digest: in.Blob.Digest, Size: in.Blob.Size}
	base, err := d.cache.Ensure(ctx, ref, string(in.ID), &grantSource{grant: grant, client: d.client})
	if err != nil {
		return hypervisor.Disk{}, fmt.Errorf("image %s: %w", in.Image, err)
	}
	disk := hypervisor.Disk{Path: filepath.Join(folder, diskName), Base: base, Serial: "root"}
	if err := overlay.Create(ctx, disk.Path, base, max(in.Disk, in.Blob.Size), d.owner, overlay.Options{}); err != nil && !errors.Is(err, fs.ErrExist) {
		return hypervisor.Disk{}, fmt.Errorf("overlay: %w", err)
	}
	return disk, nil
}

// Remove lets go of the base.
func (d *Overlays) Remove(_ context.Context, in rpc.InstanceIntent) error {
	return d.cache.Release(in.Image, string(in.ID))
}

// Pins lists who uses cached images on this host or, with a shared cache, on
// any.
func (d *Overlays) Pins() ([]string, error) {
	all, err := d.cache.Pins()
	if err != nil {
		return nil, err
	}
	var users []string
	for _, u := range all {
		users = append(users, u...)
	}
	return users, nil
}

// grantSource asks for access when the first byte is wanted: an image that is
// in the cache needs none.
type grantSource struct {
	grant  GrantFunc
	client *http.Client

	mu  sync.Mutex
	src *imagecache.URLSource
}

var _ imagecache.Source = (*grantSource)(nil)

func (g *grantSource) source(ctx context.Context) (*imagecache.URLSource, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.src != nil {
		return g.src, nil
	}
	got, err := g.grant(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for access: %w", err)
	}
	g.src = &imagecache.URLSource{IndexURL: got.Index, DataURLs: got.Data, Client: g.client}
	return g.src, nil
}

// Index reads the index object.
func (g *grantSource) Index(ctx context.Context) (io.ReadCloser, error) {
	s, err := g.source(ctx)
	if err != nil {
		return nil, err
	}
	return s.Index(ctx)
}

// Data reads a range of a data object.
func (g *grantSource) Data(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	s, err := g.source(ctx)
	if err != nil {
		return nil, err
	}
	return s.Data(ctx, key, off, n)
}
