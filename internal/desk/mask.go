package desk

import "regexp"

// long is a run of digits as identity cards, phones and accounts have them:
// nine or more, perhaps parted by a blank, a point or a dash.
var long = regexp.MustCompile(`\+?\d(?:[ .-]?\d){8,}`)

// Mask replaces numbers that may name a person (identity card, phone, account)
// by a sign, so that they are kept nowhere. found says whether there was one.
func Mask(text string) (masked string, found bool) {
	masked = long.ReplaceAllString(text, "[số đã che]")
	return masked, masked != text
}
