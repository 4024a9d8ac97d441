package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Two secrets no output may hold.
const (
	token    = "123456:AAH-a-token-nobody-may-read"
	password = "p4ssw0rd-nobody-may-read"
)

func TestUnsetMeansTheDefaultsOfTheContract(t *testing.T) {
	want := Config{
		TelegramAPI:   "https://api.telegram.org",
		DataDir:       "./data",
		Listen:        "127.0.0.1:8080",
		SendRate:      30,
		RemindAt:      Clock{7, 30},
		QuietHours:    Quiet{From: Clock{21, 30}, To: Clock{6, 30}},
		ApprovalAbove: 50, MentorLimit: 5,
		LogLevel:  LogLevel(slog.LevelInfo),
		LogFormat: "json",
	}
	tests := map[string][]string{
		"nothing set":              nil,
		"set but empty is not set": {"SEND_RATE=", "REMIND_AT=", "QUIET_HOURS=", "LISTEN=", "TELEGRAM_API=", "LOG_FORMAT=", "LOG_LEVEL=", "APPROVAL_ABOVE=", "ADMIN_IDS=", "DATA_DIR="},
		"others' variables":        {"PATH=/bin", "SEND_RATES=7", "send_rate=7", "no equals sign"},
	}
	for name, environ := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Load(environ)
			if err != nil || !same(got, want) {
				t.Errorf("Load(%q)\n got %+v, %v\nwant %+v", environ, got, err, want)
			}
		})
	}
}

