package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// table prints aligned columns to standard output.
type table struct{ w *tabwriter.Writer }

func newTable(head ...string) *table {
	t := &table{tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)}
	t.row(head...)
	return t
}

func (t *table) row(cells ...string) { fmt.Fprintln(t.w, strings.Join(cells, "\t")) }

func (t *table) flush() error { return t.w.Flush() }
