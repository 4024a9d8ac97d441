package handlers

import "donghanh/internal/chat"

// deskStories are what happens at the desk. The question is that of the first
// step, handed over in the second.
var deskStories = map[string][]chat.Incoming{
	"the officer answers": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(admin, "/cauhoi"), pressed(admin, "mo:handed:tg:1"), pressed(admin, "nhan:handed:tg:1"),
		pressed(admin, "tl:handed:tg:1"), said(admin, officersAnswer), pressed(admin, "gui:handed:tg:1"), pressed(student, "hoi:1"), pressed(admin, "nhan:handed:tg:1"),
	},
	"a group is answered, each asker once": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(lan, nothingKnown), pressed(lan, "hoi:3"), said(student, nothingKnown), pressed(student, "hoi:5"),
		said(hanh, "/cauhoi"), pressed(hanh, "mo:handed:tg:1"), pressed(hanh, "nhan:handed:tg:1"), pressed(hanh, "tl:handed:tg:1"),
		said(hanh, "gọi 0912 345 678"), said(hanh, officersAnswer), pressed(hanh, "gui:handed:tg:1"),
	},
	"passed on, and given up": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(hanh, "/cauhoi"), pressed(hanh, "mo:handed:tg:1"), pressed(hanh, "nhan:handed:tg:1"),
		pressed(hanh, "tl:handed:tg:1"), pressed(hanh, "chuyen:handed:tg:1:0"), pressed(hanh, "giao:handed:tg:1:cb-nga"), said(hanh, officersAnswer),
		pressed(hanh, "tl:handed:tg:1"), pressed(nga, "mo:handed:tg:1"), pressed(nga, "tha:handed:tg:1"), pressed(nga, "ch:0"),
	},
	"known, and hidden again": {
		said(lan, nothingKnown), pressed(lan, "hoi:1"), pressed(lan, "ten:handed:tg:1"), said(hanh, "/cauhoi"), pressed(hanh, "mo:handed:tg:1"), pressed(lan, "ten:handed:tg:1:an"), said(lan, "/dulieu"),
	},
	"the officer gives it up": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(admin, "/cauhoi"), pressed(admin, "mo:handed:tg:1"), pressed(admin, "nhan:handed:tg:1"), pressed(admin, "tl:handed:tg:1"),
		said(admin, officersAnswer), pressed(admin, "huy"),
	},
	"the officer drops it": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(admin, "/cauhoi"), pressed(admin, "mo:handed:tg:1"), pressed(admin, "nhan:handed:tg:1"),
		pressed(admin, "dong:handed:tg:1"), pressed(admin, "thoi"), pressed(admin, "dong:handed:tg:1"), pressed(admin, "dong:handed:tg:1:chac"),
	},
	"erased while the officer answers": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(student, "/dulieu"), said(admin, "/cauhoi"), pressed(admin, "mo:handed:tg:1"), pressed(admin, "nhan:handed:tg:1"), pressed(admin, "tl:handed:tg:1"),
		said(admin, officersAnswer), pressed(student, "xoa"), pressed(student, "xoa:chac"), said(admin, "khác đi"),
	},
}
