package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"donghanh/config"
	"donghanh/internal/audit"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
	"donghanh/internal/yamlfile"
)

// inviting is what the command line of invite says.
type inviting struct {
	role, name, unit, code string
	everyone               string // the page to write
	isNewUnit, isAnother   bool
}

// inviteOne takes in a person who is in no list, with a code of their own, and
// prints a link for them, good once, with its QR code. With --code it prints a
// fresh one for somebody known; with --everyone it writes a page of links for all.
func inviteOne(ctx context.Context, args []string, e env) (err error) {
	var in inviting
	f := flags("invite")
	f.StringVar(&in.role, "role", "", "what the person is")
	f.StringVar(&in.name, "name", "", "what the person is called")
	f.StringVar(&in.unit, "unit", "", "where the person belongs")
	f.StringVar(&in.code, "code", "", "somebody known, for a fresh link")
	f.StringVar(&in.everyone, "everyone", "", "a page to print, with a link for everybody")
	f.BoolVar(&in.isNewUnit, "new-unit", false, "nobody is known in the unit")
	f.BoolVar(&in.isAnother, "again", false, "somebody else of a known name and role; with --everyone: who is linked too")
	err = f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(e.out, wording.InviteHelp())
		return err
	}
	if says := in.misuse(f, err); says != "" {
		return misused{"invite", says, wording.SeeInvite()}
	}
	if in.everyone != "" && exists(in.everyone) {
		return errors.New(wording.FileExists("--everyone", in.everyone))
	}
	cfg, rules, err := settingsAndRules(e)
	if err != nil {
		return err
	}
	now := time.Now().In(journey.Zone)
	i := &importing{rules: rules, now: now, today: journey.DateOf(now), e: e, run: "invite/" + invite.Letters(10)}
	code := journey.Code(in.code)
	if code == "" && in.everyone == "" {
		code = invite.Code()
		var problems []roster.Problem
		i.lists, problems = in.list(code, i.today)
		if i.found(problems) {
			return errFound
		}
	}
	db, server, err := joinStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	i.db = db
	if in.everyone != "" {
		return i.inviteAll(ctx, cfg, in.everyone, in.isAnother)
	}
	if in.code == "" {
		if err := i.takeIn(ctx, in); err != nil {
			return err
		}
	}
	return i.invite(ctx, cfg, code, in.code != "")
}

// misuse says what is wrong with the command line; empty: nothing.
func (in *inviting) misuse(f *flag.FlagSet, err error) string {
	_, bad := roster.RolesOf(in.role)
	switch {
	case err != nil:
		return wording.WrongFlag(err)
	case f.NArg() > 0:
		return wording.TooManyWords(f.Arg(0))
	case in.everyone != "" && (in.code+in.name+in.role+in.unit != "" || in.isNewUnit):
		return wording.InviteEveryoneOnly()
	case in.everyone != "":
	case in.code != "" && f.NFlag() > 1:
		return wording.InviteCodeOnly()
	case in.code != "":
	case strings.TrimSpace(in.name) == "":
		return wording.InviteNoName()
	case strings.TrimSpace(in.role) == "":
		return wording.InviteNoRole()
	case bad != "":
		return wording.InviteBadRole(bad)
	}
	return ""
}

// list is a list of the one person.
func (in *inviting) list(code journey.Code, today journey.Date) (roster.Lists, []roster.Problem) {
	return roster.Read([]roster.Table{{File: "invite", Rows: []roster.Row{
		{Cells: []string{string(roster.Code), string(roster.Name), string(roster.Role), string(roster.Unit)}},
		{Cells: []string{string(code), in.name, in.role, in.unit}},
	}}}, today)
}

// takeIn keeps the person of the list, unless they seem to be known, or their
// unit seems to be another one misspelt.
func (i *importing) takeIn(ctx context.Context, in inviting) error {
	changes, problems, err := i.plan(ctx)
	if err != nil {
		return err
	}
	if i.found(problems) {
		return errFound
	}
	if err := i.beside(ctx, changes[0].Track.Person, in); err != nil {
		return err
	}
	_, err = i.save(ctx, changes)
	return err
}

// beside lays a new person beside all who are known.
func (i *importing) beside(ctx context.Context, is journey.Person, in inviting) error {
	var namesake journey.Person
	units := map[string]bool{}
	err := i.db.Codes(ctx, func(codes []journey.Code) error {
		tracks, err := i.db.Tracks(ctx, codes...)
		for _, t := range tracks {
			for u := t.Person.Unit; u != ""; u = u.Parent() {
				units[string(u)] = true
			}
			if strings.EqualFold(t.Person.Name, is.Name) && t.Person.Has(is.Roles...) {
				namesake = t.Person
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	unit := string(is.Unit)
	switch {
	case namesake.Code != "" && !in.isAnother:
		return errors.New("invite: " + wording.InvitedBefore(namesake))
	case unit != "" && len(units) > 0 && !units[unit] && !in.isNewUnit:
		return errors.New("invite: " + wording.UnitUnknown(unit, nearestUnit(unit, units)))
	}
	return nil
}

// nearestUnit returns the unit that is most likely meant; empty: none.
func nearestUnit(unit string, known map[string]bool) string {
	folded, names := map[string]string{}, []string(nil)
	for u := range known {
		folded[roster.Plain(u)] = u
		names = append(names, roster.Plain(u))
	}
	slices.Sort(names)
	if u, ok := folded[roster.Plain(unit)]; ok {
		return u
	}
	return folded[yamlfile.Nearest(roster.Plain(unit), names)]
}

// invite makes a start code for somebody known and shows it.
func (i *importing) invite(ctx context.Context, cfg config.Config, code journey.Code, again bool) error {
	known, err := i.tracks(ctx, []journey.Code{code})
	if err != nil {
		return err
	}
	track, ok := known[code]
	if !ok {
		return errors.New("invite: " + wording.InviteUnknownCode(string(code)))
	}
	if err := i.note(ctx, audit.Invited, map[journey.Code]string{code: "invite"}); err != nil {
		return err
	}
	start := invite.StartCode()
	if err := i.db.KeepStartCode(ctx, start, code, i.now.Add(invite.For)); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	username := botUsername(ctx, cfg)
	link := invite.Link(username, start)
	text := wording.Invitation(wording.Invited{
		Name: track.Person.Name, Roles: track.Person.Roles, Code: code, Username: username,
		Link: link, StartCode: start, Again: again, Linked: track.Account != 0,
	})
	if username != "" {
		qr, err := invite.Terminal(link)
		if err != nil {
			return fmt.Errorf("invite: %w", err)
		}
		text += "\n\n" + qr
	}
	_, err = fmt.Fprintln(i.e.out, text)
	return err
}
