package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/hypervisor/libvirt"
	"ecc/imagecache"
	"ecc/internal/clustertls"
	"ecc/net/linux"
	"ecc/roles"
)

func downCommand() *cli.Command {
	return &cli.Command{
		Name: "down", Usage: "remove guests, interfaces and rules of a stopped ecc from this host",
		Description: `Stop ecc first. Guests lose their power and their disks. The cloud's records and
objects stay unless --purge removes the data folder too.`,
		Flags: append(serverFlags(), &cli.BoolFlag{Name: "purge", Usage: "remove the data folder as well"}),
		Action: func(c *cli.Context) error {
			cfg, err := loadConfig(c)
			if err != nil {
				return err
			}
			return down(c.Context, cfg, c.Bool("purge"))
		},
	}
}

// down takes away what ecc made on the host. What is gone already is fine.
func down(ctx context.Context, cfg roles.Config, purge bool) error {
	if _, err := os.Stat(cfg.Data); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("nothing to remove:", cfg.Data, "does not exist")
		return nil
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "tls")); err != nil {
		return fmt.Errorf("%s is not a data folder of ecc: it has no tls folder; name the right one with --data", cfg.Data)
	}
	unlock, err := roles.Lock(cfg.Data)
	if err != nil {
		return fmt.Errorf("%w: stop it first", err)
	}
	defer unlock() //nolint:errcheck // a closed file is all there is to it
	if cfg.Hypervisor != roles.HypervisorSim {
		if err := errors.Join(removeGuests(ctx, cfg), resetNetwork(ctx, cfg)); err != nil {
			return err
		}
	}
	if err := releaseImages(cfg); err != nil {
		return err
	}
	if err := os.RemoveAll(cfg.NC.InstancesDir); err != nil {
		return fmt.Errorf("remove the instances' disks: %w", err)
	}
	if purge {
		if err := os.RemoveAll(cfg.Data); err != nil {
			return fmt.Errorf("remove the data folder: %w", err)
		}
		fmt.Println("removed", cfg.Data)
	}
	return nil
}

// releaseImages lets go of the cached images that this host's instances use:
// theirs only, because hosts may share the cache.
func releaseImages(cfg roles.Config) error {
	left, err := filepath.Glob(filepath.Join(cfg.NC.InstancesDir, cloud.PrefixInstance+"*"))
	if err != nil {
		return fmt.Errorf("list instances: %w", err)
	}
	if _, err := os.Stat(cfg.NC.CacheDir); len(left) == 0 || err != nil {
		return nil
	}
	cache, err := imagecache.New(cfg.NC.CacheDir, imagecache.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("open the image cache: %w", err)
	}
	pins, err := cache.Pins()
	if err != nil {
		return fmt.Errorf("list who uses cached images: %w", err)
	}
	for img, users := range pins {
		for _, dir := range left {
			if !slices.Contains(users, filepath.Base(dir)) {
				continue
			}
			if err := cache.Release(img, filepath.Base(dir)); err != nil {
				return fmt.Errorf("let go of image %s: %w", img, err)
			}
		}
	}
	return nil
}

// clusterOf reads which cluster the host is of; "" when it never was of one.
func clusterOf(cfg roles.Config) (string, error) {
	dir := filepath.Join(cfg.Data, "tls")
	for _, role := range roles.Names() {
		id, err := clustertls.Load(dir, role)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return id.Cluster(), nil
	}
	a, err := clustertls.OpenAuthority(dir, time.Now())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.Pin().Cluster(), nil
}

// removeGuests destroys the cluster's domains. Without libvirtd there is
// nobody to ask, and that is said.
func removeGuests(ctx context.Context, cfg roles.Config) error {
	cluster, err := clusterOf(cfg)
	if err != nil || cluster == "" {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	hv, err := libvirt.New(libvirt.Config{Socket: cfg.NC.LibvirtSocket, Cluster: cluster, Accelerator: "tcg"}, quiet)
	if err != nil {
		return err
	}
	defer hv.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	doms, err := hv.List(ctx)
	for wait := 0; errors.Is(err, cloud.Unavailable) && wait < 5; wait++ {
		time.Sleep(time.Second)
		doms, err = hv.List(ctx)
	}
	if errors.Is(err, cloud.Unavailable) {
		if left, _ := filepath.Glob(filepath.Join(cfg.NC.InstancesDir, cloud.PrefixInstance+"*")); len(left) == 0 {
			return nil // no instance was left, and no libvirtd is needed
		}
		return fmt.Errorf("guests may be left: libvirtd does not answer on %s: %w", cfg.NC.LibvirtSocket, err)
	}
	if err != nil {
		return fmt.Errorf("list guests: %w", err)
	}
	for _, d := range doms {
		if err := hv.Destroy(ctx, d.ID); err != nil {
			return fmt.Errorf("destroy %s: %w", d.ID, err)
		}
		fmt.Println("destroyed", d.ID)
	}
	return nil
}

// resetNetwork removes namespaces, links and rules of this installation.
func resetNetwork(ctx context.Context, cfg roles.Config) error {
	state := filepath.Join(cfg.Data, "net")
	if _, err := os.Stat(state); errors.Is(err, fs.ErrNotExist) {
		return nil // it never made any
	}
	fab, err := linux.New(linux.Config{Name: cfg.Network.Name, StateDir: state, Secret: make([]byte, 32), Transit: cfg.Network.Transit},
		nobody{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("open the network: %w", err)
	}
	return errors.Join(fab.Reset(ctx), fab.Close())
}

// nobody is the metadata of a host that is being emptied.
type nobody struct{}

func (nobody) Metadata(cloud.InstanceID) (cloud.Metadata, bool) { return cloud.Metadata{}, false }
