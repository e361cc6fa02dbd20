package tenant_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"ecc/test/process"
)

// The day by version 2 of the aws CLI.
func TestDayByAWSCLI2(t *testing.T) {
	t.Parallel()
	dayByAWSCLI(t, need(t, "aws"), "aws-cli/2.", "254")
}

// The day by version 1, which Debian does not have: AWS_CLI_V1 or the PATH's
// aws1 says where one is.
func TestDayByAWSCLI1(t *testing.T) {
	t.Parallel()
	cli := os.Getenv("AWS_CLI_V1")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws1"); err != nil {
			t.Skip("only version 2 of the aws CLI was run: AWS_CLI_V1 names none of version 1, nor is there an aws1")
		}
	}
	dayByAWSCLI(t, cli, "aws-cli/1.", "255")
}

// dayByAWSCLI runs testdata/day.sh; failed is the CLI's exit code for an error
// that the service answered.
func dayByAWSCLI(t *testing.T, cli, version, failed string) {
	c := newCloud(t)
	a := c.Account("day")
	dir := home(t)
	env := a.Environment(dir)
	said := mustRun(t, process.Command{Name: cli, Args: []string{"--version"}, Env: env})
	if !strings.HasPrefix(said, version) {
		t.Fatalf("%s is %s, not %s", cli, said, version)
	}
	t.Log(said)
	mustRun(t, process.Command{Name: "/bin/bash", Args: []string{script(t, "day.sh")}, Dir: dir, Long: true,
		Env: append(env, "AWS="+cli, "FAILED="+failed, "ENDPOINT="+a.Endpoint, "ACCOUNT="+a.ID)})
	c.wantClean()
	c.Ecc("account", "delete", "day") // it has nothing left
	c.wantHealthy()
}
