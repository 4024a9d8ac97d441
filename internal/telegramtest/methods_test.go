package telegramtest

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The description of the whole Bot API lies beside the checkout, not in it;
// what is used of it here is cut out into testdata, by -update.
const (
	wholeAPI = "../../../shared/telegram/bot-api-9.2-methods.json"
	usedAPI  = "testdata/bot-api-9.2-used.json"
)

var updateExtract = flag.Bool("update", false, "cut "+usedAPI+" out of the whole description anew")

// description is how the files describe the Bot API.
type description struct {
	Version string                       `json:"version"`
	Methods map[string]methodDescription `json:"methods"`
}

type methodDescription struct {
	Params map[string]paramDescription `json:"params"`
}

type paramDescription struct {
	Required bool `json:"required,omitempty"`
}

func readDescription(t *testing.T, file string) (d description, exists bool) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return d, false
	}
	if err == nil {
		err = json.Unmarshal(raw, &d)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d, true
}

// used cuts out what is used here, and what Telegram requires of that.
func (d description) used() description {
	out := description{Version: d.Version, Methods: map[string]methodDescription{}}
	for name, m := range methods {
		real, ok := d.Methods[name]
		if !ok {
			continue
		}
		all, _ := m.allowed()
		params := map[string]paramDescription{}
		for p, def := range real.Params {
			if def.Required || slices.Contains(all, p) {
				params[p] = def
			}
		}
		out.Methods[name] = methodDescription{Params: params}
	}
	return out
}

func TestTheMethodsAreThoseOfTheBotAPI(t *testing.T) {
	whole, beside := readDescription(t, wholeAPI)
	if *updateExtract && beside {
		raw, err := json.MarshalIndent(whole.used(), "", " ")
		if err == nil {
			err = os.WriteFile(usedAPI, append(raw, '\n'), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	extract, _ := readDescription(t, usedAPI)
	compare(t, extract)
	if beside {
		compare(t, whole)
		if !reflect.DeepEqual(extract, whole.used()) {
			t.Errorf("%s is not what %s says; run this test with -update", usedAPI, wholeAPI)
		}
	}
}

// compare fails the test unless methods are as they are described.
func compare(t *testing.T, api description) {
	t.Helper()
	for name, m := range methods {
		real, ok := api.Methods[name]
		if !ok {
			t.Errorf("%s is no method of Telegram's", name)
			continue
		}
		all, required := m.allowed()
		for _, p := range all {
			if _, ok := real.Params[p]; !ok {
				t.Errorf("%s has no parameter %s", name, p)
			}
		}
		for p, def := range real.Params {
			if def.Required != slices.Contains(required, p) {
				t.Errorf("%s: %s is required by Telegram: %t, here: %t", name, p, def.Required, !def.Required)
			}
		}
	}
}

func TestWhatIsNoPartOfTheAPIIsAMistake(t *testing.T) {
	s := New(Config{})
	hs := &http.Client{Transport: direct{s}}
	b := &bot{Server: s, http: hs, url: "http://telegram.test"}
	b.call(t, "sendMesage", "chat_id", 7).want(t, "a method there is none of", 404, "Not Found")
	b.call(t, "sendMessage", "chat_id", 7, "text", "a", "colour", "red").want(t, "a parameter there is none of", 400, "colour")
	b.call(t, "sendMessage", "chat_id", 7).want(t, "a parameter that is missing", 400, "text")
	if got := s.Mistakes(); len(got) != 3 || !strings.Contains(got[1], "colour") {
		t.Errorf("mistakes: %q, want three", got)
	}
	b.call(t, "getMe").want(t, "a call as it should be", 0, "")
	if got := s.Mistakes(); len(got) != 3 {
		t.Errorf("mistakes: %q, want still three", got)
	}
	calls := s.Calls()
	if len(calls) != 4 || calls[1].Params["colour"] != "red" || calls[1].Status != 400 || calls[3].Status != 200 {
		t.Errorf("calls: %+v", calls)
	}
}

func TestAWrongTokenIsNotLetIn(t *testing.T) {
	b := start(t, Config{})
	for path, want := range map[string]int{
		"/bot123456:OTHER/getMe":      401,
		"/file/bot123456:OTHER/a/b":   401,
		"/bot123456:TEST":             404,
		"/":                           404,
		"/file/bot123456:TEST/no/one": 404,
		"/bot123456:TEST/getMe":       200,
	} {
		resp, err := b.http.Get(b.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s: status %d, want %d", path, resp.StatusCode, want)
		}
	}
}

func TestParametersMayComeAsJSON(t *testing.T) {
	b := start(t, Config{})
	body := `{"chat_id":7,"text":"a","reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"d"}]]},"protect_content":true}`
	r, err := b.post(t.Context(), "sendMessage", "application/json", strings.NewReader(body))
	if err != nil || !r.OK {
		t.Fatalf("answered %+v, error %v", r, err)
	}
	if m := b.Messages(7)[0]; !m.Protect || m.Rows[0][0].Data != "d" {
		t.Errorf("arrived %+v", m)
	}
}
