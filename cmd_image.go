package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/image"
	"ecc/rpc"
)

func imageCommand() *cli.Command {
	return &cli.Command{
		Name: "image", Usage: "machine images",
		Subcommands: []*cli.Command{{
			Name: "import", Usage: "take in a whole-disk image, raw or qcow2", ArgsUsage: "FILE", Action: importImage,
			Description: `The disk is read once and stored in blocks, compressed, without its zeros.
Every account may run an imported image, unless it is --private to its owner.`,
			Flags: []cli.Flag{dataFlag(),
				&cli.StringFlag{Name: "name", Usage: "`NAME` of the image", DefaultText: "the file's"},
				&cli.StringFlag{Name: "description", Usage: "`TEXT` about it"},
				&cli.StringFlag{Name: "account", Usage: "`NAME` of the owning account", DefaultText: "the administrator"},
				&cli.BoolFlag{Name: "private", Usage: "only the owner may run it"},
				&cli.BoolFlag{Name: "quiet", Usage: "no progress bar"}},
		}},
	}
}

func importImage(c *cli.Context) error {
	file, err := operand(c, "file")
	if err != nil {
		return err
	}
	op, cfg, err := operator(c)
	if err != nil {
		return err
	}
	r := rpc.RegisterRequest{Account: c.String("account"), Name: c.String("name"), Description: c.String("description"), Public: !c.Bool("private")}
	if r.Account == "" {
		r.Account = cfg.CLC.Administrator
	}
	if r.Name == "" {
		r.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if err := acceptable(c.Context, op, r); err != nil {
		return err
	}
	begin := time.Now()
	res, access, err := upload(c.Context, op, file, c.Bool("quiet"))
	if err != nil {
		return err
	}
	r.Blob = cloud.ImageBlob{Bucket: access.Bucket, Index: res.IndexKey, Digest: res.Digest, Size: res.Size}
	id, err := op.RegisterImage(c.Context, r)
	if err != nil {
		return errors.Join(err, discard(c.Context, access, res.IndexKey))
	}
	fmt.Fprintf(os.Stderr, "%s: %s disk, %s stored, %s\n", r.Name, gib(res.Size), gib(cloud.Bytes(res.StoredBytes)), time.Since(begin).Round(100*time.Millisecond))
	fmt.Println(id)
	return nil
}

// acceptable finds out before a long upload what would be refused after it.
func acceptable(ctx context.Context, op rpc.Operator, r rpc.RegisterRequest) error {
	if err := cloud.CheckImageName(r.Name); err != nil {
		return err
	}
	accounts, err := op.Accounts(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(accounts, func(a cloud.Account) bool { return a.Name == r.Account }) {
		return fmt.Errorf("no account of the name %q; ecc account list shows them", r.Account)
	}
	return nil
}

// upload reads a disk once and stores it in the image store.
func upload(ctx context.Context, op rpc.Operator, file string, quiet bool) (image.Result, rpc.ImageStoreAccess, error) {
	src, err := image.OpenFile(file)
	if err != nil {
		return image.Result{}, rpc.ImageStoreAccess{}, unusable(file, err)
	}
	defer src.Close()
	access, err := op.ImageStore(ctx)
	if err != nil {
		return image.Result{}, access, err
	}
	dst, err := image.NewS3Blobs(access.Endpoint, access.Region, access.AccessKey, access.SecretKey, access.Bucket)
	if err != nil {
		return image.Result{}, access, err
	}
	defer dst.Close()
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return image.Result{}, access, err
	}
	opts := image.IngestOptions{}
	if !quiet {
		bar := progressbar.DefaultBytes(int64(src.Info().VirtualSize), "importing")
		defer bar.Close()
		opts.Progress = func(done, _ int64) { _ = bar.Set64(done) }
	}
	res, err := image.Ingest(ctx, src, dst, "images/"+hex.EncodeToString(id[:])+"/", opts)
	return res, access, unusable(file, err)
}

// unusable says of a file that is refused only why.
func unusable(file string, err error) error {
	if e := cloud.AsError(err); err != nil && e.Kind == cloud.Invalid {
		return fmt.Errorf("%s: %s", file, e.Msg)
	}
	return err
}

// discard removes objects that no image names.
func discard(ctx context.Context, access rpc.ImageStoreAccess, index string) error {
	dst, err := image.NewS3Blobs(access.Endpoint, access.Region, access.AccessKey, access.SecretKey, access.Bucket)
	if err != nil {
		return err
	}
	defer dst.Close()
	return dst.DeletePrefix(ctx, index[:strings.LastIndex(index, "/")+1])
}
