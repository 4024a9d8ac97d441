package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"donghanh/internal/roster"
)

func TestReadCSV(t *testing.T) {
	tests := map[string]struct {
		text string
		want []roster.Row
	}{
		"commas":             {"a,b\nc,d\n", []roster.Row{{Number: 1, Cells: []string{"a", "b"}}, {Number: 2, Cells: []string{"c", "d"}}}},
		"semicolons":         {"a;b\r\n\"c,1\";d\r\n", []roster.Row{{Number: 1, Cells: []string{"a", "b"}}, {Number: 2, Cells: []string{"c,1", "d"}}}},
		"tabs":               {"a\tb\nc\t\n", []roster.Row{{Number: 1, Cells: []string{"a", "b"}}, {Number: 2, Cells: []string{"c", ""}}}},
		"a byte order mark":  {"\uFEFFmã,tên\n", []roster.Row{{Number: 1, Cells: []string{"mã", "tên"}}}},
		"Excel's own line":   {"sep=;\na;b,c\n", []roster.Row{{Number: 2, Cells: []string{"a", "b,c"}}}},
		"no new line at end": {"a,b", []roster.Row{{Number: 1, Cells: []string{"a", "b"}}}},
		"rows as a spreadsheet counts them": {"a,b\n\"x\ny\",1\n\nc,d\n", []roster.Row{
			{Number: 1, Cells: []string{"a", "b"}}, {Number: 2, Cells: []string{"x\ny", "1"}}, {Number: 4, Cells: []string{"c", "d"}},
		}},
		"a separator within quotation marks": {"\"a;b;c\",d\ne,f\n", []roster.Row{{Number: 1, Cells: []string{"a;b;c", "d"}}, {Number: 2, Cells: []string{"e", "f"}}}},
		"a doubled quotation mark":           {"\"a \"\"b\"\"\",c\n", []roster.Row{{Number: 1, Cells: []string{`a "b"`, "c"}}}},
		"rows of unequal length":             {"a,b\nc\nd,e,f\n", []roster.Row{{Number: 1, Cells: []string{"a", "b"}}, {Number: 2, Cells: []string{"c"}}, {Number: 3, Cells: []string{"d", "e", "f"}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tables, p := Read("x.csv", []byte(tt.text))
			if p != nil {
				t.Fatalf("problem %+v", *p)
			}
			if got := tables[0].Rows; !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q read as\n%+v\nwant\n%+v", tt.text, got, tt.want)
			}
		})
	}
}

