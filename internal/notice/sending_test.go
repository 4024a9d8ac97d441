package notice_test

import (
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

func TestAKeyIsReadAsWritten(t *testing.T) {
	for _, taken := range []notice.Taken{{Code: "sv17"}, {Code: "sv17", Round: 3}, {Code: notice.GroupCode(-100123)}} {
		key := taken.Key("n-abcdefgh")
		id, got, ok := notice.ParseKey(key)
		if !ok || id != "n-abcdefgh" || got != taken {
			t.Errorf("%s is read as %s, %+v, %t, want %+v", key, id, got, ok, taken)
		}
	}
	for _, key := range []string{"", "notice", "notice/n-a", "digest/n-a/sv1", "notice/n-a/sv1/0", "notice/n-a/sv1/x", "notice/n-a/sv1/1/2"} {
		if id, got, ok := notice.ParseKey(key); ok {
			t.Errorf("%q is read as %s, %+v, want none", key, id, got)
		}
	}
}

func TestAGroupIsNoPerson(t *testing.T) {
	if chat, ok := notice.GroupOf(notice.GroupCode(-1001234567890)); !ok || chat != -1001234567890 {
		t.Errorf("the group came back as %d, %t", chat, ok)
	}
	for _, code := range []journey.Code{"sv17", "100", "", "-", "-x"} {
		if chat, ok := notice.GroupOf(code); ok {
			t.Errorf("%q is the group %d", code, chat)
		}
	}
}
