package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/roles"
	"ecc/roles/walrus/backup"
	"ecc/roles/walrus/fsck"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/operate"
)

func walrusCommand() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print one JSON object"}
	quietFlag := &cli.BoolFlag{Name: "quiet", Usage: "no progress"}
	return &cli.Command{
		Name: "walrus", Usage: "the object store: look into it, check it, copy it",
		Subcommands: []*cli.Command{{
			Name: "stats", Usage: "show what is stored, by account and bucket", Action: walrusStats,
			Description: `Works while ecc runs and while it does not. Everything is counted from the
records, so that a large store takes a moment.

BYTES is what counts against a quota: all versions and the parts of uploads.
A copy counts in full although it shares its bytes on disk.`,
			Flags: []cli.Flag{dataFlag(), jsonFlag},
		}, {
			Name: "fsck", Usage: "check the object store while ecc does not run", Action: walrusFsck,
			Description: `Checks the index as a file, every record in it, and that all data files are there
with the right size. With --verify it reads all of them and verifies every
checksum, as the scrubber does while ecc runs (walrus.scrub_every).

Exit status: 0 all is in order, 1 it could not be checked, 2 something is wrong.

--repair does only what is safe: it removes data files that the index does not
know and counts the usage of accounts anew. What a damaged file belongs to is
said; put the file back from an export, or delete the object. If the index
itself is damaged, put the last export's back.`,
			Flags: []cli.Flag{dataFlag(), jsonFlag, quietFlag,
				&cli.BoolFlag{Name: "verify", Usage: "read all data and verify its checksums"},
				&cli.BoolFlag{Name: "repair", Usage: "remove orphans, mend counters"}},
		}, {
			Name: "export", Usage: "copy the object store into a new folder", ArgsUsage: "FOLDER", Action: walrusExport,
			Description: `Works while ecc runs: the copy is the store at one moment. The folder opens as an
object store (ecc --set walrus.dir=FOLDER, or put it in the place of the old
one), and can be taken anywhere with cp, tar or rsync.

On the same file system data files are linked, which takes no time and no space:
good against mistakes, not against a disk that dies. --copy copies always; so
does a FOLDER on another file system.

Keys are not copied. If anything is encrypted, back the keyring up too, apart
from this (ecc keys). With walrus.backend = "s3" the copy is of the index; the
data files stay in their bucket.`,
			Flags: []cli.Flag{dataFlag(), jsonFlag, quietFlag,
				&cli.BoolFlag{Name: "copy", Usage: "copy data files also where they could be linked"}},
		}},
	}
}

// store reaches the object store: the one that runs, or its folder.
func store(c *cli.Context) (operate.Store, roles.Config, error) {
	cfg, err := loadConfig(c)
	if err != nil {
		return nil, cfg, err
	}
	if operate.Running(c.Context, cfg.Walrus.Dir) {
		return operate.NewClient(cfg.Walrus.Dir), cfg, nil
	}
	if err := fsck.Folder(cfg.Walrus.Dir); err != nil {
		return nil, cfg, fmt.Errorf("%w; name ecc's folder with --data, or the configuration with --config", err)
	}
	return offline{cfg.Walrus.Dir}, cfg, nil
}

// offline is a folder no walrus runs on.
type offline struct{ dir string }

func (o offline) open() (*index.Index, error) {
	x, err := index.OpenToRead(filepath.Join(o.dir, "walrus.db"))
	if errors.Is(err, index.ErrHeld) {
		return nil, fmt.Errorf("%w and does not answer at %s: stop it first", err, operate.Socket(o.dir))
	}
	return x, err
}

func (o offline) Census(context.Context) (c index.Census, err error) {
	x, err := o.open()
	if err != nil {
		return c, err
	}
	err = x.View(func(tx *index.Tx) (err error) { c, err = tx.Census(func(string) {}); return err })
	return c, errors.Join(err, x.CloseRead())
}

