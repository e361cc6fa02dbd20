package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// floorEnv makes the test binary the bare server, on an address.
const (
	floorEnv    = "ECC_BENCH_FLOOR"
	floorDirEnv = "ECC_BENCH_FLOOR_DIR"
)

// serveFloor is a server that does next to nothing: net/http, answers from a
// file, no signatures, no checks. EC2 calls get the answer kept under their
// action's name; one that changes something is appended to a file and fsynced
// first. Objects are one small one in memory and one large file; what is put is
// read and dropped.
func serveFloor(addr string) int {
	dir := os.Getenv(floorDirEnv)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	small := make([]byte, 4096)
	http.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
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
	http.HandleFunc("GET /large", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(dir, "large")) })
	http.HandleFunc("GET /{key}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(small) })
	http.HandleFunc("PUT /{key}", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	fmt.Fprintln(os.Stderr, http.ListenAndServe(addr, nil))
	return 1
}

// startFloor starts the bare server in a process of its own and returns its URL
// and the folder it answers from.
func startFloor(f *figures) (url, dir string) {
	addr := newAddr()
	dir = f.dir
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), floorEnv+"="+addr, floorDirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	must(f, cmd.Start())
	f.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url = "http://" + addr
	await(f, "the bare server", func() bool {
		resp, err := http.Get(url + "/there")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	return url, dir
}
