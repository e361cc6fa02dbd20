package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"ecc/rpc"
)

func envCommand() *cli.Command {
	return &cli.Command{
		Name: "env", Usage: "print exports for the aws CLI and SDKs",
		Description: `eval "$(ecc env)" sets endpoint, region and keys of the administrator, or of another of the cloud's own accounts. Tenants' keys are shown once, when they are made.`,
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
	for _, service := range []string{"", "_EC2", "_IAM", "_STS", "_S3"} {
		fmt.Printf("export AWS_ENDPOINT_URL%s=%s\n", service, a.Endpoint)
	}
	fmt.Printf("export AWS_DEFAULT_REGION=%s\nexport AWS_REGION=%s\n", a.Region, a.Region)
	fmt.Printf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", a.Key.ID, a.Key.Secret)
	fmt.Println("unset AWS_SESSION_TOKEN AWS_PROFILE")
	fmt.Printf("# an aws CLI before 2.13 (1.29) does not know AWS_ENDPOINT_URL: aws --endpoint-url %s ...\n", a.Endpoint)
}
