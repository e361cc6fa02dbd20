package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/rpc"
)

func accountCommand() *cli.Command {
	inJSON := &cli.BoolFlag{Name: "json", Usage: "print one JSON object"}
	return &cli.Command{
		Name: "account", Usage: "tenants: their accounts, registrations, keys and limits",
		Subcommands: []*cli.Command{
			{Name: "create", Usage: "make a tenant account with its first access key", ArgsUsage: "NAME", Action: createAccount,
				Flags: []cli.Flag{dataFlag(), inJSON}},
			{Name: "list", Usage: "list the accounts", Action: listAccounts, Flags: []cli.Flag{dataFlag()}},
			{Name: "key", Usage: "make another access key of an account's root (two at most)", ArgsUsage: "NAME", Action: newAccountKey,
				Flags: []cli.Flag{dataFlag(), inJSON}},
			{Name: "approve", Usage: "make an account of a registration, with its first access key", ArgsUsage: "NAME", Action: approveAccount,
				Flags: []cli.Flag{dataFlag(), inJSON}},
			changeCommand(rpc.AccountReject, "remove a registration"),
			changeCommand(rpc.AccountSuspend, "let an account's keys open nothing; its guests go on"),
			changeCommand(rpc.AccountResume, "let them open what they did before"),
			changeCommand(rpc.AccountDelete, "remove an account that has nothing left"),
			limitsCommand(), policyCommand(),
		},
	}
}

func createAccount(c *cli.Context) error {
	name, err := operand(c, "account")
	if err != nil {
		return err
	}
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	a, err := op.CreateAccount(c.Context, name)
	return showKey(c, a, err)
}

func newAccountKey(c *cli.Context) error {
	name, err := operand(c, "account")
	if err != nil {
		return err
	}
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	a, err := op.NewAccountKey(c.Context, name)
	return showKey(c, a, err)
}

func approveAccount(c *cli.Context) error {
	name, err := operand(c, "account")
	if err != nil {
		return err
	}
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	if err := op.ChangeAccount(c.Context, rpc.AccountChange{Name: name, Do: rpc.AccountApprove}); err != nil {
		return err
	}
	a, err := op.NewAccountKey(c.Context, name)
	return showKey(c, a, err)
}

// showKey prints a key. It is the only time that anybody sees its secret.
func showKey(c *cli.Context, a rpc.AccountKey, err error) error {
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(os.Stdout).Encode(map[string]string{
			"account_id": string(a.Account.ID), "canonical_id": a.Account.Canonical, "name": a.Account.Name,
			"access_key_id": a.Key.ID, "secret_access_key": a.Key.Secret, "endpoint": a.Endpoint, "region": a.Region})
	}
	fmt.Printf("# account %s (%s); the secret is not shown again\n", a.Account.Name, a.Account.ID)
	printEnv(a)
	return nil
}

// changeCommand is a command that changes an account and says nothing.
func changeCommand(do, usage string) *cli.Command {
	return &cli.Command{Name: do, Usage: usage, ArgsUsage: "NAME", Flags: []cli.Flag{dataFlag()},
		Action: func(c *cli.Context) error {
			name, err := operand(c, "account")
			if err != nil {
				return err
			}
			op, _, err := operator(c)
			if err != nil {
				return err
			}
			return op.ChangeAccount(c.Context, rpc.AccountChange{Name: name, Do: do})
		}}
}

func listAccounts(c *cli.Context) error {
	op, _, err := operator(c)
	if err != nil {
		return err
	}
	accounts, err := op.Accounts(c.Context)
	if err != nil {
		return err
	}
	t := newTable("ACCOUNT", "NAME", "STATE", "ALIAS", "CREATED", "CANONICAL ID")
	for _, a := range accounts {
		t.row(string(a.ID), a.Name, accountState(a), a.Alias, a.Created.UTC().Format(time.RFC3339), a.Canonical)
	}
	return t.flush()
}

func accountState(a cloud.Account) string {
	switch {
	case a.Pending && a.Email != "":
		return "registered by " + a.Email
	case a.Pending:
		return "registered"
	case a.Suspended:
		return "suspended"
	}
	return "active"
}
