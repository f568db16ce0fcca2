package staff

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"strangerd/moderation"
)

const reasonUsage = "the `TEXT` that the person reads; others at that source may read it too (1,000 characters)"

func (r *run) ban() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ban R-…|S-…|NETWORK [--for 24h|forever] [--wider 24|16|56|48] [--category C] [--yes] --reason TEXT [--json]",
		Short: "keep somebody out: by report, by session, or a network",
		Long: "Keep somebody out: by report, by session, or a network in CIDR. The banned " +
			"person reads the reason, and others at that source may read it too. A source is " +
			"banned for at most 90 days: forever is for networks and me@ keys. What may hit " +
			"more than was meant says whom it would hit, and asks for --yes. Of somebody at a " +
			"shared source without a me@ key the session is ended, and nobody banned. A ban of " +
			"somebody who is banned takes the place of that ban.",
		Args: takes("R-…, S-… or a network"),
	}
	cmd.AddCommand(r.importBans())
	asJSON := jsonFlag(cmd)
	var req moderation.BanRequest
	banFlags(cmd, "24h", &req.For, &req.Wider, &req.Yes)
	categoryFlag(cmd, &req.Category)
	reason := needsReason(cmd, reasonUsage)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := target(&req, args[0]); err != nil {
			return err
		}
		req.Reason, req.From = *reason, r.who.From
		verdict, err := r.Desk.Ban(r.who.Name, req)
		if errors.Is(err, moderation.ErrUnknown) && req.Session != "" && r.Nodes != nil {
			if req.Far, err = r.whose(req.Session, err); err == nil {
				verdict, err = r.Desk.Ban(r.who.Name, req)
			}
		}
		switch {
		case err != nil:
			return r.asking(*asJSON, err)
		case *asJSON && verdict.Action == moderation.ActionKick:
			return writeJSON(r.out, done{ID: args[0], Action: verdict.Action, Ended: verdict.Ended})
		case *asJSON:
			return writeJSON(r.out, verdict.Ban)
		case verdict.Action == moderation.ActionKick:
			r.kicked(verdict)
			return nil
		}
		r.banned(verdict.Ban)
		return nil
	}
	return cmd
}

// banFlags adds the flags of whatever bans somebody.
func banFlags(cmd *cobra.Command, unsaid string, length *time.Duration, wider *int, yes *bool) {
	cmd.Flags().Func("wider", "with a report: also the network of so many `BITS` around them, 24 or 16, in IPv6 56 or 48", func(s string) error {
		switch s = strings.TrimPrefix(s, "/"); s {
		case "24", "16", "56", "48":
			*wider, _ = strconv.Atoi(s)
			return nil
		}
		return errors.New("it is 24 or 16, or in IPv6 56 or 48")
	})
	yesFlag(cmd, yes)
	spanFlag(cmd, length, "for", "a `TIME`: 90m, 24h, 7d or forever; "+unsaid+" unless said")
}

func yesFlag(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVar(yes, "yes", false, "ban also what is asked about")
}

// target reads whom a request means.
func target(req *moderation.BanRequest, s string) error {
	switch {
	case isID("R", s):
		req.Report = s
		return nil
	case req.Wider != 0:
		return usagef("--wider goes with a report")
	case isID("S", s):
		req.Session = s
		return nil
	}
	network, err := moderation.ParseNetwork(s)
	switch {
	case err == nil:
		req.Network = network
		return nil
	case strings.Contains(s, "/"):
		return usageError(err.Error())
	}
	return usagef("%s can't be read: name a report (R-…), a session (S-…) or a network (192.0.2.0/24)", quote(s))
}

// asking prints whom a ban would hit that asks for --yes. That is an answer, so it
// is on standard output; no ban's id is in it, and the exit code is that of an error.
func (r *run) asking(asJSON bool, err error) error {
	var needs *moderation.NeedsYes
	if !errors.As(err, &needs) {
		return err
	}
	if asJSON {
		return errors.Join(writeJSON(r.out, map[string]any{"why": needs.Why, "preview": needs.Preview}), err)
	}
	var t table
	for _, session := range needs.Preview.Sessions {
		t.add("  "+session.ID, "since "+stamp(session.Since)+" UTC", session.Subject)
	}
	for _, id := range needs.Preview.Cases {
		t.add("  "+id, "an earlier case", "")
	}
	fmt.Fprintf(r.out, "Nothing is banned yet. It would end %d sessions, and hit those of %d earlier reports.\n",
		len(needs.Preview.Sessions), len(needs.Preview.Cases))
	t.write(r.out)
	return err
}

