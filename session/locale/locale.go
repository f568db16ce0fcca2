// Package locale holds the words of the interface, one catalogue a language.
//
// A catalogue is a TOML file beside this one, embedded in the program. go-i18n
// reads it and knows the plural rules; this package adds that a text without
// variables, which most are, costs a map lookup. It knows nothing of chat and
// nothing of screens: what fits where is its callers' matter.
package locale

import (
	"embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// ID names a text.
type ID string

// Data holds a text's variables by name. Count, when it is there, also chooses
// the plural form.
type Data map[string]any

// Catalogues holds every language that the program speaks. All but English are read
// when somebody first speaks them.
type Catalogues struct {
	spoken []spoken // English first
}

// spoken is one language of the program.
type spoken struct {
	code  string
	words func() *Words
}

// Words is the interface in one language. It is safe for concurrent use.
type Words struct {
	plain     map[ID]string
	localizer *i18n.Localizer
	tag       language.Tag
	patterns  sync.Map // of form to the text with marks
}

// form is a text in one of its plural forms, which is what a pattern is remembered
// by: headers take one at every paint, and go-i18n takes microseconds. A text that a
// language lacks has the plural forms of English.
type form struct {
	id              ID
	plural, english plural.Form
	millions        bool // whole ones, whose form x/text doesn't know and go-i18n does
}

// Load returns the embedded catalogues. English is complete, or it is an error;
// what another language lacks is said in English, and so is all of it if its file can't
// be read.
func Load() (*Catalogues, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	model, err := read(englishFile)
	if err != nil {
		return nil, err
	}
	english, err := newWords(model, model)
	if err != nil {
		return nil, err
	}
	c := &Catalogues{[]spoken{{english.code(), func() *Words { return english }}}}
	for _, entry := range entries {
		name := entry.Name()
		if name == englishFile {
			continue
		}
		c.spoken = append(c.spoken, spoken{strings.TrimSuffix(name, path.Ext(name)), sync.OnceValue(func() *Words {
			file, err := read(name)
			if err != nil {
				return english
			}
			words, _ := newWords(file, model) // which has all that the program says
			return words
		})})
	}
	return c, nil
}

// englishFile has the texts that the other files are translations of.
const englishFile = "en.toml"

// read reads a catalogue.
func read(name string) (*i18n.MessageFile, error) {
	content, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := i18n.ParseMessageFileBytes(content, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", name, err)
	}
	return file, nil
}

// newWords returns the words of a catalogue, and English where it has none.
func newWords(file, english *i18n.MessageFile) (*Words, error) {
	bundle := i18n.NewBundle(language.English)
	messages := make(map[ID]*i18n.Message)
	for _, f := range []*i18n.MessageFile{english, file} {
		if err := bundle.AddMessages(f.Tag, f.Messages...); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", f.Path, err)
		}
		for _, m := range f.Messages {
			messages[ID(m.ID)] = m
		}
	}
	w := &Words{plain: make(map[ID]string), localizer: i18n.NewLocalizer(bundle, file.Tag.String()), tag: file.Tag}
	for _, id := range ids {
		switch m := messages[id]; {
		case m == nil:
			return nil, fmt.Errorf("text %s is not in the English catalogue", id)
		case isPlain(m):
			w.plain[id] = m.Other
		}
	}
	return w, nil
}

// isPlain tells whether a text has neither variables nor plural forms. A form may
// have no variable where the others have one: "two others" in Arabic is one word.
func isPlain(m *i18n.Message) bool {
	return m.Zero+m.One+m.Two+m.Few+m.Many == "" && !strings.Contains(m.Other, "{{")
}

// Code is the code of the language that a POSIX locale, such as "pt_BR.UTF-8", or a
// tag, such as "pt-BR", names, without its country: "pt". It is empty if none is named.
func Code(name string) string {
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "@")
	tag, err := language.Parse(name)
	if base, sure := tag.Base(); err == nil && sure == language.Exact {
		return base.String()
	}
	return ""
}

