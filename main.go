// Command ecc is Eucalyptus Community Cloud: an EC2- and S3-compatible cloud
// for one machine or a rack, in one executable. Without a command it runs the
// roles it is given; the commands are for people who operate a cloud.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"ecc/internal/failpoint"
	"ecc/roles"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := app().RunContext(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "ecc:", err)
		stop()
		os.Exit(exitCode(err)) //nolint:gocritic // stop was called
	}
}

// exitCode is 1 unless the error asks for another.
func exitCode(err error) int {
	if c, ok := err.(cli.ExitCoder); ok { //nolint:errorlint // of the error itself, not of a cause
		return c.ExitCode()
	}
	return 1
}

func app() *cli.App {
	return &cli.App{
		Name:    "ecc",
		Usage:   "a private cloud in one binary: EC2 and S3 for your own machines",
		Version: version(),
		Description: `Runs the roles it is given until it is told to stop:

   ecc                                      everything on this machine
   ecc --hypervisor sim                     the same API, no guests, no root
   ecc --roles clc,walrus --listen 10.0.0.1:8773      a head, and on other hosts
   ecc --roles nc --join 10.0.0.1:8774 --token TOKEN  (ecc token create, on the head)

A tenant's first steps:

   eval "$(ecc env)"                        endpoint and keys for the aws CLI
   ecc image import disk.qcow2 --name debian
   aws ec2 run-instances --image-id ami-… --instance-type t3.micro`,
		Flags:                serverFlags(),
		Action:               serve,
		HideHelpCommand:      true,
		EnableBashCompletion: true,
		ExitErrHandler:       func(*cli.Context, error) {}, // main prints
		OnUsageError:         wrongFlag,
		// A comma in --set KEY=VALUE is the value's.
		DisableSliceFlagSeparator: true,
		Commands: instruct([]*cli.Command{
			envCommand(), accountCommand(), keysCommand(), imageCommand(), nodesCommand(), tokenCommand(), auditCommand(), walrusCommand(),
			doctorCommand(), configCommand(), downCommand(), versionCommand(), reapCommand(),
		}),
	}
}

// serve runs the roles.
func serve(c *cli.Context) error {
	if c.Args().First() == "help" {
		return cli.ShowAppHelp(c)
	}
	if c.Args().Present() {
		return fmt.Errorf("there is no command %q; ecc --help lists them", c.Args().First())
	}
	if err := failpoint.Arm(os.Getenv("ECC_FAILPOINTS")); err != nil {
		return err
	}
	cfg, err := loadConfig(c)
	if err != nil {
		return err
	}
	defer paceCollector(cfg)()
	roles.Version = version()
	log, flush := newLogger(cfg.Log)
	defer flush()
	p, err := roles.New(c.Context, cfg, log)
	if err != nil {
		return err
	}
	err = p.Run(c.Context)
	if closing := p.Close(); err == nil {
		err = closing
	}
	return err
}
