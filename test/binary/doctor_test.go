package binary_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What doctor says of a host, row by row, and with which exit code.
func TestDoctor(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	dir := tempDir(t)
	listen := []string{"--listen", local(freePorts(t))}
	busy := newCloud(t)
	for name, c := range map[string]struct {
		args []string
		code int
		want []string // rows, each by its first words
	}{
		"sim":                   {append([]string{"--hypervisor", "sim", "--data", dir}, listen...), 0, []string{"data folder ok", "tenants' endpoint ok"}},
		"a cloud that runs":     {[]string{"--hypervisor", "sim", "--data", p.data, "--listen", p.listen()}, 0, []string{"tenants' endpoint ok " + p.listen() + " is served by the ecc of this data folder"}},
		"a port that is taken":  {[]string{"--hypervisor", "sim", "--data", dir, "--listen", busy.listen()}, 1, []string{"tenants' endpoint MISSING"}},
		"a folder of no use":    {append([]string{"--hypervisor", "sim", "--data", "/proc/1/x"}, listen...), 1, []string{"data folder MISSING"}},
		"real, without libvirt": {append([]string{"--data", dir, "--set", "nc.libvirt_socket=" + dir + "/none"}, listen...), 1, []string{"libvirt MISSING", "tap devices", "nftables", "accelerator"}},
		"a head":                {append([]string{"--roles", "clc,walrus", "--data", dir}, listen...), 0, []string{"data folder ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := ecc(t, append([]string{"doctor"}, c.args...)...)
			table := strings.Join(strings.Fields(o.stdout), " ")
			if o.code != c.code {
				t.Errorf("exit %d, want %d", o.code, c.code)
			}
			for _, row := range c.want {
				if !strings.Contains(table, row) {
					t.Errorf("no row %q", row)
				}
			}
			if o.code != 0 && !strings.Contains(o.stderr, "of the checks failed") {
				t.Errorf("stderr %q", o.stderr)
			}
			if t.Failed() {
				t.Log(o.stdout)
			}
		})
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("doctor left %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "tls")); err == nil {
		t.Error("doctor made keys")
	}
}