func TestWhatIsNoSpreadsheetIsAProblem(t *testing.T) {
	xlsx := workbook(t, func(f *excelize.File) { must(t, f.SetSheetName("Sheet1", "Bảng tính")) })
	var locked bytes.Buffer
	f := excelize.NewFile()
	must(t, f.Write(&locked, excelize.Options{Password: "mật khẩu"}))
	tests := map[string]struct {
		data []byte
		want roster.Problem
	}{
		"nothing":              {nil, roster.Problem{Why: roster.Empty}},
		"a mark and blanks":    {[]byte("\uFEFF \r\n"), roster.Problem{Why: roster.Empty}},
		"no UTF-8":             {[]byte("m\xE3,t\nx,y\n"), roster.Problem{Why: roster.NotUTF8, Row: 1}},
		"no UTF-8 further on":  {[]byte("mã,tên\nsv1,An\nsv2,B\xecnh\n"), roster.Problem{Why: roster.NotUTF8, Row: 3}},
		"UTF-16":               {[]byte("\xFF\xFEm\x00"), roster.Problem{Why: roster.UTF16}},
		"an .xls":              {append(bytes.Clone(oleMark), make([]byte, 600)...), roster.Problem{Why: roster.OldExcel}},
		"a password":           {locked.Bytes(), roster.Problem{Why: roster.Protected}},
		"a cut workbook":       {xlsx[:len(xlsx)/2], roster.Problem{Why: roster.Damaged}},
		"another zip":          {zipped(t, "a.txt", []byte("x")), roster.Problem{Why: roster.NoSpreadsheet, Value: "ZIP"}},
		"a .docx":              {zipped(t, "word/document.xml", []byte("x")), roster.Problem{Why: roster.NoSpreadsheet, Value: "Word"}},
		"a .pptx":              {zipped(t, "ppt/presentation.xml", []byte("x")), roster.Problem{Why: roster.NoSpreadsheet, Value: "PowerPoint"}},
		"a PDF":                {[]byte("%PDF-1.7\nx,y\n"), roster.Problem{Why: roster.NoSpreadsheet, Value: "PDF"}},
		"an RTF":               {[]byte("{\\rtf1 x,y}\n"), roster.Problem{Why: roster.NoSpreadsheet, Value: "RTF"}},
		"a page called .xls":   {[]byte("\uFEFF\n<HTML><table>"), roster.Problem{Why: roster.NoSpreadsheet, Value: "HTML"}},
		"an old .doc":          {slices.Concat(oleMark, make([]byte, 600), wordStream), roster.Problem{Why: roster.NoSpreadsheet, Value: "Word"}},
		"a picture":            {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), roster.Problem{Why: roster.Damaged}},
		"no known sheet":       {xlsx, roster.Problem{Why: roster.NoSheet, Value: "Bảng tính"}},
		"an open quotation":    {[]byte("a,b\n\"x,1\nc,d\n"), roster.Problem{Why: roster.BadQuotes, Row: 2}},
		"a lone mark":          {[]byte("a,b\nc,x\"y\n"), roster.Problem{Why: roster.BadQuotes, Row: 2}},
		"a zip bomb":           {bomb(t), roster.Problem{Why: roster.TooLarge, Other: "400 MB"}},
		"too many rows of CSV": {bytes.Repeat([]byte("a,b\n"), maxRows+1), roster.Problem{Why: roster.TooManyRows, Other: "300000"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.want.File = "x"
			tables, p := Read("x", tt.data)
			if p == nil || *p != tt.want {
				t.Errorf("problem %+v with %d tables, want %+v", p, len(tables), tt.want)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lớn.csv")
	must(t, os.WriteFile(file, []byte("a,b\n"), 0o600))
	if tables, p, err := ReadFile(file); err != nil || p != nil || tables[0].File != "lớn.csv" || len(tables[0].Rows) != 1 {
		t.Errorf("%+v, %+v, %v, want one row of lớn.csv", tables, p, err)
	}
	must(t, os.Truncate(file, MaxBytes+1))
	if _, p, err := ReadFile(file); err != nil || p == nil || p.Why != roster.TooLarge || p.Value != "51 MB" || p.Other != "50 MB" {
		t.Errorf("a file too large: %+v, %v", p, err)
	}
	if _, _, err := ReadFile(filepath.Join(dir, "none.csv")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func workbook(t testing.TB, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	must(t, f.Write(&out))
	return out.Bytes()
}

func zipped(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	must(t, err)
	_, err = w.Write(data)
	must(t, errors.Join(err, z.Close()))
	return out.Bytes()
}

// bomb is half a megabyte that unpacks to more than anybody would type.
func bomb(t *testing.T) []byte {
	return zipped(t, "xl/worksheets/sheet1.xml", make([]byte, maxUnpacked+1))
}

func TestReadXLSX(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetName("Sheet1", "Hướng dẫn"))
		must(t, f.SetSheetRow("Hướng dẫn", "A1", &[]any{"Điền vào trang Người"}))
		for _, name := range []string{"NGUOI", "Mốc"} {
			_, err := f.NewSheet(name)
			must(t, err)
		}
		must(t, f.SetSheetRow("NGUOI", "A1", &[]any{"DANH SÁCH NGƯỜI, tháng 11 năm 2026"}))
		must(t, f.MergeCell("NGUOI", "A1", "E1"))
		must(t, f.SetSheetRow("NGUOI", "A2", &[]any{"Mã số", "Họ và tên", "Vai trò", "Ngày sinh", "Người giúp đỡ"}))
		must(t, f.SetSheetRow("NGUOI", "A3", &[]any{2151120001, "Nguyễn An", "Sinh viên", time.Date(2005, 3, 15, 0, 0, 0, 0, time.UTC), "gv1"}))
		must(t, f.SetSheetRow("NGUOI", "A5", &[]any{"21E5", "Trần Bình", "=1+1", 2005, "46378"}))
		must(t, f.SetRowVisible("NGUOI", 5, false))
		must(t, f.SetSheetRow("Mốc", "A1", &[]any{"mã", "mốc", "ngày"}))
		must(t, f.SetSheetRow("Mốc", "A2", &[]any{"sv1", "E_CEREMONY_HELD", 46378}))
		must(t, f.SetSheetRow("Mốc", "A3", &[]any{"sv1", "E_CEREMONY_HELD", "22/12/2026"}))
		must(t, f.SetSheetRow("Mốc", "A4", &[]any{"sv1", "E_CEREMONY_HELD", 46378.5}))
		must(t, f.MergeCell("Mốc", "A3", "A4"))
	})
	got, p := Read("x.xlsx", data)
	if p != nil {
		t.Fatalf("problem %+v", *p)
	}
	want := []roster.Table{
		{File: "x.xlsx", Sheet: "Hướng dẫn", Rows: []roster.Row{{Number: 1, Cells: []string{"Điền vào trang Người"}}}},
		{File: "x.xlsx", Sheet: "NGUOI", Hidden: 1, Rows: []roster.Row{
			{Number: 1, Cells: []string{"DANH SÁCH NGƯỜI, tháng 11 năm 2026"}},
			{Number: 2, Cells: []string{"Mã số", "Họ và tên", "Vai trò", "Ngày sinh", "Người giúp đỡ"}},
			{Number: 3, Cells: []string{"2151120001", "Nguyễn An", "Sinh viên", "2005-03-15", "gv1"}},
			{Number: 5, Cells: []string{"21E5", "Trần Bình", "=1+1", "2005", "46378"}},
		}},
		{File: "x.xlsx", Sheet: "Mốc", Merged: []string{"A3:A4"}, Rows: []roster.Row{
			{Number: 1, Cells: []string{"mã", "mốc", "ngày"}},
			{Number: 2, Cells: []string{"sv1", "E_CEREMONY_HELD", "2026-12-22"}},
			{Number: 3, Cells: []string{"sv1", "E_CEREMONY_HELD", "22/12/2026"}},
			{Number: 4, Cells: []string{"", "E_CEREMONY_HELD", "2026-12-22"}}, // at noon
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func TestSheetsAreKnownByTheirHeader(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"Mã", "Họ tên", "Vai trò"}))
		for _, name := range []string{"Các mốc", "Trống", "Thống kê"} {
			_, err := f.NewSheet(name)
			must(t, err)
		}
		must(t, f.SetSheetRow("Các mốc", "A1", &[]any{"Mã", "Mốc", "Ngày"}))
		must(t, f.SetSheetRow("Các mốc", "A2", &[]any{"sv1", "E_CEREMONY_HELD", 46378}))
		for i := range 30 {
			must(t, f.SetSheetRow("Thống kê", fmt.Sprintf("A%d", i+1), &[]any{"Lớp", "Sĩ số"}))
		}
	})
	tables, p := Read("x.xlsx", data)
	if p != nil {
		t.Fatalf("problem %+v", *p)
	}
	var got []string
	for _, table := range tables {
		got = append(got, fmt.Sprintf("%s %d %d", table.Sheet, table.Kind(), len(table.Rows)))
	}
	if want := []string{"Sheet1 1 1", "Các mốc 2 2", "Thống kê 0 20"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	if day := tables[1].Rows[1].Cells[2]; day != "2026-12-22" {
		t.Errorf("the day is %q", day)
	}
}

func TestDatesThatCountFrom1904(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		must(t, f.SetSheetName("Sheet1", "events"))
		must(t, f.SetSheetRow("events", "A1", &[]any{"code", "date"}))
		must(t, f.SetSheetRow("events", "A2", &[]any{"sv1", 44916}))
	})
	tables, p := Read("x", data)
	if p != nil || tables[0].Rows[1].Cells[1] != "2026-12-22" {
		t.Errorf("%+v, %+v, want 2026-12-22", tables, p)
	}
}

