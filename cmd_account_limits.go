package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"ecc/rpc"
)

func limitsCommand() *cli.Command {
	return &cli.Command{Name: "limits", Usage: "show or set what an account may have", ArgsUsage: "NAME", Action: accountLimits,
		Flags: []cli.Flag{dataFlag(),
			&cli.StringSliceFlag{Name: "limit", Usage: "set one: `LIMIT=NUMBER`, LIMIT=none for no limit, LIMIT=default for the configuration's"}}}
}

// accountLimits sets the limits asked for, then shows all.
func accountLimits(c *cli.Context) error {
	name, err := operand(c, "account")
	if err != nil {
		return err
	}
	change, err := readLimits(name, c.StringSlice("limit"))
	if err != nil {
		return err
	}
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	if c.IsSet("limit") {
		if err := op.ChangeAccount(c.Context, change); err != nil {
			return err
		}
	}
	rows, err := op.AccountLimits(c.Context, name)
	if err != nil {
		return err
	}
	t := newTable("LIMIT", "MOST", "SET FOR")
	for _, r := range rows {
		most, whom := strconv.FormatInt(r.Most, 10), "all"
		if r.Most < 0 {
			most = "none"
		}
		if r.Own {
			whom = name
		}
		t.row(r.Name, most, whom)
	}
	return t.flush()
}

// readLimits reads LIMIT=NUMBER.
func readLimits(account string, words []string) (rpc.AccountChange, error) {
	change := rpc.AccountChange{Name: account, Do: rpc.AccountLimit, Limits: map[string]int64{}}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case ok && value == "default":
			change.Defaults = append(change.Defaults, name)
		case ok && value == "none":
			change.Limits[name] = -1
		case ok && err == nil && n >= 0:
			change.Limits[name] = n
		default:
			return change, fmt.Errorf("--limit %s: want LIMIT=NUMBER, LIMIT=none or LIMIT=default", w)
		}
	}
	return change, nil
}

func policyCommand() *cli.Command {
	return &cli.Command{Name: "policy", Usage: "bound what an account may do by a policy, its root too", ArgsUsage: "NAME",
		Description: "What it denies, nobody of the account may. Where an account's policies allow something, nothing else is allowed to it.",
		Flags: []cli.Flag{dataFlag(), &cli.StringSliceFlag{Name: "put", Usage: "`POLICY=FILE` with its JSON text"},
			&cli.StringSliceFlag{Name: "remove", Usage: "name of a `POLICY` to take away"}},
		Action: setAccountPolicies}
}

func setAccountPolicies(c *cli.Context) error {
	account, err := operand(c, "account")
	if err != nil {
		return err
	}
	change := rpc.AccountChange{Name: account, Do: rpc.AccountPolicy, Policies: map[string]string{}}
	for _, w := range c.StringSlice("put") {
		name, file, ok := strings.Cut(w, "=")
		if !ok || name == "" {
			return fmt.Errorf("--put %s: want POLICY=FILE", w)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if len(text) == 0 {
			return fmt.Errorf("%s is empty", file)
		}
		change.Policies[name] = string(text)
	}
	for _, name := range c.StringSlice("remove") {
		change.Policies[name] = ""
	}
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	if len(change.Policies) > 0 {
		if err := op.ChangeAccount(c.Context, change); err != nil {
			return err
		}
	}
	return showAccountPolicies(c, op, account)
}

func showAccountPolicies(c *cli.Context, op rpc.Operator, account string) error {
	accounts, err := op.Accounts(c.Context)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Name != account {
			continue
		}
		t := newTable("POLICY", "TEXT")
		for _, name := range slices.Sorted(maps.Keys(a.Policies)) {
			t.row(name, strings.Join(strings.Fields(a.Policies[name]), " "))
		}
		return t.flush()
	}
	return fmt.Errorf("no account of the name %q; ecc account list shows them", account)
}
