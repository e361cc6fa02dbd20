package roles

import (
	"bytes"
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyringConfig(t *testing.T) {
	dir := t.TempDir()
	secret := bytes.Repeat([]byte{7}, 32)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := base64.StdEncoding.EncodeToString(secret)
	for name, tc := range map[string]struct {
		flags map[string]string
		wrap  []byte
		wrong string // part of the error
	}{
		"nothing":        {},
		"a key":          {flags: map[string]string{"walrus.keyring_key": text}, wrap: secret},
		"a file":         {flags: map[string]string{"walrus.keyring_key_file": file("key", text+"\n")}, wrap: secret},
		"both":           {flags: map[string]string{"walrus.keyring_key": text, "walrus.keyring_key_file": file("key", text)}, wrong: "not both"},
		"no key":         {flags: map[string]string{"walrus.keyring_key": "password"}, wrong: "openssl rand"},
		"no key in file": {flags: map[string]string{"walrus.keyring_key_file": file("bad", "password")}, wrong: "openssl rand"},
		"an empty file":  {flags: map[string]string{"walrus.keyring_key_file": file("empty", "")}, wrong: "is empty"},
		"no file":        {flags: map[string]string{"walrus.keyring_key_file": filepath.Join(dir, "none")}, wrong: "no such file"},
		"beside objects": {flags: map[string]string{"walrus.keyring": filepath.Join(dir, "data", "walrus", "keys", "k")}, wrong: "folder of the objects"},
		"encrypt":        {flags: map[string]string{"walrus.encrypt": "never"}, wrong: "asked or always"},
		"customer keys":  {flags: map[string]string{"walrus.customer_keys": "yes"}, wrong: "private or anywhere"},
	} {
		flags := map[string]string{"data": filepath.Join(dir, "data")}
		maps.Copy(flags, tc.flags)
		cfg, err := Load(Sources{Flags: flags, Hostname: "host"})
		if err == nil {
			k, failed := cfg.Keyring()
			if err = failed; err == nil && tc.flags["walrus.keyring"] == "" && (k.Path != filepath.Join(dir, "data", "keys", "walrus.keyring") || !bytes.Equal(k.Wrap, tc.wrap)) {
				t.Errorf("%s: %s sealed with %x", name, k.Path, k.Wrap)
			}
		}
		if (tc.wrong == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.wrong) {
			t.Errorf("%s: %v, want %q", name, err, tc.wrong)
		}
		if err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}
