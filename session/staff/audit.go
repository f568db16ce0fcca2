package staff

import (
	"cmp"

	"github.com/spf13/cobra"

	"strangerd/moderation"
)

// entry is a line of the audit log with its id.
type entry struct {
	ID string `json:"id"` // L-…
	moderation.AuditEntry
}

func entryOf(e moderation.AuditEntry) entry { return entry{e.Line(), e} }

func (r *run) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit [--since 30d] [--json]", Short: "who did what, when, on which id, and why",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	since := cmd.Flags().String("since", "30d", "a `DATE`, as 2026-12-31, 24h, 30d or forever")
	cmd.RunE = func(*cobra.Command, []string) error {
		begin, err := parseSince(cmp.Or(*since, "30d"), r.now())
		if err != nil {
			return usagef("--since %s: %v", quote(*since), err)
		}
		log, err := r.Desk.Audit(r.who.Name, begin)
		if err != nil {
			return err
		}
		var entries []entry
		for _, e := range log {
			entries = append(entries, entryOf(e))
		}
		return list(r, *asJSON, entries, "Nothing was done since then.",
			[]string{"WHEN (UTC)", "WHO", "WHAT", "ON", "WHY"}, entryRow)
	}
	return cmd
}

func entryRow(e entry) []string { return []string{stamp(e.At), e.By, e.Do, e.On, e.Why} }
