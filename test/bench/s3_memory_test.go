package bench

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	movers   = 64
	moveTime = 15 * time.Second
)

// measureMemory: what is resident while many clients move large objects.
func measureMemory(f *figures) {
	p := start(f, f.node, "--roles=clc,walrus").ready()
	ecc := ours(f, p)
	body := newLarge(f, f.dir)
	ecc.put(body)
	s := f.report.Section("S3: memory while 64 clients move objects of 1 GiB", "")
	for _, c := range []struct {
		what string
		put  int // how many of the clients write
	}{{"64 read", 0}, {"32 write, 32 read", movers / 2}, {"64 write", movers}} {
		// 5 makes the kernel begin its record of the most anew.
		must(f, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", ecc.pid), []byte("5"), 0))
		cpu := cpuTime(f, ecc.pid)
		moved := ecc.move(body, c.put) / moveTime.Seconds() / (1 << 20)
		cpu = (cpuTime(f, ecc.pid) - cpu) / (moved * moveTime.Seconds() / 1024)
		peak, own := status(f, ecc.pid, "VmHWM"), status(f, ecc.pid, "RssAnon")
		s.Add(Figure{What: c.what + ", most resident", Unit: Bytes, Ours: Series{peak}, Aim: "≤ 100 MiB"})
		s.Add(Figure{What: "– of that its own, at the end", Unit: Bytes, Ours: Series{own}})
		s.Add(Figure{What: "– moved", Unit: Rate, Ours: Series{moved}, CPU: Series{cpu}})
	}
	s.Say("For %v each; what is still under way then is broken off. CPU is the server process's for 1 GiB.", moveTime)
}

// move has clients write and read for moveTime, and returns the bytes that
// went over the wire.
func (o objects) move(body large, writers int) float64 {
	var all sync.WaitGroup
	var total atomic.Int64
	deadline := time.Now().Add(moveTime)
	for c := range movers {
		all.Go(func() {
			for time.Now().Before(deadline) {
				w, err := dial(o.addr)
				if err != nil {
					o.f.Error(err)
					return
				}
				w.conn = metered{w.conn, &total}
				_ = w.conn.SetDeadline(deadline)
				if c < writers {
					err = w.send(o.request("PUT", fmt.Sprintf("/%s/moved-%d", bucket, c), body.hash, largeSize), func() error { return body.send(w.conn, largeSize) })
				} else {
					err = w.do(o.request("GET", "/"+bucket+"/large", noBody, 0))
				}
				w.close()
				if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					o.f.Error(err)
				}
			}
		})
	}
	all.Wait()
	return float64(total.Load())
}

// metered is a connection whose bytes are counted.
type metered struct {
	net.Conn
	total *atomic.Int64
}

func (c metered) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.total.Add(int64(n))
	return n, err
}

func (c metered) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.total.Add(int64(n))
	return n, err
}
