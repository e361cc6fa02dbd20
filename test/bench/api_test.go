package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// inUse is how many instances there are while the API is measured.
const inUse = 1000

// measureAPI: how long calls take with a thousand simulated instances.
func measureAPI(f *figures) {
	p := start(f, f.node, "--roles=all", "--hypervisor=sim", "--set", "sim.boot_time=100ms").ready()
	t := p.tenant()
	image := p.importDisk("sector", bootSector(f, f.dir, 1<<20))
	var ids []string
	for len(ids) < inUse {
		some, _ := t.accepted(image, 100)
		ids = append(ids, some...)
	}
	t.reach(types.InstanceStateNameRunning, ids)
	env := p.env()
	floor := startFloor(f, env)
	record := &recorder{next: newConnection()}
	ours, bare := newEC2(env, "http://"+p.listen, nil), newEC2(env, floor.url, nil)
	describe := func(c *ec2.Client, n int) error {
		_, err := c.DescribeInstances(context.Background(), &ec2.DescribeInstancesInput{InstanceIds: ids[n%inUse : n%inUse+1]})
		return err
	}
	run := func(c *ec2.Client, _ int) error {
		_, err := c.RunInstances(context.Background(), &ec2.RunInstancesInput{ImageId: &image, InstanceType: instanceType,
			MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		return err
	}
	for name, call := range map[string]func(*ec2.Client, int) error{"DescribeInstances": describe, "RunInstances": run} {
		must(f, call(newEC2(env, "http://"+p.listen, record), 0))
		must(f, os.WriteFile(filepath.Join(floor.dir, name), record.body, 0o644))
	}

	s := f.report.Section("API with 1,000 instances (simulated)",
		"the same SDK calling a bare net/http server that checks the signature and answers the same bytes (nothing looked up; for RunInstances the request is appended to a file and fsynced).")
	for _, c := range []struct {
		what, aim     string
		clients, each int
		call          func(*ec2.Client, int) error
	}{
		{"DescribeInstances by id, 1 client", "", 1, 300, describe},
		{"DescribeInstances by id, 16 clients", "≤ 5 ms p99", 16, 50, describe},
		{"RunInstances of one, 1 client", "", 1, 40, run},
		{"RunInstances of one, 16 clients", "≤ 25 ms p99", 16, 6, run},
	} {
		var mid, tail [2]Series
		sample := func(i int, client *ec2.Client) func() float64 {
			return func() float64 {
				took := calls(f, c.clients, c.each, func(n int) error { return c.call(client, n) })
				mid[i], tail[i] = append(mid[i], took.Median()), append(tail[i], took.Quantile(0.99))
				return took.Median()
			}
		}
		InTurns(5, 20*time.Second, sample(0, bare), sample(1, ours))
		s.Add(Figure{What: c.what + ", p50", Unit: Seconds, Ours: mid[1], Floor: mid[0]})
		s.Add(Figure{What: c.what + ", p99", Unit: Seconds, Ours: tail[1], Floor: tail[0], Aim: c.aim})
	}
	s.Say("Client and server share the processors. Each run is a p50 or p99 of its own.")
}

// calls makes so many calls by each of some clients at once and returns the
// seconds each took.
func calls(f *figures, clients, each int, call func(n int) error) Series {
	var all sync.WaitGroup
	took := make([]Series, clients)
	for c := range clients {
		all.Go(func() {
			for n := range each {
				begin := time.Now()
				if err := call(c*each + n); err != nil {
					f.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(begin).Seconds())
			}
		})
	}
	all.Wait()
	var s Series
	for _, t := range took {
		s = append(s, t...)
	}
	return s
}

// recorder keeps the last answer it brought.
type recorder struct {
	next *connection
	body []byte
}

// Do implements the SDK's HTTP client.
func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.next.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if r.body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(r.body))
	return resp, nil
}
