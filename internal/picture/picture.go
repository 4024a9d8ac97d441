// Package picture draws counts as a picture to be read on a phone. It knows no
// person and no rule, and it is the one place that knows the drawing library.
package picture

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-analyze/charts"
	"golang.org/x/text/unicode/norm"
)

// Chart is what one picture shows: a heading, a note under it, and bars from
// top to bottom.
type Chart struct {
	Title string
	Note  string // may have several lines
	Bars  []Bar
}

// Bar is one row: what is counted, how many, and of how many. Of 0 means that
// there is no whole to compare with, and no share is written.
type Bar struct {
	Label string
	Value int
	Of    int
}

// MaxBars is how many bars a picture holds; a longer one would be shrunk by
// Telegram until nobody can read it (width and height may be 10,000 together,
// and a photo is scaled to 1,280 at most).
const MaxBars = 16

// Measures in pixels, sizes of letters in points of 92 to an inch. A phone shows
// the picture at some 390 points of width, so a letter is about half as large
// there.
const (
	width  = 800
	margin = 36
	inner  = width - 2*margin

	titleSize, noteSize, labelSize    = 26.0, 18.0, 20.0
	titleHeight, noteHeight, barSpace = 44, 32, 74
	barHeight                         = 26
	labelRise                         = 10 // of a label's foot over its bar
)

var (
	paper = charts.ColorRGB(255, 255, 255)
	ink   = charts.ColorRGB(28, 32, 38)
	faint = charts.ColorRGB(92, 99, 110)
	fill  = charts.ColorRGB(190, 34, 42)
	whole = charts.ColorRGB(236, 232, 228)
)

// Bars draws a chart as PNG, 800 pixels wide. Bars begin at 0 and are drawn to
// one measure, the largest number there is. Where the wholes differ, each
// stands as a pale bar behind its part. What does not fit in a line is cut with
// three dots; heading and note are broken into lines. More than MaxBars bars, or
// a number below 0, are an error.
func Bars(c Chart) ([]byte, error) {
	if len(c.Bars) > MaxBars {
		return nil, fmt.Errorf("picture: %d bars are more than %d", len(c.Bars), MaxBars)
	}
	most, alike := 1, true
	for _, b := range c.Bars {
		if b.Value < 0 || b.Of < 0 {
			return nil, fmt.Errorf("picture: a bar of %d out of %d", b.Value, b.Of)
		}
		alike = alike && b.Of == c.Bars[0].Of
		most = max(most, b.Value)
	}
	if !alike {
		for _, b := range c.Bars {
			most = max(most, b.Of)
		}
	}

	pen := charts.NewPainter(charts.PainterOptions{Width: width, Height: 1})
	title := lines(pen, c.Title, style(charts.FontFamilyNotoSansBold, titleSize, ink))
	note := lines(pen, c.Note, style(charts.FontFamilyNotoSans, noteSize, faint))
	height := 2*margin + len(title)*titleHeight + len(note)*noteHeight + len(c.Bars)*barSpace

	pen = charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: height})
	pen.FilledRect(0, 0, width, height, paper, paper, 0)
	y := margin
	for _, line := range title {
		y += titleHeight
		pen.Text(line, margin, y-14, 0, style(charts.FontFamilyNotoSansBold, titleSize, ink))
	}
	for _, line := range note {
		y += noteHeight
		pen.Text(line, margin, y-8, 0, style(charts.FontFamilyNotoSans, noteSize, faint))
	}
	for _, b := range c.Bars {
		y += barSpace
		row(pen, b, y-barHeight, most, !alike)
	}
	return pen.Bytes()
}

// row draws one bar whose upper edge is at y.
func row(pen *charts.Painter, b Bar, y, most int, behind bool) {
	number := style(charts.FontFamilyNotoSansBold, labelSize, ink)
	value := count(b.Value)
	switch {
	case b.Of > 0 && behind:
		value += " / " + count(b.Of) + " · " + Share(b.Value, b.Of)
	case b.Of > 0 && b.Value > 0:
		value += " · " + Share(b.Value, b.Of)
	}
	room := pen.MeasureText(value, 0, number).Width()
	pen.Text(value, width-margin-room, y-labelRise, 0, number)
	label := style(charts.FontFamilyNotoSans, labelSize, ink)
	pen.Text(fit(pen, b.Label, label, inner-room-24), margin, y-labelRise, 0, label)

	long := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(3, inner*n/most) // one of many thousands is still seen
	}
	if behind && b.Of > 0 {
		pen.FilledRect(margin, y, margin+long(b.Of), y+barHeight, whole, whole, 0)
	}
	if b.Value > 0 {
		pen.FilledRect(margin, y, margin+long(b.Value), y+barHeight, fill, fill, 0)
	}
}

// Share writes a part of a whole in percent, as people read it: "12 %",
// "< 1 %" for a part that would round to nothing.
func Share(part, of int) string {
	switch {
	case of <= 0:
		return ""
	case part > 0 && part*200 < of:
		return "< 1 %"
	}
	return strconv.Itoa((part*200+of)/(2*of)) + " %"
}

// count writes a number with a point between thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return digits
}

func style(family string, size float64, color charts.Color) charts.FontStyle {
	return charts.FontStyle{Font: charts.GetFont(family), FontSize: size, FontColor: color}
}

// lines breaks a text where it does not fit the width. Letters typed as base
// and mark become one: the font has only those.
func lines(pen *charts.Painter, text string, s charts.FontStyle) (out []string) {
	for line := range strings.SplitSeq(norm.NFC.String(text), "\n") {
		var row string
		for word := range strings.FieldsSeq(line) {
			longer := strings.TrimSpace(row + " " + word)
			if row != "" && pen.MeasureText(longer, 0, s).Width() > inner {
				out = append(out, fit(pen, row, s, inner))
				longer = word
			}
			row = longer
		}
		if row != "" {
			out = append(out, fit(pen, row, s, inner))
		}
	}
	return out
}

// fit shortens a text to a width in pixels.
func fit(pen *charts.Painter, text string, s charts.FontStyle, room int) string {
	text = strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	if pen.MeasureText(text, 0, s).Width() <= room {
		return text
	}
	letters := []rune(text)
	for n := min(len(letters), room); n > 0; n-- { // no letter is narrower than a pixel
		if short := strings.TrimRight(string(letters[:n]), " ,") + "…"; pen.MeasureText(short, 0, s).Width() <= room {
			return short
		}
	}
	return ""
}
