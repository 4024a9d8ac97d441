package wording

import (
	"fmt"
	"strconv"
	"strings"

	"donghanh/internal/journey"
)

// Labels and sentences of assigning mentors.
const (
	AssignThem  = "Phân công"
	MoveThem    = "Chuyển"
	AllToOne    = "Chuyển hết cho một người"
	AssignSheet = "Phân công"

	AllPairs      = "Tất cả gợi ý. Tệp có tên người thật, xem xong thì xóa."
	AssignMovedOn = "Từ lúc xem đến giờ đã có người khác phân công, nên mình chưa ghi gì. Bạn xem lại:\n\n"
)

// AssignPlan is a suggestion who helps whom.
type AssignPlan struct {
	From    journey.Person // whose students they are; the zero Person: nobody's
	Waiting int            // students to get a mentor, also those of a later time
	Mentors int            // there are to choose from
	Left    int            // students for whom nobody is left
	Limit   int
	One     bool // all to one, whom the person chose
	groups  []assigned
}

// assigned is a mentor with the students they would get.
type assigned struct {
	mentor   journey.Person
	helped   int // so far
	students []journey.Person
}

// Add adds a pair.
func (p *AssignPlan) Add(mentor journey.Person, helped int, student journey.Person) {
	for i := range p.groups {
		if p.groups[i].mentor.Code == mentor.Code {
			p.groups[i].students = append(p.groups[i].students, student)
			return
		}
	}
	p.groups = append(p.groups, assigned{mentor, helped, []journey.Person{student}})
}

// Suggested shows a suggestion: n mentors in the text and, where there are more,
// every pair in rows.
func Suggested(p AssignPlan, n int) (text string, rows [][]string) {
	var b strings.Builder
	pairs := 0
	for _, g := range p.groups {
		pairs += len(g.students)
	}
	switch {
	case p.From.Code != "":
		fmt.Fprintf(&b, "<b>Chuyển sinh viên của %s</b>: %s người.", name(p.From), thousands(p.Waiting))
	case p.Waiting == 0:
		return "Sinh viên nào đang theo dõi trong đơn vị bạn phụ trách cũng đã có người giúp đỡ.", nil
	default:
		fmt.Fprintf(&b, "<b>Phân công người giúp đỡ</b>: %s sinh viên chưa có ai.", thousands(p.Waiting))
	}
	switch {
	case p.Waiting == 0:
		b.WriteString(" Không có ai để chuyển.")
		return b.String(), nil
	case p.Mentors == 0:
		b.WriteString("\nTrong đơn vị bạn phụ trách chưa có người giúp đỡ nào khác. Nhập người giúp đỡ vào danh sách trước.")
		return b.String(), nil
	}
	switch {
	case p.One:
		b.WriteString("\nChuyển hết cho một người. Chưa ghi gì.\n")
	case pairs > 0:
		fmt.Fprintf(&b, "\nGợi ý cho %s người: cùng đơn vị trước, ai đang giúp ít thì trước, không ai quá %d. Chưa ghi gì.\n", thousands(pairs), p.Limit)
	}
	for i, g := range p.groups {
		if i == n {
			fmt.Fprintf(&b, "\n… và %s người giúp đỡ nữa", thousands(len(p.groups)-n))
			break
		}
		fmt.Fprintf(&b, "\n<b>%s</b> (%d → %d): ", name(g.mentor), g.helped, g.helped+len(g.students))
		for j, s := range g.students {
			if j == 8 {
				fmt.Fprintf(&b, " và %d người nữa", len(g.students)-j)
				break
			}
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(name(s))
			if s.Unit != g.mentor.Unit {
				b.WriteString(" (" + unitPath(s.Unit) + ")")
			}
		}
	}
	if p.One && len(p.groups) == 1 && p.groups[0].helped+pairs > p.Limit {
		fmt.Fprintf(&b, "\n\nNhư vậy là hơn mức gợi ý %d.", p.Limit)
	}
	if p.Left > 0 {
		fmt.Fprintf(&b, "\n\n%s người chưa xếp được: ai cũng đã đủ %d. Thêm người giúp đỡ, hoặc chọn riêng ở trang từng sinh viên.", thousands(p.Left), p.Limit)
	}
	if more := p.Waiting - pairs - p.Left; more > 0 {
		fmt.Fprintf(&b, "\n\n%s người nữa để lần sau: mỗi lần mình ghi một phần.", thousands(more))
	}
	if len(p.groups) > n {
		rows = [][]string{{"Mã sinh viên", "Sinh viên", "Đơn vị", "Mã người giúp đỡ", "Người giúp đỡ", "Đang giúp", "Sẽ giúp"}}
		for _, g := range p.groups {
			for _, s := range g.students {
				rows = append(rows, []string{string(s.Code), s.Name, string(s.Unit), string(g.mentor.Code), g.mentor.Name,
					strconv.Itoa(g.helped), strconv.Itoa(g.helped + len(g.students))})
			}
		}
	}
	return b.String(), rows
}

// AskOne asks who is to get all students of a mentor.
func AskOne(from journey.Person) string {
	return "Chuyển hết sinh viên của <b>" + name(from) + "</b> cho ai? Trong ngoặc là số sinh viên đang giúp."
}

// AssignedThem says that students have mentors now. skipped are those who were
// given to somebody meanwhile, or are no longer the person's to change.
func AssignedThem(students, mentors, skipped int) string {
	text := fmt.Sprintf("Đã ghi: %s sinh viên cho %s người giúp đỡ. Ai đã liên kết thì nhận tin.", thousands(students), thousands(mentors))
	if skipped > 0 {
		text += fmt.Sprintf(" %s người để nguyên, vì vừa có người khác đổi.", thousands(skipped))
	}
	return text
}
