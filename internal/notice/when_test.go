package notice

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"donghanh/internal/journey"
)

// wednesday is a quarter past ten on 25/11/2026.
var wednesday = time.Date(2026, 11, 25, 10, 15, 20, 0, journey.Zone)

const asked = "2006-01-02 15:04"

func TestParseWhen(t *testing.T) {
	const past, none, far, unclear = "past", "not a time", "too far", "unclear"
	tests := map[string]string{
		"ngay": "2026-11-25 10:15", "Ngay bây giờ": "2026-11-25 10:15", "gửi ngay": "2026-11-25 10:15", "ngay luôn nhé": "2026-11-25 10:15",
		"bây giờ": "2026-11-25 10:15", "bjo": "2026-11-25 10:15", "luôn": "2026-11-25 10:15", "gui lun": "2026-11-25 10:15", "lập tức": "2026-11-25 10:15",
		"ngay bay gio": "2026-11-25 10:15", "bay gio": unclear, "ngày": none,

		// as the chat is asked for it
		"8h sáng mai": "2026-11-26 08:00", "20/12 7:30": "2026-12-20 07:30", "20/12/2026 7h30": "2026-12-20 07:30", "chiều nay 5h": "2026-11-25 17:00",
		"thứ 2 tuần sau 8h": "2026-11-30 08:00", "mai": "2026-11-26 08:00", "tối nay 8 giờ": "2026-11-25 20:00",
		"8h sang mai": "2026-11-26 08:00", "7g30 t2": "2026-11-30 07:30", "19h30 20-12": "2026-12-20 19:30",

		// hours
		"15h": "2026-11-25 15:00", "15 giờ": "2026-11-25 15:00", "11h": "2026-11-25 11:00", "15:05": "2026-11-25 15:05", "15h5": "2026-11-25 15:05",
		"15 giờ 30 phút": "2026-11-25 15:30", "15h30p": "2026-11-25 15:30", "15h30'": "2026-11-25 15:30", "15h 30": "2026-11-25 15:30", "15g": "2026-11-25 15:00",
		"3 rưỡi chiều nay": "2026-11-25 15:30", "3h rưỡi chiều": "2026-11-25 15:30", "3 ruoi chieu": "2026-11-25 15:30", "16h kém 15": "2026-11-25 15:45",
		"bốn giờ kém 10 chiều nay": "2026-11-25 15:50", "tám giờ sáng mai": "2026-11-26 08:00", "bảy giờ sáng mai": "2026-11-26 07:00", "bay gio sang mai": "2026-11-26 07:00",
		"mười một giờ trưa nay": "2026-11-25 11:00", "một giờ chiều": "2026-11-25 13:00", "năm giờ chiều nay": "2026-11-25 17:00", "sáu rưỡi tối": "2026-11-25 18:30",
		"3pm": "2026-11-25 15:00", "8 am mai": "2026-11-26 08:00", "5:30 CH": "2026-11-25 17:30", "mai 8:30 SA": "2026-11-26 08:30", "12am mai": "2026-11-26 00:00", "12pm": "2026-11-25 12:00",
		"15.30": "2026-11-25 15:30", "mai 8.10": "2026-11-26 08:10", "10h15": "2026-11-25 10:15", "0h mai": "2026-11-26 00:00", "24h nay": "2026-11-26 00:00",
		"9h": unclear, "10:14": unclear, "9h sáng": "2026-11-26 09:00", "8.10": unclear, "13 am": unclear, "8-9h mai": unclear, "8h - 9h mai": unclear,
		"12h": "2026-11-25 12:00", "25h": none, "8h75": none, "mai 8:60": none, "0h kém 5": none, "8": none, "h": none, "8h kém 0": none,

		// parts of the day
		"sáng mai": "2026-11-26 08:00", "trưa mai": "2026-11-26 12:00", "chiều nay": "2026-11-25 14:00", "tối nay": "2026-11-25 19:00", "sáng nay": past, "toi nay": "2026-11-25 19:00",
		"sáng": unclear, "hôm nay": unclear, "đêm nay": unclear, "1h trưa nay": "2026-11-25 13:00", "12h trưa": "2026-11-25 12:00", "5h chiều": "2026-11-25 17:00", "17h chiều nay": "2026-11-25 17:00",
		"11h đêm nay": "2026-11-25 23:00", "12h đêm nay": "2026-11-26 00:00", "23h khuya": "2026-11-25 23:00", "12h tối": unclear, "2h đêm nay": unclear, "12h sáng mai": unclear,
		"19h sáng mai": unclear, "8h chiều": unclear, "3h tối": unclear, "8h sáng tối mai": unclear, "8h30 buổi sáng ngày mai": "2026-11-26 08:30", "6h sáng sớm mai": "2026-11-26 06:00",

		// days
		"ngày mai 8h": "2026-11-26 08:00", "8h ngày kia": "2026-11-27 08:00", "8h mốt": "2026-11-27 08:00", "8h mot": "2026-11-27 08:00", "8h hôm qua": past, "tuần trước thứ 2": past,
		"hnay 15h": "2026-11-25 15:00", "15h hn": "2026-11-25 15:00", "15h bữa nay": "2026-11-25 15:00", "mai 20/12": unclear, "mai 26/11": "2026-11-26 08:00",
		"20/12": "2026-12-20 08:00", "20-12 lúc 9h": "2026-12-20 09:00", "20.12 9h": "2026-12-20 09:00", "25.12": "2026-12-25 08:00", "31.12": "2026-12-31 08:00", "20.12.2026 9h": "2026-12-20 09:00",
		"20/12/26 9h": "2026-12-20 09:00", "2026-12-20 9:00": "2026-12-20 09:00", "9h ngày 20 tháng 12": "2026-12-20 09:00", "9 gio ngay 20 thang 12 nam 2026": "2026-12-20 09:00",
		"9h ngày 20": "2026-12-20 09:00", "9h ngay 26": "2026-11-26 09:00", "ngày 31 9h": "2026-12-31 09:00", "ngày 5 tháng sau 9h": "2026-12-05 09:00", "9h 20 th 12": "2026-12-20 09:00",
		"5/1 9h": "2027-01-05 09:00", "24/11": past, "1/6": past, "24/11/2026 8h": past, "25/11 8h": past, "25/11 15h": "2026-11-25 15:00",
		"30/2": none, "31/11": none, "12/20 8h": none, "0/12": none, "ngày 32": none, "1/1/2030": far, "27/11/2027 8h": far, "26/11/2027 8h": "2027-11-26 08:00", "mùng 5 8h": unclear, "mùng 5": unclear,

		// weekdays
		"thứ 2 8h": "2026-11-30 08:00", "t5 8h": "2026-11-26 08:00", "thứ tư 15h": "2026-11-25 15:00", "thứ tư 8h": "2026-12-02 08:00", "thứ sáu": "2026-11-27 08:00", "thu sau 8h": "2026-11-27 08:00",
		"chủ nhật 8h": "2026-11-29 08:00", "8h cn tuần sau": "2026-12-06 08:00", "cn này 8h": "2026-11-29 08:00", "thứ 2 tuần này 8h": past, "t6 tuần này 8h": "2026-11-27 08:00",
		"tuần sau thứ 3 8h": "2026-12-01 08:00", "8h thu 3 tuan toi": "2026-12-01 08:00", "thứ tư tới 8h": "2026-12-02 08:00", "thứ bảy tới lúc 7g": "2026-11-28 07:00", "t7 7g": "2026-11-28 07:00",
		"thứ 2 tuần sau nữa 8h": "2026-12-07 08:00", "8h tối thứ 2": "2026-11-30 20:00", "8h toi thu 2": "2026-11-30 20:00", "thu 2 toi 8h": unclear, "tuần sau": none, "8h tuần sau": unclear,
		"thứ 2 20/12 8h": unclear, "chủ nhật 20/12 8h": "2026-12-20 08:00", "thứ 2, 30/11, 8h.": "2026-11-30 08:00", "thứ 2 thứ 3 8h": unclear, "thứ 8": none,

		// from now on
		"30 phút nữa": "2026-11-25 10:45", "30p nua": "2026-11-25 10:45", "2 tiếng nữa": "2026-11-25 12:15", "2h nữa": "2026-11-25 12:15", "nửa tiếng nữa": "2026-11-25 10:45",
		"1 tiếng rưỡi nữa": "2026-11-25 11:45", "sau 30 phút": "2026-11-25 10:45", "3 ngày nữa": "2026-11-28 08:00", "8h 3 hôm nữa": "2026-11-28 08:00", "1 tuần nữa 15h": "2026-12-02 15:00",
		"2 tiếng nữa mai": unclear, "99 tuần nữa": far, "2 tiếng 30 phút nữa": unclear,

		// anything else
		"": none, "   ": none, "hẹn": none, "để sau": none, "xin chào": none, "mai họp": unclear, "8h mai phòng 302": unclear, "20": none, "999999999999": none, "/huy": none, "🎉": none,
		"Hẹn lúc 8h, sáng mai nhé!": "2026-11-26 08:00", "VÀO 8H SÁNG NGÀY MAI Ạ": "2026-11-26 08:00", "8h sag mai nha": "2026-11-26 08:00", "8h mai - sáng": "2026-11-26 08:00",
	}
	for text, want := range tests {
		for form, typed := range map[string]string{"": text, ", decomposed": norm.NFD.String(text), ", in capitals": strings.ToUpper(text)} {
			at, err := ParseWhen(typed, wednesday)
			got := at.Format(asked)
			switch _, isUnclear := errors.AsType[*Unclear](err); {
			case isUnclear:
				got = unclear
			case errors.Is(err, ErrNotATime):
				got = none
			case errors.Is(err, ErrPast):
				got = past
			case errors.Is(err, ErrTooFar):
				got = far
			case err != nil:
				got = err.Error()
			}
			if got != want {
				t.Errorf("ParseWhen(%q%s) = %s, want %s", text, form, got, want)
			}
		}
	}
}

