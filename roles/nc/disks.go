package nc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sync/semaphore"

	"ecc/cloud"
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
	makers *semaphore.Weighted // programs that make overlays
}

// maxMakers is how many overlays are made at once.
const maxMakers = 8

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
	d := &Overlays{cache: cache, client: imagecache.NewClient(), makers: semaphore.NewWeighted(maxMakers)}
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

// Close lets go of connections to image stores.
func (d *Overlays) Close() error {
	d.client.CloseIdleConnections()
	return nil
}

// Ensure makes base and overlay. Both stay when they are there.
func (d *Overlays) Ensure(ctx context.Context, in rpc.InstanceIntent, folder string, grant GrantFunc) (hypervisor.Disk, error) {
	ref := imagecache.Ref{Image: in.Image, Digest: in.Blob.Digest, Size: in.Blob.Size}
	base, err := d.cache.Ensure(ctx, ref, string(in.ID), &grantSource{grant: grant, client: d.client})
	if err != nil {
		return hypervisor.Disk{}, fmt.Errorf("image %s: %w", in.Image, err)
	}
	disk := hypervisor.Disk{Path: filepath.Join(folder, diskName), Base: base, Serial: "root"}
	if err := d.overlay(ctx, disk, max(in.Disk, in.Blob.Size)); err != nil {
		return hypervisor.Disk{}, fmt.Errorf("overlay: %w", err)
	}
	return disk, nil
}

// overlay makes the overlay. One that is there must be on the base: a guest
// had it, but what it says of itself is still ours.
func (d *Overlays) overlay(ctx context.Context, disk hypervisor.Disk, size cloud.Bytes) error {
	if err := d.makers.Acquire(ctx, 1); err != nil {
		return err
	}
	defer d.makers.Release(1)
	err := overlay.Create(ctx, disk.Path, disk.Base, size, d.owner, overlay.Options{})
	if errors.Is(err, fs.ErrExist) {
		return overlay.Verify(disk.Path, disk.Base)
	}
	return err
}

// Remove lets go of the base. An instance whose record was lost lets go of
// whatever it used.
func (d *Overlays) Remove(_ context.Context, in rpc.InstanceIntent) error {
	if in.Image != "" {
		return d.cache.Release(in.Image, string(in.ID))
	}
	all, err := d.cache.Pins()
	if err != nil {
		return err
	}
	var errs []error
	for image, users := range all {
		if slices.Contains(users, string(in.ID)) {
			errs = append(errs, d.cache.Release(image, string(in.ID)))
		}
	}
	return errors.Join(errs...)
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
