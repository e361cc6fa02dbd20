package tenant_test

import (
	"testing"

	"ecc/test/process"
)

// The day by boto3: clients, waiters, paginators, and the resources that keep
// state of their own.
func TestDayByBoto3(t *testing.T) {
	t.Parallel()
	python := need(t, "python3")
	c := newCloud(t)
	a := c.Account("boto")
	dir := home(t)
	env := a.Environment(dir)
	if o := (process.Command{Name: python, Args: []string{"-c", "import boto3"}, Env: env}).Run(t); o.Code != 0 {
		t.Skip("there is no boto3: make deps installs python3-boto3")
	}
	mustRun(t, process.Command{Name: python, Args: []string{script(t, "day.py"), a.Endpoint, a.ID}, Dir: dir, Env: env, Long: true})
	c.wantClean()
	c.Ecc("account", "delete", "boto")
	c.wantHealthy()
}
