package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The cloud that measureScale makes. ECC_BENCH_INSTANCES makes it smaller.
const (
	tenantsAtScale   = 200
	instancesAtScale = 100_000
	nodesPerZone     = 170 // of three zones: about 200 instances on each node
	largeAccount     = 2000
)

// atScale is a large cloud with its tenants.
type atScale struct {
	*process
	image   string
	clients []*ec2.Client
	ids     []string // one instance of each tenant
}

// measureScale: the API of a cloud with 100,000 simulated instances of 200
// accounts.
func measureScale(f *figures) {
	total := instancesAtScale
	if n, err := strconv.Atoi(os.Getenv("ECC_BENCH_INSTANCES")); err == nil {
		total = n
	}
	p := start(f, f.node, "--roles=all", "--hypervisor=sim", "--set", "sim.boot_time=10ms", "--set", "sim.vcpu=4096",
		"--set", fmt.Sprint("sim.nodes_per_zone=", nodesPerZone), "--set", "limits.instances_per_account=100000",
		"--set", "network.public_pool=10.128.0.0/12").ready()
	before := status(f, p.pid(), "VmRSS")
	c := &atScale{process: p, image: p.importDisk("sector", bootSector(f, f.dir, 1<<20))}
	took := c.fill(f, total)
	after := status(f, p.pid(), "VmRSS")

	s := f.report.Section(fmt.Sprintf("API with %d instances of %d accounts (simulated)", total, tenantsAtScale), "")
	c.measureReads(f, s)
	c.measureLaunches(f, s)
	s.Add(Figure{What: "memory, an instance", Unit: Bytes, Ours: Series{(after - before) / float64(total)},
		Note: "of head and simulated host together"})
	s.Say("%d nodes, simulated in the same process, which also do all that starting an instance takes on a host but run it. "+
		"Filled with 8 clients, 100 instances a call, in %.0f s. Client and server share the processors.", 3*nodesPerZone, took.Seconds())
}

// fill makes the tenants and their instances, the first of them with many.
func (c *atScale) fill(f *figures, total int) time.Duration {
	env := c.env()
	for n := range tenantsAtScale {
		name := fmt.Sprint("tenant-", n)
		c.clients = append(c.clients, newEC2(c.account(name, env["AWS_REGION"]), "http://"+c.listen, nil))
	}
	c.ids = make([]string, tenantsAtScale)
	begin := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for k := int(next.Add(1)) - 1; k < total/100; k = int(next.Add(1)) - 1 {
				who := max(0, k-largeAccount/100) % tenantsAtScale
				if id, err := c.run(who, 100); err != nil {
					f.Error(err)
				} else {
					c.ids[who] = id
				}
			}
		})
	}
	all.Wait()
	t := tenant{f, c.clients[1]}
	t.reach(types.InstanceStateNameRunning, []string{c.ids[1]})
	return time.Since(begin)
}

func (c *atScale) run(who, n int) (string, error) {
	out, err := c.clients[who].RunInstances(context.Background(), &ec2.RunInstancesInput{ImageId: &c.image, InstanceType: instanceType,
		MinCount: aws.Int32(int32(n)), MaxCount: aws.Int32(int32(n))})
	if err != nil {
		return "", err
	}
	return *out.Instances[0].InstanceId, nil
}

func (c *atScale) measureReads(f *figures, s *Section) {
	describe := func(who int, in ec2.DescribeInstancesInput) error {
		_, err := c.clients[who%tenantsAtScale].DescribeInstances(context.Background(), &in)
		return err
	}
	for _, n := range []int{1, 16, 64} {
		c.add(f, s, "DescribeInstances by id", n, 640/n, "≤ 5 ms p99", func(k int) error {
			return describe(k, ec2.DescribeInstancesInput{InstanceIds: []string{c.ids[k%tenantsAtScale]}})
		})
	}
	c.add(f, s, "page of 1,000", 1, 20, "≤ 20 ms p99", func(int) error {
		return describe(0, ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000)})
	})
	for _, name := range []string{"instance-state-name", "image-id", "vpc-id", "availability-zone", "private-ip-address", "tag:Name"} {
		c.add(f, s, "one found by "+name, 1, 40, "", func(k int) error {
			return describe(k, ec2.DescribeInstancesInput{MaxResults: aws.Int32(5), Filters: []types.Filter{
				{Name: aws.String("instance-id"), Values: []string{c.ids[k%tenantsAtScale]}}, {Name: &name, Values: []string{"*"}}}})
		})
	}
}

// measureLaunches measures launches as fast as 64 clients can, and at a rate
// that leaves the processors room.
func (c *atScale) measureLaunches(f *figures, s *Section) {
	run := func(k int) error { _, err := c.run(k%tenantsAtScale, 1); return err }
	c.add(f, s, "RunInstances of one", 1, 50, "≤ 25 ms p99", run)
	c.add(f, s, "RunInstances of one", 64, 5, "≤ 25 ms p99", run)
	c.add(f, s, "RunInstances of one, each client one a second", 64, 4, "≤ 25 ms p99", run, time.Second)
}

// add measures calls by some clients at once, as fast as they can, or each so
// many a second.
func (c *atScale) add(f *figures, s *Section, what string, clients, each int, aim string, call func(k int) error, every ...time.Duration) {
	took := Series(nil)
	if len(every) > 0 {
		took = paced(f, clients, each, every[0], call)
	} else {
		took = calls(f, clients, each, call)
	}
	what = fmt.Sprintf("%s, %d clients", what, clients)
	s.Add(Figure{What: what + ", p50", Unit: Seconds, Ours: Series{took.Median()}})
	s.Add(Figure{What: what + ", p99", Unit: Seconds, Ours: Series{took.Quantile(0.99)}, Aim: aim})
}

// paced is calls with a call of each client in so much time, the clients one
// after the other.
func paced(f *figures, clients, each int, every time.Duration, call func(k int) error) (s Series) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			time.Sleep(every * time.Duration(c) / time.Duration(clients))
			tick := time.NewTicker(every)
			defer tick.Stop()
			for n := range each {
				took := calls(f, 1, 1, func(int) error { return call(c*each + n) })
				mu.Lock()
				s = append(s, took...)
				mu.Unlock()
				<-tick.C
			}
		})
	}
	all.Wait()
	return s
}

// account makes an account and returns the environment of its root.
func (c *atScale) account(name, region string) map[string]string {
	c.tb.Helper()
	var a struct {
		Key    string `json:"access_key_id"`
		Secret string `json:"secret_access_key"`
	}
	must(c.tb, json.Unmarshal([]byte(c.operate("account", "create", "--json", name)), &a))
	return map[string]string{"AWS_REGION": region, "AWS_ACCESS_KEY_ID": a.Key, "AWS_SECRET_ACCESS_KEY": a.Secret}
}
