package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"ecc/internal/doctor"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "tell what this host lacks or has wrong, and the command that mends it",
		Flags: serverFlags(),
		Action: func(c *cli.Context) error {
			cfg, err := loadConfig(c)
			if err != nil {
				return err
			}
			bad := 0
			t := newTable("CHECK", "RESULT", "FOUND", "TO MEND IT")
			for _, f := range doctor.Examine(c.Context, cfg) {
				if f.Result == doctor.Bad {
					bad++
				}
				t.row(f.Check, f.Result.String(), f.Found, f.Mend)
			}
			if err := t.flush(); err != nil {
				return err
			}
			if bad > 0 {
				return fmt.Errorf("%d of the checks failed", bad)
			}
			return nil
		},
	}
}
