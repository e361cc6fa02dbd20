package walrus_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/minio/minio-go/v7"

	"ecc/roles/walrus"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/remotefile"
)

// The suite runs on both backends. With WALRUS_TEST_BACKEND=s3 the files of
// every walrus in it are in a bucket of another S3: one more walrus, in a
// process of its own so that failpoints and kills do not reach it.
const (
	backendEnv  = "WALRUS_TEST_BACKEND"
	externalEnv = "WALRUS_TEST_EXTERNAL" // URL of the other S3, set for children
	filesBucket = "files"
)

func onS3() bool { return os.Getenv(backendEnv) == "s3" }

// suite runs the tests with the other S3, if they need it.
type suite struct{ *testing.M }

func (s suite) Run() int {
	if !onS3() {
		return s.M.Run()
	}
	stop, err := startExternal()
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the other S3:", err)
		return 1
	}
	defer stop()
	return s.M.Run()
}

func startExternal() (stop func(), err error) {
	dir, err := os.MkdirTemp("", "walrus-external-")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+filepath.Join(dir, "walrus"), backendEnv+"=")
	url, err := start(cmd)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	stop = func() {
		_, _ = cmd.Process.Kill(), cmd.Wait()
		http.DefaultClient.CloseIdleConnections()
		_ = os.RemoveAll(dir)
	}
	if err := os.Setenv(externalEnv, url); err != nil {
		return stop, err
	}
	return stop, external().MakeBucket(context.Background(), filesBucket, minio.MakeBucketOptions{Region: region})
}

// external is a client of the other S3.
func external() *minio.Client {
	c, err := (&server{url: os.Getenv(externalEnv)}).client(blue)
	if err != nil {
		panic(err)
	}
	return c
}

// prefix is where a folder's files are in the bucket.
func prefix(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:8]) + "/"
}

// openPlace opens the place of the files of a walrus' folder: nil for the
// folder itself.
func openPlace(dir string) (files datafile.Files, closing func() error, err error) {
	if !onS3() {
		return nil, func() error { return nil }, nil
	}
	b, err := remotefile.Open(context.Background(), remotefile.Config{
		Endpoint: os.Getenv(externalEnv), Region: region, Bucket: filesBucket, Prefix: prefix(dir), AccessKey: blue, SecretKey: secret,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	return b, b.Close, nil
}

// config is the configuration of a walrus on a folder. Its place is closed at
// the end of the test.
func config(tb testing.TB, dir string) walrus.Config {
	tb.Helper()
	files, closing, err := openPlace(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = closing() })
	return walrus.Config{Dir: dir, Region: region, Files: files}
}

// dataFiles lists the data files of a walrus folder: paths, or names in the
// bucket.
func dataFiles(tb testing.TB, dir string) []string {
	tb.Helper()
	if onS3() {
		var names []string
		for o := range external().ListObjects(context.Background(), filesBucket, minio.ListObjectsOptions{Prefix: prefix(dir) + "data/", Recursive: true}) {
			if o.Err != nil {
				tb.Fatal(o.Err)
			}
			names = append(names, o.Key)
		}
		return names
	}
	files, err := filepath.Glob(filepath.Join(dir, "data", "*", "*"))
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// dataFileIDs are the numbers of a folder's data files.
func dataFileIDs(tb testing.TB, dir string) map[datafile.ID]bool {
	tb.Helper()
	ids := map[datafile.ID]bool{}
	for _, name := range dataFiles(tb, dir) {
		var id datafile.ID
		if _, err := fmt.Sscanf(filepath.Base(name), "%016x", &id); err != nil {
			tb.Fatal(err)
		}
		ids[id] = true
	}
	return ids
}

// halfWritten counts what is being written, or was left half written.
func halfWritten(tb testing.TB, dir string) (n int) {
	tb.Helper()
	if onS3() {
		for u := range external().ListIncompleteUploads(context.Background(), filesBucket, prefix(dir), true) {
			if u.Err != nil {
				tb.Fatal(u.Err)
			}
			n++
		}
		return n
	}
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		tb.Fatal(err)
	}
	return len(left)
}

// readFile reads one of dataFiles as it lies there.
func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	if !onS3() {
		b, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		return b
	}
	o, err := external().GetObject(tb.Context(), filesBucket, name, minio.GetObjectOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// writeFile puts something else in the place of one of dataFiles.
func writeFile(tb testing.TB, name string, b []byte) {
	tb.Helper()
	err := error(nil)
	if onS3() {
		_, err = external().PutObject(tb.Context(), filesBucket, name, bytes.NewReader(b), int64(len(b)), minio.PutObjectOptions{})
	} else {
		err = os.WriteFile(name, b, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// removeFile removes one of dataFiles.
func removeFile(tb testing.TB, name string) {
	tb.Helper()
	err := error(nil)
	if onS3() {
		err = external().RemoveObject(tb.Context(), filesBucket, name, minio.RemoveObjectOptions{})
	} else {
		err = os.Remove(name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
}