func (o offline) Export(ctx context.Context, opts backup.Options) (r backup.Result, err error) {
	x, err := o.open()
	if err != nil {
		return r, err
	}
	opts.Dir = o.dir
	r, err = backup.Run(ctx, x, opts)
	return r, errors.Join(err, x.CloseRead())
}

func walrusStats(c *cli.Context) error {
	s, cfg, err := store(c)
	if err != nil {
		return err
	}
	census, err := s.Census(c.Context)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(os.Stdout).Encode(census)
	}
	return printCensus(census, cfg)
}

func printCensus(n index.Census, cfg roles.Config) error {
	fmt.Printf("index       %s; small objects in it: %d, %s\n", amount(n.Size), n.Inline.Count, amount(n.Inline.Bytes))
	fmt.Printf("data files  %d, %s\n", n.Files.Count, amount(n.Files.Bytes))
	fmt.Printf("garbage     %d objects, %d files and %d buckets wait to be taken away\n", n.Garbage.Blobs, n.Garbage.Files, n.Garbage.Buckets)
	printScrub(n.Scrub)
	fmt.Println()
	if err := printAccounts(n, cfg); err != nil {
		return err
	}
	fmt.Println()
	t := newTable("BUCKET", "ACCOUNT", "OBJECTS", "OLDER", "MARKERS", "UPLOADS", "PARTS", "BYTES")
	for _, b := range n.Buckets {
		t.row(b.Name, string(b.Account), count(b.Objects.Count), count(b.Older.Count), count(b.Markers), count(b.Uploads), count(b.Parts.Count), amount(b.Bytes()))
	}
	return t.flush()
}

func count(n int64) string { return fmt.Sprint(n) }

func printScrub(s index.Scrub) {
	switch last := s.Last; {
	case last.Ended.IsZero():
		fmt.Println("scrub       no pass has ended yet")
	default:
		fmt.Printf("scrub       last pass ended %s: %s in %d files and %d blobs, %d damaged\n",
			last.Ended.Local().Format(time.DateTime), amount(last.Bytes), last.Files, last.Blobs, last.Bad)
	}
	for _, d := range s.Damages {
		for _, u := range d.Uses {
			fmt.Printf("            %s since %s: %s/%s\n", d.What, d.Found.Local().Format(time.DateTime), u.Bucket, u.Key)
		}
	}
	if s.Unlisted > 0 {
		fmt.Printf("            and %d more\n", s.Unlisted)
	}
}

func printAccounts(n index.Census, cfg roles.Config) error {
	type sum struct{ buckets, objects, versions, bytes int64 }
	sums := map[cloud.AccountID]sum{}
	for _, b := range n.Buckets {
		s := sums[b.Account]
		s.buckets++
		s.objects += b.Objects.Count
		s.versions += b.Objects.Count + b.Older.Count + b.Markers
		s.bytes += b.Bytes()
		sums[b.Account] = s
	}
	t := newTable("ACCOUNT", "BUCKETS", "OBJECTS", "VERSIONS", "BYTES", "QUOTA")
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		s := sums[id]
		t.row(string(id), count(s.buckets), count(s.objects), count(s.versions), amount(s.bytes), quotaText(cfg, id))
	}
	return t.flush()
}

