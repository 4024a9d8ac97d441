// Package sheet reads and writes spreadsheets: CSV and XLSX. What the cells
// mean is for others to say.
package sheet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"donghanh/internal/roster"
)

// Limits of what is read: far above any academy, and below what fills the
// memory of a small machine.
const (
	MaxBytes    = 50 << 20  // of a file
	maxUnpacked = 400 << 20 // bytes of an XLSX once unpacked
	maxRows     = 300_000   // of one sheet
)

// ReadFile reads a spreadsheet from disk. A file that is no spreadsheet we can
// read is a problem; an error is for a file that cannot be opened.
func ReadFile(path string) ([]roster.Table, *roster.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	name := filepath.Base(path)
	if info.Size() > MaxBytes {
		p := problem(name, roster.TooLarge)
		p.Value, p.Other = megabytes(info.Size()), megabytes(MaxBytes)
		return nil, p, nil
	}
	data, err := os.ReadFile(path) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, nil, err
	}
	tables, p := Read(name, data)
	return tables, p, nil
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", (n+1<<20-1)>>20) }

func problem(file string, why roster.Why) *roster.Problem {
	return &roster.Problem{File: file, Why: why}
}

var (
	zipMark = []byte("PK\x03\x04")
	oleMark = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1} // .xls, or an encrypted .xlsx
	bom     = []byte("\xEF\xBB\xBF")
)

// others are the beginnings, in lower case, of texts and documents that pass
// for a CSV as far as their bytes go.
var others = []struct{ mark, is string }{
	{"%pdf-", "PDF"}, {"{\\rtf", "RTF"}, {"<!doctype", "HTML"}, {"<html", "HTML"}, {"<?xml", "XML"},
}

// otherThan names what the data is instead of a spreadsheet; empty: not known.
func otherThan(data []byte) string {
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 1024)], bom)))
	for _, o := range others {
		if bytes.HasPrefix(start, []byte(o.mark)) {
			return o.is
		}
	}
	return ""
}

func noSpreadsheet(file, is string) *roster.Problem {
	p := problem(file, roster.NoSpreadsheet)
	p.Value = is
	return p
}

// encryptedStream is the name of the stream, in UTF-16, that only an encrypted
// workbook has.
var encryptedStream = utf16("EncryptedPackage")

// wordStream is the one of an old Word document.
var wordStream = utf16("WordDocument")

func utf16(s string) []byte {
	var out []byte
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// Read reads the bytes of a spreadsheet. What it is tells the content, not the
// name.
func Read(file string, data []byte) ([]roster.Table, *roster.Problem) {
	return ReadWithin(file, data, maxUnpacked)
}

// ReadWithin is Read for an XLSX of at most so many bytes once unpacked.
func ReadWithin(file string, data []byte, unpacked int64) ([]roster.Table, *roster.Problem) {
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(data, bom))) == 0:
		return nil, problem(file, roster.Empty)
	case bytes.HasPrefix(data, zipMark):
		return readXLSX(file, data, unpacked)
	case bytes.HasPrefix(data, oleMark) && bytes.Contains(data, encryptedStream):
		return nil, problem(file, roster.Protected)
	case bytes.HasPrefix(data, oleMark) && bytes.Contains(data, wordStream):
		return nil, noSpreadsheet(file, "Word")
	case bytes.HasPrefix(data, oleMark):
		return nil, problem(file, roster.OldExcel)
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return nil, problem(file, roster.UTF16)
	case otherThan(data) != "":
		return nil, noSpreadsheet(file, otherThan(data))
	case bytes.IndexByte(data, 0) >= 0:
		return nil, problem(file, roster.Damaged)
	case !utf8.Valid(data):
		p := problem(file, roster.NotUTF8)
		p.Row = badLine(data)
		return nil, p
	}
	table, p := readCSV(file, data)
	if p != nil {
		return nil, p
	}
	return []roster.Table{table}, nil
}

// badLine is the line, from 1, of the first byte that is no UTF-8.
func badLine(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			return line
		case r == '\n':
			line++
		}
		data = data[n:]
	}
	return line
}
