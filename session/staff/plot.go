package staff

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sample is how busy the house is at one moment.
type Sample struct {
	Online, Waiting int           // people
	Wait            time.Duration // how long a search takes
}

// Reading is what a Meter knows: how it is now, and the most of each of the last
// 24 hours, oldest first.
type Reading struct {
	Now   Sample
	Hours [24]Sample
}

// Meter remembers in memory how busy the house was. Its methods may be called by
// any goroutine; a nil Meter knows nothing.
type Meter struct {
	mu      sync.Mutex
	reading Reading
	hour    time.Time // the last of reading.Hours
}

// Add takes a sample. Its owner calls it every few seconds.
func (m *Meter) Add(s Sample) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn()
	m.reading.Now = s
	last := &m.reading.Hours[23]
	last.Online = max(last.Online, s.Online)
	last.Waiting = max(last.Waiting, s.Waiting)
	last.Wait = max(last.Wait, s.Wait)
}

// Read returns what the Meter knows.
func (m *Meter) Read() Reading {
	if m == nil {
		return Reading{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn()
	return m.reading
}

// turn moves on to the present hour. The caller holds mu.
func (m *Meter) turn() {
	hour := time.Now().Truncate(time.Hour)
	passed := min(24, max(0, int(hour.Sub(m.hour)/time.Hour)))
	var hours [24]Sample
	copy(hours[:], m.reading.Hours[passed:])
	m.reading.Hours, m.hour = hours, hour
}

// plot is four numbers over the last 24 hours.
type plot []series

type series struct {
	name  string
	now   string
	most  string
	hours [24]int
}

func newPlot(reports [24]int, r Reading) plot {
	var online, waiting, wait [24]int
	for i, h := range r.Hours {
		online[i], waiting[i], wait[i] = h.Online, h.Waiting, int(h.Wait.Seconds())
	}
	count := func(name string, now int, hours [24]int) series {
		return series{name, fmt.Sprint(now), fmt.Sprint(max(now, slices.Max(hours[:]))), hours}
	}
	waits := count("wait", int(r.Now.Wait.Seconds()), wait)
	waits.now += " s"
	waits.most += " s"
	return plot{
		count("online", r.Now.Online, online),
		count("waiting", r.Now.Waiting, waiting),
		waits,
		count("reports", reports[23], reports),
	}
}

// rows lays the plot out. What doesn't fit goes: first the word for the most,
// then the oldest hours.
func (p plot) rows(width int) []row {
	rows := make([]row, len(p))
	for i, s := range p {
		line := fmt.Sprintf("%-8s%7s now%7s most  ", s.name, s.now, s.most)
		if len(line)+len(s.hours) > width {
			line = fmt.Sprintf("%-8s%6s ", s.name, s.now)
		}
		hours := bars(s.hours)
		line += hours[max(0, min(len(hours), len(line)+len(hours)-width)):]
		rows[i] = row{label: line}
	}
	return rows
}

// bars draws one character an hour: how much of the most it had.
func bars(hours [24]int) string {
	const levels = ".-=#"
	most := slices.Max(hours[:])
	var b strings.Builder
	for _, n := range hours {
		if n <= 0 {
			b.WriteByte('_')
			continue
		}
		b.WriteByte(levels[(n*len(levels)-1)/most])
	}
	return b.String()
}