// same compares two settings; a list without members is no list.
func same(a, b Config) bool {
	if len(a.AdminIDs) == 0 && len(b.AdminIDs) == 0 {
		a.AdminIDs, b.AdminIDs = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

func TestEverySettingIsRead(t *testing.T) {
	environ := []string{
		"TELEGRAM_TOKEN=" + token, "TELEGRAM_API=http://127.0.0.1:9/", "REDIS_URL=rediss://u:" + password + "@r.example:6380/1",
		"DATA_DIR=/var/lib/dh", "LISTEN=:9090", "ADMIN_IDS=11,-22", "CONTENT_DIR=/srv/content",
		"WEBHOOK_URL=https://bot.example/telegram", "WEBHOOK_SECRET=Ab_9-", "SEND_RATE=1000", "REMIND_AT=00:00",
		"QUIET_HOURS=23:59-5:00", "APPROVAL_ABOVE=0", "MENTOR_LIMIT=7", "LOG_LEVEL=WARN", "LOG_FORMAT=text",
	}
	want := Config{
		TelegramToken: token, TelegramAPI: "http://127.0.0.1:9", RedisURL: "rediss://u:" + password + "@r.example:6380/1",
		DataDir: "/var/lib/dh", Listen: ":9090", AdminIDs: []int64{11, -22}, ContentDir: "/srv/content",
		WebhookURL: "https://bot.example/telegram", WebhookSecret: "Ab_9-", SendRate: 1000, RemindAt: Clock{0, 0},
		QuietHours: Quiet{Clock{23, 59}, Clock{5, 0}}, ApprovalAbove: 0, MentorLimit: 7, LogLevel: LogLevel(slog.LevelWarn), LogFormat: "text",
	}
	got, err := Load(environ)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Load\n got %#v, %v\nwant %#v", got, err, want)
	}
	// A setting that is added to Config is added here.
	set := map[string]bool{}
	for _, line := range environ {
		key, _, _ := strings.Cut(line, "=")
		set[key] = true
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if !set[f.Tag.Get("env")] {
			t.Errorf("%s (%s) is not tried here", f.Name, f.Tag.Get("env"))
		}
	}
}

// A value read from a file or pasted brings its line end along.
func TestSecretsAreTrimmed(t *testing.T) {
	c, err := Load([]string{"TELEGRAM_TOKEN= " + token + "\r\n", "REDIS_URL=redis://h:1\n"})
	if err != nil || string(c.TelegramToken) != token || string(c.RedisURL) != "redis://h:1" {
		t.Errorf("token %q, REDIS_URL %q, %v; want them without blanks", string(c.TelegramToken), string(c.RedisURL), err)
	}
}

func TestWrongValuesAreNamed(t *testing.T) {
	tests := map[string]struct {
		set  []string
		name string
	}{
		"an API without a scheme":           {[]string{"TELEGRAM_API=api.telegram.org"}, "TELEGRAM_API"},
		"an API over ftp":                   {[]string{"TELEGRAM_API=ftp://api.telegram.org"}, "TELEGRAM_API"},
		"an API without a host":             {[]string{"TELEGRAM_API=https://"}, "TELEGRAM_API"},
		"an API that is no address":         {[]string{"TELEGRAM_API=https://[::1"}, "TELEGRAM_API"},
		"Redis over http":                   {[]string{"REDIS_URL=http://localhost"}, "REDIS_URL"},
		"Redis without a scheme":            {[]string{"REDIS_URL=localhost:6379"}, "REDIS_URL"},
		"a port without a host":             {[]string{"LISTEN=8080"}, "LISTEN"},
		"a host without a port":             {[]string{"LISTEN=localhost"}, "LISTEN"},
		"a host with an empty port":         {[]string{"LISTEN=localhost:"}, "LISTEN"},
		"a port beyond all ports":           {[]string{"LISTEN=127.0.0.1:65536"}, "LISTEN"},
		"a port that is no number":          {[]string{"LISTEN=127.0.0.1:port"}, "LISTEN"},
		"a name among the admins":           {[]string{"ADMIN_IDS=11,@lan"}, "ADMIN_IDS"},
		"an admin too many digits long":     {[]string{"ADMIN_IDS=99999999999999999999"}, "ADMIN_IDS"},
		"a webhook over http":               {[]string{"WEBHOOK_URL=http://bot.example/telegram", "WEBHOOK_SECRET=s"}, "WEBHOOK_URL"},
		"a webhook without a host":          {[]string{"WEBHOOK_URL=https:///telegram", "WEBHOOK_SECRET=s"}, "WEBHOOK_URL"},
		"a webhook without a secret":        {[]string{"WEBHOOK_URL=https://bot.example/telegram"}, "WEBHOOK_SECRET"},
		"a secret Telegram refuses":         {[]string{"WEBHOOK_URL=https://bot.example/telegram", "WEBHOOK_SECRET=a b"}, "WEBHOOK_SECRET"},
		"a secret of 257 letters":           {[]string{"WEBHOOK_URL=https://bot.example/telegram", "WEBHOOK_SECRET=" + strings.Repeat("a", 257)}, "WEBHOOK_SECRET"},
		"nothing is ever sent":              {[]string{"SEND_RATE=0"}, "SEND_RATE"},
		"a thousand and one a second":       {[]string{"SEND_RATE=1001"}, "SEND_RATE"},
		"a rate below nothing":              {[]string{"SEND_RATE=-1"}, "SEND_RATE"},
		"a rate in words":                   {[]string{"SEND_RATE=fast"}, "SEND_RATE"},
		"half a message a second":           {[]string{"SEND_RATE=0.5"}, "SEND_RATE"},
		"an hour there is not":              {[]string{"REMIND_AT=24:00"}, "REMIND_AT"},
		"an hour alone":                     {[]string{"REMIND_AT=7"}, "REMIND_AT"},
		"seconds":                           {[]string{"REMIND_AT=07:30:00"}, "REMIND_AT"},
		"quiet from, without to":            {[]string{"QUIET_HOURS=21:30"}, "QUIET_HOURS"},
		"quiet to no time":                  {[]string{"QUIET_HOURS=21:30-six"}, "QUIET_HOURS"},
		"quiet from no time":                {[]string{"QUIET_HOURS=nine-06:30"}, "QUIET_HOURS"},
		"approval below nobody":             {[]string{"APPROVAL_ABOVE=-1"}, "APPROVAL_ABOVE"},
		"approval in words":                 {[]string{"APPROVAL_ABOVE=fifty"}, "APPROVAL_ABOVE"},
		"a level there is not":              {[]string{"LOG_LEVEL=loud"}, "LOG_LEVEL"},
		"a format there is not":             {[]string{"LOG_FORMAT=xml"}, "LOG_FORMAT"},
		"formats are written in lower case": {[]string{"LOG_FORMAT=JSON"}, "LOG_FORMAT"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(tt.set)
			if got := named(err); !slices.Equal(got, []string{tt.name}) {
				t.Errorf("Load(%q) = %v\nnames %q, want %s alone", tt.set, err, got, tt.name)
			}
		})
	}
}

