package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/roles/walrus/keyring"
)

// output runs a command and returns what it prints.
func output(t *testing.T, line ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stdout := os.Stdout
	os.Stdout = w
	err = app().RunContext(t.Context(), append([]string{"ecc"}, line...))
	os.Stdout = stdout
	if closing := w.Close(); closing != nil {
		t.Fatal(closing)
	}
	out, reading := io.ReadAll(r) // a pipe holds more than any of these print
	if reading != nil {
		t.Fatal(reading)
	}
	return string(out), err
}

func TestKeysCommands(t *testing.T) {
	data := t.TempDir()
	run := func(line ...string) (string, error) { return output(t, append(line, "--data", data)...) }
	if _, err := run("keys", "list"); err == nil || !strings.Contains(err.Error(), "no keyring at "+data) {
		t.Errorf("list without a keyring: %v", err)
	}
	path := filepath.Join(data, "keys", "walrus.keyring")
	serving, err := keyring.Create(keyring.Config{Path: path, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ line, want, wrong string }{
		{line: "keys list", want: "master"},
		{line: "keys create --account 111111111111 --alias disks", want: "arn:aws:kms:us-east-1:111111111111:key/"},
		{line: "keys create --account 111111111111 --alias alias/disks", wrong: "called alias/disks already"},
		{line: "keys create --account 222222222222 --alias disks", want: "key "},
		{line: "keys create --alias all", want: ":000000000000:key/"},
		{line: "keys create --alias aws/s3", wrong: "kept for ecc itself"},
		{line: "keys create --account blue", wrong: "give the account's number"},
		{line: "keys rotate master", want: "version 2"},
		{line: "keys rotate alias/disks", wrong: "2 accounts have a key called alias/disks"},
		{line: "keys rotate disks --account 111111111111", want: "version 2"},
		{line: "keys disable all", want: "is disabled"},
		{line: "keys list", want: "disabled"},
		{line: "keys enable alias/all", want: "is enabled"},
		{line: "keys disable master", wrong: "cannot be disabled"},
		{line: "keys rotate none", wrong: `there is no key "none"`},
		{line: "keys rotate", wrong: "name the key"},
		{line: "keys reseal", wrong: "--key-file FILE, or --open"},
		{line: "keys reseal --key-file none", wrong: "no such file"},
		{line: "keys reseal --open --key-file none", wrong: "--key-file FILE, or --open"},
	} {
		out, err := run(strings.Fields(step.line)...)
		if step.wrong == "" && (err != nil || !strings.Contains(out, step.want)) || step.wrong != "" && (err == nil || !strings.Contains(err.Error(), step.wrong)) {
			t.Errorf("ecc %s: %q, %v; want %q%s", step.line, out, err, step.want, step.wrong)
		}
	}
	if k, err := serving.Key(keyring.Master); err != nil || k.Versions != 2 {
		t.Errorf("a walrus that runs sees %d versions, %v", k.Versions, err)
	}
	out, err := run("keys", "list", "--json")
	var keys []keyring.Key
	if err != nil || json.Unmarshal([]byte(out), &keys) != nil || len(keys) != 4 {
		t.Errorf("list --json: %v\n%s", err, out)
	}
	secrets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range strings.Fields(string(secrets)) {
		if len(word) > 44 && strings.Contains(out, strings.Trim(word, `",`)) {
			t.Error("a secret was printed")
		}
	}
	file := filepath.Join(data, "key")
	if err := os.WriteFile(file, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run("keys", "reseal", "--key-file", file); err != nil {
		t.Error(err)
	}
	if _, err := run("keys", "list"); err == nil || !strings.Contains(err.Error(), "is sealed") {
		t.Errorf("list without the key: %v", err)
	}
	if _, err := run("--set", "walrus.keyring_key_file="+file, "keys", "reseal", "--open"); err != nil {
		t.Error(err)
	}
	if _, err := run("keys", "list"); err != nil {
		t.Error(err)
	}
}
