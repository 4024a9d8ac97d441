package handlers

import (
	"context"
	"encoding/json"
	"fmt"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// Start greets a person.
func (h *Handlers) Start(_ context.Context, r *Request) (chat.Reply, error) {
	if len(r.Args) > 0 { // nobody has been given a code yet
		return chat.Reply{Texts: []string{wording.BadCode()}}, nil
	}
	return chat.Reply{Texts: []string{wording.Welcome(r.Name)}}, nil
}

// Help says what the person can do here.
func (h *Handlers) Help(_ context.Context, r *Request) (chat.Reply, error) {
	return chat.Reply{Texts: []string{wording.Help(r.Role, h.Menu(r.Role))}}, nil
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
	return chat.Reply{
		Texts: []string{wording.MyData(r.Role, r.Talk.Asked, r.Talk.Flow != "", len(waiting))},
		Rows:  [][]chat.Button{{button(wording.DownloadData, buttonDownload), button(wording.EraseData, buttonErase)}},
	}, nil
}

// Download sends all that is stored about the person as a file.
func (h *Handlers) Download(ctx context.Context, r *Request) (chat.Reply, error) {
	waiting, err := h.desk.Questions(ctx, r.From)
	if err != nil {
		return chat.Reply{}, err
	}
	data, err := json.MarshalIndent(map[string]any{
		"tai_khoan": r.From, "vai_tro": r.Role, "cau_hoi_gan_day": r.Talk.Asked,
		"dang_nhap_do": r.Talk.Values, "cho_can_bo": waiting,
	}, "", "  ")
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
// but the role, which the organisation gave.
func (h *Handlers) Erase(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(0) != sure {
		return chat.Reply{Edit: true, Texts: []string{wording.EraseSure()}, Rows: [][]chat.Button{{
			button(wording.EraseData, buttonErase, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	waiting, err := h.desk.Questions(ctx, r.From)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{
		Texts: []string{wording.Erased(len(r.Talk.Asked), len(waiting), r.At.In(journey.Zone))}, Edit: true, Toast: wording.ToastErased,
	}
	if err := h.announce(ctx, r, reply); err != nil {
		return chat.Reply{}, err
	}
	if _, err := h.desk.EraseQuestions(ctx, r.From); err != nil {
		return chat.Reply{}, err
	}
	*r.Talk = chat.Talk{}
	return reply, nil
}
