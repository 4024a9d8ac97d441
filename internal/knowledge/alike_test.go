package knowledge

import "testing"

func TestWhatIsAskedTheSameWayIsAlike(t *testing.T) {
	tests := map[string]struct {
		a, b  string
		alike bool
	}{
		"the same words":             {"bí thư chi bộ họp ngày mấy", "bí thư chi bộ họp ngày mấy", true},
		"accents, politeness":        {"Em chào ad, cho em hỏi bí thư chi bộ họp ngày mấy hàng tháng vậy ạ?", "bi thu chi bo hop ngay may hang thang", true},
		"short forms":                {"k biet dang phi sv dong bn 1 thang", "đảng phí sinh viên đóng bao nhiêu một tháng", true},
		"a letter off":               {"đãng phí đóng bao nhiêu môtj tháng", "đảng phí đóng bao nhiêu một tháng", true},
		"a word nobody wrote down":   {"em xăm hình xekara có sao không", "xăm hình xekara thì sao ạ", true},
		"only the subject in common": {"chi bộ họp ngày mấy", "chi bộ ở đâu, gặp ai để nộp hồ sơ", false},
		"greetings in common":        {"em chào bot, dự bị bao lâu ạ", "em chào bot, hồ sơ gồm những gì", false},
		"nothing in common":          {"dự bị bao lâu", "đảng phí đóng ở đâu", false},
		"no words at all":            {"…", "…", false},
	}
	b := built(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			like := b.Alike([]string{tt.a, tt.b})
			if got, back := like(0, 1), like(1, 0); (got >= 0.5) != tt.alike || got != back || got > 1.0001 {
				t.Errorf("%q and %q: %.2f (and back %.2f), alike: want %t", tt.a, tt.b, got, back, tt.alike)
			}
		})
	}
}
