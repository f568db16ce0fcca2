package staff

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestMeterRemembersTheMostOfEachHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Meter
		m.Add(Sample{Online: 5, Waiting: 1, Wait: time.Second})
		m.Add(Sample{Online: 3, Waiting: 2})
		time.Sleep(2 * time.Hour)
		m.Add(Sample{Online: 4})
		r := m.Read()
		if r.Now.Online != 4 || r.Hours[23].Online != 4 || r.Hours[22] != (Sample{}) || r.Hours[21] != (Sample{5, 2, time.Second}) {
			t.Errorf("it read %+v", r)
		}
		time.Sleep(100 * time.Hour)
		if r := m.Read(); r.Hours != [24]Sample{} {
			t.Errorf("days later it read %+v", r)
		}
	})
	if r := (*Meter)(nil).Read(); r != (Reading{}) {
		t.Errorf("no meter read %+v", r)
	}
}

func TestPlot(t *testing.T) {
	var reports [24]int
	reports[0], reports[22], reports[23] = 1, 8, 4
	p := newPlot(reports, Reading{Now: Sample{Online: 12, Waiting: 3, Wait: 20 * time.Second}, Hours: [24]Sample{23: {Online: 40}}})
	wanted := []string{
		"online       12 now     40 most  _______________________#",
		"waiting       3 now      3 most  ________________________",
		"wait       20 s now   20 s most  ________________________",
		"reports       4 now      8 most  ._____________________#-",
	}
	for i, r := range p.rows(80) {
		if r.label != wanted[i] {
			t.Errorf("%q, want %q", r.label, wanted[i])
		}
	}
	for width := 10; width < 100; width++ {
		for _, r := range p.rows(width) {
			if len(r.label) > max(width, 15) {
				t.Errorf("%d cells of %d: %q", len(r.label), width, r.label)
			}
		}
	}
	if narrow := p.rows(20)[3].label; !strings.HasSuffix(narrow, "#-") {
		t.Errorf("the oldest hours should go first: %q", narrow)
	}
}