// named returns the settings an error names, each once, in the order of
// Config.
func named(err error) []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		key := f.Tag.Get("env")
		if err != nil && slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool { return strings.HasPrefix(line, key) }) {
			out = append(out, key)
		}
	}
	return out
}

func TestGoodValuesAtTheEdge(t *testing.T) {
	tests := map[string][]string{
		"one message a second":           {"SEND_RATE=1"},
		"the last port":                  {"LISTEN=127.0.0.1:65535"},
		"any free port":                  {"LISTEN=127.0.0.1:0"},
		"an IPv6 address":                {"LISTEN=[::1]:8080"},
		"a rehearsal's webhook":          {"WEBHOOK_URL=http://127.0.0.1:8080/telegram", "WEBHOOK_SECRET=s"},
		"a secret of 256 letters":        {"WEBHOOK_URL=https://b.example/telegram", "WEBHOOK_SECRET=" + strings.Repeat("a", 256)},
		"no webhook needs no secret":     {"WEBHOOK_SECRET=a b"},
		"Redis on a socket":              {"REDIS_URL=unix:///run/redis.sock"},
		"Redis with several hosts":       {"REDIS_URL=redis://a:1?addr=b:2&addr=c:3"},
		"Redis behind Sentinel":          {"REDIS_URL=redis://a:26379?master=m"},
		"an API with a slash at its end": {"TELEGRAM_API=http://127.0.0.1:8081//"},
		"no quiet hours within a day":    {"QUIET_HOURS=12:00-13:00"},
	}
	for name, environ := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(environ); err != nil {
				t.Errorf("Load(%q) = %v, want no error", environ, err)
			}
		})
	}
}

func TestAllWrongSettingsAreReportedAtOnce(t *testing.T) {
	_, err := Load([]string{
		"TELEGRAM_TOKEN=" + token, "TELEGRAM_API=nowhere", "REDIS_URL=amqp://u:" + password + "@h", "LISTEN=here",
		"ADMIN_IDS=lan", "WEBHOOK_URL=http://bot.example", "WEBHOOK_SECRET=" + password + "!", "SEND_RATE=0", "REMIND_AT=dawn",
		"QUIET_HOURS=night", "APPROVAL_ABOVE=-3", "LOG_LEVEL=loud", "LOG_FORMAT=xml",
	})
	want := []string{
		"TELEGRAM_API", "REDIS_URL", "LISTEN", "ADMIN_IDS", "WEBHOOK_URL", "WEBHOOK_SECRET", "SEND_RATE",
		"REMIND_AT", "QUIET_HOURS", "APPROVAL_ABOVE", "LOG_LEVEL", "LOG_FORMAT",
	}
	if got := named(err); !slices.Equal(got, want) {
		t.Errorf("Load = %v\nnames %q\n want %q", err, got, want)
	}
	if text := fmt.Sprintf("%v %+v %#v %q", err, err, err, err); strings.Contains(text, token) || strings.Contains(text, password) {
		t.Errorf("a secret stands in the error: %s", text)
	}
}

func TestServeNeedsAToken(t *testing.T) {
	if err := (Config{}).ForServe(); err == nil || !strings.Contains(err.Error(), "TELEGRAM_TOKEN") {
		t.Errorf("without a token: %v, want an error that names TELEGRAM_TOKEN", err)
	}
	blank, err := Load([]string{"TELEGRAM_TOKEN=  \n"})
	if err != nil || blank.ForServe() == nil {
		t.Errorf("a token of blanks passes (%v)", err)
	}
	if err := (Config{TelegramToken: token}).ForServe(); err != nil {
		t.Errorf("with a token: %v", err)
	}
}

