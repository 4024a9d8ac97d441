package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"donghanh/internal/roster"
)

// readXLSX reads the sheets of people and of events, and of the others the rows
// among which a header was looked for: enough to say that they are left out.
func readXLSX(file string, data []byte, unpacked int64) (tables []roster.Table, p *roster.Problem) {
	defer func() {
		if r := recover(); r != nil { // the library panics on some damaged files
			tables, p = nil, problem(file, roster.Damaged)
		}
	}()
	if is := zipOther(data); is != "" {
		return nil, noSpreadsheet(file, is)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unpacked,
	})
	if err != nil {
		return nil, unreadable(file, err, unpacked)
	}
	defer func() { _ = book.Close() }() // temporary files
	known := false
	for _, sheet := range book.GetSheetList() {
		table, p := readSheet(book, file, sheet)
		if p != nil {
			return nil, p
		}
		kind := table.Kind()
		known = known || kind != roster.Unknown
		if kind != roster.Unknown || !table.Blank() {
			tables = append(tables, table)
		}
	}
	if !known {
		p := problem(file, roster.NoSheet)
		p.Value = strings.Join(book.GetSheetList(), ", ")
		return nil, p
	}
	return tables, nil
}

// zipOther names what a zip is that holds no workbook; empty: a workbook, or
// damaged.
func zipOther(data []byte) string {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return ""
	}
	holds := func(prefix string) bool {
		return slices.ContainsFunc(z.File, func(f *zip.File) bool {
			return strings.HasPrefix(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")), prefix)
		})
	}
	switch {
	case holds("xl/"):
		return ""
	case holds("word/"):
		return "Word"
	case holds("ppt/"):
		return "PowerPoint"
	case holds("mimetype") && holds("content.xml"):
		return "LibreOffice (ODF)"
	}
	return "ZIP"
}

// unreadable says why a workbook could not be opened.
func unreadable(file string, err error, unpacked int64) *roster.Problem {
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword):
		return problem(file, roster.Protected)
	case strings.Contains(err.Error(), "unzip size"):
		p := problem(file, roster.TooLarge)
		p.Other = megabytes(unpacked)
		return p
	}
	return problem(file, roster.Damaged)
}

// readSheet reads the rows of a sheet one after another.
func readSheet(book *excelize.File, file, sheet string) (roster.Table, *roster.Problem) {
	table := roster.Table{File: file, Sheet: sheet}
	damaged := func() *roster.Problem {
		p := problem(file, roster.Damaged)
		p.Sheet = sheet
		return p
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		if strings.Contains(err.Error(), "is not a worksheet") { // a chart
			return table, nil
		}
		return table, damaged()
	}
	defer func() { _ = rows.Close() }()
	from1904 := false
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	var dates []bool // columns of days
	header := 0
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return table, damaged()
		}
		if len(cells) == 0 {
			continue
		}
		if len(table.Rows) == maxRows {
			return table, tooManyRows(file, sheet)
		}
		if len(table.Rows) == roster.HeaderWithin && table.Kind() == roster.Unknown {
			return table, nil // none of ours, however long
		}
		row := roster.Row{Number: number, Cells: cells}
		for i, cell := range cells {
			cells[i] = number2text(cell)
			if i < len(dates) && dates[i] {
				cells[i] = serial2date(cells[i], from1904)
			}
		}
		if rows.GetRowOpts().Hidden {
			table.Hidden++
		}
		table.Rows = append(table.Rows, row)
		if dates == nil && len(table.Rows) <= roster.HeaderWithin && row.IsHeader() {
			header = number
			dates = make([]bool, len(cells))
			for i, cell := range cells {
				dates[i] = roster.HoldsDates(cell)
			}
		}
	}
	if rows.Error() != nil {
		return table, damaged()
	}
	merged, err := book.GetMergeCells(sheet, true)
	if err != nil {
		return table, damaged()
	}
	for _, m := range merged {
		if _, last, err := excelize.CellNameToCoordinates(m.GetEndAxis()); err == nil && last > header {
			table.Merged = append(table.Merged, m[0])
		}
	}
	return table, nil
}

// number2text writes a long number as it was typed: files keep 2151120001 as
// 2.151120001E9 at times.
func number2text(cell string) string {
	mantissa, _, ok := strings.Cut(cell, "E")
	if !ok {
		return cell
	}
	value, err := strconv.ParseFloat(cell, 64)
	if err != nil || !strings.Contains(mantissa, ".") || value < 1e6 || value >= 1e15 {
		return cell // a code such as 21E5 stays
	}
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// firstSerial is the least number taken for a day (in 1927): less is a year
// that was typed.
const firstSerial = 10_000

// serial2date writes a day that a spreadsheet counts as a number as
// 2026-12-22; anything else stays.
func serial2date(cell string, from1904 bool) string {
	serial, err := strconv.ParseFloat(cell, 64)
	if err != nil || serial < firstSerial || serial >= 150_000 {
		return cell
	}
	at, err := excelize.ExcelDateToTime(serial, from1904)
	if err != nil {
		return cell
	}
	return at.Format("2006-01-02")
}

// WriteXLSX writes rows, the first of which is the header, as a workbook of one
// sheet. Every cell is text, whatever it begins with.
func WriteXLSX(w io.Writer, rows [][]string) error {
	return WriteWorkbook(w, []roster.Sheet{{Name: "Sheet1", Rows: rows}})
}

// Workbook is what WriteWorkbook writes.
func Workbook(sheets ...roster.Sheet) ([]byte, error) {
	var b bytes.Buffer
	err := WriteWorkbook(&b, sheets)
	return b.Bytes(), err
}

// WriteWorkbook is WriteXLSX for several sheets.
func WriteWorkbook(w io.Writer, sheets []roster.Sheet) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), s.Name)
		} else {
			_, err = book.NewSheet(s.Name)
		}
		if err == nil {
			err = writeSheet(book, s.Name, s.Rows)
		}
		if err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

const (
	narrowest = 10 // letters
	widest    = 50
)

func writeSheet(book *excelize.File, name string, rows [][]string) error {
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, width := range widths(rows) {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, cell := range row {
			cells[k] = cell
			if i == 0 {
				cells[k] = excelize.Cell{StyleID: bold, Value: cell}
			}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// widths are those of the columns, by their longest cell.
func widths(rows [][]string) (out []float64) {
	for _, row := range rows {
		for i, cell := range row {
			if i == len(out) {
				out = append(out, narrowest)
			}
			out[i] = max(out[i], float64(min(len([]rune(cell))+2, widest)))
		}
	}
	return out
}
