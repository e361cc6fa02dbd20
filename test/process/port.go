package process

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// ports are those that this test binary gave away.
type ports struct {
	sync.Mutex
	taken map[int]bool
}

var given = ports{taken: map[int]bool{}}

// FreePorts finds three ports in a row that nobody listens on. They are below
// those that the kernel gives to outgoing connections, so that they are still
// free when a process starts again.
func FreePorts(tb testing.TB) int {
	tb.Helper()
	given.Lock()
	defer given.Unlock()
	for range 1000 {
		port := 20000 + 3*rand.IntN(4000)
		if given.taken[port] || !free(port) || !free(port+1) || !free(port+2) {
			continue
		}
		given.taken[port] = true
		return port
	}
	tb.Fatal("no free ports")
	return 0
}

func free(port int) bool {
	ln, err := net.Listen("tcp", Local(port))
	if err != nil {
		return false
	}
	return ln.Close() == nil
}

// Local is a port of this machine's loopback, as host:port.
func Local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
