package handlers

import (
	"context"
	"encoding/json"
	"fmt"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// Help says what the person can do here.
func (h *Handlers) Help(_ context.Context, r *Request) (chat.Reply, error) {
	return chat.Reply{Public: true, Texts: []string{wording.Help(r.Person.Roles, h.Menu(r.Person.Roles...))}}, nil
}

// Cancel ends what is under way.
func (h *Handlers) Cancel(_ context.Context, r *Request) (chat.Reply, error) {
	busy := r.Talk.Flow != ""
	r.Talk.End()
	return chat.Reply{Texts: []string{wording.Stopped(busy)}}, nil
}

// Leave takes a question back that asked once more.
func (h *Handlers) Leave(context.Context, *Request) (chat.Reply, error) {
	return chat.Reply{Edit: true, Texts: []string{wording.LeftAsItIs}}, nil
}

// MyData shows what is stored about the person, to be downloaded or erased.
func (h *Handlers) MyData(ctx context.Context, r *Request) (chat.Reply, error) {
	waiting, err := h.desk.Questions(ctx, r.From)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{
		Texts: []string{wording.MyData(wording.Stored{
			Roles: r.Person.Roles, Person: r.Who.Person, Events: len(r.Who.Facts()), Pref: r.Who.Pref,
			Asked: len(r.Talk.Asked), Flow: r.Talk.Flow != "", Waiting: len(waiting),
		})},
		Rows: [][]chat.Button{{button(wording.DownloadData, buttonDownload), button(wording.EraseData, buttonErase)}},
	}
	if r.linked() {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.UnlinkMe, buttonUnlink)})
	}
	return reply, nil
}

// Download sends all that is stored about the person as a file.
func (h *Handlers) Download(ctx context.Context, r *Request) (chat.Reply, error) {
	waiting, err := h.desk.Questions(ctx, r.From)
	if err != nil {
		return chat.Reply{}, err
	}
	all := map[string]any{
		"tai_khoan": r.From, "vai_tro": r.Person.Roles, "cau_hoi_gan_day": r.Talk.Asked,
		"dang_nhap_do": r.Talk.Values, "cho_can_bo": waiting,
	}
	if r.linked() {
		all["trong_danh_sach"], all["tu_ngay"] = r.Who.Person, r.Who.Since
		all["moc"], all["da_nhac"], all["cach_nhac"] = r.Who.Events, r.Who.Told, r.Who.Pref
		all["lich_rieng"] = "nếu có, chỉ lưu dấu băm của địa chỉ"
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return chat.Reply{}, fmt.Errorf("download: %w", err)
	}
	return chat.Reply{
		Texts: []string{wording.DataFile()},
		File:  &chat.File{Name: "du-lieu-cua-toi.json", Data: data},
	}, nil
}

// sure is the argument of a button that asks no more.
const sure = "chac"

// Erase asks once more, and then forgets all that is stored about the person
// but what duty keeps: their place in the lists, their events, and the link by
// which they are reminded.
func (h *Handlers) Erase(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(0) != sure {
		return chat.Reply{Edit: true, Texts: []string{wording.EraseSure()}, Rows: [][]chat.Button{{
			button(wording.EraseData, buttonErase, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	waiting, err := h.desk.Questions(ctx, r.From)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := h.note(ctx, r, audit.Erased, r.Who.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{
		Texts: []string{wording.Erased(len(r.Talk.Asked), len(waiting), r.linked(), r.At.In(journey.Zone))}, Edit: true, Toast: wording.ToastErased,
	}
	if r.linked() {
		reply.Rows = [][]chat.Button{{button(wording.UnlinkMe, buttonUnlink)}}
	}
	if err := h.announce(ctx, r, reply); err != nil {
		return chat.Reply{}, err
	}
	if _, err := h.desk.EraseQuestions(ctx, r.From); err != nil {
		return chat.Reply{}, err
	}
	if code := r.Who.Person.Code; code != "" {
		err := h.change(ctx, r, code, func(t journey.Track) (journey.Track, bool, error) {
			changed := t.Pref != journey.Daily
			t.Pref = journey.Daily
			return t, changed, nil
		})
		if err != nil {
			return chat.Reply{}, err
		}
		if err := h.people.DropFeed(ctx, code); err != nil {
			return chat.Reply{}, err
		}
	}
	*r.Talk = chat.Talk{}
	return reply, nil
}