func TestWhatIsUnclearComesWithItsReadings(t *testing.T) {
	tests := map[string]string{
		"9h":             "2026-11-25 21:00, 2026-11-26 09:00",
		"10h kém 15":     "2026-11-25 21:45, 2026-11-26 09:45",
		"chiều":          "2026-11-25 14:00, 2026-11-26 14:00",
		"sáng":           "2026-11-26 08:00",
		"thứ 2 20/12 8h": "2026-11-30 08:00, 2026-12-20 08:00",
		"bay gio":        "2026-11-25 10:15",
		"8h tuần sau":    "",
	}
	for text, want := range tests {
		_, err := ParseWhen(text, wednesday)
		u, ok := errors.AsType[*Unclear](err)
		if !ok || !errors.Is(err, ErrNotATime) {
			t.Errorf("ParseWhen(%q): %v, want *Unclear", text, err)
			continue
		}
		var got []string
		for _, at := range u.Readings {
			got = append(got, at.Format(asked))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("ParseWhen(%q) may mean %v, want %s", text, got, want)
		}
	}
}

// The moment itself decides: at noon, at midnight, at the end of the year.
func TestParseWhenAtOtherMoments(t *testing.T) {
	tests := []struct{ now, text, want string }{
		{"2026-12-31 23:59", "mai", "2027-01-01 08:00"},
		{"2026-12-31 10:00", "31/12 23:59", "2026-12-31 23:59"},
		{"2026-12-31 10:00", "1/1 0h", "2027-01-01 00:00"},
		{"2026-12-31 10:00", "ngày 31 8h", ""}, // over: today's is meant
		{"2027-01-31 10:00", "ngày 30 8h", "2027-03-30 08:00"},
		{"2028-02-28 10:00", "29/2 8h", "2028-02-29 08:00"},
		{"2027-02-28 10:00", "29/2 8h", ""},
		{"2026-11-29 10:00", "thứ 2 tuần này 8h", ""}, // a Sunday: the week began with Monday before
		{"2026-11-29 10:00", "thứ 2 tuần sau 8h", "2026-11-30 08:00"},
		{"2026-11-29 10:00", "chủ nhật 15h", "2026-11-29 15:00"},
		{"2026-11-29 10:00", "chủ nhật tới 15h", "2026-12-06 15:00"},
		{"2026-11-25 00:00", "0h", "2026-11-25 00:00"},
		{"2026-11-25 06:00", "8h", "2026-11-25 08:00"},
		{"2026-11-25 13:00", "12h", ""},
		{"2026-11-25 22:00", "8h", "2026-11-26 08:00"},
		{"2026-11-25 22:00", "20h", "2026-11-26 20:00"},
	}
	for _, tt := range tests {
		now, err := time.ParseInLocation(asked, tt.now, journey.Zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := ParseWhen(tt.text, now)
		if got := at.Format(asked); err == nil && got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("at %s ParseWhen(%q) = %s, %v; want %q", tt.now, tt.text, got, err, tt.want)
		}
	}
}

