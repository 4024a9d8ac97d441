package telegramtest

import (
	"net/url"
	"slices"
)

// Button is one button under a message; one of Data and URL is set.
type Button struct{ Text, Data, URL string }

const (
	maxButtonsInRow = 8
	maxButtons      = 100
	maxButtonData   = 64 // bytes
)

// keyboard returns the rows of buttons that came with a call. Rows without a
// button are dropped, as Telegram does.
func (r *request) keyboard() ([][]Button, error) {
	var markup struct {
		Rows [][]struct {
			Text string  `json:"text"`
			Data *string `json:"callback_data"`
			URL  *string `json:"url"`
		} `json:"inline_keyboard"`
	}
	if _, given := r.params["reply_markup"]; !given {
		return nil, nil
	}
	if err := r.object("reply_markup", &markup); err != nil {
		return nil, err
	}
	if markup.Rows == nil {
		return nil, badRequest("object expected as reply markup")
	}
	var rows [][]Button
	count := 0
	for _, in := range markup.Rows {
		if len(in) > maxButtonsInRow {
			return nil, badRequest("more than %d buttons in a row", maxButtonsInRow)
		}
		var row []Button
		for _, b := range in {
			switch {
			case b.Text == "":
				return nil, badRequest("can't parse inline keyboard button: Field \"text\" must be of type String")
			case (b.Data == nil) == (b.URL == nil):
				return nil, badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			case b.Data != nil && (len(*b.Data) < 1 || len(*b.Data) > maxButtonData):
				return nil, badRequest("BUTTON_DATA_INVALID")
			case b.Data != nil:
				row = append(row, Button{Text: b.Text, Data: *b.Data})
			default:
				u, err := url.Parse(*b.URL)
				if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "tg"}, u.Scheme) {
					return nil, badRequest("BUTTON_URL_INVALID")
				}
				row = append(row, Button{Text: b.Text, URL: *b.URL})
			}
		}
		count += len(row)
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if count > maxButtons {
		return nil, badRequest("reply markup is too long")
	}
	return rows, nil
}

func keyboardJSON(rows [][]Button) map[string]any {
	out := make([][]map[string]string, len(rows))
	for i, row := range rows {
		for _, b := range row {
			j := map[string]string{"text": b.Text}
			if b.URL != "" {
				j["url"] = b.URL
			} else {
				j["callback_data"] = b.Data
			}
			out[i] = append(out[i], j)
		}
	}
	return map[string]any{"inline_keyboard": out}
}

func sameKeyboard(a, b [][]Button) bool {
	return slices.EqualFunc(a, b, slices.Equal[[]Button])
}
