package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"strangerd/matcher"
	"strangerd/session/locale"
)

// A timer that rings while it is stopped tells of a wait that is over already.
func TestOldWaitEndsNoNewOne(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := &chat{
		visit:      &visit{words: catalogues.For("en")},
		seat:       matcher.New(nil).Join(matcher.Profile{}),
		state:      searching,
		choosyTill: now.Add(10 * time.Second),
	}
	c.Update(opensMsg{now})
	if !c.choosy() {
		t.Error("the wait before has ended this one")
	}
	c.Update(opensMsg{now.Add(10 * time.Second)})
	if c.choosy() {
		t.Error("the wait has no end")
	}
}

func TestInterestsFold(t *testing.T) {
	for _, same := range [][]string{
		{"Go", "go", "ＧＯ", " go "},
		{"café", "Cafe", "cafe\u0301"},
		{"role playing", "Role  Playing", "roleplaying"},
		{"straße", "STRASSE"},
		{"日本語", "日 本 語"},
		{"हिन्दी"},
		{"c"}, {"c++"}, {"c#"},
	} {
		for _, s := range same {
			if got, want := foldInterest(s), foldInterest(same[0]); got != want || got == "" {
				t.Errorf("%q folds to %q, %q to %q", s, got, same[0], want)
			}
		}
	}
	names := map[string]bool{}
	for _, s := range []string{"c", "c++", "c#", "हिन्दी", "हन्द", "go", "gó2"} {
		if name := foldInterest(s); names[name] {
			t.Errorf("%q folds to what another does, %q", s, name)
		} else {
			names[name] = true
		}
	}
}

func TestInterestsOfAUserName(t *testing.T) {
	for user, want := range map[string][]string{
		"guest":          nil,
		"go+jazz":        nil,
		"+go":            {"go"},
		"+go+jazz":       {"go", "jazz"},
		"+go++Go+ +jazz": {"go", "jazz"},
		"+":              nil,
		"+\x1b[31mred":   {"red"},
		"+go,tea":        {"go", "tea"},
	} {
		var got []string
		for _, in := range interestsOf(user) {
			got = append(got, in.shown)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", user, got, want)
		}
	}
}

// Of a user name that is made to take long, no more is read than shows that it names too
// many: to compare each with all before took minutes.
func TestInterestsOfALongUserName(t *testing.T) {
	var user strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&user, "+%x", i)
	}
	if n := len(interestsOf(user.String())); n != matcher.MaxInterests+1 {
		t.Errorf("%d interests were read", n)
	}
}
