package moderation

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"strangerd/data"
)

// Evidence is what a report shows of the chat: its lines, or the same sealed.
type Evidence = data.Evidence

// Line is one line of a chat. Its Speaker is one of the following.
type Line = data.Line

const (
	SpeakerReported = "reported"
	SpeakerReporter = "reporter"
	SpeakerOther    = "other" // seen by a watcher
)

// What a report shows of a chat.
const (
	FirstLines  = 10       // from its beginning
	LastLines   = 50       // up to its end
	MaxEvidence = 16 << 10 // bytes of text
)

// evidenceOf chooses the lines of a filing and seals them.
func (d *Desk) evidenceOf(id string, f Filing) (Evidence, error) {
	e := Evidence{Report: id, Note: f.Note}
	e.Lines, e.Omitted = firstAndLast(f.Lines)
	e.Omitted += f.Omitted
	e.Cut = fit(e.Lines)
	if d.config.Seal == nil {
		return e, nil
	}
	plain, err := json.Marshal(e.Lines)
	if err != nil {
		return e, err
	}
	e.Lines = nil
	e.Sealed, err = d.config.Seal(plain)
	return e, err
}

// firstAndLast returns a copy of the first and the last lines, and of the one
// that the reporter marked, wherever it is.
func firstAndLast(lines []Line) (shown []Line, omitted int) {
	for i, line := range lines {
		if i < FirstLines || i >= len(lines)-LastLines || line.Marked {
			shown = append(shown, line)
		} else {
			omitted++
		}
	}
	return shown, omitted
}

// fit cuts the ends of long lines until all together have MaxEvidence bytes,
// and returns how many bytes that took. The marked line is served first, then
// the lines of the one reported, then the rest. Among equals all are cut to one
// length, so that nobody pushes a short line out by flooding long ones.
func fit(lines []Line) (cut int) {
	room := MaxEvidence
	for _, served := range []func(Line) bool{
		func(l Line) bool { return l.Marked },
		func(l Line) bool { return !l.Marked && l.Speaker == SpeakerReported },
		func(l Line) bool { return !l.Marked && l.Speaker != SpeakerReported },
	} {
		var sizes []int
		for _, l := range lines {
			if served(l) {
				sizes = append(sizes, len(l.Text))
			}
		}
		most := share(sizes, room)
		for i, l := range lines {
			if !served(l) {
				continue
			}
			kept := upTo(l.Text, most)
			lines[i].Text, lines[i].Cut = kept, l.Cut+len(l.Text)-len(kept)
			cut += len(l.Text) - len(kept)
			room -= len(kept)
		}
	}
	return cut
}

// share returns the largest size such that all sizes, cut to it, fit into room.
func share(sizes []int, room int) int {
	slices.Sort(sizes)
	for i, size := range sizes {
		if even := room / (len(sizes) - i); size > even {
			return even
		}
		room -= size
	}
	return room + MaxEvidence // nothing need be cut
}

// upTo returns the beginning of s, up to n bytes and not within a character.
func upTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
