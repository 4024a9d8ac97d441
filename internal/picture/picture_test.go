package picture

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-analyze/charts"
	"golang.org/x/text/unicode/norm"
)

// vietnamese is every letter of the language that ASCII lacks, in both cases.
const vietnamese = "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵ"

func sample() Chart {
	return Chart{
		Title: "Tiến độ K47: 1.204 người đang trên đường",
		Note:  "Ngày 25/11/2026 · mỗi người đếm một lần, ở chặng đang đứng; dữ liệu mẫu: ỹ ặ ở Ỹ Ặ Ở ữ ẵ",
		Bars: []Bar{
			{"Nguồn, được giới thiệu", 310, 1204}, {"Cảm tình Đảng", 402, 1204}, {"Học lớp nhận thức về Đảng", 210, 1204},
			{"Đang chờ thẩm tra, xác minh lý lịch", 96, 1204}, {"Ý kiến đoàn thể và nơi cư trú", 51, 1204}, {"Chờ lễ kết nạp", 5, 1204},
			{"Đảng viên dự bị", 120, 1204}, {"Xét chuyển chính thức, một nhãn dài đến mức không còn chỗ nào", 1, 1204}, {"Đang tạm dừng", 0, 1204},
		},
	}
}

func TestAPictureIsAPhonesWidthAndAsHighAsItsBars(t *testing.T) {
	body, err := Bars(sample())
	if err != nil {
		t.Fatal(err)
	}
	if folder := os.Getenv("PICTURES"); folder != "" { // to be looked at
		if err := os.WriteFile(filepath.Join(folder, "bars.png"), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	picture, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.Bounds().Dx(); got != width {
		t.Errorf("the picture is %d wide, want %d", got, width)
	}
	if got := picture.Bounds().Dy(); got < len(sample().Bars)*barSpace || got > 1400 {
		t.Errorf("the picture is %d high", got)
	}
	if len(body) > 150<<10 {
		t.Errorf("the picture has %d bytes; a phone on a slow line waits for it", len(body))
	}
}

func TestTheFontsHaveEveryVietnameseLetter(t *testing.T) {
	for _, family := range []string{charts.FontFamilyNotoSans, charts.FontFamilyNotoSansBold} {
		font := charts.GetFont(family)
		for _, letter := range vietnamese + strings.ToUpper(vietnamese) + "…·<%/–" {
			if font.Index(letter) == 0 {
				t.Errorf("%s has no %q", family, letter)
			}
		}
	}
}

func TestLettersTypedInTwoPartsLookTheSame(t *testing.T) {
	whole, err := Bars(Chart{Title: vietnamese, Note: vietnamese, Bars: []Bar{{vietnamese, 1, 2}}})
	if err != nil {
		t.Fatal(err)
	}
	apart := norm.NFD.String(vietnamese)
	got, err := Bars(Chart{Title: apart, Note: apart, Bars: []Bar{{apart, 1, 2}}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, whole) {
		t.Error("letters typed as base and mark are drawn another way")
	}
}

func TestTheLongestBarIsTheLargestNumberAndNothingIsNoBar(t *testing.T) {
	tests := map[string]struct {
		bars []Bar
		long []int // of the red part, in pixels
	}{
		"to one measure, from 0":            {[]Bar{{"a", 100, 400}, {"b", 50, 400}, {"c", 0, 400}}, []int{inner, inner / 2, 0}},
		"one of very many is seen":          {[]Bar{{"a", 20000, 0}, {"b", 1, 0}}, []int{inner, 3}},
		"different wholes share a measure":  {[]Bar{{"a", 50, 100}, {"b", 25, 50}}, []int{inner / 2, inner / 4}},
		"more than the whole keeps to page": {[]Bar{{"a", 150, 100}, {"b", 75, 50}}, []int{inner, inner / 2}},
		"nobody anywhere":                   {[]Bar{{"a", 0, 0}, {"b", 0, 0}}, []int{0, 0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body, err := Bars(Chart{Bars: tt.bars})
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.long {
				y := margin + (i+1)*barSpace - barHeight/2
				got := 0
				for x := range width {
					if r, g, _, _ := picture.At(x, y).RGBA(); r>>8 > 150 && g>>8 < 120 {
						got++
					}
				}
				if got < want-1 || got > want+1 {
					t.Errorf("bar %d of %v is %d pixels long, want %d", i, tt.bars, got, want)
				}
			}
		})
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for name, c := range map[string]Chart{
		"more bars than can be read": {Bars: make([]Bar, MaxBars+1)},
		"fewer than nobody":          {Bars: []Bar{{"a", -1, 0}}},
	} {
		if _, err := Bars(c); err == nil {
			t.Errorf("%s: drawn", name)
		}
	}
	if _, err := Bars(Chart{Title: strings.Repeat("ư", 9000), Bars: []Bar{{strings.Repeat("ợ", 9000), 1, 1}}}); err != nil {
		t.Errorf("a label of 9,000 letters: %v", err)
	}
}

func TestShareIsWrittenAsPeopleReadIt(t *testing.T) {
	for _, tt := range []struct {
		part, of int
		want     string
	}{{0, 10, "0 %"}, {1, 10, "10 %"}, {1, 3, "33 %"}, {2, 3, "67 %"}, {1, 1000, "< 1 %"}, {5, 1000, "1 %"}, {10, 10, "100 %"}, {3, 2, "150 %"}, {1, 0, ""}} {
		if got := Share(tt.part, tt.of); got != tt.want {
			t.Errorf("Share(%d, %d) = %q, want %q", tt.part, tt.of, got, tt.want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1204: "1.204", 20000: "20.000", 1234567: "1.234.567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}

func BenchmarkBars(b *testing.B) {
	for b.Loop() {
		if _, err := Bars(sample()); err != nil {
			b.Fatal(err)
		}
	}
}
