package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// imports says which packages of ours each package may import. Quiet packages
// hold what is true; busy ones own one outside thing each and know no other
// busy one; only main knows them all.
var imports = map[string]string{
	"audit":        "chat journey",
	"chat":         "",
	"desk":         "chat journey",
	"invite":       "journey", // start codes, links and their QR codes
	"journey":      "yamlfile",
	"leak":         "",
	"notice":       "journey leak",
	"yamlfile":     "",
	"feed":         "journey", // its iCalendar file
	"picture":      "",
	"knowledge":    "yamlfile",
	"outbox/claim": "chat",                                  // what queue and courier speak of
	"roster":       "audit journey knowledge leak yamlfile", // lists of people and events
	"intake":       "journey roster",                        // lists laid beside what is kept
	"wording":      "audit chat journey knowledge desk leak roster notice",

	"bot":       "chat",
	"handlers":  "audit chat desk feed intake invite journey knowledge leak notice picture roster wording",
	"scheduler": "chat journey notice picture wording",
	"outbox":    "chat outbox/claim",
	"store":     "audit chat desk journey notice outbox/claim",
	"sheet":     "roster", // its tables
	"config":    "",
	"content":   "",

	"telegramtest": "",
	"storetest":    "audit chat desk journey notice store",
	"demo":         "telegramtest",
}

// owners says which package alone may import a library.
var owners = map[string]string{
	"github.com/go-telegram-bot-api/": "bot",
	"github.com/redis/go-redis/":      "store",
	"github.com/robfig/cron/":         "scheduler",
	"github.com/caarlos0/env/":        "config",
	"github.com/goccy/go-yaml":        "yamlfile",
	"github.com/arran4/golang-ical":   "feed",
	"github.com/xuri/excelize/":       "sheet",
	"github.com/go-analyze/charts":    "picture",
	"github.com/skip2/go-qrcode":      "invite",
}

func TestImportsKeepToTheTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := short(fields[0])
		if name == "donghanh" {
			continue // main wires all
		}
		allowed, ok := imports[name]
		if !ok {
			t.Errorf("package %s does not stand in the import table", fields[0])
		}
		for _, imported := range fields[1:] {
			if strings.HasPrefix(imported, "donghanh/") && !slices.Contains(strings.Fields(allowed), short(imported)) {
				t.Errorf("%s may not import %s", name, imported)
			}
			for library, owner := range owners {
				if strings.HasPrefix(imported, library) && name != owner && name != "storetest" {
					t.Errorf("%s may not import %s: it belongs to %s", name, imported, owner)
				}
			}
		}
	}
}

// short is a package without the module and internal/.
func short(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "donghanh/"), "internal/")
}
