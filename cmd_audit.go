package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/rpc"
)

func auditLogCommand() *cli.Command {
	return &cli.Command{
		Name: "log", Usage: "what was done to the cloud, by whom: the audit trail",
		Flags: []cli.Flag{dataFlag(),
			&cli.StringFlag{Name: "account", Usage: "only of the account with this `NAME` or id"},
			&cli.StringFlag{Name: "name", Usage: "only this `ACTION`, like RunInstances"},
			&cli.StringFlag{Name: "user", Usage: "only by the user or session `NAME`, by root or by ecc-operator"},
			&cli.DurationFlag{Name: "since", Usage: "only of the last `TIME`, like 24h"},
			&cli.IntFlag{Name: "limit", Usage: "the newest `N`", Value: 100},
			&cli.BoolFlag{Name: "json", Usage: "print the records, one JSON object per line, as CloudTrail has them"},
			&cli.BoolFlag{Name: "verify", Usage: "walk the whole trail instead; exit 1 if something is missing or was changed"}},
		Action: func(c *cli.Context) error {
			op, _, err := operator(c)
			if err != nil {
				return err
			}
			if c.Bool("verify") {
				return verifyAudit(c, op)
			}
			events, err := auditEvents(c, op)
			if err != nil {
				return err
			}
			slices.Reverse(events) // the newest last, as in any log
			return printEvents(events, c.Bool("json"))
		},
	}
}

func auditEvents(c *cli.Context, op rpc.Operator) (all []rpc.AuditEvent, err error) {
	q := rpc.AuditQuery{Account: c.String("account"), Name: c.String("name"), User: c.String("user")}
	if since := c.Duration("since"); since > 0 {
		q.Since = time.Now().Add(-since)
	}
	for len(all) < c.Int("limit") {
		q.Most = min(rpc.MaxAuditPage, c.Int("limit")-len(all))
		page, err := op.AuditLog(c.Context, q)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		q.Before = page[len(page)-1].ID
	}
	return all, nil
}

func printEvents(events []rpc.AuditEvent, asJSON bool) error {
	if asJSON {
		for _, e := range events {
			if _, err := fmt.Println(e.Record); err != nil {
				return err
			}
		}
		return nil
	}
	t := newTable("TIME", "ACCOUNT", "BY", "FROM", "ACTION", "RESULT", "ON")
	for _, e := range events {
		result := "ok"
		if e.Code != "" {
			result = e.Code
		}
		t.row(e.At.UTC().Format(time.RFC3339), string(e.Account), e.User, e.Address, strings.TrimSuffix(e.Source, ".amazonaws.com")+":"+e.Name, result, shortly(e.On))
	}
	return t.flush()
}

// shortly names the first of some ARNs by what comes after the account.
func shortly(arns []string) string {
	if len(arns) == 0 {
		return ""
	}
	parts := strings.SplitN(arns[0], ":", 6)
	text := parts[len(parts)-1]
	if len(arns) > 1 {
		text += fmt.Sprintf(" and %d more", len(arns)-1)
	}
	return text
}

func verifyAudit(c *cli.Context, op rpc.Operator) error {
	p, err := op.VerifyAudit(c.Context)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = json.NewEncoder(os.Stdout).Encode(p)
	} else {
		fmt.Printf("%d events hold together, the last is %s with hash %s\n", p.Events, p.Last, p.Hash)
	}
	if err == nil && p.Broken != "" {
		return errors.New(p.Broken)
	}
	return err
}
