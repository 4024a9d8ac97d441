// Đồng Hành is a Telegram bot that answers questions on the way into the
// Party. See README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // small images have no zones
)

// version is set by the linker for a release.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], env{environ: os.Environ(), in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	var usage usageError
	switch {
	case err == nil:
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "donghanh: "+err.Error())
		os.Exit(2)
	default:
		if !errors.Is(err, errFound) { // its findings are printed already
			fmt.Fprintln(os.Stderr, "donghanh: "+err.Error())
		}
		os.Exit(1)
	}
}

// env is what a command may touch of the process it runs in.
type env struct {
	environ  []string
	in       io.Reader
	out, err io.Writer
}

// usageError is a command line that cannot be understood. Exit code 2.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason + "; see: donghanh help" }

// errFound is returned by check after it printed its findings.
var errFound = errors.New("errors found")

const help = `Đồng Hành - bot hỏi đáp về việc vào Đảng

  donghanh demo [--listen 127.0.0.1:8090]   xem thử toàn bộ trên trình duyệt, không cần cài gì
  donghanh serve [--clock TIME]             chạy bot với Telegram (cần TELEGRAM_TOKEN)
  donghanh ask QUESTION                     câu trả lời một sinh viên sẽ nhận được
  donghanh ask --jsonl                      đọc {"id","question","prev"?} từng dòng, ghi kết quả từng dòng
  donghanh ask --score FILE                 chấm một tệp câu hỏi có nhãn
  donghanh import [--dry-run] [--links FILE] FILE…
                                            nhập người và mốc từ XLSX, CSV: tất cả hoặc không gì cả
  donghanh import --template FILE           bảng mẫu để điền
  donghanh invite --role ROLE --name NAME [--unit UNIT]
                                            liên kết dùng một lần cho người không có trong danh sách
  donghanh invite --code CODE               liên kết mới cho người đã có trong danh sách
  donghanh invite --everyone FILE.html [--again]
                                            trang để in: liên kết có mã QR cho mọi người chưa liên kết
  donghanh health                           hỏi bot đang chạy xem có ổn không
  donghanh check [--all] [DIR]              kiểm tra nội dung, chỉ ra tệp và dòng
  donghanh export FILE                      sao lưu toàn bộ dữ liệu ra một tệp (xem docs/operations.md)
  donghanh restore [--new-bot] FILE         khôi phục bản sao lưu vào Redis trống
  donghanh reindex                          dựng lại chỉ mục hạn từ các mốc đã lưu (khi có nghi ngờ)
  donghanh version
  donghanh help

Cài đặt: xem README.md.
`

// run does one command. -h among its flags prints the help instead.
func run(ctx context.Context, args []string, e env) error {
	err := do(ctx, args, e)
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(e.out, help)
	}
	return err
}

func do(ctx context.Context, args []string, e env) error {
	if len(args) == 0 {
		_, err := io.WriteString(e.err, help)
		return errors.Join(usageError{"no command given"}, err)
	}
	name, args := args[0], args[1:]
	switch name {
	case "ask":
		return ask(args, e)
	case "export":
		return exportAll(ctx, args, e)
	case "restore":
		return restoreAll(ctx, args, e)
	case "reindex":
		return reindex(ctx, args, e)
	case "check":
		return check(args, e)
	case "import":
		return importLists(ctx, args, e)
	case "health":
		return health(ctx, args, e)
	case "invite":
		return inviteOne(ctx, args, e)
	case "serve":
		return serve(ctx, args, e)
	case "demo":
		return runDemo(ctx, args, e)
	case "version":
		if err := parse(flags(name), args, 0); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.out, version)
		return err
	case "help", "-h", "--help":
		_, err := io.WriteString(e.out, help)
		return err
	}
	return usageError{fmt.Sprintf("unknown command %q", name)}
}

// flags returns a flag set whose errors are usage errors.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// parse reads the flags of a command; at most rest arguments may follow.
func parse(f *flag.FlagSet, args []string, rest int) error {
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return usageError{f.Name() + ": " + err.Error()}
	}
	if f.NArg() > rest {
		return usageError{fmt.Sprintf("%s: too many arguments", f.Name())}
	}
	return nil
}
