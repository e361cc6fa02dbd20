package s3_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"ecc/test/lab"
	"ecc/test/powercut"
)

// cuts is how often the power is cut.
const cuts = 100

// Whatever was acknowledged is there after a power cut, at whatever moment it
// comes and whatever the disk forgets of what was not synced.
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	at := filepath.Join(tempDir(t), "disk")
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	chance := rand.New(rand.NewPCG(rand.Uint64(), 0))
	disk := powercut.NewDisk()
	mounted := mustMount(t, disk, at)
	p := newProcess(t, "--set", "log.level=warn")
	p.data = filepath.Join(at, "data")
	p.start()
	p.awaitReady()
	l := newLedger(t, p.account("tenant"))
	for range cuts {
		if t.Failed() {
			break
		}
		l.workUntil(t, 1+chance.IntN(40), p.over, p.crash)
		p.kill()
		mounted.close()
		disk = disk.Cut(powercut.Loss(chance.IntN(2)), chance)
		mounted = mustMount(t, disk, at)
		p.start()
		p.awaitReady()
		l.verify(t)
		l.trim(100)
	}
	t.Logf("%d calls were acknowledged", l.acks)
	p.stop()
	p.wantOrder()
	mounted.close()
}

// mount is a disk that is mounted.
type mount struct {
	t  *testing.T
	on *powercut.Mount
}

func mustMount(t *testing.T, d *powercut.Disk, at string) *mount {
	t.Helper()
	on, err := d.Mount(at)
	if err != nil {
		t.Fatal(err)
	}
	m := &mount{t, on}
	t.Cleanup(m.close)
	return m
}

// close takes the disk away, once.
func (m *mount) close() {
	if m.on == nil {
		return
	}
	if err := m.on.Close(); err != nil {
		m.t.Error(err)
	}
	m.on = nil
}
