package session

import (
	"slices"
	"strings"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/locale"
)

// spoken is what somebody speaks.
type spoken struct {
	codes []string // of languages, such as "id", the best first; at least one
	only  bool     // nobody who speaks none of them is met at any time
}

// speaking is what a client's locales say. A client that names none speaks English.
func speaking(locales []string) (s spoken) {
	for _, l := range locales {
		code := locale.Code(l)
		if code != "" && !slices.Contains(s.codes, code) && len(s.codes) < matcher.MaxLanguages {
			s.codes = append(s.codes, code)
		}
	}
	if len(s.codes) == 0 {
		s.codes = []string{"en"}
	}
	return s
}

// readSpoken reads what is typed after /lang, such as "id en" or "only id". A word
// that names no language is returned as unknown.
func readSpoken(typed string) (s spoken, unknown string) {
	words := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == ',' })
	if len(words) > 0 && strings.EqualFold(words[0], "only") {
		s.only, words = true, words[1:]
	}
	for _, word := range words {
		code := locale.Code(word)
		switch {
		case code == "":
			return spoken{}, word
		case !slices.Contains(s.codes, code):
			s.codes = append(s.codes, code)
		}
	}
	return s, ""
}

// spokenChoices are what is typed after /lang with another last word: a language of the
// interface that isn't named yet, unless as many are named as there can be.
func (c *chat) spokenChoices(typed string) (choices []string) {
	known := typed[:strings.LastIndexAny(typed, " ,")+1]
	named, _ := readSpoken(known)
	if len(named.codes) >= matcher.MaxLanguages {
		return nil
	}
	if strings.TrimSpace(known) == "" {
		choices = append(choices, known+"only ")
	}
	for _, code := range c.catalogues.Codes() {
		if !slices.Contains(named.codes, code) {
			choices = append(choices, known+code)
		}
	}
	return choices
}

// langCommand is /lang: with languages it sets them, and the interface's if the program
// speaks one of them; without it tells them.
func (c *chat) langCommand(argument string) {
	if argument == "" {
		c.tell(c.speaksLine())
		return
	}
	speaks, unknown := readSpoken(argument)
	switch {
	case unknown != "":
		c.tell(c.words.With(locale.LangUnknown, locale.Data{"Language": quote(unknown)}))
		return
	case len(speaks.codes) == 0:
		c.tell(c.words.Say(locale.LangUsage))
		return
	case len(speaks.codes) > matcher.MaxLanguages:
		c.tell(c.words.Count(locale.LangMany, matcher.MaxLanguages))
		return
	}
	c.speak(speaks)
	said := c.remember(func(m *moderation.Memory) { m.Languages, m.OnlyLanguages = speaks.codes, speaks.only })
	if c.plain && c.state == atRules { // which are to be understood
		c.open()
	}
	c.tell(said + c.speaksLine())
	if c.state == searching && !c.held() && !c.called && !c.offered && c.errand == (errand{}) {
		c.seek()
	}
}

// speak sets what somebody speaks, and the language of the interface.
func (c *chat) speak(s spoken) {
	c.speaks = s
	c.me.languages.Store(&s.codes)
	if words, ok := c.catalogues.Find(s.codes...); ok {
		c.words = words
	}
	c.screen.rulesWidth = 0
}

// speaksLine says what somebody speaks, and how to change it.
func (c *chat) speaksLine() string {
	words := locale.Lang
	if c.speaks.only {
		words = locale.LangOnly
	}
	return c.words.With(words, c.spokenData(locale.ListAnd))
}

// spokenData is what texts about languages name.
func (c *chat) spokenData(last locale.ID) locale.Data {
	var names []string
	for _, code := range c.speaks.codes {
		names = append(names, c.catalogues.Name(code))
	}
	return locale.Data{"Languages": c.list(names, last), "Codes": strings.Join(c.speaks.codes, " ")}
}

// limited tells whether somebody waits whom this search doesn't take for want of a
// language, as far as is known.
func (c *chat) limited() bool {
	return c.state == searching && c.errand == (errand{}) && (c.choosy() || c.speaks.only) && c.seat.Foreign() > 0
}

// languageLine says that the search waits for a language, and how to take anyone.
func (c *chat) languageLine() string {
	words := locale.LangFirst
	switch {
	case c.speaks.only:
		words = locale.LangOnlyFor
	case c.plain:
		words = locale.LangFirstPlain
	}
	return c.words.With(words, c.spokenData(locale.ListOr))
}
