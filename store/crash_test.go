package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
)

// The environment of a child of TestAcknowledgedSurvivesKill.
const (
	childPath = "STORE_TEST_CHILD_PATH" // of the store; set makes the process a child
	childMode = "STORE_TEST_CHILD_MODE" // a failpoint to arm after some updates, or ""
)

const (
	crashRounds  = 25
	crashWriters = 6
)

// TestAcknowledgedSurvivesKill kills a process that writes from several
// goroutines, again and again, from outside at random moments and from inside
// right before and right after the commit. Whatever it acknowledged must be
// there, whole, and nothing else but what was begun.
func TestAcknowledgedSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	acked := make([]int, crashWriters)
	for round := range crashRounds {
		mode := []string{"", "", "store.commit=kill", "store.committed=kill"}[round%4]
		runUntilKilled(t, path, mode, 1+random.IntN(300), acked)
		verify(t, path, acked)
	}
	t.Logf("acknowledged %v", acked)
}

// runUntilKilled runs one child, kills it after a number of acknowledgements
// and notes in acked what it acknowledged.
func runUntilKilled(t *testing.T, path, mode string, acks int, acked []int) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path, childMode+"="+mode)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must0(t, err)
	must0(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		var writer, number int
		if _, err := fmt.Sscanf(lines.Text(), "%d %d.", &writer, &number); err != nil {
			continue // the last line, cut short
		}
		acked[writer] = max(acked[writer], number)
		if n == acks && mode == "" {
			must0(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait()
	ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || ws.Signal() != syscall.SIGKILL || ctx.Err() != nil {
		t.Fatalf("the child was not killed as planned: %v, %v", cmd.ProcessState, ctx.Err())
	}
}

// verify opens the file and compares it with what was acknowledged.
func verify(t *testing.T, path string, acked []int) {
	t.Helper()
	s, err := Open(path, Options{})
	must0(t, err)
	defer func() { must0(t, s.Close()) }()
	mustView(t, s, func(tx *Tx) {
		for w := range acked {
			last := lastOf(tx, w)
			if last < acked[w] {
				t.Errorf("writer %d was told %d is durable, the file ends at %d", w, acked[w], last)
			}
			for n := range last + 2 {
				_, there := tx.ClientTokens().Get(tokenID(w, n))
				if want := n > last-crashKept && n <= last && n > 0; there != want {
					t.Errorf("writer %d at %d: record %d there %v", w, last, n, there)
				}
			}
		}
	})
	mustCheck(t, s)
}

// crashKept is how many of its records a writer leaves there.
const crashKept = 40

func tokenID(writer, n int) string { return fmt.Sprintf("%d/%06d", writer, n) }

func lastOf(tx *Tx, writer int) int {
	text, _ := tx.Meta().Get(strconv.Itoa(writer))
	n, _ := strconv.Atoi(text)
	return n
}

// crashStep writes the next record of a writer, deletes an old one and counts
// on, in one transaction. It returns the number.
func crashStep(s *Store, writer int) (n int, err error) {
	err = s.Update(context.Background(), func(tx *Tx) error {
		n = lastOf(tx, writer) + 1
		return errors.Join(
			tx.ClientTokens().Put(cloud.ClientToken{ID: tokenID(writer, n), Hash: strings.Repeat("x", n%3000)}),
			tx.ClientTokens().Delete(tokenID(writer, n-crashKept)),
			tx.Meta().Put(strconv.Itoa(writer), strconv.Itoa(n)),
		)
	})
	return n, err
}

// crashChild writes until it is killed.
func crashChild(path, mode string) {
	s, err := Open(path, Options{})
	if err != nil {
		log.Fatal(err)
	}
	var all sync.WaitGroup
	for w := range crashWriters {
		all.Go(func() {
			for i := 0; ; i++ {
				if w == 0 && i == 30 {
					if err := failpoint.Arm(mode); err != nil {
						log.Fatal(err)
					}
				}
				n, err := crashStep(s, w)
				if err != nil {
					log.Fatal(err)
				}
				if _, err := io.WriteString(os.Stdout, fmt.Sprintf("%d %d.\n", w, n)); err != nil {
					log.Fatal(err)
				}
			}
		})
	}
	all.Wait()
}
