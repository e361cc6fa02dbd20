package cc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"ecc/cloud"
	"ecc/rpc"
)

// What a node says is bounded before it is kept or passed on.
func TestWhatANodeSaysIsBounded(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		long := strings.Repeat("é", 100_000)
		h := rpc.NodeHello{Node: "a", Zone: "z", Hypervisor: long, Accelerator: long, Version: long, Address: "x" + long}
		if _, err := n.Hello(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		i := sighting("i-1", cloud.PhaseUp)
		i.Reason = cloud.Reason{Code: long, Message: "x" + long}
		if err := n.Report(t.Context(), rpc.NodeReport{Node: "a", Instances: []rpc.InstanceReport{i}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		all := up.takeReports()
		last := all[len(all)-1]
		got, why := last.Nodes[0], last.Reports[0].Instances[0].Reason
		for what, c := range map[string]struct {
			text string
			want int
		}{
			"hypervisor": {got.Hypervisor, 256}, "accelerator": {got.Accelerator, 256}, "version": {got.Version, 256}, "address": {got.Address, 255},
			"code": {why.Code, 1024}, "message": {why.Message, 1023},
		} {
			if len(c.text) != c.want || strings.Contains(c.text, "\ufffd") {
				t.Errorf("%s has %d bytes, want %d", what, len(c.text), c.want)
			}
		}
	})
}

func TestReportsThatAreRefused(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		many := rpc.NodeReport{Node: "a"}
		for k := range 10_000 {
			many.Instances = append(many.Instances, sighting(fmt.Sprint("i-", k), cloud.PhaseUp))
		}
		if err := n.Report(t.Context(), many); err != nil {
			t.Errorf("as many as there may be: %v", err)
		}
		many.Instances = append(many.Instances, sighting("i-more", cloud.PhaseUp))
		if err := n.Report(t.Context(), many); !errors.Is(err, cloud.LimitExceeded) {
			t.Errorf("one more: %v", err)
		}
		for _, i := range []rpc.InstanceReport{sighting(strings.Repeat("i", 65), cloud.PhaseUp), sighting("i-1", cloud.Phase(strings.Repeat("p", 65)))} {
			if err := n.Report(t.Context(), rpc.NodeReport{Node: "a", Instances: []rpc.InstanceReport{i}}); !errors.Is(err, cloud.Malformed) {
				t.Errorf("long words: %v", err)
			}
		}
	})
}

// Of a console the end is passed on; an inventory is passed on whole or not.
func TestAnswersAreBounded(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		up.ask(rpc.ZoneAsk{Node: "a", Ask: rpc.Ask{ID: "console", Kind: rpc.AskConsole}})
		up.ask(rpc.ZoneAsk{Node: "a", Ask: rpc.Ask{ID: "inventory", Kind: rpc.AskInventory}})
		synctest.Wait()
		for _, c := range []struct {
			question string
			size     int
			want     int
			fails    bool
		}{
			{"console", 64 << 10, 64 << 10, false}, {"console", 100_000, 64 << 10, false}, {"nobody's", 100_000, 64 << 10, false},
			{"inventory", 1 << 20, 1 << 20, false}, {"inventory", 1<<20 + 1, 0, true},
		} {
			data := []byte(strings.Repeat("x", c.size-1) + "y")
			if err := n.Answer(t.Context(), "a", rpc.Answer{ID: c.question, Data: data}); err != nil {
				t.Fatal(err)
			}
			got := up.answers[len(up.answers)-1]
			if len(got.Data) != c.want || (got.Error != "") != c.fails || (c.want > 0 && got.Data[c.want-1] != 'y') {
				t.Errorf("%s of %d bytes: %d bytes, error %q", c.question, c.size, len(got.Data), got.Error)
			}
		}
		if err := n.Answer(t.Context(), "a", rpc.Answer{ID: "console", Error: strings.Repeat("x", 5000)}); err != nil || len(up.answers[len(up.answers)-1].Error) != 1024 {
			t.Errorf("a long error: %v", err)
		}
	})
}

// A node of another zone is refused, also one that said hello before it was
// known to be: it would erase the instances it finds on itself.
func TestNodesOfOtherZonesAreRefused(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		w := watch(t, n, "a", 10)
		up.change(func(z *rpc.ZoneIntent) { z.Elsewhere = map[cloud.NodeID]string{"a": "y"} })
		if got := w.look(); !got.done || !errors.Is(got.err, cloud.Unavailable) {
			t.Errorf("its watch: %+v", got)
		}
		_, err := n.Hello(t.Context(), rpc.NodeHello{Node: "a", Zone: "z"})
		if !errors.Is(err, cloud.Denied) || !strings.Contains(err.Error(), "belongs to zone y") {
			t.Errorf("hello: %v", err)
		}
		if _, err := n.Watch(t.Context(), "a", 0); !errors.Is(err, cloud.Unavailable) {
			t.Errorf("watch: %v", err)
		}
		hello(t, n, "b")
	})
}