func TestDotEnvLiesBeneathTheEnvironment(t *testing.T) {
	tests := map[string]struct {
		file    string
		outside []string
		want    map[string]string
	}{
		"a line sets":                    {"A=1\n", nil, map[string]string{"A": "1"}},
		"what is set outside wins":       {"A=1\nB=2\n", []string{"A=9"}, map[string]string{"A": "9", "B": "2"}},
		"even if it is empty":            {"A=1\n", []string{"A="}, map[string]string{"A": ""}},
		"of two lines the last wins":     {"A=1\nA=2\n", nil, map[string]string{"A": "2"}},
		"a missing line end":             {"A=1", nil, map[string]string{"A": "1"}},
		"line ends of Windows":           {"A=1\r\nB=\"2\"\r\n", nil, map[string]string{"A": "1", "B": "2"}},
		"the mark Notepad puts in front": {"\ufeffA=1\nB=2\n", nil, map[string]string{"A": "1", "B": "2"}},
		"comments and empty lines":       {"# A=1\n\n  # B=2\nC=3\n", nil, map[string]string{"C": "3"}},
		"a # in a value belongs to it":   {"A=a#b\nB='x # y'\n", nil, map[string]string{"A": "a#b", "B": "x # y"}},
		"double quotes":                  {`A="a b "`, nil, map[string]string{"A": "a b "}},
		"single quotes":                  {`A=' a'`, nil, map[string]string{"A": " a"}},
		"quotes that do not match":       {`A="a'`, nil, map[string]string{"A": `"a'`}},
		"one quote alone":                {`A="`, nil, map[string]string{"A": `"`}},
		"nothing between quotes":         {`A=""`, nil, map[string]string{"A": ""}},
		"blanks around":                  {"  A =  b c  \n", nil, map[string]string{"A": "b c"}},
		"a value holds equals signs":     {"A=redis://h?x=1&y=2\n", nil, map[string]string{"A": "redis://h?x=1&y=2"}},
		"export":                         {"export A=1\n  export B=2\nexported=3\n", nil, map[string]string{"A": "1", "B": "2", "exported": "3"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lines, err := Environ(tt.outside, dotEnv(t, tt.file))
			got := map[string]string{}
			for _, line := range lines { // as Load reads them: the last one wins
				key, value, _ := strings.Cut(line, "=")
				got[key] = value
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q over %q = %q, %v, want %q", tt.outside, tt.file, got, err, tt.want)
			}
		})
	}
	t.Run("and Load sees it so", func(t *testing.T) {
		lines, err := Environ([]string{"SEND_RATE=5"}, dotEnv(t, "SEND_RATE=6\nAPPROVAL_ABOVE=7\n"))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := Load(lines); err != nil || c.SendRate != 5 || c.ApprovalAbove != 7 {
			t.Errorf("SEND_RATE %d, APPROVAL_ABOVE %d, %v, want 5 from outside and 7 from the file", c.SendRate, c.ApprovalAbove, err)
		}
	})
}

func dotEnv(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWithoutDotEnvTheEnvironmentStands(t *testing.T) {
	got, err := Environ([]string{"A=1"}, filepath.Join(t.TempDir(), ".env"))
	if err != nil || !slices.Equal(got, []string{"A=1"}) {
		t.Errorf("Environ = %q, %v, want A=1 alone", got, err)
	}
	if _, err := Environ(nil, t.TempDir()); err == nil {
		t.Error("a folder was read as .env")
	}
}

func TestABadLineIsNamedByItsNumberAlone(t *testing.T) {
	tests := map[string]struct {
		file string
		says string
	}{
		"a token without its name":       {"# token:\n\n" + token + "\n", "line 3"},
		"a token after export":           {"A=1\nexport " + token, "line 2"},
		"a token after an equals sign":   {"=" + token + "\n", "line 1"},
		"a line longer than any setting": {"A=1\nB=" + token + strings.Repeat("x", 1<<17), "too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Environ(nil, dotEnv(t, tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), ".env") {
				t.Errorf("Environ = %d lines, %v, want an error naming .env and %s", len(got), err, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("the error holds the line: %v", err)
			}
		})
	}
}

