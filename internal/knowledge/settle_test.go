package knowledge

import (
	"reflect"
	"testing"
)

func TestSettlingChangesNoText(t *testing.T) {
	words := func() *Words {
		return &Words{
			Short: map[string]string{"dk": "điều kiện", "ko": "không"}, Same: [][]string{{"a b", "c"}, {"d", "e f"}}, Filler: []string{"ạ", "dạ"},
			Groups:    map[string][]string{"tiền": {"phí", "đồng"}, "lúc": {"khi"}},
			Ambiguous: []Ambiguous{{Words: []string{"thẻ"}, Unless: []string{"mất", "làm"}, Topics: []Topic{"card", "lost-card"}}},
		}
	}
	book := func() *Book {
		return &Book{
			Documents: map[string]Document{
				"b": {ID: "b", Name: "Quy định B", Short: "2-QĐ", Status: Replaced, Replaced: Replacement{By: "a"}, Note: "cũ"},
				"a": {ID: "a", Name: "Quy định A", Short: "1-QĐ", Status: InForce},
			},
			Facts: map[string]Fact{
				"f": {ID: "f", Says: "12 tháng", Document: "a", Article: "Điều 5", Also: []string{"b"}, ReadIn: "b", ReadAt: "Điều 6", Basis: "lệ", Limit: "chưa rõ", Section: "1"},
			},
			Entries: map[Topic]Entry{
				"y": {ID: "y", Title: "Thẻ", Ask: []string{"thẻ", "the dang"}, Answer: "Có.", Facts: []string{"f"}, Related: []Topic{"x"}, Approval: Approval{By: "Chi ủy", Awaiting: "đảng ủy"}},
				"x": {ID: "x", Title: "Phí"},
			},
			Order: []Topic{"y", "x"},
			Scope: []Scope{{ID: "s", Title: "Khác", Ask: []string{"trời mưa"}, Reply: "Không."}},
			Care:  []Care{{ID: "c", Phrases: []string{"buồn"}, Except: []string{"buồn cười"}, Reply: "Gọi 111."}},
		}
	}
	gotBook, gotWords := book(), words()
	gotBook.settle(gotWords)
	if want := book(); !reflect.DeepEqual(gotBook, want) {
		t.Errorf("settled\n%+v, want\n%+v", gotBook, want)
	}
	if want := words(); !reflect.DeepEqual(gotWords, want) {
		t.Errorf("settled\n%+v, want\n%+v", gotWords, want)
	}
}
