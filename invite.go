package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// invite takes in a person who is in no list, with a code of their own, and
// prints a link for them, good once, with its QR code.
func invite(ctx context.Context, args []string, e env) (err error) {
	f := flags("invite")
	role := f.String("role", "", "what the person is")
	name := f.String("name", "", "what the person is called")
	unit := f.String("unit", "", "where the person belongs")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	is, known := roster.RoleOf(*role)
	switch {
	case strings.TrimSpace(*name) == "":
		return usageError{"invite: --name is missing"}
	case !known:
		return usageError{fmt.Sprintf("invite: --role %q is none of %s", *role, allRoles())}
	}
	cfg, rules, err := settingsAndRules(e)
	if err != nil {
		return err
	}
	now := time.Now().In(journey.Zone)
	today := journey.DateOf(now)
	code := journey.Code("moi-" + randomLetters(4)[:6])
	lists, problems := roster.Read([]roster.Table{{File: "invite", Rows: []roster.Row{
		{Cells: []string{string(roster.Code), string(roster.Name), string(roster.Role), string(roster.Unit)}},
		{Cells: []string{string(code), *name, string(is), *unit}},
	}}}, today)
	i := &importing{rules: rules, lists: lists, now: now, today: today, e: e}
	if i.found(problems) {
		return errFound
	}
	db, server, err := joinStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	i.db = db
	changes, problems, err := i.plan(ctx)
	if err != nil {
		return err
	}
	if i.found(problems) {
		return errFound
	}
	if _, err := i.save(ctx, changes); err != nil {
		return err
	}
	start := newStartCode()
	if err := db.KeepStartCode(ctx, start, code, now.Add(startCodeFor)); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	person := changes[0].Track.Person
	username := botUsername(ctx, cfg)
	if username == "" {
		_, err = fmt.Fprintln(e.out, wording.InvitedByCode(person.Name, is, code, start))
		return err
	}
	link := startLink(username, start)
	qr, err := qrcode.New(link, qrcode.Medium)
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	_, err = fmt.Fprintf(e.out, "%s\n\n%s", wording.Invited(person.Name, is, code, link), qr.ToSmallString(false))
	return err
}

func allRoles() string {
	var out []string
	for _, r := range journey.Roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}