func quotaText(cfg roles.Config, id cloud.AccountID) string {
	q := cfg.Walrus.QuotaOf(id)
	var parts []string
	if q.Bytes > 0 {
		parts = append(parts, amount(int64(q.Bytes)))
	}
	if q.Objects > 0 {
		parts = append(parts, fmt.Sprintf("%d versions", q.Objects))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func walrusFsck(c *cli.Context) error {
	cfg, err := loadConfig(c)
	if err != nil {
		return err
	}
	if err := fsck.Folder(cfg.Walrus.Dir); err != nil {
		return fmt.Errorf("%w; name ecc's folder with --data", err)
	}
	if operate.Running(c.Context, cfg.Walrus.Dir) {
		return errors.New("ecc runs on this folder: stop it first, or use ecc walrus stats, which shows what the scrubber found")
	}
	log, flush := newLogger(cfg.Log)
	defer flush()
	files, closing, err := roles.WalrusFiles(c.Context, cfg, log)
	if err != nil {
		return err
	}
	p := newProgress(c.Bool("quiet") || c.Bool("json"))
	r, err := fsck.Run(c.Context, fsck.Options{Dir: cfg.Walrus.Dir, Files: files, Data: c.Bool("verify"), Repair: c.Bool("repair"), Progress: p.show})
	p.end()
	if err := errors.Join(err, closing()); err != nil {
		return err
	}
	return reportFsck(r, c.Bool("json"))
}

func reportFsck(r fsck.Report, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			return err
		}
	} else {
		printFsck(r)
	}
	if !r.Clean() {
		return cli.Exit(fmt.Errorf("%d problems", int64(len(r.Problems))+r.More), 2)
	}
	return nil
}

func printFsck(r fsck.Report) {
	var objects, versions, uploads int64
	for _, b := range r.Census.Buckets {
		objects, versions, uploads = objects+b.Objects.Count, versions+b.Older.Count+b.Markers, uploads+b.Uploads
	}
	fmt.Printf("checked %d buckets, %d objects, %d older versions and markers, %d uploads, %d data files of %s\n",
		len(r.Census.Buckets), objects, versions, uploads, r.Census.Files.Count, amount(r.Census.Files.Bytes))
	if r.Verified > 0 {
		fmt.Printf("verified %s\n", amount(r.Verified))
	}
	for _, s := range r.Repaired {
		fmt.Println("repaired:", s)
	}
	for _, s := range r.Problems {
		fmt.Println("problem:", s)
	}
	if r.More > 0 {
		fmt.Printf("problem: and %d more\n", r.More)
	}
	for _, s := range r.Notes {
		fmt.Println(s)
	}
	if r.Clean() {
		fmt.Println("all is in order")
	}
}

func walrusExport(c *cli.Context) error {
	to, err := operand(c, "folder")
	if err != nil {
		return err
	}
	s, cfg, err := store(c)
	if err != nil {
		return err
	}
	p := newProgress(c.Bool("quiet") || c.Bool("json"))
	r, err := s.Export(c.Context, backup.Options{To: to, Copy: c.Bool("copy"), Progress: func(done, total int64) { p.show("data files", done, total) }})
	p.end()
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = json.NewEncoder(os.Stdout).Encode(r)
	} else {
		printExport(r, cfg)
	}
	if r.Lost > 0 && err == nil {
		err = cli.Exit(fmt.Errorf("%d data files were not there; ecc walrus fsck says whose they are", r.Lost), 2)
	}
	return err
}

func printExport(r backup.Result, cfg roles.Config) {
	fmt.Printf("%s: index %s, %d data files linked and %d copied, %s\n", r.To, amount(r.Index), r.Linked, r.Copied, amount(r.Bytes))
	if r.Bucket {
		fmt.Printf("The data files are in the bucket %q and stay there.\n", cfg.Walrus.S3.Bucket)
	}
}

// amount is a number of bytes as people read it.
func amount(n int64) string {
	const units = "KMGTPE"
	f, i := float64(n), -1
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	if i < 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %ciB", f, units[i])
}

// progress shows on a terminal how far long work is.
type progress struct {
	off   bool
	doing string
	bar   *progressbar.ProgressBar
}

func newProgress(off bool) *progress {
	st, err := os.Stderr.Stat()
	return &progress{off: off || err != nil || st.Mode()&os.ModeCharDevice == 0}
}

func (p *progress) show(doing string, done, total int64) {
	if p.off {
		return
	}
	if doing != p.doing {
		p.end()
		p.doing, p.bar = doing, progressbar.NewOptions64(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(doing),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
	}
	_ = p.bar.Set64(done) // a bar that cannot be drawn hinders nobody
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
