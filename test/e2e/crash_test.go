package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
)

// Where a process may die while an instance is run or terminated: before and
// after the transaction, at its commit, at every step on the host, and when
// what was seen is written down.
var (
	runPoints = []string{"run.checked", "store.commit", "store.committed", "run.accepted", "nc.save", "nc.start", "nc.disk",
		"nc.tap", "nc.define", "nc.paused", "nc.connected", "nc.resumed", "clc.report", "clc.observe"}
	terminatePoints = []string{"store.commit", "store.committed", "terminate.accepted", "nc.erase", "nc.destroyed",
		"nc.unplugged", "nc.unpinned", "nc.erased", "clc.observe"}
	stopPoints   = []string{"nc.save", "nc.cut", "nc.released"}
	rebootPoints = []string{"nc.save", "nc.rebooted"}
)

// TestCrashMatrix kills the process at each point. Started again, it finishes
// what was accepted, nothing is there twice, nothing is left.
func TestCrashMatrix(t *testing.T) {
	b := allInOne(t)
	deaf, polite := b.bootSector(hypervisortest.Deaf, "deaf"), b.bootSector(hypervisortest.Polite, "polite")
	for _, op := range []struct {
		name   string
		points []string
		crash  func(t *testing.T, b *bench, image, point string)
		image  string
	}{
		{"run", runPoints, crashRun, deaf},
		{"terminate", terminatePoints, crashEnd, deaf},
		{"stop", stopPoints, crashStop, deaf},
		{"reboot", rebootPoints, crashReboot, polite},
	} {
		for _, point := range op.points {
			b.run(op.name+" "+point, func(t *testing.T) {
				if b.head.over() { // the one before failed
					b.start()
				}
				op.crash(t, b, op.image, point)
			})
		}
	}
	b.audit()
	awaitEmpty(t, b.head)
}

// TestCrashMatrixIsWhole finds every point in the source.
func TestCrashMatrixIsWhole(t *testing.T) {
	tested := slices.Concat(runPoints, terminatePoints, stopPoints, rebootPoints)
	hit := regexp.MustCompile(`failpoint\.Hit\("([^"]+)"\)`)
	for _, dir := range []string{"roles/clc", "roles/cc", "roles/nc", "store"} {
		files, err := filepath.Glob(filepath.Join("..", "..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", dir, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range hit.FindAllStringSubmatch(string(text), -1) {
				if !strings.HasSuffix(f, "_test.go") && !slices.Contains(tested, m[1]) {
					t.Errorf("%s: nothing dies at %s", f, m[1])
				}
			}
		}
	}
}

// armed starts the process anew so that it dies the next time it comes by a
// point.
func (b *bench) armed(point string) {
	b.Helper()
	gate := filepath.Join(folder(b), "gate")
	b.head.kill()
	b.start("ECC_FAILPOINTS=" + point + "=kill@" + gate)
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		b.Fatal(err)
	}
}

// died waits until the process has died at its point, and starts it again.
func (b *bench) died(point string) {
	b.Helper()
	await(b, "the process to die at "+point, soon, func() (bool, string) { return b.head.over(), "it runs" })
	b.head.kill() // it is dead: forget it
	b.start()
}

// unlessAnswered makes a call during which, or after which, the process dies.
// Unless it was answered it is made again, as any client does.
func (b *bench) unlessAnswered(t *testing.T, point string, call func() error) {
	t.Helper()
	unanswered := call()
	b.died(point)
	if unanswered != nil {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
}

// crashRun dies while an instance is run. The same client token makes the
// same instance, whether the first call was answered or not.
func crashRun(t *testing.T, b *bench, image, point string) {
	one := int32(1)
	token := "run " + point
	in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: "t1.micro", MinCount: &one, MaxCount: &one, ClientToken: &token}
	b.armed(point)
	var ids []string
	if out, err := b.admin.ec2.RunInstances(context.Background(), in); err == nil {
		ids = append(ids, *out.Instances[0].InstanceId)
		if strings.HasPrefix(point, "run.") || strings.HasPrefix(point, "store.") {
			t.Errorf("the call was answered although the process should have died before")
		}
	}
	b.died(point)
	for range 2 {
		ids = append(ids, b.admin.run(image, "t1.micro", 1, withToken(token))[0].id)
	}
	if all := slices.Compact(slices.Clone(ids)); len(all) != 1 {
		t.Fatalf("one token made the instances %v", ids)
	}
	m := &machine{b.admin, ids[0]}
	m.await(types.InstanceStateNameRunning)
	m.awaitConsole(banner, 1, soon)
	if got := emulators(t, b.head.host); len(got) != 1 {
		t.Errorf("emulators %v run for one instance", got)
	}
	b.audit()
	end(m)
	awaitEmpty(t, b.head)
}

// crashEnd dies while an instance is terminated.
func crashEnd(t *testing.T, b *bench, image, point string) {
	m := b.admin.run(image, "t1.micro", 1)[0]
	m.awaitConsole(banner, 1, soon)
	m.await(types.InstanceStateNameRunning)
	b.armed(point)
	b.unlessAnswered(t, point, func() error {
		_, err := b.admin.ec2.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{m.id}})
		return err
	})
	m.await(types.InstanceStateNameTerminated)
	awaitEmpty(t, b.head)
	b.audit()
}

// crashStop dies while an instance is stopped. It can be started again.
func crashStop(t *testing.T, b *bench, image, point string) {
	m := b.admin.run(image, "t1.micro", 1)[0]
	m.awaitConsole(banner, 1, soon)
	m.await(types.InstanceStateNameRunning)
	b.armed(point)
	force := true
	stop := func() error {
		_, err := b.admin.ec2.StopInstances(context.Background(), &ec2.StopInstancesInput{InstanceIds: []string{m.id}, Force: &force})
		return err
	}
	b.unlessAnswered(t, point, stop)
	m.await(types.InstanceStateNameStopped)
	m.start()
	m.await(types.InstanceStateNameRunning)
	m.awaitConsole(banner, 2, soon)
	end(m)
}

// crashReboot dies while an instance is rebooted, which the guest is in the
// end.
func crashReboot(t *testing.T, b *bench, image, point string) {
	m := b.admin.run(image, "t1.micro", 1)[0]
	m.awaitConsole(banner, 1, soon)
	m.await(types.InstanceStateNameRunning)
	b.armed(point)
	b.unlessAnswered(t, point, func() error {
		_, err := b.admin.ec2.RebootInstances(context.Background(), &ec2.RebootInstancesInput{InstanceIds: []string{m.id}})
		return err
	})
	m.awaitConsole(banner, 2, soon)
	m.await(types.InstanceStateNameRunning)
	b.audit()
	end(m)
}
