package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// instruct makes every command answer a mistake with what to do next, in one
// line: the library would print the whole help.
func instruct(cmds []*cli.Command) []*cli.Command {
	for _, cmd := range cmds {
		if cmd.OnUsageError = wrongFlag; cmd.SkipFlagParsing {
			continue
		}
		cmd.HideHelpCommand = true
		switch {
		case len(cmd.Subcommands) > 0:
			cmd.Action = orUnknown(cmd.Action)
			instruct(cmd.Subcommands)
		case cmd.ArgsUsage == "":
			cmd.Before = noArguments
		}
	}
	return cmds
}

func wrongFlag(c *cli.Context, err error, _ bool) error {
	return fmt.Errorf("%w; %s --help lists the flags", err, fullName(c))
}

// fullName is a command as it is typed: "ecc image import".
func fullName(c *cli.Context) string {
	if c.Command == nil || c.Command.HelpName == "" {
		return c.App.HelpName
	}
	return c.Command.HelpName
}

// orUnknown is what a command with sub-commands does when none of them is named:
// its own action, if it has one and there is nothing else.
func orUnknown(own cli.ActionFunc) cli.ActionFunc {
	if own == nil {
		return unknownCommand
	}
	return func(c *cli.Context) error {
		if c.Args().Present() {
			return unknownCommand(c)
		}
		return own(c)
	}
}

// unknownCommand is the action of a command that only has sub-commands.
func unknownCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowSubcommandHelp(c)
	}
	return fmt.Errorf("there is no command %q; %s --help lists them", c.Args().First(), fullName(c))
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return fmt.Errorf("%s takes no %q; see %s --help", fullName(c), c.Args().First(), fullName(c))
	}
	return nil
}

// operand returns a command's one argument. Flags behind it count too: they
// are what people type, and the flag package stops at the first argument.
func operand(c *cli.Context, what string) (string, error) {
	args := c.Args().Slice()
	if len(args) == 0 {
		return "", fmt.Errorf("name the %s: %s %s", what, fullName(c), c.Command.ArgsUsage)
	}
	for rest := args[1:]; len(rest) > 0; {
		name, value, joined := strings.Cut(strings.TrimLeft(rest[0], "-"), "=")
		if !strings.HasPrefix(rest[0], "-") {
			return "", fmt.Errorf("one %s at a time: %q is too much", what, rest[0])
		}
		rest = rest[1:]
		switch {
		case joined:
		case isSwitch(c, name):
			value = "true"
		case len(rest) > 0:
			value, rest = rest[0], rest[1:]
		default:
			return "", wrongFlag(c, errors.New("flag needs an argument: -"+name), true)
		}
		if err := c.Set(name, value); err != nil {
			return "", wrongFlag(c, fmt.Errorf("-%s: %w", name, err), true)
		}
	}
	return args[0], nil
}

// isSwitch tells flags without a value.
func isSwitch(c *cli.Context, name string) bool {
	return slices.ContainsFunc(slices.Concat(c.Command.Flags, c.App.Flags), func(f cli.Flag) bool {
		_, boolean := f.(*cli.BoolFlag)
		return boolean && slices.Contains(f.Names(), name)
	})
}
