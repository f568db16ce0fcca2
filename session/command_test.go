package session

import (
	"testing"
	"time"

	"strangerd/session/locale"
)

func TestSpan(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[time.Duration]string{
		30 * 24 * time.Hour:   "30 days",
		24 * time.Hour:        "1 day",
		12 * time.Hour:        "12 hours",
		36 * time.Hour:        "36 hours",
		time.Hour:             "1 hour",
		90 * time.Minute:      "90 min",
		90 * time.Second:      "2 min",
		365 * 24 * time.Hour:  "365 days",
		time.Millisecond:      "1 min",
		25*time.Hour + 1:      "1501 min",
		180 * 24 * time.Hour:  "180 days",
		8760*time.Hour + 1e10: "525601 min",
	} {
		if got := span(catalogues.For("en"), d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
