package bench

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
)

// measureTold: how long after a request a node on another host knows of it.
// The node is this process: it joins the head as hosts do and listens.
func measureTold(f *figures) {
	edge := newAddr()
	head := start(f, f.node, "--roles=clc,walrus", "--set", "edge.listen="+edge).ready()
	n := joinNode(f, head, edge)
	t := head.tenant()
	image := head.importDisk("sector", bootSector(f, f.dir, 1<<20))
	await(f, "the node to be there", func() bool { return len(head.operate("nodes")) > 0 && n.greeted() })

	var answered, told, after Series
	for first := time.Now(); len(told) < 100 && time.Since(first) < 20*time.Second; {
		begin := time.Now()
		ids, accepted := t.accepted(image, 1)
		heard := n.heardOf(cloud.InstanceID(ids[0]))
		answered = append(answered, accepted.Sub(begin).Seconds())
		told = append(told, heard.Sub(begin).Seconds())
		after = append(after, max(heard.Sub(accepted).Seconds(), 0))
	}
	s := f.report.Section("From a request to the node (mutual TLS, long poll)", "the API's answer to that request.")
	s.Add(Figure{What: "RunInstances sent → node has the intent", Unit: Seconds, Ours: told, Floor: answered})
	s.Add(Figure{What: "accepted → node has the intent, p99", Unit: Seconds, Ours: Series{after.Quantile(0.99)}, Aim: "≤ 50 ms"})
}

// listener is a node that does nothing but listen.
type listener struct {
	f    *figures
	edge rpc.Node

	mu    sync.Mutex
	hello bool
	heard map[cloud.InstanceID]time.Time
	acts  chan struct{} // closed and replaced when something was heard
}

func joinNode(f *figures, head *process, edge string) *listener {
	ctx, cancel := context.WithCancel(context.Background())
	subject := clustertls.Subject{Node: "listener", Role: clustertls.RoleNC}
	id, err := rpc.Join(ctx, rpc.JoinConfig{Dir: filepath.Clean(f.dir), Address: "https://" + edge, Subject: subject,
		Token: head.operate("token", "create", "--role", "nc", "--node", "listener")}, time.Now())
	must(f, err)
	client, err := rpc.NewClient("https://"+edge, id.ClientTLS())
	must(f, err)
	l := &listener{f: f, edge: client.Node(), heard: map[cloud.InstanceID]time.Time{}, acts: make(chan struct{})}
	var work sync.WaitGroup
	work.Go(func() { l.listen(ctx) })
	f.Cleanup(func() {
		cancel()
		work.Wait()
		client.Close()
	})
	return l
}

// listen says hello and takes intents.
func (l *listener) listen(ctx context.Context) {
	_, err := l.edge.Hello(ctx, rpc.NodeHello{Node: "listener", Zone: "us-east-1a", Hypervisor: "none", Accelerator: "none",
		Capacity: cloud.Capacity{VCPU: 1000, Memory: 1000 * cloud.GiB, Disk: 10000 * cloud.GiB}})
	var after cloud.Revision
	for err == nil {
		var in rpc.NodeIntent
		if in, err = l.edge.Watch(ctx, "listener", after); err == nil {
			after = in.Revision
			l.take(in)
			err = l.edge.Report(ctx, rpc.NodeReport{Node: "listener", Revision: after})
		}
	}
	if ctx.Err() == nil {
		l.f.Errorf("the listening node: %v", err)
	}
}

func (l *listener) take(in rpc.NodeIntent) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hello = true
	for _, i := range in.Instances {
		if _, known := l.heard[i.ID]; !known {
			l.heard[i.ID] = now
		}
	}
	close(l.acts)
	l.acts = make(chan struct{})
}

func (l *listener) greeted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hello
}

// heardOf waits until the node was told of an instance.
func (l *listener) heardOf(id cloud.InstanceID) time.Time {
	l.f.Helper()
	for deadline := time.After(time.Minute); ; {
		l.mu.Lock()
		at, ok := l.heard[id]
		acts := l.acts
		l.mu.Unlock()
		if ok {
			return at
		}
		select {
		case <-acts:
		case <-deadline:
			l.f.Fatalf("the node has not heard of %s after a minute", id)
		}
	}
}
