package invite

import (
	"html/template"
	"io"
)

// Card is one person on a page of links.
type Card struct {
	Name, Line, Code string
	How              string        // to come in, before Start
	Start            string        // what to type
	QR               template.HTML // of the link, from SVG; empty: the bot's name is not known
}

// Sheet is a part of the page that begins on paper of its own.
type Sheet struct {
	Title, Intro string
	Cards        []Card
}

// Page is a page of links to be printed and cut up.
type Page struct {
	Title  string
	Sheets []Sheet
}

// page fits ten cards on a sheet of A4.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width"/><title>{{.Title}}</title><style>
@page{size:A4;margin:12mm}
*{box-sizing:border-box}
body{font:11pt/1.35 "Noto Sans","Helvetica Neue",Arial,sans-serif;color:#000;background:#fff;margin:0 auto;max-width:186mm}
section{break-before:page}
section:first-of-type{break-before:auto}
h1{font-size:15pt;margin:0 0 1mm}
h1+p{margin:0 0 4mm;color:#333;font-size:9.5pt}
.cards{display:grid;grid-template-columns:1fr 1fr;gap:3mm}
.card{border:1px dashed #777;border-radius:2mm;padding:3mm;display:flex;gap:3mm;break-inside:avoid;min-height:44mm}
.card svg{width:36mm;height:36mm;flex:none}
.card b{font-size:12pt;display:block}
.card p{margin:0 0 1mm}
.card .how{font-size:8.5pt;color:#333}
code{font:10pt/1.3 "DejaVu Sans Mono",Consolas,monospace;overflow-wrap:anywhere}
@media screen{body{padding:8mm}}
</style></head><body>
{{range .Sheets}}<section><h1>{{.Title}}</h1>
<p>{{.Intro}}</p>
<div class="cards">
{{range .Cards}}<div class="card">{{.QR}}<div><b>{{.Name}}</b><p>{{.Line}} · <code>{{.Code}}</code></p>
<p class="how">{{.How}}</p><p><code>{{.Start}}</code></p></div></div>
{{end}}</div></section>
{{end}}</body></html>
`))

// Write writes the page as HTML that needs nothing else.
func (p Page) Write(w io.Writer) error { return page.Execute(w, p) }
