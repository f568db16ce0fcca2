package trap

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"strangerd/session/text"
)

// Place is where something is written.
type Place string

const (
	Messages  Place = "messages"
	Interests Place = "interests"
	Questions Place = "questions"
)

// What a pattern does.
const (
	warn = "warn" // whoever reads it is told to be careful
	stop = "stop" // nobody reads it, and who wrote it is told so
	flag = "flag" // moderators see it
)

// Subjects are what a reader can be warned of.
var Subjects = []string{"apps", "money", "blackmail", "cams", "underage", "other"}

// What a list may hold. A text of 4 KB that is made to take long takes 10 ms then.
const (
	maxPatterns = 200
	maxLength   = 1000 // characters of a regular expression
	maxProgram  = 500  // instructions of it; go's regexp/syntax counts them
	maxPrograms = 3000 // of all patterns that are run on every text
)

// List is a list of patterns. It doesn't change, and any number of goroutines may use
// it; nil is an empty one.
type List struct {
	patterns []pattern
	pieces   []piece // of all of them
	of       []int   // the pattern of each piece
	words    filter
}

type pattern struct {
	name     string
	in       []Place
	does     []string
	about    string
	category string
}

// file is a list as it is written.
type file struct {
	Starter bool // the built-in list, too
	Pattern []entry
}

type entry struct {
	Name     string
	Match    string
	Does     []string
	About    string   // of warn; other unless said
	Category string   // of flag: of the report; spam unless said
	In       []string // everywhere unless said
}

// Flag is a pattern that moderators are to see.
type Flag struct{ Name, Category string }

//go:embed starter.toml
var starter []byte

// Starter returns the built-in list. It flags nothing.
func Starter() (*List, error) { return Parse(starter, nil) }

// Parse reads a list. Its errors name the pattern, and what to do. Categories are
// those that a report may have.
func Parse(raw []byte, categories []string) (*List, error) {
	var f file
	decoder := toml.NewDecoder(strings.NewReader(string(raw)))
	if err := decoder.DisallowUnknownFields().Decode(&f); err != nil {
		return nil, notTOML(err)
	}
	if f.Starter {
		var built file
		if err := toml.Unmarshal(starter, &built); err != nil {
			return nil, err
		}
		f.Pattern = append(f.Pattern, built.Pattern...)
	}
	if len(f.Pattern) > maxPatterns {
		return nil, fmt.Errorf("there are %d patterns, and at most %d can be kept; join some with |", len(f.Pattern), maxPatterns)
	}
	l := new(List)
	names := make(map[string]bool)
	programs := 0
	for i, e := range f.Pattern {
		if err := checkName(e.Name, names); err != nil {
			return nil, fmt.Errorf("pattern %d: %w", i+1, err)
		}
		p, err := e.check(categories)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", e.Name, err)
		}
		pieces, err := compile(e.Match)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", e.Name, err)
		}
		for _, piece := range pieces {
			if piece.clauses == nil {
				programs += piece.size
			}
			l.add(piece, len(l.patterns))
		}
		if programs > maxPrograms {
			return nil, fmt.Errorf("pattern %q: too many patterns have no word of three letters that has to be there; give some of them one", e.Name)
		}
		l.patterns = append(l.patterns, p)
	}
	return l, nil
}

// add adds a piece of a pattern.
func (l *List) add(p piece, of int) {
	l.words.add(p.clauses)
	l.pieces = append(l.pieces, p)
	l.of = append(l.of, of)
}

// notTOML says in one line where a file can't be read.
func notTOML(err error) error {
	if bad, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(bad.Errors) > 0 {
		row, _ := bad.Errors[0].Position()
		return fmt.Errorf("line %d: there is no key %q; the keys are starter and, of a [[pattern]], name, match, does, about, category and in",
			row, strings.Join(bad.Errors[0].Key(), "."))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := bad.Position()
		return fmt.Errorf("line %d: %s", row, text.Line(err.Error()))
	}
	return errors.New(text.Line(err.Error()))
}

func checkName(name string, names map[string]bool) error {
	switch {
	case name == "" || text.Line(name) != name || len(name) > 60:
		return errors.New("give it a name of one line and at most 60 bytes")
	case names[name]:
		return fmt.Errorf("the name %q is taken; give it another", name)
	}
	names[name] = true
	return nil
}

// check checks an entry but for its expression.
func (e entry) check(categories []string) (p pattern, err error) {
	p = pattern{name: e.Name, does: e.Does, about: cmp.Or(e.About, "other"), category: cmp.Or(e.Category, "spam")}
	places := []string{string(Messages), string(Interests), string(Questions)}
	if len(e.In) == 0 {
		e.In = places
	}
	for _, place := range e.In {
		p.in = append(p.in, Place(place))
	}
	if len(e.Does) == 0 {
		return p, errors.New(`say what it does: ["warn"], ["stop"], ["flag"] or several of them`)
	}
	return p, cmp.Or(
		allowed("does", []string{warn, stop, flag}, e.Does...),
		allowed("about", Subjects, p.about),
		allowed("category", append(categories, "spam"), p.category),
		allowed("in", places, e.In...),
	)
}

func allowed(key string, words []string, given ...string) error {
	for _, word := range given {
		if !slices.Contains(words, word) {
			return fmt.Errorf("%s has %q; it may have %s", key, text.Line(word), strings.Join(words, ", "))
		}
	}
	return nil
}

// Flags tells whether any pattern is for the moderators.
func (l *List) Flags() bool {
	return l != nil && slices.ContainsFunc(l.patterns, func(p pattern) bool { return slices.Contains(p.does, flag) })
}

// Found is what a list finds in a text.
type Found struct {
	Stop  bool     // it must not be said
	Warn  Warnings // of what its readers are to be warned
	Flags []Flag   // what moderators are to see
}

// Warnings is a set of Subjects.
type Warnings uint8

// Of returns the Subjects in the set.
func (w Warnings) Of() (subjects []string) {
	for i, subject := range Subjects {
		if w&(1<<i) != 0 {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// Find looks for all patterns in what somebody is about to say.
func (l *List) Find(in Place, written string) (f Found) {
	if l == nil || len(l.patterns) == 0 {
		return f
	}
	look := " " + strings.TrimSpace(text.Skeleton(written)) + " "
	hits := l.words.find(look)
	defer spare.Put(hits)
	var spaces []int
	last := -1
	for i, of := range l.of {
		p := l.patterns[of]
		if of == last || !l.words.may(i, hits) || !slices.Contains(p.in, in) {
			continue
		}
		if spaces == nil {
			spaces = spacesOf(look)
		}
		if l.pieces[i].finds(look, spaces, hits, i) {
			f.add(p)
			last = of // its other pieces don't matter
		}
	}
	return f
}

func (f *Found) add(p pattern) {
	for _, does := range p.does {
		switch does {
		case stop:
			f.Stop = true
		case warn:
			f.Warn |= 1 << slices.Index(Subjects, p.about)
		case flag:
			f.Flags = append(f.Flags, Flag{p.name, p.category})
		}
	}
}
