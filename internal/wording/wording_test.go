package wording

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// source is the package's own code, without its tests.
func source(t *testing.T) (files []*ast.File, at *gotoken.FileSet) {
	t.Helper()
	at = gotoken.NewFileSet()
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(at, n.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) < 4 {
		t.Fatalf("only %d files read", len(files))
	}
	return files, at
}

// literals calls do for each text written in the code.
func literals(t *testing.T, do func(text string, at gotoken.Position)) {
	t.Helper()
	files, set := source(t)
	n := 0
	for _, f := range files {
		ast.Inspect(f, func(node ast.Node) bool {
			if _, ok := node.(*ast.ImportSpec); ok {
				return false
			}
			if l, ok := node.(*ast.BasicLit); ok && l.Kind == gotoken.STRING {
				text, err := strconv.Unquote(l.Value)
				if err != nil {
					t.Fatal(err)
				}
				n++
				do(text, set.Position(l.Pos()))
			}
			return true
		})
	}
	if n < 100 {
		t.Fatalf("only %d texts found", n)
	}
}

func TestNoSentenceShouts(t *testing.T) {
	literals(t, func(text string, at gotoken.Position) {
		if strings.ContainsAny(text, "!！") {
			t.Errorf("%s: %q has an exclamation mark", at, text)
		}
	})
}

// The tags Telegram knows; one it does not know makes it refuse a message.
func TestTagsAreThoseTelegramKnows(t *testing.T) {
	known := []string{"b", "i", "u", "s", "a", "code", "pre", "blockquote", "blockquote expandable", "tg-spoiler"}
	literals(t, func(text string, at gotoken.Position) {
		for _, part := range strings.Split(text, "<")[1:] {
			name, _, ok := strings.Cut(part, ">")
			if name = strings.TrimPrefix(name, "/"); ok && name != "" && !slices.Contains(known, name) {
				t.Errorf("%s: %q has the tag <%s>", at, text, name)
			}
		}
	})
}

// sentences are the constants that are messages or parts of one. Every other
// text constant stands on a button or over the screen.
var sentences = []string{
	"CheckIntro", "AskBirth", "AskMonth", "AskUnion", "AskSchool", "AskClass", "AskCertYear", "AskCertDate", "AskLocal",
	"BadMonth", "CheckOpen", "AlreadyAnswered", "NoNumbersInReply",
	"AskLater", "BadDay", "BadDetail", "TypeDay", "TypeAnother", "TypeName", "ChooseUnit", "GoneMeanwhile", "FeedDropped", "LookedAt", "ItComes", "BadPlace", "PressOne", "ToastTooLate",
	"NoticeLinkFirst", "AskAudience", "AskUnit", "AskStage", "AskPaper", "AskOverdue", "AskGroup", "NoGroups", "TypeCodes", "TypeWhen", "TypeUntil", "TypeCorrection",
	"LogAsk", "TypeInvited", "TypePerson", "TypeNew", "NotInList", "AmendedMeanwhile", "SameAlready",
	"TemplateFile", "ListAsFile", "ListTooLarge", "ListOnlyOne", "ListNotFetched", "ListMovedOn", "AllProblems", "AllChanges", "AllLinked", "AllPairs", "AssignMovedOn",
	"NoticeOnlyOne", "NoticeFileOnly", "NoticeNoFile", "NoticeFileLarge", "BadWhen", "WhenFar", "BadUntil", "NoCodes",
}

func TestLabelsFitOnAButton(t *testing.T) {
	files, set := source(t)
	labels := map[string]bool{}
	met := map[string]bool{}
	for _, f := range files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != gotoken.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, value := range v.Values {
					l, ok := value.(*ast.BasicLit)
					if !ok || l.Kind != gotoken.STRING {
						continue
					}
					name := v.Names[i].Name
					if met[name] = true; slices.Contains(sentences, name) {
						continue
					}
					text, err := strconv.Unquote(l.Value)
					if err != nil {
						t.Fatal(err)
					}
					labels[name] = true
					if n := utf8.RuneCountInString(text); n < 1 || n > 64 || strings.ContainsAny(text, "<>&\n") {
						t.Errorf("%s: %s = %q has %d letters, want 1 to 64 without tags", set.Position(l.Pos()), name, text, n)
					}
				}
			}
		}
	}
	for _, want := range []string{"GoodAnswer", "BadAnswer", "AskOfficer", "ChoiceYes", "SendReply", "EraseData", "ToastKept", "Continue"} {
		if !labels[want] {
			t.Errorf("%s was not looked at", want)
		}
	}
	for _, s := range sentences {
		if !met[s] {
			t.Errorf("%s is no constant any more", s)
		}
	}
}

// The contract names these, people know them.
func TestLabelsOfTheContract(t *testing.T) {
	for got, want := range map[string]string{DoneLabel: "Đã làm", LaterLabel: "Nhắc lại sau", GoodAnswer: "Đúng ý", BadAnswer: "Chưa đúng", AskOfficer: "Hỏi cán bộ", Unverified: "chưa kiểm chứng theo văn bản hiện hành",
		SendNow: "Gửi ngay", SendLater: "Hẹn giờ", EditNotice: "Sửa", CancelNotice: "Huỷ", Approve: "Duyệt", Decline: "Từ chối", PauseSending: "Tạm dừng",
		ResumeSending: "Tiếp tục", StopSending: "Dừng hẳn", ReceivedLabel: "Đã nhận", EveryStudent: "Tất cả sinh viên", EveryMentor: "Tất cả người giúp đỡ",
		ByUnit: "Theo đơn vị", ByStage: "Theo chặng"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
