package handlers

import "donghanh/internal/chat"

// roleStories are what admins do with the log and with roles.
var roleStories = map[string][]chat.Incoming{
	"the log, by person and days": {
		said(minh, "/sinhvien"), pressed(minh, "ht:sv-lan"), said(admin, "/nhatky"), pressed(admin, "nk:tim"), said(admin, "lan"), pressed(admin, "nk::sv-lan:d7"),
		pressed(admin, "nk:tep:sv-lan:d7"), pressed(admin, "nk:kiem"), said(admin, "/nhatky an"), said(admin, "/nhatky gv-minh 11/2026"),
	},
}
