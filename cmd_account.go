package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/rpc"
)

func accountCommand() *cli.Command {
	return &cli.Command{
		Name: "account", Usage: "tenants: make and list their accounts",
		Subcommands: []*cli.Command{
			{Name: "create", Usage: "make a tenant account with its first access key", ArgsUsage: "NAME", Action: createAccount,
				Flags: []cli.Flag{dataFlag(), &cli.BoolFlag{Name: "json", Usage: "print one JSON object"}}},
			{Name: "list", Usage: "list the accounts", Action: listAccounts, Flags: []cli.Flag{dataFlag()}},
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
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(os.Stdout).Encode(map[string]string{
			"account_id": string(a.Account.ID), "canonical_id": a.Account.Canonical, "name": a.Account.Name,
			"access_key_id": a.Key.ID, "secret_access_key": a.Key.Secret, "endpoint": a.Endpoint, "region": a.Region})
	}
	fmt.Printf("account %s (%s)\n", a.Account.Name, a.Account.ID)
	printEnv(a)
	return nil
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
	t := newTable("ACCOUNT", "NAME", "CREATED", "CANONICAL ID")
	for _, a := range accounts {
		t.row(string(a.ID), a.Name, a.Created.UTC().Format(time.RFC3339), a.Canonical)
	}
	return t.flush()
}

func envCommand() *cli.Command {
	return &cli.Command{
		Name: "env", Usage: "print exports for the aws CLI and SDKs",
		Description: `eval "$(ecc env)" sets endpoint, region and keys of the administrator, or of --account NAME.`,
		Flags:       []cli.Flag{dataFlag(), &cli.StringFlag{Name: "account", Usage: "`NAME` of the account"}},
		Action: func(c *cli.Context) error {
			op, cfg, err := operator(c)
			if err != nil {
				return err
			}
			name := c.String("account")
			if name == "" {
				name = cfg.CLC.Administrator
			}
			a, err := op.AccountKey(c.Context, name)
			if err != nil {
				return err
			}
			printEnv(a)
			return nil
		},
	}
}

// printEnv prints what a shell can take in. Nothing in it needs quoting: keys
// are base64, the endpoint is an address.
func printEnv(a rpc.AccountKey) {
	fmt.Printf("export AWS_ENDPOINT_URL=%s\nexport AWS_ENDPOINT_URL_EC2=%s\nexport AWS_ENDPOINT_URL_STS=%s\nexport AWS_ENDPOINT_URL_S3=%s\n", a.Endpoint, a.Endpoint, a.Endpoint, a.Endpoint)
	fmt.Printf("export AWS_DEFAULT_REGION=%s\nexport AWS_REGION=%s\n", a.Region, a.Region)
	fmt.Printf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", a.Key.ID, a.Key.Secret)
	fmt.Println("unset AWS_SESSION_TOKEN AWS_PROFILE")
	fmt.Printf("# an aws CLI before 2.13 (1.29) does not know AWS_ENDPOINT_URL: aws --endpoint-url %s ...\n", a.Endpoint)
}