// For returns the words for the first of the POSIX locales that names a language the
// program speaks, and English if none does or one before it is the locale of no
// language, "C".
func (c *Catalogues) For(locales ...string) *Words {
	words, _ := c.Find(locales...)
	return words
}

// Find is For that tells whether one of the locales decided.
func (c *Catalogues) Find(locales ...string) (words *Words, ok bool) {
	for _, l := range locales {
		if l, _, _ = strings.Cut(l, "."); l == "C" || l == "POSIX" {
			return c.spoken[0].words(), true
		}
		if words := c.in(Code(l)); words != nil {
			return words, true
		}
	}
	return c.spoken[0].words(), false
}

// Name is what the language of that code is called by those who speak it, or the code
// itself if the program doesn't speak it.
func (c *Catalogues) Name(code string) string {
	if words := c.in(code); words != nil {
		return words.Say(LanguageSelf)
	}
	return code
}

// Codes are those of the languages that the program speaks, English first.
func (c *Catalogues) Codes() (codes []string) {
	for _, s := range c.spoken {
		codes = append(codes, s.code)
	}
	return codes
}

// in returns the words in the language of that code, and in none that only resembles
// it; nil if the program doesn't speak it.
func (c *Catalogues) in(code string) *Words {
	for _, s := range c.spoken {
		if s.code == code {
			return s.words()
		}
	}
	return nil
}

// code is that of the language, without its country.
func (w *Words) code() string {
	base, _ := w.tag.Base()
	return base.String()
}

// Say returns a text that has no variables.
func (w *Words) Say(id ID) string { return w.plain[id] }

// With returns a text with its variables filled in.
func (w *Words) With(id ID, data Data) string {
	if text, ok := w.plain[id]; ok {
		return text
	}
	for _, value := range data {
		switch value.(type) {
		case string, int:
		default: // it decides what the text says
			return w.localize(id, data, data["Count"])
		}
	}
	n, _ := data["Count"].(int)
	return fill(w.pattern(id, n, data), data)
}

// Count returns a text whose only variable is a number.
func (w *Words) Count(id ID, n int) string {
	return strings.Replace(w.pattern(id, n, counted), countMark, strconv.Itoa(n), 1)
}

// mark stands on both sides of a variable's name in a pattern.
const mark = "\x00"

const countMark = mark + "Count" + mark

// counted is the data of a text whose only variable is a number.
var counted = Data{"Count": 0}

// pattern returns a text in the plural form for n, with marks for its variables, which
// data names.
func (w *Words) pattern(id ID, n int, data Data) string {
	key := form{id, cardinal(w.tag, n), cardinal(language.English, n), n != 0 && n%1_000_000 == 0}
	pattern, ok := w.patterns.Load(key)
	if !ok {
		var count any
		marks := make(Data, len(data))
		for name := range data {
			marks[name] = mark + name + mark
		}
		if data["Count"] != nil {
			count = n
		}
		pattern, _ = w.patterns.LoadOrStore(key, w.localize(id, marks, count))
	}
	return pattern.(string)
}

func cardinal(tag language.Tag, n int) plural.Form {
	return plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)
}

// fill puts the variables where a pattern names them.
func fill(pattern string, data Data) string {
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, mark)
		filled.WriteString(before)
		if !found {
			return filled.String()
		}
		var name string
		name, pattern, _ = strings.Cut(rest, mark)
		fmt.Fprint(&filled, data[name])
	}
}

// localize has go-i18n find the text in the plural form for count, which is nil for
// a text that counts nothing.
func (w *Words) localize(id ID, data Data, count any) string {
	text, _ := w.localizer.Localize(&i18n.LocalizeConfig{
		MessageID:    string(id),
		TemplateData: data,
		PluralCount:  count,
	})
	return text
}
