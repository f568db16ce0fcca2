package session

import (
	"slices"
	"strings"
	"testing"

	"strangerd/data"
	"strangerd/moderation"
)

// Of whoever is on another machine is known who they are to moderation, and what a chat
// begins with.
func TestCard(t *testing.T) {
	p := newPerson(moderation.Subject{Source: data.Hash{1}, Key: data.Hash{2}, Wider: [2]data.Hash{{3}, {4}}, V6: true}, "S-0123456789")
	p.languages.Store(&[]string{"de_DE", "en"})
	p.question.Store(7)
	subject, err := ReadCard(WriteCard(p))
	if err != nil {
		t.Fatal(err)
	}
	q := subject.(*person)
	if *q.subject.Load() != *p.subject.Load() || q.pass != p.pass || !slices.Equal(*q.languages.Load(), *p.languages.Load()) || q.question.Load() != 7 {
		t.Errorf("%s: %+v", WriteCard(p), q)
	}
	q.avoid(newPerson(moderation.Subject{}, "S-other"))
	if p.avoids(q) {
		t.Error("they are kept apart")
	}
	p.avoid(q)
	if again, _ := ReadCard(WriteCard(q)); !p.avoids(again.(*person)) {
		t.Error("whoever was avoided isn't, by another card")
	}
}

// What another machine says of somebody does no harm, whatever it is.
func TestBadCard(t *testing.T) {
	for _, bad := range []string{
		``, `{}`, `null`, `[]`, `{"pass":"B-1"}`, `{"pass":"S-1\u001b[31m"}`, `{"pass":"S-` + strings.Repeat("x", 21) + `"}`,
		`{"pass":"S-1","question":-1}`, `{"pass":"S-1","subject":{"key":"00"}}`, `{"pass":"S-1","languages":["a","b","c","d","e"]}`,
	} {
		if subject, err := ReadCard([]byte(bad)); err == nil {
			t.Errorf("%s: %+v", bad, subject)
		}
	}
	subject, err := ReadCard([]byte(`{"pass":"S-1","languages":["\u001b]0;x\u0007de\nen` + strings.Repeat("x", 50) + `"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if l := (*subject.(*person).languages.Load())[0]; len(l) > maxLanguage || strings.ContainsAny(l, "\x1b\n\x07") {
		t.Errorf("%q", l)
	}
}
