package journey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"donghanh/internal/yamlfile"
)

// Rules is everything content/ says of the way: which facts there are, which
// deadlines and duties follow from them, on which days people work and when
// they are told. It does not change once it is loaded.
type Rules struct {
	Calendar      *Calendar
	Events        []EventRule // in the order of the way
	DeadlineRules []Rule      // a method has the shorter name
	Duties        []Rule
	Moves         []Move
	Papers        []PaperRule
	Reminders     Reminders

	byEvent       map[EventID]int // place in Events
	cert, dossier *Rule           // how long the papers count
	print         string
}

// Files of content/ that hold rules.
const (
	eventsFile    = "events.yaml"
	deadlinesFile = "deadlines.yaml"
	dutiesFile    = "duties.yaml"
	movesFile     = "moves.yaml"
	papersFile    = "papers.yaml"
)

// reading is rules while they are read and checked.
type reading struct {
	*Rules
	problems []yamlfile.Problem
}

// LoadRules reads and checks the rules: events.yaml, deadlines.yaml,
// duties.yaml, moves.yaml, papers.yaml, reminders.yaml and calendar.yaml. They
// are nil when one of the problems is fatal. Whether the facts they name are in
// facts.yaml is for UnknownFacts to say.
func LoadRules(fsys fs.FS) (*Rules, []yamlfile.Problem) {
	l := &reading{Rules: &Rules{byEvent: map[EventID]int{}}}
	unread := l.readFiles(fsys)
	var found []yamlfile.Problem
	l.Calendar, found = loadCalendar(fsys)
	unread = append(unread, found...)
	l.Reminders, found = loadReminders(fsys)
	unread = append(unread, found...)
	if slices.ContainsFunc(unread, fatal) { // what is missing would look wrong everywhere it is named
		return nil, unread
	}
	l.problems = append(unread, l.problems...)
	l.checkEvents()
	for i := range l.DeadlineRules {
		l.checkDeadline(&l.DeadlineRules[i])
	}
	for i := range l.Duties {
		l.checkDuty(&l.Duties[i])
	}
	l.checkMoves()
	l.checkPapers()
	l.checkNeeded()
	if slices.ContainsFunc(l.problems, fatal) {
		return nil, l.problems
	}
	l.settle()
	return l.Rules, l.problems
}

func fatal(p yamlfile.Problem) bool { return p.Fatal }

// readFiles reads the lists. An id that is there twice, or is missing, is
// complained of.
func (l *reading) readFiles(fsys fs.FS) (unread []yamlfile.Problem) {
	report := func(problems []yamlfile.Problem) { unread = append(unread, problems...) }
	seen := map[string]yamlfile.Place{}
	fresh := func(at yamlfile.Place, id string) bool {
		old, twice := seen[id]
		switch {
		case id == "":
			l.complain(at, "", "mục này chưa có mã; viết id: …")
		case twice:
			l.complain(at, "id", "mã %q đã có ở %s:%d; bỏ một trong hai", id, old.File(), old.Line("id"))
		default:
			seen[id] = at
		}
		return id != "" && !twice
	}
	report(yamlfile.List(fsys, eventsFile, func(at yamlfile.Place, e EventRule) {
		if e.at = at; fresh(at, string(e.ID)) {
			l.byEvent[e.ID] = len(l.Events)
			l.Events = append(l.Events, e)
		}
	}))
	report(yamlfile.List(fsys, deadlinesFile, func(at yamlfile.Place, rule Rule) {
		if rule.at = at; fresh(at, rule.ID) {
			l.DeadlineRules = append(l.DeadlineRules, rule)
		}
	}))
	report(yamlfile.List(fsys, dutiesFile, func(at yamlfile.Place, rule Rule) {
		if rule.at = at; fresh(at, rule.ID) {
			l.Duties = append(l.Duties, rule)
		}
	}))
	report(yamlfile.List(fsys, movesFile, func(at yamlfile.Place, m Move) {
		if m.at = at; fresh(at, "move/"+m.ID) {
			l.Moves = append(l.Moves, m)
		}
	}))
	report(yamlfile.List(fsys, papersFile, func(at yamlfile.Place, p PaperRule) {
		if p.at = at; fresh(at, "paper/"+p.ID) {
			l.Papers = append(l.Papers, p)
		}
	}))
	return unread
}

