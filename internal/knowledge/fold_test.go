package knowledge

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"accents and đ go":             {"Đảng viên dự bị", "dang vien du bi"},
		"old and new tone place agree": {"hoà hòa", "hoa hoa"},
		"decomposed text is the same":  {norm.NFD.String("Đảng ủy, nghị quyết"), "dang uy, nghi quyet"},
		"capital Ơ and Ư":              {"ƯƠNG", "uong"},
		"digits and signs stay":        {"2-KNĐ", "2-knd"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	tests := map[string]struct {
		in   string
		want string // sentences divided by |, a question ends in ?
	}{
		"a full stop ends a sentence":          {"Em lo quá. Có sao không?", "em lo qua|co sao khong?"},
		"a number keeps its point":             {"đóng 5.000 đồng", "dong 5000 dong"},
		"repeated letters count twice at most": {"vậyyyyyy ạaaa", "vayy aa"},
		"a question mark after a space":        {"mấy tháng ?", "may thang?"},
		"only signs give nothing":              {"?!... ;;", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range sentences(tt.in) {
				var w []string
				for _, x := range s.words {
					w = append(w, x.folded)
				}
				line := strings.Join(w, " ")
				if s.asks {
					line += "?"
				}
				got = append(got, line)
			}
			if g := strings.Join(got, "|"); g != tt.want {
				t.Errorf("sentences(%q) = %q, want %q", tt.in, g, tt.want)
			}
		})
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Đảng", "e\u0301", "\xff\xfe", "ạaaaa?\n.", "1.2,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if again := Fold(once); again != once {
			t.Errorf("folding %q twice gives %q, once %q", s, again, once)
		}
		for _, s := range sentences(s) {
			if len(s.words) == 0 {
				t.Errorf("an empty sentence came out of %q", s.words)
			}
		}
	})
}
