package handlers

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/storetest"
	"donghanh/internal/wording"
)

// withParts is a room whose bot is made of other parts.
func withParts(t *testing.T, change func(*Parts)) *room {
	t.Helper()
	store := storetest.NewMemory()
	settle(store)
	p := testParts(store)
	p.Log = slog.New(slog.DiscardHandler)
	change(&p)
	return &room{t: t, tg: newTelegram(t), store: store, h: New(p)}
}

// roleOfCode gives somebody of the sample other roles, as an import would.
func (r *room) roleOfCode(code journey.Code, roles ...journey.Role) {
	r.t.Helper()
	ctx := context.Background()
	track, err := r.store.Track(ctx, code)
	if err != nil {
		r.t.Fatalf("%v", err)
	}
	track.Person.Roles = roles
	if _, err := r.store.SaveTracks(ctx, journey.Save{Track: track}); err != nil {
		r.t.Fatalf("%v", err)
	}
}

func TestTheLastAdminStaysOne(t *testing.T) {
	tests := map[string]struct {
		admins []chat.Address // of the settings
		others []journey.Code // admins of the lists
		stays  bool
	}{
		"nobody else":               {nil, nil, true},
		"another one in the lists":  {nil, []journey.Code{"cb-nga"}, false},
		"another one by settings":   {[]chat.Address{99}, nil, false},
		"named by the settings too": {[]chat.Address{minh}, nil, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := withParts(t, func(p *Parts) { p.Admins = tt.admins })
			r.roleOfCode("gv-minh", journey.Mentor, journey.Admin)
			for _, code := range tt.others {
				r.roleOfCode(code, journey.Admin)
			}
			out := r.press(minh, "vt:bo:gv-minh:admin:chac")
			track, err := r.store.Track(t.Context(), "gv-minh")
			if stays := track.Person.Has(journey.Admin); err != nil || stays != tt.stays || tt.stays != (toast(out) == wording.ToastLastAdmin) {
				t.Errorf("an admin still: %t, %v; hears %q; want %t", stays, err, toast(out), tt.stays)
			}
		})
	}
}

// TestTheMenuFollowsTheRoles: however they change while the bot runs.
func TestTheMenuFollowsTheRoles(t *testing.T) {
	menus := map[chat.Address][]journey.Role{}
	set := 0
	r := withParts(t, func(p *Parts) {
		p.Introduce = func(who chat.Address, roles []journey.Role) { menus[who] = roles; set++ }
	})
	r.say(dung, "/trogiup")
	r.say(dung, "/trogiup")
	if set != 1 || !slices.Equal(menus[dung], []journey.Role{journey.YouthOfficer}) {
		t.Fatalf("after two messages: %d menus, %v", set, menus)
	}
	r.roleOfCode("cb-dung", journey.Mentor) // a list was imported
	r.say(dung, "/trogiup")
	if set != 2 || !slices.Equal(menus[dung], []journey.Role{journey.Mentor}) {
		t.Errorf("after an import: %d menus, %v", set, menus)
	}
	r.press(admin, "vt:bo:cb-dung:mentor:chac") // before Dũng writes again
	if roles, ok := menus[dung]; !ok || len(roles) > 0 {
		t.Errorf("without a role: the menu of %v", roles)
	}
	if out := text(r.say(dung, "/danhsach"), dung); !strings.Contains(out, plain(wording.NotForYou())) {
		t.Errorf("without a role: %s", out)
	}
}

// plainCode is a text without what marks a code.
func plainCode(text string) string {
	return strings.NewReplacer("<code>", "", "</code>", "").Replace(text)
}

// TestAnInvitationLinksThePerson: whoever it is handed on to.
func TestAnInvitationLinksThePerson(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for _, in := range roleStories["somebody invited"] {
		in.From, in.Chat = admin, admin
		out := r.hear(in)
		if last := out[len(out)-1]; last.File != nil {
			_, link, _ := strings.Cut(plainCode(last.Text), "https://t.me/donghanh_bot?start=")
			if last.Protect || !last.File.Picture || len(last.File.Data) == 0 {
				t.Errorf("an invitation nobody can hand on: %+v", last)
			}
			r.press(huy, "lk:"+link)
		}
	}
	code, err := r.store.PersonAt(t.Context(), huy)
	track, err2 := r.store.Track(t.Context(), code)
	if err != nil || err2 != nil || track.Person.Name != "Đặng Thúy Nga" || track.Person.Unit != "K47/B5" || !track.Person.Has(journey.YouthOfficer) {
		t.Errorf("linked to %+v, %v %v", track.Person, err, err2)
	}
}
