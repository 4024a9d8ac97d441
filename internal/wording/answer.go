// Package wording turns values into the Vietnamese sentences a person reads.
// It is the one place that words and escapes: what it returns is HTML, ready
// to be sent. It decides nothing.
package wording

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"donghanh/internal/knowledge"
)

// Unverified stands with every source that has not been checked against the
// text in force.
const Unverified = "chưa kiểm chứng theo văn bản hiện hành"

// Labels of the buttons under an answer.
const (
	GoodAnswer = "Đúng ý"
	BadAnswer  = "Chưa đúng"
	AskOfficer = "Hỏi cán bộ"
)

// Answer is an approved text with its sources and who stands behind it.
func Answer(e knowledge.Entry, sources []knowledge.Citation) string {
	first, rest, _ := strings.Cut(e.Answer, "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b>", html.EscapeString(first))
	if rest != "" {
		b.WriteString("\n" + html.EscapeString(rest))
	}
	b.WriteString("\n\n" + Sources(sources))
	b.WriteString("\n" + approval(e.Approval))
	return b.String()
}

// openSources is how many sources are shown without a tap.
const openSources = 2

// Sources lists what an answer rests on: document, article, date.
func Sources(sources []knowledge.Citation) string {
	lines := merge(sources)
	if len(lines) == 1 {
		return "<i>Nguồn: " + html.EscapeString(lines[0]) + ".</i>"
	}
	text := "<i>Nguồn:\n• " + html.EscapeString(strings.Join(lines, ";\n• ")) + ".</i>"
	if len(lines) > openSources {
		return "<blockquote expandable>" + text + "</blockquote>"
	}
	return text
}

// merge words the sources, one line for each document and standing, with its
// articles together.
func merge(sources []knowledge.Citation) []string {
	var groups []*group
	for _, c := range sources {
		about, point, tail := citation(c)
		var in *group
		for _, g := range groups {
			if g.about == about && g.tail == tail {
				in = g
			}
		}
		if in == nil {
			in = &group{about: about, tail: tail}
			groups = append(groups, in)
		}
		in.add(point)
	}
	var lines []string
	for _, g := range groups {
		line := g.about
		if len(g.points) > 0 {
			line += ", " + strings.Join(g.points, "; ")
		}
		lines = append(lines, line+g.tail)
	}
	return lines
}

// group is one document of one standing, with the places in it.
type group struct {
	about, tail string
	points      []string
}

// add adds a place, unless a nearer one of the same article stands already.
func (g *group) add(point string) {
	within := func(whole, part string) bool { return part == whole || strings.HasPrefix(part, whole+",") }
	if point == "" || slices.ContainsFunc(g.points, func(p string) bool { return within(point, p) }) {
		return
	}
	g.points = append(slices.DeleteFunc(g.points, func(p string) bool { return within(p, point) }), point)
}

// citation words one source: what it is, the place in it, and what has not
// been checked.
func citation(c knowledge.Citation) (about, point, tail string) {
	switch {
	case c.Local:
		about, point, tail = "ví dụ của một nơi, không phải quy định chung", c.Article, " ("+Unverified+")"
		if c.Document.ID != "" {
			about += ": " + document(c.Document)
		} else if c.ReadIn.ID != "" {
			about, point = about+": "+document(c.ReadIn), c.ReadAt
		} else if c.Basis != "" {
			about += ": " + c.Basis
		}
		return about, point, tail
	case c.Verified:
		if c.Limit != "" {
			tail = " (riêng phần sau " + Unverified + ": " + c.Limit + ")"
		}
		return document(c.Document), c.Article, tail
	case c.ReadIn.ID != "":
		about = document(c.ReadIn)
		if c.Document.ID != "" {
			tail = "; nay là " + c.Document.Short
		}
		return about, c.ReadAt, " (bản đã đọc" + tail + "; " + Unverified + ")"
	case c.Document.ID != "":
		return document(c.Document), c.Article, " (" + Unverified + ")"
	}
	return c.Basis, "", " (" + Unverified + ")"
}

func document(d knowledge.Document) string {
	date := Date(d.Date)
	if date == "" || strings.Contains(d.Name, date) {
		return d.Name
	}
	return d.Name + " " + since(d.Date)
}

// Date writes a date as people here do, 26/7/2026, or the year alone.
func Date(d knowledge.Date) string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprint(d.Year)
	case d.Month < 3: // 03/02/2026: so written in the documents' own names
		return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year)
	}
	return fmt.Sprintf("%02d/%d/%d", d.Day, d.Month, d.Year)
}

func since(d knowledge.Date) string {
	if d.Month == 0 {
		return "năm " + Date(d)
	}
	return "ngày " + Date(d)
}

func approval(a knowledge.Approval) string {
	if a.Given() {
		return fmt.Sprintf("<i>Duyệt: %s, ngày %s.</i>", html.EscapeString(a.By), Date(a.On))
	}
	return fmt.Sprintf("<i>Bản soạn từ nguồn công khai ngày %s, đang chờ %s.</i>", Date(a.Drafted), html.EscapeString(a.Awaiting))
}

// Withdrawn says that an answer no longer stands because of the document d.
func Withdrawn(e knowledge.Entry, d knowledge.Document) string {
	return fmt.Sprintf("Câu trả lời về «%s» đang được soát lại: %s đã bị thay từ %s, nên mình tạm không đưa ra để tránh sai.\n\nBạn hỏi người giúp đỡ hoặc bí thư chi bộ, hoặc bấm «%s» để mình giữ câu hỏi này cho cán bộ.",
		html.EscapeString(e.Title), html.EscapeString(d.Short), since(d.Replaced.On), AskOfficer)
}

// MeantOne asks back when one of several may be meant; the choices stand on
// the buttons.
func MeantOne() string {
	return "Ý bạn là…? Chọn một câu bên dưới, hoặc gõ lại rõ hơn một chút giúp mình."
}

// Calm is one line for a person who sounds afraid, before what is said.
func Calm(line string) string { return html.EscapeString(line) + "\n\n" }

// NoAnswer says honestly that nothing approved fits.
func NoAnswer() string {
	return "Mình chưa có câu trả lời đã duyệt cho câu này, nên không trả lời phỏng đoán.\n\nBạn thử gõ lại ngắn hơn, hoặc bấm «" + AskOfficer + "» để mình giữ câu hỏi cho cán bộ (không kèm tên bạn)."
}

// OutOfScope declines in the words of the kind of question it was taken for.
func OutOfScope(s knowledge.Scope) string { return html.EscapeString(s.Reply) }

// Care meets a person who may be in danger.
func Care(c knowledge.Care) string { return html.EscapeString(c.Reply) }

// Also stands before the second and later answers to one message.
func Also(n int) string { return fmt.Sprintf("<b>Câu %d bạn hỏi:</b>\n", n) }

// DocumentReplaced says that a document a question names stands no more, and
// what stands in its place, if the register knows.
func DocumentReplaced(d, now knowledge.Document, known bool) string {
	text := fmt.Sprintf("<i>Văn bản bạn nhắc (%s) đã bị thay từ %s", html.EscapeString(d.Short), since(d.Replaced.On))
	if known && now.ID != d.ID {
		text += ", nay là " + html.EscapeString(now.Short)
	}
	return text + ".</i>"
}

// DocumentStands says that a document a question names is in force.
func DocumentStands(d knowledge.Document) string {
	return fmt.Sprintf("<i>Theo danh mục của mình, %s đang có hiệu lực.</i>", html.EscapeString(d.Short))
}
