package session

import (
	"testing"
	"time"

	"strangerd/session/locale"
)

func TestMeetingIsRead(t *testing.T) {
	for _, bad := range []string{
		"", "Sat", "Sat 20:00-22:00", "20:00-22:00 UTC", "Sat 20:00 UTC", "Sat 20-22 UTC", "Sat 24:00-25:00 UTC", "Caturday 20:00-22:00 UTC",
		"Sat 20:00-22:00 Europe/Nowhere", "Sat 20:00-22:00 ../../etc/passwd", "Sat 20:00-22:00 Europe/Berlin please",
	} {
		if _, err := ParseMeeting(bad); err == nil {
			t.Errorf("%q is a meeting", bad)
		}
	}
	for _, good := range []string{"Sat 20:00-22:00 Europe/Berlin", " saturday 20:00-02:00  UTC ", "DAILY 00:00-00:00 Asia/Tokyo"} {
		if _, err := ParseMeeting(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// A meeting is at its place's time, in summer and in winter, and may end after midnight.
func TestMeetingComesNext(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ hours, now, want string }{
		{"Sat 20:00-22:00 Europe/Berlin", "2026-10-22T17:00:00Z", "People meet here: Saturday, 20:00 to 22:00 (Europe/Berlin). Until then: 2 days 1 hour."},
		{"Sun 20:00-22:00 Europe/Berlin", "2026-10-24T18:00:00Z", "People meet here: Sunday, 20:00 to 22:00 (Europe/Berlin). Until then: 1 day 1 hour."}, // the clocks go back
		{"Sat 20:00-22:00 UTC", "2026-11-21T19:29:30Z", "People meet here: Saturday, 20:00 to 22:00 (UTC). Until then: 31 min."},
		{"Sat 20:00-22:00 UTC", "2026-11-21T20:00:00Z", "People meet here now, until 22:00 (UTC)."},
		{"Sat 20:00-22:00 UTC", "2026-11-21T22:00:00Z", "People meet here: Saturday, 20:00 to 22:00 (UTC). Until then: 6 days 22 hours."},
		{"Sat 22:00-02:00 UTC", "2026-11-22T01:00:00Z", "People meet here now, until 02:00 (UTC)."},
		{"daily 06:30-07:00 Asia/Tokyo", "2026-11-22T12:00:00Z", "People meet here: every day, 06:30 to 07:00 (Asia/Tokyo). Until then: 10 hours."},
	} {
		m, err := ParseMeeting(test.hours)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := meetLine(catalogues.For(), []Meeting{m}, now); got != test.want {
			t.Errorf("%s at %s: %s", test.hours, test.now, got)
		}
	}
}

// Every language has as many questions, and all the days: they are chosen by number.
func TestListsAreAsLongEverywhere(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	english := catalogues.For()
	for _, l := range []string{"id", "es", "pt", "fr", "de", "tr", "ru", "ar", "hi", "ja", "zh"} {
		for _, list := range []locale.ID{locale.Questions, locale.MeetDays} {
			if got, want := lines(catalogues.For(l), list), lines(english, list); len(got) != len(want) {
				t.Errorf("%s has %d of %s, and English %d", l, len(got), list, len(want))
			}
		}
	}
}
