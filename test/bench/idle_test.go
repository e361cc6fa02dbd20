package bench

import (
	"os"
	"strings"
	"time"
)

// settle is how long a process has had nothing to do before it is looked at.
const settle = 30 * time.Second

// measureIdle: the memory of processes that have nothing to do, and the size
// of the program.
func measureIdle(f *figures) {
	edge := newAddr()
	head := start(f, f.node, "--roles=clc,walrus", "--set", "edge.listen="+edge).ready()
	token := head.operate("token", "create", "--role", "nc", "--node", "idle")
	node := start(f, f.node, "--roles=nc", "--set", "nc.name=idle", "--join", "https://"+edge, "--token", token)
	await(f, "the node to join", func() bool { return strings.Contains(head.operate("nodes"), "idle") })
	all := start(f, f.node, "--roles=all", "--set", "nc.name=all").ready()
	sim := start(f, f.node, "--roles=all", "--hypervisor=sim").ready()
	time.Sleep(settle) // being idle is what is measured

	s := f.report.Section("Memory of an idle process", "")
	for _, c := range []struct {
		what, aim string
		p         *process
	}{
		{"head (`--roles=clc,walrus`)", "≤ 60 MiB", head},
		{"node (`--roles=nc`)", "≤ 30 MiB", node},
		{"everything (`--roles=all`)", "", all},
		{"everything, simulated (nine nodes)", "", sim},
	} {
		var rss, anon, peak Series
		for range 3 {
			rss = append(rss, status(f, c.p.pid(), "VmRSS"))
			anon = append(anon, status(f, c.p.pid(), "RssAnon"))
			peak = append(peak, status(f, c.p.pid(), "VmHWM"))
			time.Sleep(time.Second)
		}
		s.Add(Figure{What: c.what + ", resident", Unit: Bytes, Ours: rss, Aim: c.aim})
		s.Add(Figure{What: "– of that its own", Unit: Bytes, Ours: anon, Note: "RssAnon; the rest is the program's file"})
		s.Add(Figure{What: "– most since its start", Unit: Bytes, Ours: peak, Note: "VmHWM"})
	}
	st, err := os.Stat(binary(f))
	must(f, err)
	s.Add(Figure{What: "the program, bin/ecc", Unit: Bytes, Ours: Series{float64(st.Size())}})
	s.Say("After %v without a request.", settle)
}