func TestSecretPrintsAsSecret(t *testing.T) {
	c := Config{TelegramToken: token, RedisURL: "redis://:" + password + "@h", WebhookSecret: password}
	s := c.TelegramToken
	logged := func(handler func(*bytes.Buffer) slog.Handler) string {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("start", "secret", s, "config", c, "pointer", &c, "in", struct{ Inner Secret }{s}, "list", []Secret{s})
		return b.String()
	}
	asJSON := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := map[string]string{
		"%v":                   fmt.Sprintf("%v", s),
		"%+v":                  fmt.Sprintf("%+v", s),
		"%#v":                  fmt.Sprintf("%#v", s),
		"%s":                   fmt.Sprintf("<%s>", s),
		"%q":                   fmt.Sprintf("%q", s),
		"Println":              fmt.Sprintln(s),
		"all settings, %v":     fmt.Sprintf("%v", c),
		"all settings, %+v":    fmt.Sprintf("%+v", &c),
		"all settings, %#v":    fmt.Sprintf("%#v", c),
		"a list":               fmt.Sprintf("%q", []Secret{s}),
		"an error about it":    fmt.Errorf("token %s refused: %w", s, os.ErrPermission).Error(),
		"JSON":                 asJSON(s),
		"JSON of all settings": asJSON(c),
		"slog as JSON":         logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }),
		"slog as text":         logged(func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }),
	}
	for name, got := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(got, "[secret]") {
				t.Errorf("%s prints %s, want [secret] in it", name, got)
			}
			if strings.Contains(got, token) || strings.Contains(got, password) {
				t.Errorf("%s prints the secret: %s", name, got)
			}
		})
	}
}

// A handler that is not slog's own sees the value, not what prints it.
func TestALogHandlerNeverSeesASecret(t *testing.T) {
	if got := slog.AnyValue(Secret(token)).Resolve(); got.Kind() != slog.KindString || got.String() != "[secret]" {
		t.Errorf("a handler sees %v of kind %s, want the text [secret]", got, got.Kind())
	}
}

func TestAWrongSettingIsOneLineInPlainWords(t *testing.T) {
	tests := map[string]string{
		"SEND_RATE=fast":          "SEND_RATE must be a number such as 30",
		"SEND_RATE=0.5":           "SEND_RATE must be a number such as 30",
		"ADMIN_IDS=x":             "ADMIN_IDS must be a number, or several with commas between, such as 11,22",
		"ADMIN_IDS=11,x,y":        "ADMIN_IDS must be a number, or several with commas between, such as 11,22",
		"APPROVAL_ABOVE=x":        "APPROVAL_ABOVE must be a number such as 50",
		"QUIET_HOURS=21:30":       `QUIET_HOURS: "21:30" is not a span such as 21:30-06:30`,
		"QUIET_HOURS=nine-six":    `QUIET_HOURS: "nine-six" is not a span such as 21:30-06:30`,
		"QUIET_HOURS=21:30-24:00": `QUIET_HOURS: "21:30-24:00" is not a span such as 21:30-06:30`,
	}
	for set, want := range tests {
		if _, err := Load([]string{set}); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", set, err, want)
		}
	}
}

func TestANameNearlyASettingIsReported(t *testing.T) {
	_, err := Environ(nil, dotEnv(t, "SEND_RAET=5\nLOG_LEVEL=info\nexport telegram_token="+token+"\nADMIN_ID=1\n"))
	want := []string{
		"line 1: there is no setting SEND_RAET; did you mean SEND_RATE?",
		"line 3: there is no setting telegram_token; did you mean TELEGRAM_TOKEN?",
		"line 4: there is no setting ADMIN_ID; did you mean ADMIN_IDS?",
	}
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%v\nwant %d lines", err, len(want))
	}
	for i, line := range lines {
		if !strings.HasSuffix(line, want[i]) {
			t.Errorf("%s\nwant %s", line, want[i])
		}
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the error holds a value: %v", err)
	}
	if _, err := Environ(nil, dotEnv(t, "TZ=Asia/Ho_Chi_Minh\nCOMPOSE_PROJECT_NAME=x\nREDIS_PASSWORD=x\n")); err != nil {
		t.Errorf("others' names: %v", err)
	}
}

func TestAContentFolderThatIsNoneIsNamed(t *testing.T) {
	dir := t.TempDir()
	c := Config{TelegramToken: token, ContentDir: dir}
	if err := c.ForServe(); err == nil || !strings.Contains(err.Error(), "CONTENT_DIR: "+dir) {
		t.Errorf("an empty folder: %v, want it named", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "answers"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := c.ForServe(); err != nil {
		t.Errorf("with answers in it: %v; the content check says more", err)
	}
}
