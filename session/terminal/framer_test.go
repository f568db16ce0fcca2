package terminal

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func collect(f *framer, chunks ...string) (units []string) {
	emit := func(u unit) {
		name := [...]string{"text", "seq", "esc", "paste", "invalid", "cut"}[u.kind]
		s := fmt.Sprintf("%s %q", name, u.bytes)
		if u.kind == escapeUnit || u.kind == cutUnit {
			s = name
		}
		if u.dropped > 0 {
			s += fmt.Sprintf(" -%d", u.dropped)
		}
		units = append(units, s)
	}
	for _, chunk := range chunks {
		if chunk == "FLUSH" {
			f.flush(emit)
			continue
		}
		f.feed([]byte(chunk), emit)
	}
	return units
}

func TestFramer(t *testing.T) {
	long := strings.Repeat("x", MaxSequence)
	for _, test := range []struct {
		name   string
		chunks []string
		want   []string
	}{
		{"text and an arrow", []string{"ab\x1b[Ac"}, []string{`text "ab"`, `seq "\x1b[A"`, `text "c"`}},
		{"an arrow in three parts", []string{"\x1b", "[", "A"}, []string{`seq "\x1b[A"`}},
		{"a character in two parts", []string{"\xc3", "\xa9"}, []string{`text "é"`}},
		{"the character for what can't be read, in two parts", []string{"\xef\xbf", "\xbd"}, []string{"text \"\ufffd\""}},
		{"half a character, then another", []string{"\xc3", "a"}, []string{`invalid "\xc3"`, `text "a"`}},
		{"bytes that are no UTF-8", []string{"a\xffb"}, []string{`text "a"`, `invalid "\xff"`, `text "b"`}},
		{"a lone Esc", []string{"\x1b", "FLUSH"}, []string{"esc"}},
		{"Esc twice", []string{"\x1b\x1b", "FLUSH"}, []string{"esc", "esc"}},
		{"Esc three times", []string{"\x1b\x1b\x1b", "FLUSH"}, []string{"esc", "esc", "esc"}},
		{"Alt and a letter", []string{"\x1bx"}, []string{`seq "\x1bx"`}},
		{"Alt and an arrow", []string{"\x1b\x1b[A"}, []string{`seq "\x1b[A"`}},
		{"Alt and a letter beyond ASCII", []string{"\x1bé"}, []string{`text "é"`}},
		{"half a sequence, and nothing more", []string{"\x1b[1;", "FLUSH", "a"}, []string{`text "a"`}},
		{"a sequence cut by another", []string{"\x1b[1;\x1b[B"}, []string{`seq "\x1b[B"`}},
		{"a function key of the Linux console", []string{"\x1b[[A"}, []string{`seq "\x1b[[A"`}},
		{"SS3", []string{"\x1bOP"}, []string{`seq "\x1bOP"`}},
		{"OSC ended by BEL", []string{"\x1b]11;rgb:0/0/0\aq"}, []string{`seq "\x1b]11;rgb:0/0/0\a"`, `text "q"`}},
		{"OSC ended by ST", []string{"\x1b]11;x\x1b", "\\q"}, []string{`seq "\x1b]11;x\x1b\\"`, `text "q"`}},
		{"OSC cut by a key", []string{"\x1b]11;x\x1b[A"}, []string{`seq "\x1b[A"`}},
		{"an OSC that is too long", []string{"\x1b]52;" + long, long + "\aq"}, []string{"cut", `text "q"`}},
		{"a CSI that is too long", []string{"\x1b[" + strings.Repeat("0", 3*MaxSequence) + "uq"}, []string{"cut", `text "q"`}},
		{"an OSC that ends nowhere", []string{"\x1b]52;", "FLUSH", "q"}, []string{"cut", `text "q"`}},
		{"Alt and a bracket", []string{"\x1b]", "FLUSH", "q"}, []string{`text "q"`}},
		{"an OSC that never ends", []string{"\x1b]52;" + long, long, "FLUSH", "q"}, []string{"cut", `text "q"`}},
		{"a paste", []string{"\x1b[200~a\r\nb\x1b[201~c"}, []string{`paste "a\r\nb"`, `text "c"`}},
		{"a paste in parts", []string{"\x1b[20", "0~a", "\x1b[2", "01~"}, []string{`paste "a"`}},
		{"a paste with half an end in it", []string{"\x1b[200~a\x1b[20b\x1b\x1b[201~"}, []string{`paste "a\x1b[20b\x1b"`}},
		{"a paste that is too long", []string{"\x1b[200~" + long + long + "abc\x1b[201~"},
			[]string{fmt.Sprintf("paste %q -3", long+long)}},
		{"a paste that never ends", []string{"\x1b[200~abc", "FLUSH", "d"}, []string{`paste "abc"`, `text "d"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var f framer
			if got := collect(&f, test.chunks...); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Only what looks like the rest of a key, and like nothing that people type, takes Esc
// back.
func TestFramerResume(t *testing.T) {
	for rest, want := range map[string][]string{
		"[A":           {`seq "\x1b[A"`},
		"[1;5C":        {`seq "\x1b[1;5C"`},
		"[3~":          {`seq "\x1b[3~"`},
		"[[A":          {`seq "\x1b[[A"`},
		"OP":           {`seq "\x1bOP"`},
		"[A\x1b[B":     {`seq "\x1b[A"`, `seq "\x1b[B"`},
		"[200~a\x1b[2": nil, // a paste that goes on
		"A":            nil,
		"[":            nil,
		"O":            nil,
		"OK":           nil,
		"[Alas":        nil,
		"OHIO":         nil,
		"[x]":          nil,
		"\x1b[A":       nil,
	} {
		var f framer
		collect(&f, "\x1b", "FLUSH")
		resumed := f.resume([]byte(rest))
		if resumed != (want != nil || strings.HasPrefix(rest, "[200~")) {
			t.Errorf("%q takes Esc back: %v", rest, resumed)
		}
		if resumed {
			if got := collect(&f, rest); !slices.Equal(got, want) {
				t.Errorf("%q: got %q, want %q", rest, got, want)
			}
		}
	}
}

// FuzzFramer checks that the framer bounds what it holds, loses no text, and
// that it doesn't matter how the network cuts the input.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("ab\x1b[A\x1b]52;x\aé\x1b[200~p\x1b[201~"), uint8(3))
	f.Add([]byte("\x1b\x1b\x1b[[A\xff\xc3"), uint8(1))
	f.Fuzz(func(t *testing.T, input []byte, cut uint8) {
		var whole, parts framer
		want := collect(&whole, string(input), "FLUSH")
		var chunks []string
		for chunk := range slices.Chunk(input, int(cut)%7+1) {
			chunks = append(chunks, string(chunk))
			if n := len(parts.pending); n > max(MaxSequence, MaxPaste) {
				t.Fatalf("%d bytes pending", n)
			}
		}
		got := collect(&parts, append(chunks, "FLUSH")...)
		if joined(got) != joined(want) {
			t.Fatalf("cut in %d: got %q, want %q", int(cut)%7+1, got, want)
		}
		check := func(u unit) {
			if u.kind == textUnit && (!utf8.Valid(u.bytes) || bytes.IndexByte(u.bytes, esc) >= 0) {
				t.Fatalf("text %q", u.bytes)
			}
		}
		var again framer
		again.feed(input, check)
	})
}

var invalidRun = regexp.MustCompile(`(?:invalid "[^\n]*"\n?)+`)

// joined joins texts, which may be cut anywhere, and what is invalid side by
// side.
func joined(units []string) string {
	all := invalidRun.ReplaceAllString(strings.Join(units, "\n")+"\n", "invalid\n")
	return strings.ReplaceAll(all, "\"\ntext \"", "")
}
