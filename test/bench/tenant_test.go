package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
)

// tenant is a user of the cloud, with the AWS SDK.
type tenant struct {
	tb  testing.TB
	ec2 *ec2.Client
}

func (p *process) tenant() tenant {
	p.tb.Helper()
	env := p.env()
	return tenant{p.tb, newEC2(env, "http://"+p.listen, nil)}
}

func newEC2(env map[string]string, url string, client aws.HTTPClient) *ec2.Client {
	if client == nil {
		client = newConnection()
	}
	return ec2.New(ec2.Options{
		Region: env["AWS_REGION"], BaseEndpoint: aws.String(url), RetryMaxAttempts: 1, HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], ""),
	})
}

// connection is an HTTP client that keeps connections and sends a copy of the
// request's body: see internal/bufferedhttp, which does not keep them.
type connection struct{ http http.Client }

func newConnection() *connection {
	return &connection{http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// Do implements the SDK's HTTP client.
func (c *connection) Do(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	}
	return c.http.Do(sent)
}

// bootSector writes a disk of the given size, a hole but for a boot sector
// that sleeps, and returns its path.
func bootSector(tb testing.TB, dir string, size int64) string {
	tb.Helper()
	path := filepath.Join(dir, "sector.raw")
	must(tb, os.WriteFile(path, hypervisortest.GuestDisk(hypervisortest.Deaf), 0o644))
	must(tb, os.Truncate(path, size))
	return path
}

// importDisk imports a disk and returns the image's id.
func (p *process) importDisk(name, path string) string {
	p.tb.Helper()
	return p.operate("image", "import", "--quiet", "--name", name, path)
}

// accepted asks for n instances and returns their ids and when the answer came.
func (t tenant) accepted(image string, n int) ([]string, time.Time) {
	t.tb.Helper()
	out, err := t.ec2.RunInstances(context.Background(), &ec2.RunInstancesInput{
		ImageId: &image, InstanceType: instanceType, MinCount: aws.Int32(int32(n)), MaxCount: aws.Int32(int32(n))})
	at := time.Now()
	must(t.tb, err)
	ids := make([]string, n)
	for i := range out.Instances {
		ids[i] = *out.Instances[i].InstanceId
	}
	return ids, at
}

// reach waits until all instances have a state, and returns when that was seen.
func (t tenant) reach(state types.InstanceStateName, ids []string) time.Time {
	t.tb.Helper()
	// Asking costs the server, which shares the processors: less often for many.
	pause := 10*time.Millisecond + time.Duration(len(ids))*time.Millisecond
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(pause) {
		if t.count(state, ids) == len(ids) {
			return time.Now()
		}
	}
	t.tb.Fatalf("%d of %d instances are %s after five minutes", t.count(state, ids), len(ids), state)
	return time.Time{}
}

// count says how many of ids are in a state. None may have failed.
func (t tenant) count(state types.InstanceStateName, ids []string) int {
	t.tb.Helper()
	n := 0
	pages := ec2.NewDescribeInstancesPaginator(t.ec2, &ec2.DescribeInstancesInput{InstanceIds: ids})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		must(t.tb, err)
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				if i.State.Name == state {
					n++
				} else if i.StateReason != nil && state == types.InstanceStateNameRunning {
					t.tb.Fatalf("%s is %s: %s", *i.InstanceId, i.State.Name, aws.ToString(i.StateReason.Message))
				}
			}
		}
	}
	return n
}

// terminate ends instances and waits until they are gone.
func (t tenant) terminate(ids []string) {
	t.tb.Helper()
	_, err := t.ec2.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: ids})
	must(t.tb, err)
	t.reach(types.InstanceStateNameTerminated, ids)
}
