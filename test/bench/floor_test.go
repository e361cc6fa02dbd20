package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"ecc/api/auth"
	"ecc/cloud"
)

// floorEnv makes the test binary the bare server, on an address.
const (
	floorEnv    = "ECC_BENCH_FLOOR"
	floorDirEnv = "ECC_BENCH_FLOOR_DIR"
)

// serveFloor is a server that does next to nothing: net/http, and the signature
// checked, because a server without that check is of no use to anyone. EC2 calls
// get the answer kept under their action's name; one that changes something is
// appended to a file and fsynced first. Objects are one small one in memory and
// one large file; what is put is read and dropped.
func serveFloor(addr string) int {
	dir := os.Getenv(floorDirEnv)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	check := auth.New(auth.Config{Region: os.Getenv("AWS_REGION")}, onlyKey{})
	small := make([]byte, smallSize)
	handle := func(pattern, service string, h func(http.ResponseWriter, *http.Request, io.Reader)) {
		http.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			signed, err := check.Authenticate(r, service)
			if err != nil {
				http.Error(w, err.Error(), http.StatusForbidden)
				return
			}
			h(w, r, signed.Body)
		})
	}
	handle("POST /", "ec2", func(w http.ResponseWriter, _ *http.Request, r io.Reader) {
		body, err := io.ReadAll(r)
		action, _, _ := strings.Cut(string(body[bytes.Index(body, []byte("Action="))+7:]), "&")
		if action == "RunInstances" {
			_, werr := log.Write(body)
			err = errors.Join(err, werr, log.Sync())
		}
		answer, rerr := os.ReadFile(filepath.Join(dir, filepath.Base(action)))
		if err = errors.Join(err, rerr); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		_, _ = w.Write(answer)
	})
	handle("GET /bench/large", "s3", func(w http.ResponseWriter, r *http.Request, _ io.Reader) {
		http.ServeFile(w, r, filepath.Join(dir, "large")) // by sendfile
	})
	handle("GET /bench/copied", "s3", func(w http.ResponseWriter, _ *http.Request, _ io.Reader) {
		if err := copyFile(w, filepath.Join(dir, "large")); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	})
	handle("GET /bench/{key}", "s3", func(w http.ResponseWriter, _ *http.Request, _ io.Reader) {
		w.Header().Set("Content-Length", strconv.Itoa(len(small)))
		_, _ = w.Write(small)
	})
	handle("PUT /bench/{key}", "s3", func(_ http.ResponseWriter, _ *http.Request, r io.Reader) { _, _ = io.Copy(io.Discard, r) })
	http.HandleFunc("GET /there", func(http.ResponseWriter, *http.Request) {})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(addr, nil))
	return 1
}

// copyFile sends a file through a buffer.
func copyFile(w http.ResponseWriter, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Length", strconv.FormatInt(st.Size(), 10))
	// Without these wrappers io.CopyBuffer would find a way around the buffer.
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{f}, make([]byte, 256<<10))
	return err
}

// onlyKey is the access key in the environment.
type onlyKey struct{}

// Credential implements auth.KeyFinder.
func (onlyKey) Credential(_ context.Context, id, _ string) (cloud.Credential, error) {
	if id != os.Getenv("AWS_ACCESS_KEY_ID") {
		return cloud.Credential{}, cloud.Errorf(cloud.NotFound, cloud.AnyResource, id, "")
	}
	return cloud.RootCredential(cloud.AccessKey{ID: id, Secret: os.Getenv("AWS_SECRET_ACCESS_KEY"), Active: true}, cloud.Account{}), nil
}

// bareServer is a running bare server; it answers from dir.
type bareServer struct {
	addr, url, dir string
	pid            int
}

// startFloor starts the bare server in a process of its own, for the key of env.
func startFloor(f *figures, env map[string]string) bareServer {
	addr := newAddr()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), floorEnv+"="+addr, floorDirEnv+"="+f.dir)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stderr = os.Stderr
	must(f, cmd.Start())
	f.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s := bareServer{addr, "http://" + addr, f.dir, cmd.Process.Pid}
	await(f, "the bare server", func() bool {
		resp, err := http.Get(s.url + "/there")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	return s
}
