package handlers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"donghanh/internal/chat"
	"donghanh/internal/wording"
)

// listTitle begins the list a self-check ends with.
var listTitle = "Bạn đối chiếu được đến đây"

// TestTheSelfCheckEndsInAListOrAnOpenStep lets a person press, type and wander
// off in any order. Whatever they do, the check stands at a step whose buttons
// lead on, or is over and forgotten.
func TestTheSelfCheckEndsInAListOrAnOpenStep(t *testing.T) {
	tg := newTelegram(t)
	typed := []string{
		"3/2005", "03-2005", "tháng 3 năm 2005", "15/3/2005", "4/2025", "11/2026", "12/2026", "1/2027", "1/1900", "12/1899", "0/2005", "13/2005",
		"2005", "3", "1/1", "99999999999999999999", "3/20055", "--", ". / -", "٣/٢٠٠٥", "３/２００５", "-3/2005", "3/2005 ạ",
	}
	aside := []string{"/dieukien", "/huy", "/dulieu", "/trogiup", sureQuestion, nothingKnown, distress, "xong", "rồi", "<b>"}
	rapid.Check(t, func(rt *rapid.T) {
		r := newRoom(rt, tg)
		seen := datas(r.say(student, "/dieukien")) // all buttons ever shown
		latest := seen
		for range rapid.IntRange(0, 25).Draw(rt, "steps") {
			var out []chat.Message
			switch rapid.IntRange(0, 9).Draw(rt, "does") {
			case 0, 1, 2, 3, 4: // mostly, people press what they were shown last
				out = r.press(student, rapid.SampledFrom(latest).Draw(rt, "button"))
			case 5:
				out = r.press(student, rapid.SampledFrom(seen).Draw(rt, "old button"))
			case 6:
				out = r.say(student, rapid.SampledFrom(typed).Draw(rt, "month"))
			case 7:
				out = r.say(student, rapid.SampledFrom(aside).Draw(rt, "aside"))
			case 8:
				out = r.press(student, "dk:"+rapid.StringMatching(`[0-9]{1,3}:(year|birth|union|cert|issued|local|show|again|):[a-z0-9+-]{0,5}`).Draw(rt, "forged"))
			case 9:
				r.ahead += rapid.SampledFrom([]time.Duration{time.Hour, 40 * 24 * time.Hour, 400 * 24 * time.Hour}).Draw(rt, "waits")
				continue
			}
			if shown := datas(out); len(shown) > 0 {
				latest, seen = shown, append(seen, shown...)
			}
			standsWell(rt, r, out)
		}
		r.finish(rt)
	})
}

// standsWell checks where the check stands after what was put.
func standsWell(t tester, r *room, out []chat.Message) {
	t.Helper()
	talk := r.talk(student)
	ended := strings.Contains(text(out, student), listTitle)
	switch talk.Flow {
	case "":
		if talk.Values != nil {
			t.Errorf("over, but it remembers %v", talk.Values)
		}
	case flowCheck:
		if ended || nextStep(talk.Values) == "" {
			t.Errorf("no open step, yet not over: %v", talk.Values)
		}
	default:
		t.Errorf("flow %q", talk.Flow)
	}
	if strings.Contains(text(out, student), "lỗi khi xử lý") {
		t.Errorf("an error: %s", text(out, student))
	}
}

// finish goes on from wherever the check stands to its list.
func (r *room) finish(t *rapid.T) {
	t.Helper()
	latest := datas(r.say(student, "/dieukien"))
	for range 9 {
		i := rapid.IntRange(0, len(latest)-1).Draw(t, "to the end")
		if strings.HasSuffix(latest[i], ":"+stepAgain) {
			i = 0
		}
		out := r.press(student, latest[i])
		if strings.Contains(text(out, student), listTitle) {
			if talk := r.talk(student); talk.Flow != "" || talk.Values != nil {
				t.Errorf("after the list it remembers %+v", talk)
			}
			if m := out[len(out)-1]; m.Act != chat.Edit || !strings.Contains(m.Text, "Nguồn") {
				t.Errorf("the list, in place of the last question and with sources: %+v", m)
			}
			return
		}
		latest = datas(out)
	}
	t.Errorf("nine presses do not lead to the list")
}

// TestPressedOrTypedTheListIsTheSame: a month says the same either way.
func TestPressedOrTypedTheListIsTheSame(t *testing.T) {
	tg := newTelegram(t)
	list := func(steps ...string) string {
		r := newRoom(t, tg)
		r.say(student, "/dieukien")
		var out []chat.Message
		for _, step := range steps {
			if strings.HasPrefix(step, "dk:") {
				out = r.press(student, step)
			} else {
				out = r.say(student, step)
			}
		}
		return text(out, student)
	}
	buttons := list("dk:1:year:2008", "dk:1:birth:11", "dk:1:union:old", "dk:1:school:no", "dk:1:class:certificate", "dk:1:cert:2021", "dk:1:issued:11", "dk:1:local:no")
	typing := list("11/2008", "dk:1:union:old", "dk:1:school:no", "dk:1:class:certificate", "11/2021", "dk:1:local:no")
	late := list("dk:1:year:1999", "tháng 11 năm 2008", "dk:1:union:old", "dk:1:school:no", "dk:1:class:certificate", "dk:1:cert:2025", "11/2021", "dk:1:local:no")
	if !strings.Contains(buttons, listTitle) || typing != buttons || late != buttons {
		t.Errorf("by buttons:\n%s\ntyped:\n%s\ntyped after the year:\n%s", buttons, typing, late)
	}
}

// TestTheListNeverConcludes: whatever was said, the list names a next step and
// leaves the decision to those who take it.
func TestTheListNeverConcludes(t *testing.T) {
	tg := newTelegram(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := newRoom(rt, tg)
		latest := datas(r.say(student, "/dieukien"))
		var got string
		for !strings.Contains(got, listTitle) {
			out := r.press(student, rapid.SampledFrom(latest).Draw(rt, "button"))
			got, latest = text(out, student), datas(out)
		}
		for _, want := range []string{"Bước tiếp theo:", "mình không kết luận thay", "đã được quên", "Nguồn"} {
			if !strings.Contains(got, want) {
				rt.Errorf("the list lacks %q:\n%s", want, got)
			}
		}
		for _, promise := range []string{"đủ điều kiện", "không đủ điều kiện", "được kết nạp"} {
			if strings.Contains(got, promise) {
				rt.Errorf("the list says %q:\n%s", promise, got)
			}
		}
	})
}

func TestAQuestionAskedInBetweenKeepsTheStep(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(student, "/dieukien")
	r.press(student, "dk:1:year:2005")
	out := r.say(student, sureQuestion)
	if got := datas(out); !slices.Contains(got, "dk:1:show") {
		t.Errorf("no way back stands under the answer: %q", got)
	}
	if got := text(r.press(student, "dk:1:show"), student); !strings.Contains(got, plain(wording.AskMonth)) {
		t.Errorf("back at %q, want the month", got)
	}
	for _, m := range r.say(student, distress) {
		if slices.ContainsFunc(datas([]chat.Message{m}), func(d string) bool { return strings.HasPrefix(d, buttonCheck+":") }) {
			t.Error("one who may be in danger is asked to go on with the check")
		}
	}
}
