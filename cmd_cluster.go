package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/internal/reap"
	"ecc/roles"
	"ecc/rpc"
)

func nodesCommand() *cli.Command {
	return &cli.Command{
		Name: "nodes", Usage: "list the hosts that run instances, and what is free on them",
		Flags: []cli.Flag{dataFlag(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: func(c *cli.Context) error {
			op, _, err := operator(c)
			if err != nil {
				return err
			}
			nodes, err := op.Nodes(c.Context)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return json.NewEncoder(os.Stdout).Encode(nodes)
			}
			return printNodes(nodes)
		},
	}
}

func printNodes(nodes []rpc.NodeRow) error {
	t := newTable("NODE", "ZONE", "STATE", "HYPERVISOR", "INSTANCES", "VCPU FREE", "MEMORY FREE", "DISK FREE", "VERSION")
	for _, n := range nodes {
		state := "up"
		if n.Node.Down {
			state = "silent since " + n.Node.DownSince.UTC().Format(time.TimeOnly)
		}
		t.row(string(n.Node.ID), n.Node.Zone, state, n.Node.Hypervisor+"/"+n.Node.Accelerator, fmt.Sprint(n.Instances),
			fmt.Sprintf("%d of %d", n.Free.VCPU, n.Node.Capacity.VCPU),
			gib(n.Free.Memory)+" of "+gib(n.Node.Capacity.Memory), gib(n.Free.Disk)+" of "+gib(n.Node.Capacity.Disk), n.Node.Version)
	}
	return t.flush()
}

func gib(b cloud.Bytes) string { return fmt.Sprintf("%.1f GiB", float64(b)/float64(cloud.GiB)) }

func tokenCommand() *cli.Command {
	return &cli.Command{
		Name: "token", Usage: "join tokens for new hosts",
		Subcommands: []*cli.Command{{
			Name: "create", Usage: "print a token that admits one host, once",
			Flags: []cli.Flag{dataFlag(),
				&cli.StringFlag{Name: "role", Usage: "`ROLE` of the host: nc, cc or walrus", Value: roles.RoleNC},
				&cli.StringFlag{Name: "node", Usage: "only for the host of this `NAME`"},
				&cli.DurationFlag{Name: "life", Usage: "`TIME` it can be used", Value: time.Hour}},
			Action: func(c *cli.Context) error {
				op, _, err := operator(c)
				if err != nil {
					return err
				}
				token, err := op.CreateToken(c.Context, rpc.TokenRequest{Role: c.String("role"), Node: cloud.NodeID(c.String("node")), Life: c.Duration("life")})
				if err != nil {
					return err
				}
				fmt.Println(token)
				return nil
			},
		}},
	}
}

func auditCommand() *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "compare records and hosts; exit 1 if something leaked or is missing",
		Flags:       []cli.Flag{dataFlag(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Subcommands: []*cli.Command{auditLogCommand()},
		Action: func(c *cli.Context) error {
			op, _, err := operator(c)
			if err != nil {
				return err
			}
			rep, err := op.Audit(c.Context)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = json.NewEncoder(os.Stdout).Encode(rep)
			} else {
				err = printAudit(rep)
			}
			if err == nil && len(rep.Findings) > 0 {
				return fmt.Errorf("%d findings", len(rep.Findings))
			}
			return err
		},
	}
}

func printAudit(rep rpc.AuditReport) error {
	t := newTable("CHECKED", "")
	for _, what := range []string{"instances", "interfaces", "nodes", "domains", "folders", "ports", "pins"} {
		t.row(what, fmt.Sprint(rep.Checked[what]))
	}
	for _, n := range rep.Unheard {
		t.row("not heard", string(n))
	}
	for _, f := range rep.Findings {
		t.row("FINDING", f)
	}
	return t.flush()
}

func versionCommand() *cli.Command {
	return &cli.Command{Name: "version", Usage: "print the version", Action: func(*cli.Context) error {
		fmt.Println("ecc", version())
		return nil
	}}
}

// buildVersion is set by the linker.
var buildVersion string

func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "dev"
}

func configCommand() *cli.Command {
	return &cli.Command{
		Name: "config", Usage: "the configuration",
		Subcommands: []*cli.Command{{
			Name: "print", Usage: "print the configuration that flags, environment and file make",
			Flags: append(serverFlags(), &cli.BoolFlag{Name: "diff", Usage: "only what differs from the defaults"}),
			Action: func(c *cli.Context) error {
				cfg, err := loadConfig(c)
				if err != nil {
					return err
				}
				if c.Bool("diff") {
					return cfg.PrintDiff(os.Stdout)
				}
				return cfg.Print(os.Stdout)
			},
		}},
	}
}

// reapCommand is for scripts that run libvirtd where no init system does.
func reapCommand() *cli.Command {
	return &cli.Command{Name: "reap", Hidden: true, Usage: "run a program and collect the orphans it leaves",
		ArgsUsage: "-- COMMAND [ARG…]", SkipFlagParsing: true,
		Action: func(c *cli.Context) error {
			argv := c.Args().Slice()
			if len(argv) > 0 && argv[0] == "--" {
				argv = argv[1:]
			}
			code, err := reap.Run(argv)
			if err != nil {
				return fmt.Errorf("run %s: %w", strings.Join(argv, " "), err)
			}
			if code != 0 {
				return cli.Exit("", code)
			}
			return nil
		}}
}
