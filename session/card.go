package session

import (
	"encoding/json"
	"errors"
	"regexp"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/text"
)

// card is what another machine must know of somebody whose partner is there: to keep the
// two apart, to report them, and to begin the chat.
type card struct {
	Subject   moderation.Subject `json:"subject"`
	Pass      string             `json:"pass"`
	Languages []string           `json:"languages,omitzero"`
	Question  int32              `json:"question,omitzero"`
}

// maxLanguage is how long a language in a card is, in bytes.
const maxLanguage = 12

var passID = regexp.MustCompile(`^S-[0-9a-z]{1,20}$`)

var errCard = errors.New("session: a card of no person")

// WriteCard writes what another machine must know of a Subject of the Matcher.
func WriteCard(subject any) []byte {
	p := subject.(*person)
	c := card{Subject: *p.subject.Load(), Pass: p.pass, Languages: *p.languages.Load(), Question: p.question.Load()}
	written, err := json.Marshal(c)
	if err != nil {
		panic(err) // it has nothing that JSON hasn't
	}
	return written
}

// ReadCard makes a Subject of what another machine wrote. As nothing that comes from there
// it is believed to be safe.
func ReadCard(written []byte) (subject any, err error) {
	var c card
	if json.Unmarshal(written, &c) != nil || !passID.MatchString(c.Pass) || c.Question < 0 || len(c.Languages) > matcher.MaxLanguages {
		return nil, errCard
	}
	for i, l := range c.Languages {
		c.Languages[i] = text.Truncate(text.Line(l), maxLanguage)
	}
	p := newPerson(c.Subject, c.Pass)
	p.languages.Store(&c.Languages)
	p.question.Store(c.Question)
	return p, nil
}
