package moderation

import (
	"cmp"
	"slices"
	"time"

	"strangerd/data"
)

// The machine may pause somebody until a human has looked, by these rules:
//
//   - Reports from Threshold distinct sources within 24 hours, from different
//     chats in which both spoke, pause for one hour, at once. If that happens
//     again within a week, and staff have not found the first pause wrong, it is
//     24 hours.
//   - What counted for a pause counts for no other, and who was among its
//     reporters counts for none within the week: the same friends pause nobody
//     twice before a human has looked.
//   - Mutual reports and selfharm count for nothing, decided reports count no
//     more, and a shared source is no source. IPv6 sources of one /56, which is
//     one household, are one.
//   - A report counts as much as its reporter's Weight.
//   - Two of several machines that pause somebody at once, by the same report and others
//     that the other machine doesn't know yet, make one pause.
//
// A pause is a Ban that says Machine, and ends when staff decide a report that
// counted for it.
const (
	pauseWindow = 24 * time.Hour
	pauseFirst  = time.Hour
	pauseAgain  = 24 * time.Hour
	pauseMemory = 7 * 24 * time.Hour
)

// pauseReason is the machine's; the session has it in the person's language.
const pauseReason = "Several people reported you in different chats. Nobody has looked at it yet."

// Weight is what a report counts for the machine whose reporter had so many
// earlier ones upheld (warn, ban or kick) and dismissed (none), as far as those are
// kept: (1 + upheld) / (1 + upheld + dismissed). Somebody new has 1; each
// dismissal lessens it and each report upheld brings it back towards 1.
func Weight(upheld, dismissed int) float64 {
	return float64(1+upheld) / float64(1+upheld+dismissed)
}

// weight is the Weight of a reporter. The caller holds change or mu.
func (d *Desk) weight(reporter Subject) float64 {
	upheld, dismissed := 0, 0
	for r := range d.each(d.index.by, reporter) {
		if r.Decision == nil || r.Decision.With != "" {
			continue
		}
		switch Action(r.Decision.Action) {
		case ActionWarn, ActionBan, ActionKick:
			upheld++
		case ActionNone:
			dismissed++
		}
	}
	return Weight(upheld, dismissed)
}

// counts tells whether r may count against its subject.
func counts(r *data.Report) bool {
	return r.Category != CategorySelfharm && r.BothSpoke && r.Chat != "" && r.Mutual == "" &&
		r.Decision == nil && r.Pause == "" && !r.Reporter.Source.IsZero()
}

// origin is what counts as one source of reports.
func origin(reporter Subject) data.Hash {
	if reporter.V6 {
		return reporter.Wider[0]
	}
	return reporter.Source
}

// pause returns the pause that the new report r brings about, with the reports
// that counted for it; its ID is empty if there is none. The caller holds
// change of both, and saves it.
func (d *Desk) pause(r *data.Report, now time.Time) (Ban, []*data.Report, error) {
	if d.config.Threshold <= 0 || r.Subject.Nobody() || !counts(r) {
		return Ban{}, nil, nil
	}
	if _, banned := d.gate.people.find(r.Subject, now); banned {
		return Ban{}, nil, nil
	}
	against := []*data.Report{r}
	against = slices.AppendSeq(against, d.each(d.index.against, r.Subject))
	counted, sum := d.distinct(against, now)
	if sum < float64(d.config.Threshold)-1e-9 { // weights are fractions
		return Ban{}, nil, nil
	}
	length := pauseFirst
	if again, err := d.pausedBefore(against, now); err != nil {
		return Ban{}, nil, err
	} else if again {
		length = pauseAgain
	}
	return Ban{
		ID: idFrom("B", counted[0].ID), Target: data.Target{Source: r.Subject.Source, Key: r.Subject.Key},
		Created: now, Until: now.Add(length), Category: r.Category, Reason: pauseReason,
		Machine: true, Report: r.ID,
	}, counted, nil
}

// distinct returns the reports that count, one for each source and each chat,
// and the sum of their weights.
func (d *Desk) distinct(against []*data.Report, now time.Time) (counted []*data.Report, sum float64) {
	sources, chats := make(map[data.Hash]bool), make(map[string]bool)
	for _, r := range against {
		if r.Pause != "" && now.Sub(r.Created) < pauseMemory+pauseWindow {
			sources[origin(r.Reporter)] = true
		}
	}
	slices.SortFunc(against, byCreation)
	for _, r := range against {
		from := origin(r.Reporter)
		if !counts(r) || now.Sub(r.Created) >= pauseWindow || sources[from] || chats[r.Chat] {
			continue
		}
		sources[from], chats[r.Chat] = true, true
		counted = append(counted, r)
		sum += d.weight(r.Reporter)
	}
	return counted, sum
}

// pausedBefore tells whether a pause within the week came of these reports that
// staff have not found wrong: by dismissing what counted for it, by an appeal or by
// unban.
func (d *Desk) pausedBefore(against []*data.Report, now time.Time) (bool, error) {
	right, wrong := make(map[string]bool), make(map[string]bool)
	for _, r := range against {
		if r.Pause == "" || now.Sub(r.Created) >= pauseMemory {
			continue
		}
		pause, _, err := d.db.Ban(r.Pause)
		if err != nil {
			return false, err
		}
		dismissed := r.Decision != nil && Action(r.Decision.Action) == ActionNone
		right[r.Pause] = right[r.Pause] || r.Decision != nil && !dismissed
		wrong[r.Pause] = wrong[r.Pause] || dismissed || pause.Lifted != nil
	}
	for pause := range right {
		if right[pause] || !wrong[pause] {
			return true, nil
		}
	}
	return false, nil
}

// What pauses are called where they are counted.
const (
	pauseOnce  = "pause 1h"
	pauseTwice = "pause 24h"
)

func pauseName(pause Ban) string {
	if pause.Until.Sub(pause.Created) == pauseAgain {
		return pauseTwice
	}
	return pauseOnce
}

// byCreation orders reports by age, oldest first.
func byCreation(a, b *data.Report) int { return byAge(a.Created, b.Created, a.ID, b.ID) }

func byAge(a, b time.Time, aID, bID string) int {
	return cmp.Or(a.Compare(b), cmp.Compare(aID, bID))
}
