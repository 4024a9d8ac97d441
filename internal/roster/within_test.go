package roster_test

import (
	"strings"
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
)

// TestAListChangesNoMoreThanItsSenderMay lays lists of an officer of K47 and of
// others beside an academy.
func TestAListChangesNoMoreThanItsSenderMay(t *testing.T) {
	who := func(code journey.Code, name string, unit journey.Unit, mentor journey.Code, roles ...journey.Role) journey.Track {
		return journey.Track{Person: journey.Person{Code: code, Name: name, Unit: unit, Mentor: mentor, Roles: roles}, Since: today}
	}
	officer := journey.Person{Code: "cb1", Name: "Phạm Chi", Unit: "K47", Roles: []journey.Role{journey.YouthOfficer}}
	secretary := journey.Person{Code: "bt1", Name: "Võ Bí Thư", Unit: "K47/B5", Roles: []journey.Role{journey.CellSecretary}}
	all := func() map[journey.Code]journey.Track {
		return known(
			who("cb1", "Phạm Chi", "K47", "", journey.YouthOfficer), who("bt1", "Võ Bí Thư", "K47/B5", "", journey.CellSecretary),
			who("gv1", "Trần Hoa", "K47/B5", "", journey.Mentor), who("gv8", "Lý Xa", "K48/B1", "", journey.Mentor),
			who("sv1", "Nguyễn An", "K47/B5", "gv1", journey.Student), who("sv7", "Đỗ Gần", "K47/B5", "gv8", journey.Student),
			who("sv8", "Bí Mật", "K48/B1", "gv8", journey.Student),
		)
	}
	const header = "code,name,role,unit,mentor\n"
	const events = "code,event,date\n"
	tests := map[string]struct {
		by   journey.Person
		list string
		want string // a part of what is said; empty: it is taken
	}{
		"a student of their own moved within":      {officer, header + "sv1,Nguyễn An,student,K47/B6,gv1\n", ""},
		"a new student and a new mentor":           {officer, header + "sv2,Lê Bình,student,K47/B5,gv2\ngv2,Vũ Mới,mentor,K47,\n", ""},
		"all as it is, themselves and leaders too": {officer, header + "cb1,Phạm Chi,youth_officer,K47,\nbt1,Võ Bí Thư,cell_secretary,K47/B5,\nsv1,Nguyễn An,student,K47/B5,gv1\n", ""},
		"a mentor elsewhere who helps already":     {officer, header + "sv7,Đỗ Gần Đúng,student,K47/B5,gv8\n", ""},
		"another unit's student, said of nothing":  {officer, header + "sv8,Tên Khác,student,K47/B5,gv1\n", `dòng 2, cột mã: mã "sv8" là của người ngoài phần bạn phụ trách`},
		"even as it is":                              {officer, header + "sv8,Bí Mật,student,K48/B1,gv8\n", `mã "sv8" là của người ngoài`},
		"a student sent to another unit":             {officer, header + "sv1,Nguyễn An,student,K48/B1,gv1\n", `cột đơn vị: đơn vị "K48/B1" nằm ngoài`},
		"the whole academy":                          {officer, "code,name,role\nsv3,Mới Tinh,student\n", "không có đơn vị, nên nằm ngoài"},
		"a unit left out of one who has one":         {officer, header + "sv1,Nguyễn An,student,,gv1\n", "không có đơn vị"},
		"a unit whose name begins alike":             {officer, header + "sv3,Mới Tinh,student,K470,\n", "nằm ngoài"},
		"a mentor from elsewhere":                    {officer, header + "sv1,Nguyễn An,student,K47/B5,gv8\n", `người giúp đỡ mã "gv8" nằm ngoài`},
		"a student made an officer":                  {officer, header + "sv1,Nguyễn An,\"student,youth_officer\",K47/B5,gv1\n", "vai trò cán bộ Đoàn do quản trị giao"},
		"a new admin":                                {officer, header + "ad9,Kẻ Lạ,admin,K47,\n", "vai trò quản trị do quản trị giao"},
		"a secretary moved":                          {officer, header + "bt1,Võ Bí Thư,cell_secretary,K47/B6,\n", `người mã "bt1" (có vai trò phụ trách`},
		"a secretary made a student":                 {officer, header + "bt1,Võ Bí Thư,student,K47/B5,\n", `người mã "bt1"`},
		"themselves moved up":                        {officer, header + "cb1,Phạm Chi,youth_officer,K47/B5,\n", `người mã "cb1"`},
		"an event of another unit's student":         {officer, events + "sv8,E_SOURCE_LISTED,03/02/2026\n", `mã "sv8" là của người ngoài`},
		"an event they may record":                   {officer, events + "sv1,E_SOURCE_LISTED,03/02/2026\n", ""},
		"an event for the secretary to record":       {officer, events + "sv1,E_CELL_NOT_PASSED,03/02/2026\n", "do bí thư chi bộ, đảng ủy cơ sở ghi"},
		"the secretary records it":                   {secretary, events + "sv1,E_SYMPATHIZER_LISTED,03/02/2026\n", ""},
		"the unit above is not the secretary's":      {secretary, header + "sv1,Nguyễn An,student,K47,gv1\n", "nằm ngoài"},
		"an admin may all":                           {journey.Person{Roles: []journey.Role{journey.Admin}}, header + "sv8,Bí Mật,\"student,admin\",K49,gv1\n", ""},
		"the way of somebody elsewhere stays unsaid": {officer, events + "sv8,E_DECISION_ISSUED,03/02/2026\n", `mã "sv8" là của người ngoài`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lists, problems := roster.Read([]roster.Table{table(t, tt.list)}, today)
			changes, more := lists.Plan(all(), built(t), &tt.by, today, now)
			got := words(t, append(problems, more...))
			switch fatal := strings.Contains(got, "LỖI"); {
			case tt.want == "" && fatal:
				t.Errorf("refused:\n%s", got)
			case tt.want != "" && (!strings.Contains(got, tt.want) || len(changes) > 0):
				t.Errorf("%d changes, said:\n%swant %s", len(changes), got, tt.want)
			}
			for _, unsaid := range []string{"Bí Mật", "K48/B1, ", "bước"} {
				if tt.want != "" && strings.Contains(got, unsaid) {
					t.Errorf("says %q of somebody elsewhere: %s", unsaid, got)
				}
			}
		})
	}
}
