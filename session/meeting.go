package session

import (
	"errors"
	"strings"
	"time"

	"strangerd/session/locale"
)

// A Meeting is when the operator would have people come, week by week.
type Meeting struct {
	daily    bool
	day      time.Weekday  // unless it is daily
	from, to time.Duration // since midnight; it ends on the next day unless to is later
	zone     *time.Location
}

var errMeeting = errors.New("give a day, from when to when, and where that is the time, such as Sat 20:00-22:00 Europe/Berlin, or daily 20:00-21:00 UTC")

// ParseMeeting reads a meeting such as "Sat 20:00-22:00 Europe/Berlin".
func ParseMeeting(s string) (m Meeting, err error) {
	fields := strings.Fields(s)
	if len(fields) != 3 {
		return m, errMeeting
	}
	if m.day, m.daily, err = parseDay(fields[0]); err != nil {
		return m, err
	}
	from, to, _ := strings.Cut(fields[1], "-")
	if m.from, err = parseClock(from); err != nil {
		return m, err
	}
	if m.to, err = parseClock(to); err != nil {
		return m, err
	}
	if m.zone, err = time.LoadLocation(fields[2]); err != nil {
		return m, errMeeting
	}
	return m, nil
}

func parseDay(word string) (day time.Weekday, daily bool, err error) {
	if strings.EqualFold(word, "daily") {
		return 0, true, nil
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(word, name) || strings.EqualFold(word, name[:3]) {
			return day, false, nil
		}
	}
	return 0, false, errMeeting
}

func parseClock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, errMeeting
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// next is when it begins and ends that is not over yet.
func (m Meeting) next(now time.Time) (begin, end time.Time) {
	year, month, today := now.In(m.zone).Date()
	at := func(day int, clock time.Duration) time.Time {
		return time.Date(year, month, day, int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, m.zone)
	}
	for day := today - 1; ; day++ {
		begin, end = at(day, m.from), at(day, m.to)
		if m.to <= m.from {
			end = at(day+1, m.to)
		}
		if end.After(now) && (m.daily || begin.Weekday() == m.day) {
			return begin, end
		}
	}
}

// meetLine says of the meeting that comes first when it is.
func meetLine(words *locale.Words, meetings []Meeting, now time.Time) string {
	first := meetings[0]
	begin, end := first.next(now)
	for _, m := range meetings[1:] {
		if b, e := m.next(now); b.Before(begin) {
			first, begin, end = m, b, e
		}
	}
	data := locale.Data{"To": end.Format("15:04"), "Zone": first.zone.String()}
	if !begin.After(now) {
		return words.With(locale.MeetNow, data)
	}
	days := lines(words, locale.MeetDays) // every day, and those of the week
	data["Day"] = days[0]
	if !first.daily {
		data["Day"] = days[1+first.day]
	}
	data["From"], data["Until"] = begin.Format("15:04"), until(words, begin.Sub(now))
	return words.With(locale.Meet, data)
}
