package binary_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Flags are stronger than the environment, which is stronger than the file.
func TestConfigurationFromEverywhere(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	file := filepath.Join(dir, "ecc.toml")
	if err := os.WriteFile(file, []byte("region = \"eu-west-1\"\n[sim]\nnodes_per_zone = 7\nboot_time = \"5s\"\nseed = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environment("ECC_CONFIG="+file, "ECC_SIM_NODES_PER_ZONE=5", "ECC_SIM_BOOT_TIME=4s", "ECC_ZONES=eu-west-1a,eu-west-1c")
	o := execute(t, env, binary, "config", "print", "--diff", "--set", "sim.boot_time=3s", "--data", dir, "--set", "network.dns=192.0.2.1,192.0.2.2")
	if o.code != 0 {
		t.Fatalf("%+v", o)
	}
	for _, want := range []string{"region = 'eu-west-1'", "sim.nodes_per_zone = 5 ", "sim.boot_time = '3s'", "sim.seed = 3 ",
		"zones = ['eu-west-1a', 'eu-west-1c']", "data = '" + dir + "'", "network.dns = ['192.0.2.1', '192.0.2.2']"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("no %q in\n%s", want, o.stdout)
		}
	}
	if strings.Contains(o.stdout, "limits.") || strings.Contains(o.stdout, "log.") {
		t.Errorf("settings nobody changed:\n%s", o.stdout)
	}

	whole := execute(t, env, binary, "config", "print")
	second := filepath.Join(dir, "printed.toml")
	if err := os.WriteFile(second, []byte(whole.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := ecc(t, "--config", second, "config", "print"); again.stdout != whole.stdout || whole.code != 0 || whole.stdout == "" {
		t.Errorf("what is printed is not read back the same:\n%s\nand\n%s%s", whole.stdout, again.stdout, again.stderr)
	}

	for variable, want := range map[string]string{"ECC_SIM_NODES=3": "no setting ECC_SIM_NODES", "ECC_DRAIN=soon": "ECC_DRAIN", "ECC_HYPERVISOR=xen": "hypervisor"} {
		if o := execute(t, environment(variable), binary, "config", "print"); o.code != 1 || !strings.Contains(o.stderr, want) {
			t.Errorf("%s: %+v", variable, o)
		}
	}
}

// The example is the manual of the settings: a server starts with it.
func TestTheExampleIsAConfiguration(t *testing.T) {
	t.Parallel()
	example := filepath.Join(root, "config.example.toml")
	with, without := ecc(t, "--config", example, "config", "print"), ecc(t, "config", "print")
	if with.code != 0 || with.stdout != without.stdout {
		t.Errorf("the example changes something: %s%s", with.stdout, with.stderr)
	}
	p := newCloud(t, "--config", example)
	if got := p.ecc("nodes"); strings.Count(got, "sim/sim") != 9 {
		t.Errorf("nodes: %s", got)
	}
}

// The cloud is shaped by its settings.
func TestSettingsReachTheCloud(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	file := filepath.Join(dir, "ecc.toml")
	text := "builtin_instance_types = false\n[[instance_type]]\nname = \"lab.tiny\"\nvcpu = 1\nmemory_mib = 64\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, "--config", file, "--hypervisor", "sim", "--log-level", "error", "--set", "log.format=json")
	p.start("ECC_REGION=moon", "ECC_SIM_NODES_PER_ZONE=1", "ECC_ZONES=moona,moonb", "ECC_LIMITS_INSTANCES_PER_ACCOUNT=2", "ECC_CLC_ADMINISTRATOR=luna")
	p.awaitReady()
	if got := p.ecc("nodes"); !strings.Contains(got, "sim-moona-1") || !strings.Contains(got, "sim-moonb-1") || strings.Contains(got, "-2 ") {
		t.Errorf("nodes: %s", got)
	}
	a := p.account("tenant")
	launch := func(kind types.InstanceType) error {
		in := a.launch(t, 1)
		in.InstanceType = kind
		_, err := a.ec2().RunInstances(t.Context(), in)
		return err
	}
	if err := launch("t3.micro"); err == nil || !strings.Contains(err.Error(), "t3.micro") {
		t.Errorf("a type that is not there: %v", err)
	}
	for range 2 {
		if err := launch("lab.tiny"); err != nil {
			t.Fatal(err)
		}
	}
	if err := launch("lab.tiny"); err == nil || !strings.Contains(err.Error(), "InstanceLimitExceeded") {
		t.Errorf("a third instance: %v", err)
	}
	if out := ecc(t, "--data", p.data, "--set", "clc.administrator=luna", "--set", "region=moon", "env"); out.code != 0 || !strings.Contains(out.stdout, "AWS_REGION=moon") {
		t.Errorf("env: %+v", out)
	}
	if log := tail(t, p.log, 4<<10); strings.Contains(log, "INFO") {
		t.Errorf("the log has more than errors: %s", log)
	}
}
