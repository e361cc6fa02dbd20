package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"ecc/cloud"
	"ecc/roles"
	"ecc/roles/walrus/keyring"
)

func keysCommand() *cli.Command {
	account := &cli.StringFlag{Name: "account", Usage: "`ACCOUNT` it belongs to: number or name"}
	asJSON := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "keys", Usage: "the keys that encrypt objects: list, make, rotate, disable",
		Description: `Objects are encrypted with a key each, and that key is sealed with one of these:

   master           for SSE-S3 (x-amz-server-side-encryption: AES256); there always
   a named key      for SSE-KMS (aws:kms): of one account, or shared by all; every
                    account gets one of its own, alias/aws/s3, when it first asks

They are in the keyring (walrus.keyring in the configuration), a small file apart
from the objects. Without it they cannot be read: back it up. Run these commands
on the host of walrus, as the user it runs as or as root. What they change counts
at once, whether walrus runs or not.

   ecc keys create --account blue --alias disks
   aws s3 cp disk.img s3://b/ --sse aws:kms --sse-kms-key-id alias/disks
   ecc keys rotate alias/disks --account blue`,
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the keys", Action: listKeys, Flags: []cli.Flag{dataFlag(), asJSON}},
			{Name: "create", Usage: "make a named key", Action: createKey, Flags: []cli.Flag{dataFlag(), asJSON, account,
				&cli.StringFlag{Name: "alias", Usage: "`NAME` to call it by, as alias/NAME"}},
				Description: `Without --account every account may use it. The key's id and ARN are printed.`},
			{Name: "rotate", Usage: "encrypt with a new version of a key from now on", ArgsUsage: "KEY", Action: rotateKey, Flags: []cli.Flag{dataFlag(), account},
				Description: "KEY is an id, an ARN, an alias, or master. What was encrypted before stays as it is and can be read:\nno object is written again, and old versions are kept."},
			{Name: "disable", Usage: "refuse to encrypt and to decrypt with a key", ArgsUsage: "KEY", Action: disableKey, Flags: []cli.Flag{dataFlag(), account},
				Description: "KEY is an id, an ARN or an alias. Its objects cannot be read until it is enabled again. A key is never\ndeleted: that would destroy every object that was encrypted with it."},
			{Name: "enable", Usage: "serve with a disabled key again", ArgsUsage: "KEY", Action: enableKey, Flags: []cli.Flag{dataFlag(), account}},
			{Name: "reseal", Usage: "seal the keyring itself with another key", Action: resealKeys, Flags: []cli.Flag{dataFlag(),
				&cli.StringFlag{Name: "key-file", Usage: "`FILE` with the new key: 32 bytes in base64 (openssl rand -base64 32)"},
				&cli.BoolFlag{Name: "open", Usage: "seal it with none: who may read the file can use the keys"}},
				Description: "The old key is the configuration's (walrus.keyring_key or keyring_key_file). Set the new one there afterwards\nand start walrus again: until then it reads and stores nothing encrypted."},
		},
	}
}

// openKeys opens the keyring of the configuration.
func openKeys(c *cli.Context) (*keyring.Ring, error) {
	cfg, err := loadConfig(c)
	if err != nil {
		return nil, err
	}
	conf, err := cfg.Keyring()
	if err != nil {
		return nil, err
	}
	r, err := keyring.Open(conf)
	if errors.Is(err, keyring.ErrMissing) {
		return nil, fmt.Errorf("there is no keyring at %s: walrus makes it when it first starts; name its folder with --data, or its configuration with --config", conf.Path)
	}
	return r, err
}

func listKeys(c *cli.Context) error {
	r, err := openKeys(c)
	if err != nil {
		return err
	}
	keys, err := r.Keys()
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(os.Stdout).Encode(keys)
	}
	t := newTable("KEY", "ALIAS", "ACCOUNT", "STATE", "VERSIONS", "CREATED", "ROTATED")
	for _, k := range keys {
		t.row(k.ID, orDash(strings.Join(k.Aliases, ",")), keyOwner(k), keyState(k), strconv.Itoa(k.Versions), k.Created.Format(time.RFC3339), keyRotated(k))
	}
	return t.flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func keyOwner(k keyring.Key) string {
	switch {
	case k.ID == keyring.Master:
		return "-"
	case k.Account == "":
		return "all"
	}
	return string(k.Account)
}