func TestATimeInAnotherZoneIsOurs(t *testing.T) {
	at, err := ParseWhen("mai 8h", wednesday.UTC())
	if want := time.Date(2026, 11, 26, 8, 0, 0, 0, journey.Zone); err != nil || !at.Equal(want) {
		t.Errorf("ParseWhen = %v, %v; want %v", at, err, want)
	}
}

// However a moment of the coming year is written in full, it is read back.
func TestAWrittenTimeIsReadBack(t *testing.T) {
	forms := []string{"15:04 02/01/2006", "2/1/2006 15h04", "15g04 ngày 2-1-2006", "2006-01-02 15:04", "15 giờ 04 ngày 2 tháng 1 năm 2006", "15h04' 02.01.2006", "02/01/06 15h04p", "ngay 2/1/2006 luc 15 gio 04 phut"}
	rapid.Check(t, func(t *rapid.T) {
		at := wednesday.Truncate(time.Minute).Add(time.Duration(rapid.IntRange(1, 365*24*60).Draw(t, "minutes")) * time.Minute)
		text := at.Format(rapid.SampledFrom(forms).Draw(t, "form"))
		if got, err := ParseWhen(text, wednesday); err != nil || !got.Equal(at) {
			t.Fatalf("ParseWhen(%q) = %v, %v; want %v", text, got, err, at)
		}
	})
}

