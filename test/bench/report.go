package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Unit is the unit of a series; it says how values are written.
type Unit string

// The units.
const (
	Seconds   Unit = "s"
	Bytes     Unit = "B"
	PerSecond Unit = "/s"
	Rate      Unit = "MiB/s"
)

// Figure is one line of a table. Only What, Unit and Ours must be set.
type Figure struct {
	What  string
	Unit  Unit
	Ours  Series
	Floor Series
	Aim   string
	Note  string

	CPU, FloorCPU       Series // seconds of processor per operation
	Memory, FloorMemory Series // bytes that are resident
}

// Section is one table.
type Section struct {
	Title   string
	Floor   string // what the floor of its figures is, in a sentence
	Figures []Figure
	Notes   []string
}

// Report is what one run found.
type Report struct {
	Machine  Machine
	Sections []*Section
}

// Section begins a table.
func (r *Report) Section(title, floor string) *Section {
	s := &Section{Title: title, Floor: floor}
	r.Sections = append(r.Sections, s)
	return s
}

// Add adds a line.
func (s *Section) Add(f Figure) { s.Figures = append(s.Figures, f) }

// Say adds a remark below the table.
func (s *Section) Say(format string, args ...any) {
	s.Notes = append(s.Notes, fmt.Sprintf(format, args...))
}

// Write writes the report in Markdown, with aligned columns, for people to
// read in a terminal and on a page.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(r.Machine.String())
	for _, s := range r.Sections {
		s.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Section) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n", s.Title)
	if s.Floor != "" {
		fmt.Fprintf(b, "Floor: %s\n\n", s.Floor)
	}
	rows := [][]string{{"what", "ecc", "floor", "ratio", "runs", "aim"}}
	counted := slices.ContainsFunc(s.Figures, func(f Figure) bool { return len(f.CPU) > 0 })
	if counted {
		rows[0] = append(rows[0], "CPU (floor)", "memory (floor)")
	}
	for _, f := range s.Figures {
		row := f.cells()
		if counted {
			row = append(row, pair(f.CPU, f.FloorCPU, Seconds), pair(f.Memory, f.FloorMemory, Bytes))
		}
		rows = append(rows, row)
	}
	writeTable(b, rows)
	for _, n := range s.Notes {
		fmt.Fprintf(b, "\n%s\n", n)
	}
}

// cells words a figure: the median and, of several runs, the least and the most.
func (f Figure) cells() []string {
	what := f.What
	if f.Note != "" {
		what += " (" + f.Note + ")"
	}
	floor, ratio := "", ""
	if len(f.Floor) > 0 {
		floor, ratio = spread(f.Floor, f.Unit.word), spread(f.Ours.Over(f.Floor), times)
	}
	return []string{what, spread(f.Ours, f.Unit.word), floor, ratio, fmt.Sprint(len(f.Ours)), f.Aim}
}

// pair words two medians, the second one in parentheses.
func pair(ours, floor Series, u Unit) string {
	switch {
	case len(ours) == 0:
		return ""
	case len(floor) == 0:
		return u.word(ours.Median())
	}
	return fmt.Sprintf("%s (%s)", u.word(ours.Median()), u.word(floor.Median()))
}

func spread(s Series, word func(float64) string) string {
	if len(s) == 1 {
		return word(s[0])
	}
	return fmt.Sprintf("%s (%s–%s)", word(s.Median()), word(s.Quantile(0)), word(s.Quantile(1)))
}

func times(v float64) string { return fmt.Sprintf("%.2f×", v) }

func (u Unit) word(v float64) string {
	switch {
	case u == Seconds && v < 0.001:
		return fmt.Sprintf("%.0f µs", v*1e6)
	case u == Seconds && v < 0.01:
		return fmt.Sprintf("%.2f ms", v*1000)
	case u == Seconds && v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	case u == Seconds:
		return fmt.Sprintf("%.1f s", v)
	case u == Bytes && v < 1<<20:
		return fmt.Sprintf("%.0f KiB", v/(1<<10))
	case u == Bytes:
		return fmt.Sprintf("%.1f MiB", v/(1<<20))
	}
	if u == Rate {
		return fmt.Sprintf("%.0f %s", v, u)
	}
	return fmt.Sprintf("%.0f%s", v, u)
}

// writeTable writes rows, the first of them the headings.
func writeTable(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(b, "| %s%s ", cell, strings.Repeat(" ", widths[i]-len([]rune(cell))))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, w := range widths {
				fmt.Fprintf(b, "|%s", strings.Repeat("-", w+2))
			}
			b.WriteString("|\n")
		}
	}
}
