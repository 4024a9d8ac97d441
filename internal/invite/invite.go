// Package invite makes what brings a person to the bot: a start code, the link
// that holds it, and the link as a QR code.
package invite

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"donghanh/internal/journey"
)

// For is how long a start code may be used.
const For = 30 * 24 * time.Hour

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// StartCode returns 16 letters and digits nobody can guess (80 bits).
func StartCode() string { return Letters(10) }

// StartCodeOf returns the start code of a person from a secret seed: 80 bits
// nobody can guess without it, and the same ones when a press runs again.
func StartCodeOf(seed string, code journey.Code) string {
	mac := hmac.New(sha256.New, []byte(seed))
	_, _ = mac.Write([]byte(code)) // never fails
	return strings.ToLower(letters.EncodeToString(mac.Sum(nil)[:10]))
}

// Code returns a code for a person who is in no list.
func Code() journey.Code { return CodeOf(Letters(10)) }

// CodeOf is such a code from a secret seed, the same one when a press runs again.
func CodeOf(seed string) journey.Code { return journey.Code("moi-" + StartCodeOf(seed, "")[:6]) }

// Letters writes so many random bytes in base32, in lower case.
func Letters(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(letters.EncodeToString(b))
}

// Link opens the bot of that name with a start code; without the name it is the
// code alone.
func Link(username, startCode string) string {
	if username == "" {
		return startCode
	}
	return "https://t.me/" + username + "?start=" + startCode
}

// pictureSide is how wide a PNG is, in dots.
const pictureSide = 512

// PNG is a text as a QR code, a picture to be shown on a screen.
func PNG(text string) ([]byte, error) {
	png, err := qrcode.Encode(text, qrcode.Medium, pictureSide)
	if err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	return png, nil
}

// Terminal is a text as a QR code of block letters.
func Terminal(text string) (string, error) {
	qr, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("qr code: %w", err)
	}
	return strings.TrimSuffix(qr.ToSmallString(false), "\n"), nil
}

// SVG is a text as a QR code for paper: one path, drawn at any size, with the
// quiet border readers need.
func SVG(text string) (string, error) {
	qr, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("qr code: %w", err)
	}
	dots := qr.Bitmap()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, len(dots), len(dots), len(dots), len(dots))
	for y, row := range dots {
		for x := 0; x < len(row); x++ {
			run := x
			for x < len(row) && row[x] {
				x++
			}
			if x > run {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", run, y, x-run, x-run)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}