func keyState(k keyring.Key) string {
	if k.Disabled {
		return "disabled"
	}
	return "enabled"
}

func keyRotated(k keyring.Key) string {
	if k.Versions == 1 {
		return "never"
	}
	return k.Rotated.Format(time.RFC3339)
}

func createKey(c *cli.Context) error {
	r, err := openKeys(c)
	if err != nil {
		return err
	}
	account, err := accountOf(c)
	if err != nil {
		return err
	}
	alias := c.String("alias")
	if alias != "" {
		alias = "alias/" + strings.TrimPrefix(alias, "alias/")
	}
	k, err := r.Create(account, alias)
	if errors.Is(err, keyring.ErrExists) {
		return fmt.Errorf("there is a key called %s already: ecc keys list", alias)
	}
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(os.Stdout).Encode(k)
	}
	fmt.Printf("key %s\n%s\n", k.ID, k.ARN)
	return nil
}

var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// accountOf finds the account of --account, "" if that is not given. A name is
// known to the head only.
func accountOf(c *cli.Context) (cloud.AccountID, error) {
	name := c.String("account")
	if name == "" || accountNumber.MatchString(name) {
		return cloud.AccountID(name), nil
	}
	op, _, err := operator(c)
	if err != nil {
		return "", fmt.Errorf("--account %s: %w; or give the account's number", name, err)
	}
	accounts, err := op.Accounts(c.Context)
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		if a.Name == name {
			return a.ID, nil
		}
	}
	return "", fmt.Errorf("there is no account %q: ecc account list", name)
}

// pickKey finds the key a command is about.
func pickKey(c *cli.Context) (*keyring.Ring, string, error) {
	name, err := operand(c, "key")
	if err != nil {
		return nil, "", err
	}
	r, err := openKeys(c)
	if err != nil {
		return nil, "", err
	}
	account, err := accountOf(c)
	if err != nil {
		return nil, "", err
	}
	keys, err := r.Keys()
	if err != nil {
		return nil, "", err
	}
	keys = slices.DeleteFunc(keys, func(k keyring.Key) bool { return !called(k, name, account) })
	switch len(keys) {
	case 0:
		return nil, "", fmt.Errorf("there is no key %q: ecc keys list", name)
	case 1:
		return r, keys[0].ID, nil
	}
	return nil, "", fmt.Errorf("%d accounts have a key called %s: say whose with --account", len(keys), name)
}

// called reports whether a key is called so, if it is the account's or no
// account was named.
func called(k keyring.Key, name string, account cloud.AccountID) bool {
	if account != "" && k.Account != account {
		return false
	}
	return name != "" && (k.ID == name || k.ARN == name || slices.Contains(k.Aliases, name) || slices.Contains(k.Aliases, "alias/"+name))
}

func rotateKey(c *cli.Context) error {
	r, id, err := pickKey(c)
	if err != nil {
		return err
	}
	k, err := r.Rotate(id)
	if err != nil {
		return err
	}
	fmt.Printf("key %s encrypts with version %d from now on\n", k.ID, k.Versions)
	return nil
}

func resealKeys(c *cli.Context) error {
	file := c.String("key-file")
	if (file == "") == !c.Bool("open") {
		return errors.New("say with which key: --key-file FILE, or --open for none")
	}
	r, err := openKeys(c)
	if err != nil {
		return err
	}
	var wrap []byte
	if file != "" {
		if wrap, err = roles.ReadKeyringKey(file); err != nil {
			return fmt.Errorf("--key-file: %w", err)
		}
	}
	if err := r.Reseal(wrap); err != nil {
		return err
	}
	fmt.Println("the keyring is sealed with the new key: set walrus.keyring_key_file (or unset it for --open), and start walrus again")
	return nil
}

func disableKey(c *cli.Context) error { return setDisabled(c, true) }
func enableKey(c *cli.Context) error  { return setDisabled(c, false) }

func setDisabled(c *cli.Context, disabled bool) error {
	r, id, err := pickKey(c)
	if err != nil {
		return err
	}
	k, err := r.SetDisabled(id, disabled)
	if err != nil {
		return err
	}
	fmt.Printf("key %s is %s\n", k.ID, keyState(k))
	return nil
}
