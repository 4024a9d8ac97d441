package invite

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"

	"donghanh/internal/journey"
)

func TestStartCodesFitALinkAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := StartCode()
		if len(code) != 16 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz234567") != "" || seen[code] {
			t.Fatalf("start code %q, seen: %t", code, seen[code])
		}
		seen[code] = true
		if c := Code(); !journey.ValidCode(string(c)) {
			t.Fatalf("code %q", c)
		}
	}
}

func TestALinkWithoutTheBotsNameIsTheCode(t *testing.T) {
	for username, want := range map[string]string{"": "abc", "donghanh_bot": "https://t.me/donghanh_bot?start=abc"} {
		if got := Link(username, "abc"); got != want {
			t.Errorf("Link(%q) = %q, want %q", username, got, want)
		}
	}
}

// TestThePicturesShowTheSame: PNG and SVG have the same dots.
func TestThePicturesShowTheSame(t *testing.T) {
	text := Link("donghanh_bot", "abcdefghijklmnop")
	picture, err := PNG(text)
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.Decode(bytes.NewReader(picture))
	if err != nil || image.Bounds().Dx() != pictureSide {
		t.Fatalf("the picture: %v", err)
	}
	svg, err := SVG(text)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
	}
	if len(svg) > 8<<10 {
		t.Errorf("an SVG of %d bytes: a page for 20,000 people would not open", len(svg))
	}
	if _, err := Terminal(text); err != nil {
		t.Error(err)
	}
	if _, err := PNG(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text too long for a QR code makes one")
	}
}
