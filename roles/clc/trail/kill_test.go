package trail_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/clc/ledger"
	"ecc/roles/clc/trail"
	"ecc/store"
)

// childDir names the folder of a child process, childPoint where it dies.
const childDir, childPoint = "TRAIL_TEST_DIR", "TRAIL_TEST_POINT"

// child changes a cloud and says each change that was acknowledged, until it is
// killed.
func child() {
	dir := os.Getenv(childDir)
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	s, err := store.Open(filepath.Join(dir, "clc.db"), store.Options{})
	fail(err)
	l := ledger.New(ledger.Config{Region: "us-east-1"}, s)
	tr := trail.New(trail.Config{Dir: filepath.Join(dir, "audit"), Keep: 5}, trail.Deps{Store: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	for i := range 200 {
		if i == 60 {
			fail(failpoint.Arm(os.Getenv(childPoint)))
		}
		id := fmt.Sprintf("key-%d-%d", os.Getpid(), i)
		fail(l.Update(context.Background(), call(account, "CreateKeyPair"), func(tx *store.Tx) error {
			return tx.KeyPairs().Put(cloud.KeyPair{ID: cloud.KeyPairID(id), Account: account, Name: id})
		}))
		fmt.Println(id)
		if i%7 == 0 {
			fail(trail.Archive(tr, context.Background()))
		}
	}
}

// I15: killed at any step, there is one event for each record that was
// acknowledged and one record for each event, and the chain holds.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for _, point := range []string{"store.commit=kill", "store.committed=kill", "trail.synced=kill", "trail.moved=kill"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir, childPoint+"="+point)
		out, err := cmd.Output()
		if err == nil {
			t.Fatalf("%s: the child lived", point)
		}
		n := 0
		for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); n++ {
			acknowledged[lines.Text()] = true
		}
		if n < 60 {
			t.Fatalf("%s: the child died after %d changes: %v", point, n, err)
		}
	}
	s, err := store.Open(filepath.Join(dir, "clc.db"), store.Options{})
	ok(t, err)
	defer func() { ok(t, s.Close()) }()
	tr := trail.New(trail.Config{Dir: filepath.Join(dir, "audit")}, trail.Deps{Store: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	proof, err := tr.Verify(t.Context())
	ok(t, err)
	if proof.Broken != "" {
		t.Errorf("%+v", proof)
	}
	found, err := tr.Find(t.Context(), trail.Query{Most: 10_000})
	ok(t, err)
	told := map[string]int{}
	for _, f := range found {
		_, id, _ := strings.Cut(f.Resources[0].ARN, "key-pair/")
		told[id]++
	}
	ok(t, s.View(t.Context(), func(tx *store.Tx) error {
		for k := range tx.KeyPairs().All() {
			if told[k.Name] != 1 {
				t.Errorf("%s has %d events", k.Name, told[k.Name])
			}
			delete(told, k.Name)
			delete(acknowledged, k.Name)
		}
		return nil
	}))
	if len(told) != 0 || len(acknowledged) != 0 {
		t.Errorf("events without a record: %v; acknowledged and gone: %v", told, acknowledged)
	}
}
