package staff

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"strangerd/moderation"
)

var statuses = []moderation.Status{
	moderation.StatusOpen, moderation.StatusHeld, moderation.StatusResolved, moderation.StatusAll,
}

func (r *run) reports() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reports [--status open|held|resolved|all] [--category C] [--json]",
		Short: "the queue: underage first, then the oldest",
		Args:  takes(),
	}
	asJSON := jsonFlag(cmd)
	filter := moderation.Filter{Status: moderation.StatusOpen}
	cmd.Flags().Func("status", "a `STATUS`: open (unless said), held, resolved or all", func(s string) error {
		filter.Status = moderation.Status(s)
		if !slices.Contains(statuses, filter.Status) {
			return errors.New("a report is open, held or resolved: or say all")
		}
		return nil
	})
	categoryFlag(cmd, &filter.Category)
	cmd.RunE = func(*cobra.Command, []string) error {
		filter.Lines = *asJSON
		reports, err := r.Desk.Reports(r.who.Name, filter)
		if err != nil {
			return err
		}
		for i := range reports {
			reports[i] = listed(reports[i])
		}
		return list(r, *asJSON, reports, "No such reports.",
			[]string{"ID", "CREATED", "CATEGORY", "SUBJECT", "PAST", "STATUS"}, reportRow)
	}
	return cmd
}

func categoryFlag(cmd *cobra.Command, category *string) {
	cmd.Flags().Func("category", "a `CATEGORY`: "+strings.Join(moderation.Categories, ", "), func(s string) error {
		if !slices.Contains(moderation.Categories, s) {
			return errors.New("the categories are " + strings.Join(moderation.Categories, ", "))
		}
		*category = s
		return nil
	})
}

// listed is a report whose lines are an array in JSON, even an empty one.
func listed(report moderation.Report) moderation.Report {
	if report.Lines == nil {
		report.Lines = []moderation.Line{}
	}
	return report
}

func reportRow(report moderation.Report) []string {
	return []string{report.ID, report.Created.UTC().Format("01-02 15:04"), report.Category, report.Subject,
		fmt.Sprint(report.Earlier), state(report)}
}

// state is where a report stands: its status, and what is known beyond that.
func state(report moderation.Report) string {
	state := string(report.Status)
	switch {
	case report.Decision != nil:
		state += ", " + report.Decision.Action
	case report.TakenBy != "":
		state += ", taken"
	case report.Pause != "":
		state += ", paused" // by the machine
	}
	return state
}

func (r *run) report() *cobra.Command {
	return r.group("report show|resolve R-…", "look at a report, or decide it", r.showReport(), r.resolve())
}

func (r *run) showReport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show R-… [--lines] [--sealed] [--json]", Short: "one case, and what is known of the two in it",
		Long: "One case, and what is known of the two in it. Each line of the chat begins with " +
			"who said it. Of sexual and illegal reports the lines are shown by --lines, so " +
			"that nobody sees them who didn't mean to; --json always has them. Lines that " +
			"are sealed leave by --sealed, to be read on your own machine:\n" +
			r.SSH + " report show R-… --sealed | age -d -i KEY",
		Args: takesID("R"),
	}
	asJSON := jsonFlag(cmd)
	lines := cmd.Flags().Bool("lines", false, "show the lines of sexual and illegal reports too")
	sealed := cmd.Flags().Bool("sealed", false, "print the sealed lines as they are, and nothing else")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		d, err := r.open(args[0])
		switch {
		case err != nil:
			return err
		case *sealed && len(d.Sealed) == 0:
			return fmt.Errorf("%s is not sealed: report show %[1]s prints its lines", args[0])
		case *sealed:
			_, err := r.out.Write(d.Sealed)
			return err
		case *asJSON:
			return writeJSON(r.out, d)
		}
		d.write(r.out, *lines)
		return nil
	}
	return cmd
}

func (r *run) resolve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resolve R-… --action none|warn|help|ban [--for 7d] [--wider 24|16|56|48] [--both] [--yes] --reason TEXT [--json]",
		Short: "decide a case",
		Long: "Decide a case, and with it the report of the other one about the same chat. The " +
			"person warned or banned reads the reason. help shows them the helplines. Of " +
			"somebody at a shared source without a me@ key, a ban ends the session and bans nobody.",
		Args: takesID("R"),
	}
	asJSON := jsonFlag(cmd)
	var d moderation.Decision
	cmd.Flags().Func("action", "an `ACTION`: none, warn, help or ban", func(s string) error {
		d.Action = moderation.Action(s)
		switch d.Action {
		case moderation.ActionNone, moderation.ActionWarn, moderation.ActionHelp, moderation.ActionBan:
			return nil
		}
		return errors.New("the actions are none, warn, help and ban")
	})
	banFlags(cmd, "7d", &d.For, &d.Wider, &d.Yes)
	cmd.Flags().BoolVar(&d.Both, "both", false, "of mutual reports, decide so of both people")
	reason := needsReason(cmd, reasonUsage)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case d.Action == "":
			return usagef("--action none|warn|help|ban is missing")
		case d.Action != moderation.ActionBan && (d.For != 0 || d.Wider != 0):
			return usagef("--for and --wider go with --action ban")
		}
		if d.Action == moderation.ActionBan {
			d.For = cmp.Or(d.For, resolveBan)
		}
		d.Reason, d.From = *reason, r.who.From
		verdict, err := r.Desk.Resolve(r.who.Name, args[0], d)
		switch {
		case err != nil:
			return r.asking(*asJSON, err)
		case *asJSON:
			return writeJSON(r.out, done{ID: args[0], Action: verdict.Action, Ban: verdict.ID, Ended: verdict.Ended, Until: verdict.Until})
		case verdict.Action == moderation.ActionBan:
			r.banned(verdict.Ban)
			return nil
		}
		fmt.Fprintf(r.out, "%s is decided: %s.\n", args[0], verdict.Action)
		if verdict.Action == moderation.ActionKick {
			r.kicked(verdict)
		}
		return nil
	}
	return cmd
}

// resolveBan is how long a ban lasts that a case is decided with, unless said.
const resolveBan = 7 * day

func (r *run) hold() *cobra.Command {
	cmd := &cobra.Command{
		Use: "hold R-… [--until DATE] --reason TEXT [--json]", Short: "keep a report from every sweep, and out of the queue",
		Args: takesID("R"),
	}
	asJSON := jsonFlag(cmd)
	until := cmd.Flags().String("until", "", "a `DATE`, as 2026-12-31 or 90d; a year, unless said")
	reason := needsReason(cmd, "a `TEXT` for the audit log")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		end, err := parseUntil(cmp.Or(*until, "365d"), r.now())
		if err != nil {
			return usagef("--until %s: %v", quote(*until), err)
		}
		if err := r.Desk.Hold(r.who.Name, args[0], end, *reason); err != nil {
			return err
		}
		return r.answer(*asJSON, done{ID: args[0], Until: end.UTC()}, "%s is held until %s.", args[0], stamp(end))
	}
	return cmd
}

func (r *run) release() *cobra.Command {
	cmd := &cobra.Command{
		Use: "release R-… [--reason TEXT] [--json]", Short: "end hold",
		Args: takesID("R"),
	}
	asJSON := jsonFlag(cmd)
	reason := cmd.Flags().String("reason", "released", "a `TEXT` for the audit log")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		why, err := checkText("--reason TEXT", *reason)
		if err != nil {
			return err
		}
		if err := r.Desk.Release(r.who.Name, args[0], why); err != nil {
			return err
		}
		return r.answer(*asJSON, done{ID: args[0]}, "%s is released.", args[0])
	}
	return cmd
}