// Whatever is typed: no panic, and a time is never over, never too far, and
// the same for capitals and however accents are composed.
func FuzzParseWhen(f *testing.F) {
	for _, seed := range []string{"8h sáng mai", "20/12 7:30", "thứ 2 tuần sau 8h", "7g30 t2", "19h30 20-12", "bảy rưỡi tối mốt", "2 tiếng rưỡi nữa", "ngày 31 8.10", "12h đêm nay", "5:30 CH", "1.1.1 1-1", "0:000", "\xff", "0h kém 5"} {
		f.Add(seed, int64(0))
		f.Add(seed, int64(1_790_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, offset int64) {
		now := wednesday.Add(time.Duration(offset%(100*365*24*3600)) * time.Second)
		at, err := ParseWhen(text, now)
		if err != nil {
			if !at.IsZero() {
				t.Errorf("ParseWhen(%q) = %v with %v", text, at, err)
			}
			if !errors.Is(err, ErrNotATime) && !errors.Is(err, ErrPast) && !errors.Is(err, ErrTooFar) {
				t.Errorf("ParseWhen(%q): an error of no kind: %v", text, err)
			}
			if u, ok := errors.AsType[*Unclear](err); ok {
				for _, r := range u.Readings {
					if r.Before(now) {
						t.Errorf("ParseWhen(%q) may mean %v, which is over", text, r)
					}
				}
			}
			return
		}
		if at.Before(now) || at.After(now.Add(horizon)) {
			t.Errorf("ParseWhen(%q) at %v = %v", text, now, at)
		}
		if again, err := ParseWhen(norm.NFD.String(strings.ToLower(text)), now); err != nil || !again.Equal(at) {
			t.Errorf("ParseWhen(%q) = %v, decomposed %v, %v", text, at, again, err)
		}
	})
}
