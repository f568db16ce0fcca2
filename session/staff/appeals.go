package staff

import (
	"github.com/spf13/cobra"

	"strangerd/moderation"
)

func (r *run) appeals() *cobra.Command {
	cmd := &cobra.Command{
		Use: "appeals [--all] [--json]", Short: "the appeals without an answer, oldest first",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	all := cmd.Flags().Bool("all", false, "also those with an answer")
	cmd.RunE = func(*cobra.Command, []string) error {
		appeals, err := r.Desk.Appeals(r.who.Name, *all)
		if err != nil {
			return err
		}
		return list(r, *asJSON, appeals, "No appeals.",
			[]string{"ID", "CREATED (UTC)", "BAN", "ANSWER", "TEXT"}, appealRow)
	}
	return cmd
}

func appealRow(appeal moderation.Appeal) []string {
	return []string{appeal.ID, stamp(appeal.Created), appeal.Ban, answer(appeal), appeal.Text}
}

func answer(appeal moderation.Appeal) string {
	switch {
	case appeal.Answer == nil:
		return "none"
	case appeal.Answer.Accepted:
		return "accepted"
	}
	return "rejected"
}

func (r *run) appeal() *cobra.Command {
	return r.group("appeal show|accept|reject A-…", "read an appeal against a ban, or answer it",
		r.showAppeal(),
		r.decideAppeal("accept", "lift the ban", r.Desk.AcceptAppeal),
		r.decideAppeal("reject", "leave the ban", r.Desk.RejectAppeal))
}

func (r *run) showAppeal() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show A-… [--json]", Short: "the text, and the ban that it is about",
		Args: takesID("A"),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		appeal, ban, err := r.Desk.ReadAppeal(r.who.Name, args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(r.out, appeal)
		}
		var t table
		t.add(appeal.ID, "created "+stamp(appeal.Created)+" UTC, answer: "+answer(appeal))
		t.add(ban.ID, ending(ban)+", by "+banRow(ban)[3])
		optional(&t, "report", ban.Report)
		optional(&t, "category", ban.Category)
		t.write(r.out)
		speak(r.out, "reason", ban.Reason)
		speak(r.out, "appeal", appeal.Text)
		if appeal.Answer != nil {
			speak(r.out, "answer", appeal.Answer.Reason)
		}
		return nil
	}
	return cmd
}

func (r *run) decideAppeal(verb, does string, decide func(by, id, reason string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: verb + " A-… --reason TEXT [--json]", Short: does,
		Args: takesID("A"),
	}
	asJSON := jsonFlag(cmd)
	reason := needsReason(cmd, "the `TEXT` that the person reads at the next visit (1,000 characters)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := decide(r.who.Name, args[0], *reason); err != nil {
			return err
		}
		return r.answer(*asJSON, done{ID: args[0]}, "%s is %sed.", args[0], verb)
	}
	return cmd
}
