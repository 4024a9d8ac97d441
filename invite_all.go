package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"donghanh/config"
	"donghanh/internal/audit"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// inviteAll writes a page to be printed, with a fresh link for everybody who is
// not linked, or, again, for everybody. Whoever is linked stays so until the
// new link is used; links handed out before are void.
func (i *importing) inviteAll(ctx context.Context, cfg config.Config, file string, again bool) error {
	people, err := i.everybody(ctx, again)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		_, err := fmt.Fprintln(i.e.out, wording.EveryoneLinked())
		return err
	}
	username := botUsername(ctx, cfg)
	if username == "" {
		_, _ = fmt.Fprintln(i.e.err, "nhắc  "+wording.RosterNoUsername())
	}
	out, err := os.OpenFile(file+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // #nosec G304 -- the operator names the file
	if err != nil {
		return fmt.Errorf("--everyone: %w", err)
	}
	defer func() {
		_ = out.Close()
		_ = os.Remove(file + ".new") // not there once all went well
	}()
	codes, noted := map[journey.Code]string{}, map[journey.Code]string{}
	page := invite.Page{Title: wording.LinksTitle}
	for n, p := range people {
		codes[p.Code], noted[p.Code] = invite.StartCode(), "invite --everyone"
		card := invite.Card{Name: p.Name, Line: wording.RolesOf(p.Roles), Code: string(p.Code), How: wording.LinksHow(username), Start: "/start " + codes[p.Code]}
		if username != "" {
			qr, err := invite.SVG(invite.Link(username, codes[p.Code]))
			if err != nil {
				return err
			}
			card.QR = template.HTML(qr) // #nosec G203 -- ours, dots alone
		}
		if n == 0 || p.Unit != people[n-1].Unit {
			page.Sheets = append(page.Sheets, invite.Sheet{Title: wording.LinksUnit(p.Unit)})
		}
		last := &page.Sheets[len(page.Sheets)-1]
		last.Cards = append(last.Cards, card)
	}
	for n := range page.Sheets {
		page.Sheets[n].Intro = wording.LinksIntro(len(page.Sheets[n].Cards), i.today, journey.DateOf(i.now.Add(invite.For)))
	}
	w := bufio.NewWriter(out)
	if err := errors.Join(out.Chmod(0o600), page.Write(w), w.Flush(), out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("--everyone: %w", err)
	}
	if exists(file) { // meanwhile
		return errors.New(wording.FileExists("--everyone", file))
	}
	if err := i.note(ctx, audit.Invited, noted); err != nil {
		return err
	}
	if err := i.db.KeepStartCodes(ctx, codes, i.now.Add(invite.For)); err != nil {
		return fmt.Errorf("--everyone: %w; run it again", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("--everyone: %w", err)
	}
	_, err = fmt.Fprintln(i.e.out, wording.LinksPageWritten(len(people), file))
	return err
}

// everybody returns the people with a role who are not linked, or all of them, by
// unit and then as lists here are kept: by the given name.
func (i *importing) everybody(ctx context.Context, linkedToo bool) (people []journey.Person, err error) {
	err = i.db.Codes(ctx, func(codes []journey.Code) error {
		tracks, err := i.db.Tracks(ctx, codes...)
		for _, t := range tracks {
			if len(t.Person.Roles) > 0 && (linkedToo || t.Account == 0) {
				people = append(people, t.Person)
			}
		}
		return err
	})
	c := collate.New(language.Vietnamese)
	given := func(p journey.Person) string { return p.Name[strings.LastIndexByte(p.Name, ' ')+1:] }
	slices.SortFunc(people, func(a, b journey.Person) int {
		return cmp.Or(c.CompareString(string(a.Unit), string(b.Unit)), c.CompareString(given(a), given(b)), c.CompareString(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	})
	return people, err
}
