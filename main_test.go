package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/roles"
)

// every calls f with each command and its full name.
func every(cmds []*cli.Command, prefix string, f func(name string, cmd *cli.Command)) {
	for _, cmd := range cmds {
		f(prefix+cmd.Name, cmd)
		every(cmd.Subcommands, prefix+cmd.Name+" ", f)
	}
}

func hasFlag(cmd *cli.Command, name string) bool {
	return slices.ContainsFunc(cmd.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

func TestEveryCommandIsExplained(t *testing.T) {
	every(app().Commands, "", func(name string, cmd *cli.Command) {
		if cmd.Usage == "" || strings.HasSuffix(cmd.Usage, ".") {
			t.Errorf("%s: usage %q, want words without a full stop", name, cmd.Usage)
		}
		if cmd.Action == nil || cmd.OnUsageError == nil {
			t.Errorf("%s does nothing, or does not explain mistakes", name)
		}
		for _, f := range cmd.Flags {
			if d, ok := f.(cli.DocGenerationFlag); !ok || d.GetUsage() == "" {
				t.Errorf("%s --%s has no usage", name, f.Names()[0])
			}
		}
	})
}

// --data is taken wherever it is typed.
func TestEveryCommandTakesTheDataFolder(t *testing.T) {
	without := []string{"version", "reap"} // about no data folder
	every(app().Commands, "", func(name string, cmd *cli.Command) {
		if len(cmd.Subcommands) == 0 && !slices.Contains(without, name) && !hasFlag(cmd, "data") {
			t.Errorf("ecc %s has no --data", name)
		}
	})
}

// A flag of the server stands for a setting, and shows its built-in value.
func TestServerFlagsAreSettings(t *testing.T) {
	for name, key := range settings {
		value := map[string]string{"roles": "nc", "hypervisor": "sim", "listen": "127.0.0.1:1", "join.url": "https://h:1", "log.level": "warn"}[key]
		if value == "" {
			value = "/x"
		}
		flags := map[string]string{key: value}
		if key != "join.url" && key != "roles" && !strings.HasPrefix(key, "join") {
			if _, err := roles.Load(roles.Sources{Flags: flags}); err != nil {
				t.Errorf("--%s: %v", name, err)
			}
		}
		if !slices.ContainsFunc(serverFlags(), func(f cli.Flag) bool { return f.Names()[0] == name }) {
			t.Errorf("no flag --%s", name)
		}
	}
	def := roles.Default()
	for name, want := range map[string]string{"data": def.Data, "listen": def.Listen, "hypervisor": def.Hypervisor, "log-level": def.Log.Level, "roles": strings.Join(def.Roles, ",")} {
		for _, f := range serverFlags() {
			if s, ok := f.(*cli.StringFlag); ok && s.Name == name && s.DefaultText != want {
				t.Errorf("--%s says its default is %q, it is %q", name, s.DefaultText, want)
			}
		}
	}
}

func TestExitCodes(t *testing.T) {
	for want, err := range map[int]error{1: errors.New("x"), 3: cli.Exit("", 3)} {
		if got := exitCode(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

// parsed is the context of a command line behind "image import".
func parsed(t *testing.T, args ...string) *cli.Context {
	t.Helper()
	cmd := imageCommand().Subcommands[0]
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, f := range cmd.Flags {
		if err := f.Apply(set); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	c := cli.NewContext(app(), set, nil)
	c.Command = cmd
	return c
}

func TestOperandTakesFlagsBehindIt(t *testing.T) {
	for line, want := range map[string]string{ // file, name, private; or part of the error
		"f":                       "f  false",
		"--name n f":              "f n false",
		"f --name n":              "f n false",
		"f --name=n":              "f n false",
		"f -name n --private":     "f n true",
		"f --private --name n":    "f n true",
		"f --private=false":       "f  false",
		"--private f --name=a=b":  "f a=b true",
		"f --name --private":      "f --private false",
		"":                        "name the file",
		"f g":                     `"g" is too much`,
		"f --name n g":            `"g" is too much`,
		"f --name":                "needs an argument",
		"f --colour red":          "no such flag",
		"f --private=perhaps":     "parse error",
		"f -- g":                  "",
		"f --name one --name two": "f two false",
	} {
		c := parsed(t, strings.Fields(line)...)
		file, err := operand(c, "file")
		got := strings.Join([]string{file, c.String("name"), map[bool]string{true: "true", false: "false"}[c.Bool("private")]}, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("image import %s: %q, want %q", line, got, want)
		}
	}
}

func TestMistakesEndInOneLine(t *testing.T) {
	for _, line := range []string{"bogus", "--bogus", "account bogus", "account list x", "token create --life x", "image import", "config print --bogus"} {
		a := app()
		var out bytes.Buffer
		a.Writer, a.ErrWriter = &out, &out
		err := a.RunContext(t.Context(), append([]string{"ecc"}, strings.Fields(line)...))
		if err == nil || strings.Contains(err.Error(), "\n") || out.Len() > 0 {
			t.Errorf("ecc %s: %v, and printed %q", line, err, out.String())
		}
	}
}

func TestRefusedFilesAreNamed(t *testing.T) {
	refused := cloud.Errorf(cloud.Invalid, cloud.ResManifest, "", "not a disk")
	other := errors.New("no space")
	if got := unusable("f.raw", refused); got.Error() != "f.raw: not a disk" {
		t.Errorf("%v", got)
	}
	if got := unusable("f.raw", other); !errors.Is(got, other) {
		t.Errorf("%v", got)
	}
	if got := unusable("f.raw", nil); got != nil {
		t.Errorf("%v", got)
	}
}

// A flag is looked for before the command's name too, so the flag of a command
// that is called like one of the server must be that one.
func TestNoFlagMeansTwoThings(t *testing.T) {
	usage := map[string]string{}
	for _, f := range serverFlags() {
		usage[f.Names()[0]] = f.(cli.DocGenerationFlag).GetUsage()
	}
	every(app().Commands, "", func(name string, cmd *cli.Command) {
		for _, f := range cmd.Flags {
			if want, also := usage[f.Names()[0]]; also && f.(cli.DocGenerationFlag).GetUsage() != want {
				t.Errorf("ecc %s has a --%s of its own, and so has ecc", name, f.Names()[0])
			}
		}
	})
}
