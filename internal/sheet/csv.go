package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"donghanh/internal/roster"
)

// readCSV reads a CSV whose cells are parted by commas, semicolons or tabs. A
// row's number is the one a spreadsheet shows: a cell of several lines is in
// one row.
func readCSV(file string, data []byte) (roster.Table, *roster.Problem) {
	data = bytes.TrimPrefix(data, bom)
	table, skipped := roster.Table{File: file}, 0
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	comma := separator(data)
	if named, ok := strings.CutPrefix(strings.TrimSpace(string(first)), "sep="); ok && len(named) == 1 && strings.Contains(",;\t", named) {
		data, comma, skipped = rest, rune(named[0]), 1 // Excel's own line
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = comma
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	within := 0 // lines that began inside a cell
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			p := problem(file, roster.BadQuotes)
			p.Row = bad.StartLine - within + skipped
			return table, p
		}
		if err != nil {
			return table, problem(file, roster.Damaged)
		}
		if len(table.Rows) == maxRows {
			return table, tooManyRows(file, "")
		}
		line, _ := r.FieldPos(0)
		row := roster.Row{Number: line - within + skipped, Cells: make([]string, len(record))}
		for i, cell := range record {
			row.Cells[i] = strings.Clone(cell)
			within += strings.Count(cell, "\n")
		}
		table.Rows = append(table.Rows, row)
	}
}

func tooManyRows(file, sheet string) *roster.Problem {
	p := problem(file, roster.TooManyRows)
	p.Sheet, p.Other = sheet, fmt.Sprint(maxRows)
	return p
}

// separator returns what parts the cells: of comma, semicolon and tab the most
// frequent in the first row with something in it, outside quotation marks.
func separator(data []byte) rune {
	var counts [3]int
	const candidates = ",;\t"
	quoted, seen := false, false
	for _, b := range data {
		switch {
		case b == '"':
			quoted = !quoted
		case b == '\n' && !quoted && seen:
			return most(candidates, counts)
		case !quoted && strings.IndexByte(candidates, b) >= 0:
			counts[strings.IndexByte(candidates, b)]++
		case b > ' ':
			seen = true
		}
	}
	return most(candidates, counts)
}

func most(candidates string, counts [3]int) rune {
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return rune(candidates[best])
}

// WriteCSV writes rows in UTF-8, with a quotation mark in front of whatever a
// spreadsheet would take for a formula. A byte order mark comes first: without
// it Excel garbles every Vietnamese name.
func WriteCSV(w io.Writer, rows [][]string) error {
	if _, err := w.Write(bom); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	c := csv.NewWriter(w)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = harmless(cell)
		}
		if err := c.Write(safe); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	return nil
}

// harmless keeps a cell from being run as a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