func (l *reading) complain(at yamlfile.Place, key, format string, args ...any) {
	l.problems = append(l.problems, at.Problem(key, true, fmt.Sprintf(format, args...)))
}

// complainIn complains of the n-th value of a list.
func (l *reading) complainIn(at yamlfile.Place, key string, n int, format string, args ...any) {
	l.problems = append(l.problems, yamlfile.Problem{File: at.File(), Line: at.LineIn(key, n), Fatal: true, Reason: fmt.Sprintf(format, args...)})
}

func names[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// among complains of each value of a list that is not known.
func among[T ~string](l *reading, at yamlfile.Place, key, what, id string, values []T, known []string) {
	for _, v := range values {
		if !slices.Contains(known, string(v)) {
			l.complain(at, key, "%s: %s %q không có%s", id, what, v, meant(string(v), known))
		}
	}
}

// meant names what was meant, or else what there is, where that is little.
func meant(name string, known []string) string {
	near := yamlfile.OrMeant(name, known)
	if near != "" || len(known) > 20 {
		return near
	}
	return "; chỗ này dùng: " + strings.Join(slices.DeleteFunc(slices.Clone(known), func(s string) bool { return s == "" }), ", ")
}

func (l *reading) eventIDs() []string { return names(slices.Collect(maps.Keys(l.byEvent))) }

func ruleIDs(rules []Rule) []string {
	out := make([]string, len(rules))
	for i := range rules {
		out[i] = rules[i].ID
	}
	return out
}

func (l *reading) checkEvents() {
	for i := range l.Events {
		e, at := &l.Events[i], l.Events[i].at
		id := string(e.ID)
		if e.Title == "" {
			l.complain(at, "id", "%s: chưa có tên; viết title: việc gì đã diễn ra", id)
		}
		among(l, at, "detail", "kiểu ghi chú", id, []DetailKind{e.Detail}, names(detailKinds))
		among(l, at, "record", "vai trò", id, e.Record, names(Roles))
		among(l, at, "stages", "chặng", id, e.Stages, names(stagesInOrder))
		among(l, at, "enter", "chặng", id, []Stage{e.Enter}, names(stagesInOrder))
		among(l, at, "after", "mốc", id, e.After, l.eventIDs())
		among(l, at, "set", "nhánh phụ", id, e.Set, names(sidesInOrder))
		among(l, at, "clear", "nhánh phụ", id, e.Clear, names(sidesInOrder))
		among(l, at, "despite", "nhánh phụ", id, e.Despite, names(sidesInOrder))
		switch {
		case e.Automatic && len(e.Record) > 0:
			l.complain(at, "record", "%s: mốc tự tính (automatic) không ai ghi; bỏ record", id)
		case !e.Automatic && len(e.Record) == 0:
			l.complain(at, "id", "%s: chưa có ai được ghi; viết record: [cell_secretary]", id)
		}
		if (e.Detail == OfChoice) != (len(e.Choices) > 0) {
			l.complain(at, "detail", "%s: detail: choice cần choices, và choices cần detail: choice", id)
		}
		for n, c := range e.Choices {
			if c.ID == "" || c.Title == "" {
				l.complainIn(at, "choices", n, "%s: mỗi lựa chọn cần mã và tên; viết {id: di-hoc, title: Được cử đi học}", id)
			}
		}
	}
}

// checkRule checks what deadlines and duties have in common.
func (l *reading) checkRule(rule *Rule) {
	if rule.Title == "" {
		l.complain(rule.at, "id", "%s: chưa có tên; viết title: việc phải làm", rule.ID)
	}
	among(l, rule.at, "remind", "vai trò", rule.ID, rule.Remind, names(Roles))
	among(l, rule.at, "record", "vai trò", rule.ID, rule.Record, names(Roles))
	among(l, rule.at, "stages", "chặng", rule.ID, rule.Stages, names(stagesInOrder))
	for i, step := range rule.Steps {
		switch {
		case step < 0:
			l.complain(rule.at, "steps", "%s: bước nhắc %d là số âm; quá hạn thì nhắc theo reminders.yaml", rule.ID, step)
		case i > 0 && step >= rule.Steps[i-1]:
			l.complain(rule.at, "steps", "%s: các bước nhắc phải đi từ xa đến gần, mà %d đứng sau %d; viết như [30, 14, 7]", rule.ID, step, rule.Steps[i-1])
		}
	}
	if len(rule.Versions) == 0 {
		l.complain(rule.at, "id", "%s: chưa có phiên bản nào; viết versions: với id, facts, verified", rule.ID)
	}
	for i := range rule.Versions {
		l.checkVersion(rule, i)
	}
}

func (l *reading) checkVersion(rule *Rule, i int) {
	v := &rule.Versions[i]
	bad := func(format string, args ...any) {
		l.complainIn(rule.at, "versions", i, rule.ID+": "+format, args...)
	}
	switch {
	case v.ID == "":
		bad("phiên bản thứ %d chưa có mã; viết id: số văn bản", i+1)
	case rule.version(v.ID) != v:
		bad("hai phiên bản cùng mã %q; đổi một", v.ID)
	}
	switch {
	case i == 0 && !v.From.IsZero():
		bad("phiên bản đầu không ghi ngày (from): nó dùng cho mọi ngày trước phiên bản sau")
	case i > 0 && v.From.IsZero():
		bad("phiên bản %s chưa có ngày bắt đầu; viết from: 2026-07-26", v.ID)
	case i > 0 && !v.From.After(rule.Versions[i-1].From):
		bad("phiên bản %s bắt đầu %s, không sau phiên bản đứng trước; xếp từ cũ đến mới", v.ID, vietnamese(v.From))
	}
	if len(v.Facts) == 0 && v.Basis == "" {
		bad("phiên bản %s không có nguồn; ghi mã quy tắc vào facts, hoặc basis: dựa vào đâu", v.ID)
	}
	known := l.eventIDs()
	for _, id := range v.starts() {
		if _, ok := l.byEvent[id]; !ok {
			bad("mốc %q không có trong events.yaml%s", id, yamlfile.OrMeant(string(id), known))
		}
	}
}

// starts lists what starts the clock.
func (v *Version) starts() []EventID {
	if v.Anchor == "" {
		return v.Also
	}
	return append([]EventID{v.Anchor}, v.Also...)
}

func (l *reading) checkDeadline(rule *Rule) {
	l.checkRule(rule)
	known := l.eventIDs()
	kinds := []Kind{"", Latest, Earliest, Milestone, Meeting}
	among(l, rule.at, "kind", "loại hạn", rule.ID, []Kind{rule.Kind}, names(kinds))
	among(l, rule.at, "done", "mốc", rule.ID, rule.Done, known)
	among(l, rule.at, "moot", "mốc", rule.ID, rule.Moot, known)
	among(l, rule.at, "needs", "mốc", rule.ID, rule.Needs, known)
	among(l, rule.at, "unless", "mốc", rule.ID, rule.Unless, known)
	among(l, rule.at, "despite", "nhánh phụ", rule.ID, rule.Despite, names(sidesInOrder))
	for i, v := range rule.Versions {
		l.checkOffset(rule, i, v)
	}
	if rule.Follows != "" {
		l.checkFollows(rule)
	}
	if rule.Duty != "" && !slices.Contains(ruleIDs(l.Duties), rule.Duty) {
		l.complain(rule.at, "duty", "%s: việc lặp %q không có trong duties.yaml%s", rule.ID, rule.Duty, yamlfile.OrMeant(rule.Duty, ruleIDs(l.Duties)))
	}
	if rule.Kind != Earliest && rule.Kind != Milestone && len(rule.Done) == 0 {
		l.complain(rule.at, "id", "%s: chưa biết khi nào là xong; viết done: [E_…]", rule.ID)
	}
	if len(rule.Who) > 0 || rule.Every != "" || rule.EveryMonths != 0 || rule.Deadline != "" {
		l.complain(rule.at, "id", "%s: who, every, every_months, deadline chỉ dùng trong duties.yaml", rule.ID)
	}
	if rule.Kind == Milestone || len(rule.Done) == 0 {
		return
	}
	for _, role := range rule.Record {
		may := slices.ContainsFunc(rule.Done, func(id EventID) bool {
			i, ok := l.byEvent[id]
			return !ok || slices.Contains(l.Events[i].Record, role)
		})
		if !may {
			l.complain(rule.at, "record", "%s: %s được báo xong (record), nhưng không mốc nào ở done cho vai trò này ghi; thêm vai trò ở events.yaml, hoặc bỏ ở đây", rule.ID, role)
		}
	}
}

func (l *reading) checkOffset(rule *Rule, i int, v Version) {
	bad := func(format string, args ...any) {
		l.complainIn(rule.at, "versions", i, rule.ID+": "+format, args...)
	}
	if v.Anchor == "" {
		bad("phiên bản %s chưa có mốc bắt đầu; viết anchor: E_…", v.ID)
	}
	switch {
	case v.WorkingDays < 0 || v.Months < 0:
		bad("working_days và months không là số âm; trước mốc thì viết days: -60")
	case v.WorkingDays > 0 && (v.Months != 0 || v.Days != 0):
		bad("chỉ ghi một trong working_days (ngày làm việc) và months, days (theo lịch)")
	case v.WorkingDays == 0 && v.Months == 0 && v.Days == 0 && rule.Duty == "" && rule.Count == 0:
		bad("phiên bản %s chưa có độ dài; viết working_days: 30, months: 12 hoặc days: 7", v.ID)
	}
}

func (l *reading) checkFollows(rule *Rule) {
	i := slices.IndexFunc(l.DeadlineRules, func(other Rule) bool { return other.ID == rule.Follows })
	switch {
	case i < 0:
		l.complain(rule.at, "follows", "%s: hạn %q không có%s", rule.ID, rule.Follows, yamlfile.OrMeant(rule.Follows, ruleIDs(l.DeadlineRules)))
	case l.DeadlineRules[i].Follows != "":
		l.complain(rule.at, "follows", "%s: hạn %s cũng nối tiếp một hạn khác; chỉ nối một lần", rule.ID, rule.Follows)
	case len(rule.Needs) == 0:
		l.complain(rule.at, "follows", "%s: hạn nối tiếp cần một mốc cho phép; viết needs: [E_EXTENSION_GRANTED]", rule.ID)
	}
}

func (l *reading) checkDuty(rule *Rule) {
	l.checkRule(rule)
	at := rule.at
	among(l, at, "who", "vai trò", rule.ID, rule.Who, names(Roles))
	periods := []Period{EachMonth, EachQuarter, EachHalf, EachYear}
	switch {
	case rule.Every == "" && rule.EveryMonths <= 0:
		l.complain(at, "id", "%s: chưa có chu kỳ; viết every: month, quarter, half hoặc year, hay every_months: 3", rule.ID)
	case rule.Every != "" && rule.EveryMonths != 0:
		l.complain(at, "every_months", "%s: chỉ ghi một trong every và every_months", rule.ID)
	case rule.Every != "":
		among(l, at, "every", "chu kỳ", rule.ID, []Period{rule.Every}, names(periods))
	}
	own := func(r Role) bool { return r == Student || r == Mentor }
	switch {
	case len(rule.Who) == 0:
		l.complain(at, "id", "%s: chưa có ai làm; viết who: [cell_secretary]", rule.ID)
	case slices.ContainsFunc(rule.Who, own) && !allOf(rule.Who, own):
		l.complain(at, "who", "%s: việc của sinh viên hay người giúp đỡ để riêng với việc của cán bộ; tách thành hai mục", rule.ID)
	case rule.EveryMonths > 0 && !own(rule.Who[0]):
		l.complain(at, "every_months", "%s: việc của cán bộ tính theo kỳ của lịch; viết every: quarter", rule.ID)
	}
	if rule.Deadline != "" && !slices.Contains(ruleIDs(l.DeadlineRules), rule.Deadline) {
		l.complain(at, "deadline", "%s: hạn %q không có trong deadlines.yaml%s", rule.ID, rule.Deadline, yamlfile.OrMeant(rule.Deadline, ruleIDs(l.DeadlineRules)))
	}
	if rule.Kind != "" || len(rule.Done)+len(rule.Moot) > 0 {
		l.complain(at, "id", "%s: kind, done, moot chỉ dùng trong deadlines.yaml; việc lặp xong khi có E_DUTY_DONE", rule.ID)
	}
}

func allOf(roles []Role, is func(Role) bool) bool {
	return !slices.ContainsFunc(roles, func(r Role) bool { return !is(r) })
}

func (l *reading) checkMoves() {
	for _, m := range l.Moves {
		among(l, m.at, "stages", "chặng", m.ID, m.Stages, names(stagesInOrder))
		among(l, m.at, "when", "điều kiện", m.ID, []MoveWhen{m.When}, names(moveWhens))
		among(l, m.at, "deadlines", "hạn", m.ID, m.Deadlines, ruleIDs(l.DeadlineRules))
		if m.Title == "" || m.Leaves == "" || m.Arrives == "" || len(m.Stages) == 0 {
			l.complain(m.at, "id", "%s: cần title, stages, leaves (việc nơi đi) và arrives (việc nơi đến)", m.ID)
		}
		if len(m.Facts) == 0 {
			l.complain(m.at, "id", "%s: không có nguồn; ghi mã quy tắc vào facts", m.ID)
		}
	}
}

func (l *reading) checkPapers() {
	for _, p := range l.Papers {
		among(l, p.at, "stage", "chặng", p.ID, []Stage{p.Stage}, names(stagesInOrder))
		among(l, p.at, "by", "mốc", p.ID, p.By, l.eventIDs())
		among(l, p.at, "valid", "cách tính hạn", p.ID, []string{p.Valid}, []string{"", ruleCert, ruleDossier})
		if p.Title == "" || p.Stage == NoStage {
			l.complain(p.at, "id", "%s: cần title và stage (từ chặng nào thì cần)", p.ID)
		}
		if len(p.Facts) == 0 {
			l.complain(p.at, "id", "%s: không có nguồn; ghi mã quy tắc vào facts", p.ID)
		}
	}
}

// checkNeeded complains of what the arithmetic cannot do without.
func (l *reading) checkNeeded() {
	for _, id := range knownEvents {
		if _, ok := l.byEvent[id]; !ok {
			l.complain(yamlfile.In(eventsFile), "", "thiếu mốc %s; chương trình cần mốc này, chép lại từ bản kèm theo", id)
		}
	}
	for _, id := range []string{ruleCert, ruleDossier} {
		if !slices.Contains(ruleIDs(l.DeadlineRules), id) {
			l.complain(yamlfile.In(deadlinesFile), "", "thiếu hạn %s; chương trình cần hạn này để biết giấy tờ còn hạn hay không", id)
		}
	}
}

// settle prepares what is asked often, and forgets what only the checks need.
func (l *reading) settle() {
	for i := range l.Events {
		e := &l.Events[i]
		e.from, e.sets, e.clears, e.despite = stageSet(e.Stages...), sideSet(e.Set...), sideSet(e.Clear...), sideSet(e.Despite...)
	}
	duties := map[string]*Rule{}
	for i := range l.Duties {
		rule := &l.Duties[i]
		rule.where = stageSet(rule.Stages...)
		if len(rule.Remind) == 0 {
			rule.Remind = rule.Who
		}
		if len(rule.Record) == 0 {
			rule.Record = rule.Who
		}
		duties[rule.ID] = rule
	}
	byID := map[string]*Rule{}
	for i := range l.DeadlineRules {
		rule := &l.DeadlineRules[i]
		rule.where, rule.despite, rule.duty = stageSet(rule.Stages...), sideSet(rule.Despite...), duties[rule.Duty]
		if rule.Kind == "" {
			rule.Kind = Latest
		}
		byID[rule.ID] = rule
	}
	for _, rule := range byID {
		if first := byID[rule.Follows]; first != nil {
			rule.begins, first.next = first, rule
		}
	}
	l.cert, l.dossier = byID[ruleCert], byID[ruleDossier]
	l.print = l.fingerprint()
}

// Event returns the rule of a kind of fact.
func (r *Rules) Event(id EventID) (EventRule, bool) {
	i, ok := r.byEvent[id]
	if !ok {
		return EventRule{}, false
	}
	return r.Events[i], true
}

// Fingerprint changes whenever anything changes that dates or the days of
// telling depend on; words may change without it.
func (r *Rules) Fingerprint() string { return r.print }

// arithmetic grows when the program itself computes other days from the same
// rules.
const arithmetic = 1

func (r *Rules) fingerprint() string {
	events, deadlines, duties := slices.Clone(r.Events), slices.Clone(r.DeadlineRules), slices.Clone(r.Duties)
	for i := range events {
		events[i].Title, events[i].Choices, events[i].Facts, events[i].Record = "", nil, nil, nil
	}
	for _, rules := range [][]Rule{deadlines, duties} {
		for i := range rules {
			rules[i].Title, rules[i].Overdue = "", ""
			rules[i].Versions = slices.Clone(rules[i].Versions)
			for j := range rules[i].Versions {
				v := &rules[i].Versions[j]
				v.Facts, v.Basis, v.Verified = nil, "", false
			}
		}
	}
	body, _ := json.Marshal([]any{arithmetic, events, deadlines, duties, r.Reminders, r.Calendar.tables}) // plain values
	sum := sha256.New()
	_, _ = sum.Write(body) // a hash never fails
	for i := range r.Calendar.years {
		_, _ = fmt.Fprintln(sum, r.Calendar.years[i].works)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// UnknownFacts complains of the facts the rules name that are not known. known
// are the ids of facts.yaml.
func (r *Rules) UnknownFacts(known []string) []yamlfile.Problem {
	l := &reading{Rules: r}
	for i := range r.Events {
		among(l, r.Events[i].at, "facts", "quy tắc", string(r.Events[i].ID), r.Events[i].Facts, known)
	}
	for _, rules := range [][]Rule{r.DeadlineRules, r.Duties} {
		for i := range rules {
			for n, v := range rules[i].Versions {
				for _, id := range v.Facts {
					if !slices.Contains(known, id) {
						l.complainIn(rules[i].at, "versions", n, "%s: quy tắc %q không có trong facts.yaml%s", rules[i].ID, id, yamlfile.OrMeant(id, known))
					}
				}
			}
		}
	}
	for _, m := range r.Moves {
		among(l, m.at, "facts", "quy tắc", m.ID, m.Facts, known)
	}
	for _, p := range r.Papers {
		among(l, p.at, "facts", "quy tắc", p.ID, p.Facts, known)
	}
	return l.problems
}