func TestLongNumbersStayAsTyped(t *testing.T) {
	for cell, want := range map[string]string{
		"2.151120001E9": "2151120001", "2.151120001E+09": "2151120001", "21E5": "21E5", "2.1E5": "2.1E5", "1.5E300": "1.5E300",
		"ĐE1": "ĐE1", "E": "E", "": "", "12": "12", "-2.5E9": "-2.5E9",
	} {
		if got := number2text(cell); got != want {
			t.Errorf("%q = %q, want %q", cell, got, want)
		}
	}
}

var dangerous = [][]string{
	{"code", "name"},
	{"sv1", "=HYPERLINK(\"http://x\")"},
	{"sv2", "+84"},
	{"sv3", "-1"},
	{"sv4", "@SUM(A1)"},
	{"sv5", "Nguyễn \"An\", Bình"},
	{"007", "hai\ndòng"},
}

func TestNothingWrittenIsAFormula(t *testing.T) {
	var out bytes.Buffer
	must(t, WriteCSV(&out, dangerous))
	want := "\uFEFFcode,name\nsv1,\"'=HYPERLINK(\"\"http://x\"\")\"\nsv2,'+84\nsv3,'-1\nsv4,'@SUM(A1)\nsv5,\"Nguyễn \"\"An\"\", Bình\"\n007,\"hai\ndòng\"\n"
	if out.String() != want {
		t.Errorf("CSV\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	must(t, WriteXLSX(&out, dangerous))
	f, err := excelize.OpenReader(&out)
	must(t, err)
	name := f.GetSheetName(0)
	for i, row := range dangerous {
		for k, cell := range row {
			at := fmt.Sprintf("%c%d", 'A'+k, i+1)
			value, err := f.GetCellValue(name, at)
			must(t, err)
			formula, err := f.GetCellFormula(name, at)
			must(t, err)
			if value != cell || formula != "" {
				t.Errorf("%s holds %q with formula %q, want the text %q", at, value, formula, cell)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("mã,tên\nsv1,\"An\nB\"\n"))
	f.Add([]byte("\uFEFFsep=;\na;b\n\n;"))
	f.Add([]byte("a\tb\r\n\"\"\t\"\"\r\n"))
	f.Add([]byte("\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tables, p := Read("x", data)
		if (p == nil) == (len(tables) == 0) {
			t.Fatalf("%d tables and problem %+v", len(tables), p)
		}
		for _, table := range tables {
			last := 0
			for _, row := range table.Rows {
				if row.Number <= last {
					t.Fatalf("row %d comes after row %d", row.Number, last)
				}
				last = row.Number
				if n := strings.Count(string(data), "\n") + 1; row.Number > n {
					t.Fatalf("row %d of a text of %d lines", row.Number, n)
				}
			}
		}
	})
}

func BenchmarkRead20000Rows(b *testing.B) {
	data := workbook(b, func(f *excelize.File) {
		must(b, f.SetSheetName("Sheet1", "people"))
		out, err := f.NewStreamWriter("people")
		must(b, err)
		must(b, out.SetRow("A1", []any{"code", "name", "role", "unit", "mentor", "birth"}))
		for i := range 20_000 {
			must(b, out.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("sv%d", i), "Nguyễn Văn An", "student", "K47/B5", "gv1", 38426}))
		}
		must(b, out.Flush())
	})
	for b.Loop() {
		if _, p := Read("x", data); p != nil {
			b.Fatalf("%+v", *p)
		}
	}
}

func TestReadWithinStopsAtItsOwnLimit(t *testing.T) {
	small := zipped(t, "xl/worksheets/sheet1.xml", make([]byte, 3<<20))
	if _, p := ReadWithin("x", small, 2<<20); p == nil || p.Why != roster.TooLarge || p.Other != "2 MB" {
		t.Errorf("3 MB unpacked: %+v, want too large for 2 MB", p)
	}
}
