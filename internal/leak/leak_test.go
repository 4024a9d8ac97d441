package leak

import (
	"strings"
	"testing"
)

// numbers are texts with a number that may name a person, masked.
var numbers = map[string]struct{ text, want string }{
	"an identity card":               {"cccd em 001203004567 ạ", "cccd em [số đã che] ạ"},
	"an old identity card":           {"CMND 123456789.", "CMND [số đã che]."},
	"an identity card in groups":     {"001.203.004.567", "[số đã che]"},
	"an old one in groups":           {"số 123 456 789 cấp ở", "số [số đã che] cấp ở"},
	"glued to a word":                {"cccd001203004567", "cccd[số đã che]"},
	"a phone":                        {"gọi 0912 345 678 nhé", "gọi [số đã che] nhé"},
	"a phone in pairs":               {"09 12 34 56 78", "[số đã che]"},
	"a phone with the country":       {"+84912.345.678", "+[số đã che]"},
	"a phone with dashes":            {"0912-345-678", "[số đã che]"},
	"a phone with a long dash":       {"0912–345–678", "[số đã che]"},
	"a phone with hard blanks":       {"0912\u00a0345\u00a0678", "[số đã che]"},
	"a phone of an office":           {"(024) 3825 1234", "([số đã che]"},
	"a phone in an address":          {"https://zalo.me/0912345678", "https://zalo.me/[số đã che]"},
	"a phone that is a link":         {`<a href="tel:+84912345678">x</a>`, `<a href="tel:+[số đã che]">x</a>`},
	"an account":                     {"stk 19036512345678 Techcombank", "stk [số đã che] Techcombank"},
	"a card":                         {"4111 1111 1111 1111", "[số đã che]"},
	"digits of full width":           {"０９１２３４５６７８", "[số đã che]"},
	"digits of another script":       {"٠٩١٢٣٤٥٦٧٨", "[số đã che]"},
	"two numbers":                    {"001203004567, 0912345678", "[số đã che], [số đã che]"},
	"digit by digit":                 {"0 9 1 2 3 4 5 6 7 8", "[số đã che]"},
	"beside a day":                   {"22-12-2026 0912345678", "22-12-2026 [số đã che]"},
	"before a day":                   {"0912345678 2026-12-22", "[số đã che] 2026-12-22"},
	"what begins with 0 is no money": {"0912345678 đồng chí Lan", "[số đã che] đồng chí Lan"},
	"money is a word of its own":     {"123456789 đúng không", "[số đã che] đúng không"},
}

func TestNumbersOfPersonsAreFoundAndMasked(t *testing.T) {
	for name, tt := range numbers {
		t.Run(name, func(t *testing.T) {
			got, found := Mask(tt.text)
			if got != tt.want || !found {
				t.Errorf("Mask(%q) = %q, %t, want %q", tt.text, got, found, tt.want)
			}
			if !In(tt.text) || !InHTML(tt.text) {
				t.Errorf("%q: In %t, InHTML %t, want it found by both", tt.text, In(tt.text), InHTML(tt.text))
			}
		})
	}
}

func TestWhatNamesNobodyPasses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                    "",
		"a document":                 "quy định 208-QĐ/TW ngày 26/7/2026, 01-HD/TW ngày 19/5/2026",
		"a day":                      "kết nạp 03-02-2026",
		"days one after another":     "03-02-2026 04-02-2026 2026-05-06",
		"a day with an hour":         "2026-12-22 21:40:05",
		"a day in numbers alone":     "digest/gv4/20270131",
		"a moment":                   "2026-11-24T21:40:20+07:00",
		"an amount":                  "đóng 5.000.000 đồng",
		"a large amount":             "5.000.000.000 đồng; 12 000 000 000 đ, 5000000000 VND",
		"years":                      "nhiệm kỳ 2025-2030 2026-2031, năm 2026 2027 2028",
		"counting":                   "1 2 3 4 5 6 7 8 9 10",
		"the reference of an update": "báo cán bộ mã tg:88123456789",
		"a link to Telegram":         "https://t.me/dong_hanh_bot?start=AB123456789CD",
		"the address of a newspaper": "https://dantri.com.vn/xa-hoi/tong-bi-thu-20250602234159998.htm",
		"a start code":               "XK4M2Q7ZP3NB5T6W7RA2L3C4D5",
		"a unit and a code":          "K47/B5, sv20210123",
		"points that are no number":  "điểm 4.2.1, 1.1.1; 3,65/4; 12.5.2011",
		"hours":                      "07:30-11:30, 13:30-17:00",
		"a list with commas":         "12, 13, 14, 15, 16, 17",
		"a list of lines":            "1\n22\n333\n4444",
		"an entity":                  "&#128512;&#8203;",
		"eight digits":               "mã số 20210123",
	} {
		t.Run(name, func(t *testing.T) {
			if masked, found := Mask(text); found || masked != text {
				t.Errorf("Mask(%q) = %q, %t, want it as it is", text, masked, found)
			}
			if In(text) || InHTML(text) {
				t.Errorf("%q: In %t, InHTML %t, want neither", text, In(text), InHTML(text))
			}
		})
	}
}

func TestACodeOfOursPassesInMarkupOnly(t *testing.T) {
	const text = "mã <code>211121521101</code>, xong"
	if InHTML(text) {
		t.Errorf("InHTML(%q): true, want what stands in <code> left out", text)
	}
	if !In(text) {
		t.Errorf("In(%q): false, want a plain text looked through whole", text)
	}
	if beside := text + " 0912345678"; !InHTML(beside) {
		t.Errorf("InHTML(%q): false, want what stands beside it found", beside)
	}
}

func FuzzMaskedTextsPass(f *testing.F) {
	for _, tt := range numbers {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked, found := Mask(text)
		if found != In(text) {
			t.Errorf("Mask(%q) found %t, In says %t", text, found, In(text))
		}
		if !found && masked != text {
			t.Errorf("Mask(%q) = %q, and found nothing", text, masked)
		}
	})
}

// BenchmarkInHTML is what each message costs on its way out: one of 4,096
// letters, as long as Telegram takes.
func BenchmarkInHTML(b *testing.B) {
	long := []rune(strings.Repeat("• <b>Lễ kết nạp</b>: trước 22/12/2026, theo 208-QĐ/TW ngày 26/7/2026 (còn 28 ngày).\n", 60))
	text := string(long[:4096])
	for b.Loop() {
		if InHTML(text) {
			b.Fatal("found")
		}
	}
}
