package staff

import (
	"fmt"
	"strconv"
	"strings"

	"strangerd/moderation"
)

// shy tells of a category whose lines nobody should see by accident.
func shy(category string) bool {
	return category == moderation.CategorySexual || category == moderation.CategoryIllegal
}

// maxPast bounds how many cases of somebody a case lists.
const maxPast = 5

// A dossier is a report with what is known of the two in it.
type dossier struct {
	moderation.Report
	History history `json:"history"`
}

type history struct {
	Earlier []past  `json:"earlier"` // other reports of the same subject
	Filed   []past  `json:"filed"`   // other reports by the same reporter
	Weight  float64 `json:"weight"`  // of this reporter's reports
	Live    bool    `json:"live"`    // the one reported is inside
}

// past is another report, in short.
type past struct {
	ID       string `json:"id"`
	Category string `json:"category"`
	State    string `json:"state"`
}

func pasts(reports []moderation.Report) []past {
	list := []past{}
	for _, report := range reports {
		list = append(list, past{report.ID, report.Category, state(report)})
	}
	return list
}

func (r *run) open(id string) (d dossier, err error) {
	report, err := r.Desk.Report(r.who.Name, id)
	if err != nil {
		return d, err
	}
	h, err := r.Desk.History(id)
	if err != nil {
		return d, err
	}
	return dossier{listed(report), history{
		Earlier: pasts(h.Earlier),
		Filed:   pasts(h.Filed),
		Weight:  h.Weight,
		Live:    h.Live,
	}}, nil
}

// write prints the case. all tells to print also lines that are hidden else.
func (d dossier) write(w page, all bool) {
	d.table().write(w)
	if d.Decision != nil {
		speak(w, "reason", d.Decision.Reason)
	}
	if d.Hold != nil {
		speak(w, "held because", d.Hold.Reason)
	}
	if d.Note != "" && !d.Machine {
		fmt.Fprintln(w, "\n-- the reporter's note")
		speak(w, moderation.SpeakerReporter, d.Note)
	}
	fmt.Fprintln(w)
	d.writeLines(w, all)
}

func (d dossier) table() *table {
	t := new(table)
	t.add(d.ID, d.Category+", "+state(d.Report)+", "+stamp(d.Created)+" UTC")
	subject := d.Subject
	if d.History.Live {
		subject += ", inside now: " + d.Session
	}
	t.add("subject", subject)
	addSome(t, "  reported before", pastLines(d.History.Earlier))
	if d.Machine {
		t.add("found by", "the pattern "+foreign(d.Note))
	} else {
		t.add("reporter", d.Reporter)
		addSome(t, "  reported others", pastLines(d.History.Filed))
		t.add("  weight", fmt.Sprintf("%.2f", d.History.Weight))
	}
	optional(t, "languages", strings.Join(d.Languages, ", "))
	optional(t, "rules", d.Rules)
	optional(t, "mutual", d.Mutual)
	optional(t, "machine's pause", d.Pause)
	optional(t, "taken by", d.TakenBy)
	if h := d.Hold; h != nil {
		t.add("held", "until "+stamp(h.Until)+" UTC by "+h.By)
	}
	if e := d.Decision; e != nil {
		t.add("decided", stamp(e.At)+" UTC by "+e.By)
		optional(t, "ban", e.Ban)
		optional(t, "together with", e.With)
	}
	return t
}

func (d dossier) writeLines(w page, all bool) {
	switch {
	case len(d.Sealed) > 0:
		fmt.Fprintf(w, "-- the lines are sealed: report show %s --sealed | age -d -i KEY\n", d.ID)
		return
	case len(d.Lines) == 0:
		fmt.Fprintln(w, "-- no lines")
		return
	case !all && shy(d.Category):
		fmt.Fprintf(w, "-- %d lines are hidden: report show %s --lines shows them\n", len(d.Lines), d.ID)
		return
	}
	fmt.Fprintf(w, "-- %d lines of the chat\n", len(d.Lines))
	for _, line := range d.Lines {
		switch {
		case line.Marked && d.Machine:
			fmt.Fprintln(w, "-- the pattern found the next line")
		case line.Marked:
			fmt.Fprintln(w, "-- the reporter marked the next line")
		}
		speak(w, line.Speaker, line.Text)
		if line.Cut > 0 {
			fmt.Fprintf(w, "-- %d bytes of that line are cut off\n", line.Cut)
		}
	}
	if d.Omitted > 0 {
		fmt.Fprintf(w, "-- %d more lines are left out between the first and the last ones\n", d.Omitted)
	}
}

func pastLines(reports []past) (lines []string) {
	for _, p := range reports {
		lines = append(lines, p.ID+" "+p.Category+", "+p.State)
	}
	return lines
}

// addSome adds how many lines there are, and the first few of them.
func addSome(t *table, name string, lines []string) {
	t.add(name, strconv.Itoa(len(lines)))
	for _, line := range lines[:min(len(lines), maxPast)] {
		t.add("", line)
	}
}

func optional(t *table, name, value string) {
	if value != "" {
		t.add(name, value)
	}
}
