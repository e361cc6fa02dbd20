package iam

import (
	"fmt"
	"testing"
	"time"

	"ecc/cloud"
)

// Reports take no more memory than they may; the oldest go first.
func TestReportsAreBounded(t *testing.T) {
	var r reports
	begin := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	const each = maxReports / 4
	for n := range 6 {
		a := cloud.AccountID(fmt.Sprint(n))
		r.put(a, report{made: begin.Add(time.Duration(n) * time.Second), text: make([]byte, each)})
		r.put(a, report{made: begin.Add(time.Duration(n) * time.Second), text: make([]byte, each)}) // in the place of the other
	}
	if r.size != maxReports || len(r.of) != 4 {
		t.Errorf("%d reports of %d bytes", len(r.of), r.size)
	}
	for n := range 6 {
		if _, ok := r.get(cloud.AccountID(fmt.Sprint(n))); ok != (n >= 2) {
			t.Errorf("the report of account %d: %v", n, ok)
		}
	}
}
