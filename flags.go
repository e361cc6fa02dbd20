package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"ecc/roles"
	"ecc/rpc"
)

// settings are the flags that stand for a key of the configuration.
var settings = map[string]string{
	"roles": "roles", "data": "data", "listen": "listen", "hypervisor": "hypervisor",
	"join": "join.url", "token": "join.token", "log-level": "log.level",
}

// serverFlags are the flags of the server. --set reaches every other key.
func serverFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "roles", Usage: "`ROLES` to run: all, or some of clc,cc,walrus,nc", DefaultText: "all"},
		&cli.StringFlag{Name: "config", Usage: "configuration `FILE` (TOML); see config.example.toml", EnvVars: []string{"ECC_CONFIG"}},
		dataFlag(),
		&cli.StringFlag{Name: "listen", Usage: "`ADDR:PORT` of the tenants' endpoint", DefaultText: "127.0.0.1:8773"},
		&cli.StringFlag{Name: "hypervisor", Usage: "`libvirt|sim`: real guests, or a simulator without any", DefaultText: "libvirt"},
		&cli.StringFlag{Name: "join", Usage: "`URL` of the head's edge listener, for a host without a clc of its own"},
		&cli.StringFlag{Name: "token", Usage: "join `TOKEN` for the first start (ecc token create on the head)"},
		&cli.StringFlag{Name: "log-level", Usage: "`LEVEL`: debug, info, warn, error", DefaultText: "info"},
		&cli.StringSliceFlag{Name: "set", Usage: "set any key of the configuration: `KEY=VALUE`, as nc.zone=us-east-1b"},
	}
}

// dataFlag is on every command, before or after its name.
func dataFlag() cli.Flag {
	return &cli.StringFlag{Name: "data", Usage: "`DIR` with everything ecc keeps", DefaultText: "/var/lib/ecc"}
}

// given finds a flag wherever it was given: before the command or after it.
func given(c *cli.Context, name string) (string, bool) {
	for _, l := range c.Lineage() {
		if l.IsSet(name) {
			return l.String(name), true
		}
	}
	return "", false
}

// loadConfig reads the configuration that the flags, the environment and the
// file make.
func loadConfig(c *cli.Context) (roles.Config, error) {
	src := roles.Sources{Environ: os.Environ(), Flags: map[string]string{}}
	src.File, _ = given(c, "config")
	src.Hostname, _ = os.Hostname() // it names the node only when nothing else does
	for flag, key := range settings {
		if v, ok := given(c, flag); ok {
			src.Flags[key] = v
		}
	}
	for _, l := range c.Lineage() {
		for _, kv := range l.StringSlice("set") {
			k, v, ok := strings.Cut(kv, "=")
			if !ok {
				return roles.Config{}, fmt.Errorf("--set %q: write KEY=VALUE", kv)
			}
			src.Flags[k] = v
		}
	}
	return roles.Load(src)
}

// operator reaches the running head through its socket.
func operator(c *cli.Context) (rpc.Operator, roles.Config, error) {
	cfg, err := loadConfig(c)
	if err != nil {
		return nil, cfg, err
	}
	path := filepath.Join(cfg.Data, roles.SocketName)
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, os.ErrPermission) {
			return nil, cfg, fmt.Errorf("%s may not be used by you: run this as the user ecc runs as", path)
		}
		return nil, cfg, fmt.Errorf("no head runs with its data in %s: start one (ecc --data %s), or name its folder with --data", cfg.Data, cfg.Data)
	}
	return rpc.NewOperatorClient(path), cfg, nil
}
