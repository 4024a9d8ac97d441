package knowledge

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatPeopleAskOfABotThatKnowsThem(t *testing.T) {
	tests := map[string][]Function{
		"bao gio em het du bi":              {OwnProbation},
		"khi nào mình lên chính thức vậy ạ": {OwnProbation},
		"em con thieu giay to gi":           {OwnWay},
		"hồ sơ của em đủ chưa":              {OwnWay},
		"nhac em di":                        {OwnDeadlines},
		"han":                               {OwnDeadlines},
		"cho em xem hạn với ạ":              {OwnDeadlines},
		"lich cua em":                       {OwnDeadlines},
		"bao h toi han":                     {OwnDeadlines},
		"deadline cua e":                    {OwnDeadlines},
		"em sap toi han gi":                 {OwnDeadlines},
		"toi phai lam gi tuan nay":          {OwnDeadlines},
		"tắt nhắc":                          {OwnReminders},
		"nhac it thoi":                      {OwnReminders},
		"hoan tac":                          {OwnUndo},
		"ghi nham roi":                      {OwnUndo},
		"sinh vien nao sap den han":         {OwnStudents},
		"em nao dang tre":                   {OwnStudents},
		"ai dang tre han":                   {OwnStudents},
		"lop minh con ai chua lam":          {OwnStudents},
		"ai thay duoc ho so cua em":         {OwnPrivacy},
		"thời hạn của giấy chứng nhận là bao lâu":      nil,
		"ghi nhầm năm sinh trong lý lịch thì sao":      nil,
		"lý lịch của em khai từ mấy tuổi":              nil,
		"khi nào hết dự bị thì nộp bản tự kiểm điểm":   nil,
		"em bị trễ hạn rồi có bị xóa tên ko":           nil,
		"em còn thiếu điều kiện gì":                    nil,
		"ai trễ hạn thì bị xử lý thế nào":              nil,
		"hạn của em nộp học phí":                       nil,
		"bị nhắc nhở kỷ luật có được kết nạp không":    nil,
		"dự bị bao lâu":                                nil,
		"han " + strings.Repeat("chuyen dai dong ", 6): nil,
	}
	b := built(t)
	for said, want := range tests {
		var got []Function
		for _, c := range b.Own(said) {
			got = append(got, c.Function)
			if _, ok := b.Entries[c.Topic]; !ok {
				t.Errorf("%q: no answer %s stands for %s", said, c.Topic, c.Function)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q calls for %v, want %v", said, got, want)
		}
	}
}

func TestACalmLineForWhoIsAfraid(t *testing.T) {
	b := built(t)
	for said, want := range map[string]bool{
		"em lo quá, em bị trễ hạn rồi có bị xóa tên ko": true,
		"so qua troi oi": true,
		"dự bị bao lâu":  false,
		"":               false,
	} {
		if got := b.Worried(said) != ""; got != want {
			t.Errorf("%q sounds afraid: %t, want %t", said, got, want)
		}
	}
}
