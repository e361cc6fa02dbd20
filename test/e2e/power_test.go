package e2e

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
	"ecc/test/guest"
)

// TestStopStartReboot takes one instance through its life: its disk stays, its
// boots are told apart, and whoever ended a boot is named.
func TestStopStartReboot(t *testing.T) {
	b := allInOne(t)
	host := b.head.host
	b.run("a guest with a disk", func(t *testing.T) { lifeOfADisk(t, b) })
	deaf := b.bootSector(hypervisortest.Deaf, "deaf")
	b.run("an emulator that is killed", func(t *testing.T) {
		m := b.admin.run(deaf, "t1.micro", 1)[0]
		m.awaitConsole(banner, 1, soon)
		pids := emulators(t, host)
		if len(pids) != 1 {
			t.Fatalf("%d emulators run, want 1", len(pids))
		}
		if err := exec.Command("kill", "-9", pids[0]).Run(); err != nil {
			t.Fatal(err)
		}
		m.wantReason(t, m.await(types.InstanceStateNameStopped), "Server.InternalError")
		m.start()
		m.await(types.InstanceStateNameRunning)
		m.awaitConsole(banner, 2, soon)
		end(m)
	})
	b.run("a guest that switches itself off and is to go then", func(t *testing.T) {
		m := b.admin.run(b.bootSector(hypervisortest.Off, "off"), "t1.micro", 1, func(in *ec2.RunInstancesInput) {
			in.InstanceInitiatedShutdownBehavior = types.ShutdownBehaviorTerminate
		})[0]
		m.wantReason(t, m.await(types.InstanceStateNameTerminated), "Client.InstanceInitiatedShutdown")
	})
	b.run("a guest that does not listen is stopped by force", func(t *testing.T) {
		m := b.admin.run(deaf, "t1.micro", 1)[0]
		m.awaitConsole(banner, 1, soon)
		if _, err := b.admin.ec2.StopInstances(context.Background(), &ec2.StopInstancesInput{InstanceIds: []string{m.id}, Force: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		m.wantReason(t, m.await(types.InstanceStateNameStopped), "Client.UserInitiatedShutdown")
		end(m)
	})
	b.audit()
	awaitEmpty(t, b.head)
}

func (m *machine) wantReason(t *testing.T, i types.Instance, code string) {
	t.Helper()
	if i.StateReason == nil || aws.ToString(i.StateReason.Code) != code {
		t.Errorf("%s is %s because of %s, want %s", m.id, i.State.Name, reason(i), code)
	}
}

// lifeOfADisk boots one guest four times.
func lifeOfADisk(t *testing.T, b *bench) {
	host, key := b.head.host, newKey(t)
	b.admin.importKey("key", key)
	m := b.admin.run(b.importGuest(), "t3.nano", 1, withKey("key"), withGroup(b.admin.group("ssh", 22)),
		withUserData("#!/bin/sh\necho first >>/root/boots\n"))[0]
	in := m.ssh(host, key, 1)
	m.awaitConsole("user-data ended with 0", 1, soon)
	first, private := in.bootID(), m.describe().PrivateIpAddress
	in.must("echo kept >/root/kept; sync")

	m.stop()
	stopped := m.await(types.InstanceStateNameStopped)
	m.wantReason(t, stopped, "Client.UserInitiatedShutdown")
	m.awaitConsole(guest.Stopping, 1, soon) // it was asked, not cut off
	if got := emulators(t, host); len(got) > 0 {
		t.Errorf("emulators %v run for a stopped instance", got)
	}
	m.start()
	in = m.ssh(host, key, 2)
	if got := in.must("cat /root/kept /root/boots"); got != "kept\nfirst" {
		t.Errorf("after a stop and a start the disk says %q", got)
	}
	second := in.bootID()
	if now := m.describe(); *now.PrivateIpAddress != *private || second == first {
		t.Errorf("boot %s at %s, before %s at %s", second, *now.PrivateIpAddress, first, *private)
	}

	m.reboot()
	in = m.ssh(host, key, 3)
	if third := in.bootID(); third == second {
		t.Error("the guest was not booted again")
	}
	m.await(types.InstanceStateNameRunning)

	if _, err := in.run("poweroff"); err != nil && !strings.Contains(err.Error(), "exit") {
		t.Log(err) // the connection may end first
	}
	m.wantReason(t, m.await(types.InstanceStateNameStopped), "Client.InstanceInitiatedShutdown")
	b.audit()
	m.start()
	in = m.ssh(host, key, 4)
	if got := in.must("cat /root/kept"); got != "kept" {
		t.Errorf("after a power-off and a start the disk says %q", got)
	}
	end(m)
}
