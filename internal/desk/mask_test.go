package desk

import "testing"

func TestNumbersOfPersonsAreMasked(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an identity card":             {"cccd em 001203004567 ạ", "cccd em [số đã che] ạ"},
		"a phone":                      {"gọi 0912 345 678 nhé", "gọi [số đã che] nhé"},
		"a phone with the country":     {"+84912.345.678", "[số đã che]"},
		"a document keeps its number":  {"quy định 208-QĐ/TW ngày 26/7/2026", "quy định 208-QĐ/TW ngày 26/7/2026"},
		"a date keeps its digits":      {"kết nạp 03-02-2026", "kết nạp 03-02-2026"},
		"an amount keeps its digits":   {"đóng 5.000.000 đồng", "đóng 5.000.000 đồng"},
		"two numbers, both are masked": {"001203004567, 0912345678", "[số đã che], [số đã che]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, found := Mask(tt.text)
			if got != tt.want || found != (tt.text != tt.want) {
				t.Errorf("Mask(%q) = %q, %t, want %q", tt.text, got, found, tt.want)
			}
		})
	}
}
