package handlers

import (
	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// roleStories are what admins do with the log and with roles.
var roleStories = map[string][]chat.Incoming{
	"the log, by person and days": {
		said(minh, "/sinhvien"), pressed(minh, "ht:sv-lan"), said(admin, "/nhatky"), pressed(admin, "nk:tim"), said(admin, "lan"), pressed(admin, "nk::sv-lan:d7"),
		pressed(admin, "nk:tep:sv-lan:d7"), pressed(admin, "nk:kiem"), said(admin, "/nhatky an"), said(admin, "/nhatky gv-minh 11/2026"),
	},
	"a role given, and taken away": {
		said(admin, "/vaitro"), pressed(admin, "vt:ai:cb-dung"), pressed(admin, "vt:them:cb-dung"), pressed(admin, "vt:giao:cb-dung:mentor"), pressed(admin, "vt:giao:cb-dung:mentor:chac"),
		pressed(admin, "vt:bo:cb-dung:youth_officer"), pressed(admin, "vt:bo:cb-dung:youth_officer:chac"), said(dung, "/trogiup"), pressed(admin, "vt:bo:cb-dung:youth_officer:chac"), pressed(admin, "vt:ds:0"),
	},
	"an admin who gives it up": {
		said(admin, "/vaitro nga"), pressed(admin, "vt:them:cb-nga"), pressed(admin, "vt:giao:cb-nga:admin"), pressed(admin, "vt:giao:cb-nga:admin:chac"),
		said(nga, "/vaitro cb-nga"), pressed(nga, "vt:bo:cb-nga:admin"), pressed(nga, "vt:bo:cb-nga:admin:chac"), said(nga, "/vaitro"),
	},
	"somebody invited": {
		said(admin, "/vaitro"), pressed(admin, "vt:tim"), said(admin, "không có ai tên thế"), pressed(admin, "vt:moi"), said(admin, "Đặng Thúy Nga"), pressed(admin, "vt:moi:1"),
		pressed(admin, "vt:vai:youth_officer"), pressed(admin, "vt:xem:"+journey.Short("K47")+":0"), pressed(admin, "vt:o:"+journey.Short("K47/B6")), said(admin, "K47/B5"),
		pressed(admin, "vt:ok:"+journey.Short("Đặng Thúy Nga\x00youth_officer\x00K47/B5true")),
	},
}
