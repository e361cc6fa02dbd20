package cc

import (
	"reflect"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// node is what is known of one node since its last hello to this process.
type node struct {
	record cloud.Node
	heard  time.Time
	report *rpc.NodeReport
	news   bool // the clc was not told of the report

	part    rpc.NodeIntent  // its part of the zone's intent, without revision and questions
	since   cloud.Revision  // at which part last changed
	asks    []rpc.Ask       // questions waiting for it
	told    map[string]bool // those it was given
	changed chan struct{}   // closed and replaced when there is something new for it
}

func newNode() *node {
	return &node{told: map[string]bool{}, changed: make(chan struct{})}
}

// take notes the node's part and since when it is so, and wakes the node if
// there is something new in it. A question is new until it was handed out: it
// comes without a new revision.
func (n *node) take(p rpc.NodeIntent, rev cloud.Revision) {
	n.asks, p.Asks, p.Revision = p.Asks, nil, 0
	open := map[string]bool{}
	for _, a := range n.asks {
		open[a.ID] = n.told[a.ID]
	}
	n.told = open
	changed := !reflect.DeepEqual(p, n.part)
	if changed {
		n.part, n.since = p, rev
	}
	if changed || n.asked() {
		close(n.changed)
		n.changed = make(chan struct{})
	}
}

// asked reports whether there is a question the node was not given.
func (n *node) asked() bool {
	return slices.ContainsFunc(n.asks, func(a rpc.Ask) bool { return !n.told[a.ID] })
}

// hand hands the node its intent with all open questions.
func (n *node) hand(rev cloud.Revision) rpc.NodeIntent {
	for _, a := range n.asks {
		n.told[a.ID] = true
	}
	in := n.part
	in.Revision, in.Asks = rev, n.asks
	return in
}

// heardReport takes the node's report and reports whether it is news.
func (n *node) heardReport(r rpc.NodeReport, now time.Time) bool {
	news := n.report == nil || n.record.Down || !reflect.DeepEqual(n.report.Instances, r.Instances)
	n.heard, n.report, n.news = now, &r, n.news || news
	return news
}