// banned tells of a new ban, its id first.
func (r *run) banned(ban moderation.Ban) {
	fmt.Fprintf(r.out, "%s %s: %s\n", ban.ID, ending(ban), targetOf(ban))
	if !ban.Target.Source.IsZero() {
		fmt.Fprintln(r.out, "Others at that source may read the reason too.")
	}
}

// kicked tells what came of a ban of somebody who can't be told apart.
func (r *run) kicked(verdict moderation.Verdict) {
	inside := "Their session was over already."
	if verdict.Ended != "" {
		inside = verdict.Ended + " is ended."
	}
	fmt.Fprintln(r.out, inside+" They came from a shared source without a me@ key, so nobody is banned.")
}

// ending is until when a ban is.
func ending(ban moderation.Ban) string {
	switch {
	case ban.Lifted != nil:
		return "lifted " + stamp(ban.Lifted.At)
	case ban.Until.IsZero():
		return "forever"
	}
	return "until " + ban.Until.UTC().Format(time.RFC3339)
}

// targetOf is whom a ban hits.
func targetOf(ban moderation.Ban) string {
	t := ban.Target
	if t.Network.IsValid() {
		return t.Network.String()
	}
	name := moderation.Subject{Source: t.Source, Key: t.Key}.String()
	if t.Bits != 0 {
		name += "/" + strconv.Itoa(t.Bits)
	}
	return name
}

func (r *run) unban() *cobra.Command {
	cmd := &cobra.Command{
		Use: "unban B-… --reason TEXT [--json]", Short: "lift a ban at once",
		Args: takesID("B"),
	}
	asJSON := jsonFlag(cmd)
	reason := needsReason(cmd, "a `TEXT` for the audit log (1,000 characters)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := r.Gate.Unban(r.who.Name, args[0], *reason); err != nil {
			return err
		}
		also, err := r.Gate.AlsoBanned(args[0])
		if err != nil {
			return err
		}
		words := args[0] + " is lifted."
		if len(also) > 0 {
			words += " The person stays banned by " + strings.Join(also, ", ") + "."
		}
		return r.answer(*asJSON, done{ID: args[0], AlsoBanned: also}, "%s", words)
	}
	return cmd
}

func (r *run) bans() *cobra.Command {
	cmd := &cobra.Command{
		Use: "bans [--all] [--json]", Short: "the bans in force, newest first",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	all := cmd.Flags().Bool("all", false, "also those that are over")
	cmd.RunE = func(*cobra.Command, []string) error {
		bans, err := r.Gate.Bans(r.who.Name, *all)
		if err != nil {
			return err
		}
		return list(r, *asJSON, bans, "No bans.",
			[]string{"ID", "UNTIL (UTC)", "TARGET", "BY", "REASON"}, banRow)
	}
	return cmd
}

func banRow(ban moderation.Ban) []string {
	end, by := until(ban.Until), ban.By
	if ban.Lifted != nil {
		end = "lifted"
	}
	if ban.Machine {
		by = "machine"
	}
	return []string{ban.ID, end, targetOf(ban), by, ban.Reason}
}

func (r *run) importBans() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import [--for 24h|forever] [--yes] [--reason TEXT] [--json]", Short: "ban the networks on standard input, one a line",
		Long: "Ban the networks on standard input, one a line in CIDR; what follows a # or ; is " +
			"a comment. All of them or none: " + r.SSH + " ban import < LIST",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	var terms moderation.BanRequest
	spanFlag(cmd, &terms.For, "for", "a `TIME`: 90m, 24h, 7d or forever (unless said)")
	yesFlag(cmd, &terms.Yes)
	reason := cmd.Flags().String("reason", "imported list", reasonUsage)
	cmd.RunE = func(*cobra.Command, []string) (err error) {
		if terms.Reason, err = checkText("--reason TEXT", *reason); err != nil {
			return err
		}
		terms.From = r.who.From
		added, already, err := r.Gate.Import(r.who.Name, r.in, terms)
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(r.out, append([]moderation.Ban{}, added...)) // an empty list is []
		}
		for _, ban := range added {
			fmt.Fprintln(r.out, ban.ID, targetOf(ban))
		}
		fmt.Fprintf(r.out, "%d networks are banned, %d were already.\n", len(added), already)
		return nil
	}
	return cmd
}
