// Package config turns the environment into one checked value. Every problem
// is reported at once, and no secret prints itself.
package config

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is every setting of the program, checked.
type Config struct {
	TelegramToken Secret   `env:"TELEGRAM_TOKEN"`
	TelegramAPI   string   `env:"TELEGRAM_API" envDefault:"https://api.telegram.org"`
	RedisURL      Secret   `env:"REDIS_URL"` // empty: a private redis-server; may hold a password
	DataDir       string   `env:"DATA_DIR" envDefault:"./data"`
	Listen        string   `env:"LISTEN" envDefault:"127.0.0.1:8080"`
	AdminIDs      []int64  `env:"ADMIN_IDS"`
	ContentDir    string   `env:"CONTENT_DIR"` // empty: the content built in
	WebhookURL    string   `env:"WEBHOOK_URL"` // empty: long polling
	WebhookSecret Secret   `env:"WEBHOOK_SECRET"`
	SendRate      int      `env:"SEND_RATE" envDefault:"30"` // messages a second over all chats
	RemindAt      Clock    `env:"REMIND_AT" envDefault:"07:30"`
	QuietHours    Quiet    `env:"QUIET_HOURS" envDefault:"21:30-06:30"`
	ApprovalAbove int      `env:"APPROVAL_ABOVE" envDefault:"50"` // recipients
	MentorLimit   int      `env:"MENTOR_LIMIT" envDefault:"5"`    // students a mentor is suggested to help at most
	LogLevel      LogLevel `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat     string   `env:"LOG_FORMAT" envDefault:"json"`
}

// TelegramsOwn is the endpoint of Telegram itself.
const TelegramsOwn = "https://api.telegram.org"

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// Load reads the settings from the environment given as "KEY=value" lines.
// The error names every problem.
func Load(environ []string) (Config, error) {
	var c Config
	err := env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environ)})
	problems := flatten(err)
	bad := func(format string, args ...any) {
		problem := fmt.Errorf(format, args...)
		key, _, _ := strings.Cut(problem.Error(), " ")
		if !slices.ContainsFunc(problems, func(p error) bool { return strings.HasPrefix(p.Error(), key) }) { // each setting once
			problems = append(problems, problem)
		}
	}

	c.TelegramAPI = strings.TrimRight(c.TelegramAPI, "/")
	if u, err := url.Parse(c.TelegramAPI); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		bad("TELEGRAM_API must be an address such as %s", TelegramsOwn)
	}
	c.TelegramToken = Secret(strings.TrimSpace(string(c.TelegramToken)))
	c.RedisURL = Secret(strings.TrimSpace(string(c.RedisURL)))
	if r := string(c.RedisURL); r != "" && !slices.ContainsFunc([]string{"redis://", "rediss://", "unix://"}, func(p string) bool { return strings.HasPrefix(r, p) }) {
		bad("REDIS_URL must begin with redis://, rediss:// or unix://")
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || !isPort(port) {
		bad("LISTEN must be an address such as 127.0.0.1:8080")
	}
	if c.WebhookURL != "" {
		if u, err := url.Parse(c.WebhookURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" {
			bad("WEBHOOK_URL must be an https address such as https://bot.example.edu.vn/telegram")
		}
		if !secretShape.MatchString(string(c.WebhookSecret)) {
			bad("WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ - when WEBHOOK_URL is set")
		}
	}
	if c.SendRate < 1 || c.SendRate > 1000 {
		bad("SEND_RATE must be 1 to 1000 messages a second")
	}
	if c.ApprovalAbove < 0 {
		bad("APPROVAL_ABOVE must not be negative")
	}
	if c.MentorLimit < 1 || c.MentorLimit > 100 {
		bad("MENTOR_LIMIT must be 1 to 100 students")
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		bad("LOG_FORMAT must be json or text")
	}
	return c, errors.Join(problems...)
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// HoldsContent reports whether dir is a folder with content in it, complete or
// not.
func HoldsContent(dir string) bool {
	return slices.ContainsFunc([]string{"documents.yaml", "facts.yaml", "answers"}, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// ForContent checks what every command needs that reads the content.
func (c Config) ForContent() error {
	if c.ContentDir != "" && !HoldsContent(c.ContentDir) {
		return fmt.Errorf("CONTENT_DIR: %s is no content folder; it needs documents.yaml, facts.yaml, scope.yaml, care.yaml, words.yaml and answers/*.yaml", c.ContentDir)
	}
	return nil
}

// ForServe checks what only serve needs.
func (c Config) ForServe() error {
	return errors.Join(c.hasToken(), c.ForContent())
}

func (c Config) hasToken() error {
	if c.TelegramToken == "" {
		return errors.New("TELEGRAM_TOKEN is not set: ask @BotFather for one and put it into the environment or .env; to look around without one: donghanh demo")
	}
	return nil
}

// flatten takes the library's joined error apart, and names the setting where
// the library names the field. What should be a number says so.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	var all env.AggregateError
	if !errors.As(err, &all) {
		return []error{err}
	}
	var out []error
	for _, e := range all.Errors {
		var wrong env.ParseError
		if errors.As(e, &wrong) {
			field, _ := reflect.TypeFor[Config]().FieldByName(wrong.Name)
			key := field.Tag.Get("env")
			switch field.Type.Kind() {
			case reflect.Int:
				e = fmt.Errorf("%s must be a number such as %s", key, field.Tag.Get("envDefault"))
			case reflect.Slice:
				e = fmt.Errorf("%s must be a number, or several with commas between, such as 11,22", key)
			default:
				e = fmt.Errorf("%s: %w", key, wrong.Err)
			}
		}
		out = append(out, e)
	}
	return out
}

// Environ returns the environment with the lines of a .env file beneath it:
// what is set outside wins. A missing file is no error; a name in it that is
// nearly one of the settings is.
func Environ(environ []string, file string) ([]string, error) {
	f, err := os.Open(file) // #nosec G304 -- the working folder's own .env
	if errors.Is(err, os.ErrNotExist) {
		return environ, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	defer func() { _ = f.Close() }() // opened for reading
	var out []string
	var problems []error
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")) // Notepad begins a file with this mark
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return nil, fmt.Errorf("%s line %d is not KEY=value", file, n) // the line may be a secret
		}
		if meant := nearly(key); meant != "" {
			problems = append(problems, fmt.Errorf("%s line %d: there is no setting %s; did you mean %s?", file, n, key, meant))
		}
		value = strings.TrimSpace(value)
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		out = append(out, key+"="+value)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return append(out, environ...), nil
}

// nearly returns the setting that a name misses by its case or by up to two
// letters next to each other: swapped, wrong, too many or missing.
func nearly(name string) string {
	upper := strings.ToUpper(name)
	meant := ""
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		key := f.Tag.Get("env")
		if key == name {
			return ""
		}
		head := 0
		for head < min(len(key), len(upper)) && key[head] == upper[head] {
			head++
		}
		a, b := key[head:], upper[head:]
		for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
			a, b = a[:len(a)-1], b[:len(b)-1]
		}
		if max(len(a), len(b)) <= 2 {
			meant = key
		}
	}
	return meant
}

// Secret prints as [secret] wherever it lands.
type Secret string

const hidden = "[secret]"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Clock is a time of day in the zone of the rules.
type Clock struct{ Hour, Minute int }

// SinceMidnight returns how long after midnight it shows that time.
func (c Clock) SinceMidnight() time.Duration {
	return time.Duration(c.Hour)*time.Hour + time.Duration(c.Minute)*time.Minute
}

// UnmarshalText reads 07:30.
func (c *Clock) UnmarshalText(b []byte) error {
	t, err := time.Parse("15:04", string(b))
	if err != nil {
		return fmt.Errorf("%q is not a time such as 07:30", b)
	}
	*c = Clock{t.Hour(), t.Minute()}
	return nil
}

// Quiet is the part of the day in which nothing that can wait is sent. It may
// span midnight.
type Quiet struct{ From, To Clock }

// UnmarshalText reads 21:30-06:30.
func (q *Quiet) UnmarshalText(b []byte) error {
	from, to, _ := strings.Cut(string(b), "-")
	if errors.Join(q.From.UnmarshalText([]byte(from)), q.To.UnmarshalText([]byte(to))) != nil {
		return fmt.Errorf("%q is not a span such as 21:30-06:30", b)
	}
	return nil
}

// LogLevel is how much is logged.
type LogLevel slog.Level

// UnmarshalText reads debug, info, warn or error.
func (l *LogLevel) UnmarshalText(b []byte) error {
	var level slog.Level
	if err := level.UnmarshalText(b); err != nil {
		return fmt.Errorf("%q is not debug, info, warn or error", b)
	}
	*l = LogLevel(level)
	return nil
}
