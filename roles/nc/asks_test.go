package nc_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/cloud"
	hvsim "ecc/hypervisor/sim"
	"ecc/rpc"
)

func TestQuestions(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.ask(rpc.Ask{ID: "a", Kind: rpc.AskConsole, Instance: id(1)})
		w.head.ask(rpc.Ask{ID: "b", Kind: rpc.AskConsole, Instance: id(7)})
		w.head.ask(rpc.Ask{ID: "c", Kind: rpc.AskInventory})
		w.head.ask(rpc.Ask{ID: "d", Kind: "weather"})
		for _, q := range []string{"a", "b", "c", "d"} {
			w.until("answer "+q, func() bool { _, ok := w.head.answered(q); return ok })
		}
		if a, _ := w.head.answered("a"); !strings.Contains(string(a.Data), "simulated") || a.Error != "" || a.At.IsZero() {
			t.Errorf("console: %+v", a)
		}
		if a, _ := w.head.answered("b"); len(a.Data) > 0 || a.Error != "" {
			t.Errorf("console of nobody: %+v", a)
		}
		a, _ := w.head.answered("c")
		var got rpc.Inventory
		if err := json.Unmarshal(a.Data, &got); err != nil {
			t.Fatal(err)
		}
		want := rpc.Inventory{Domains: []cloud.InstanceID{id(1)}, Folders: []string{string(id(1))}, Ports: []cloud.ENIID{eni(1)}, Pins: []string{string(id(1))}}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		if a, _ := w.head.answered("d"); a.Error == "" {
			t.Errorf("an unknown question has the answer %+v", a)
		}
	})
}

// A console that hangs keeps no intent away, and is answered in the end.
func TestAHungConsoleBlocksNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		release := w.hv.Block(hvsim.OpConsole)
		w.head.ask(rpc.Ask{ID: "a", Kind: rpc.AskConsole, Instance: id(1)})
		begin := time.Now()
		w.head.want(intent(2))
		w.reaches(2, cloud.PhaseUp)
		if d := time.Since(begin); d > time.Second {
			t.Errorf("an intent took %v", d)
		}
		w.until("an answer", func() bool { a, ok := w.head.answered("a"); return ok && a.Error != "" })
		release()
		w.head.ask(rpc.Ask{ID: "b", Kind: rpc.AskConsole, Instance: id(1)})
		w.until("the console", func() bool { a, ok := w.head.answered("b"); return ok && len(a.Data) > 0 })
	})
}
