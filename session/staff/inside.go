package staff

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"strangerd/moderation"
)

// numbers are what `stats` tells.
type numbers struct {
	Online   int             `json:"online"`
	Waiting  int             `json:"waiting"`
	Chatting int             `json:"chatting"`
	Reports  int             `json:"reports"` // open
	Held     int             `json:"held"`
	Appeals  int             `json:"appeals"` // without an answer
	Bans     int             `json:"bans"`    // in force
	Door     moderation.Door `json:"door"`
	Nodes    int             `json:"nodes,omitzero"` // that were counted, where there are several
}

func (r *run) stats() *cobra.Command {
	cmd := &cobra.Command{
		Use: "stats [--json]", Short: "who is inside, and what waits for a decision",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		n := r.count()
		silent := unheard(r.others(), "its people are not counted")
		if *asJSON {
			return errors.Join(writeJSON(r.out, n), silent)
		}
		var t table
		t.add("online", strconv.Itoa(n.Online))
		t.add("waiting", strconv.Itoa(n.Waiting))
		t.add("chatting", strconv.Itoa(n.Chatting))
		t.add("open reports", strconv.Itoa(n.Reports))
		t.add("held reports", strconv.Itoa(n.Held))
		t.add("appeals", strconv.Itoa(n.Appeals))
		t.add("bans", strconv.Itoa(n.Bans))
		t.add("door", string(n.Door))
		if n.Nodes > 0 {
			t.add("nodes", strconv.Itoa(n.Nodes))
		}
		t.write(r.out)
		return silent
	}
	return cmd
}

func (r *run) count() (n numbers) {
	n.Online, n.Waiting, n.Chatting = r.Stats()
	n.Door = r.Gate.Door()
	n.Reports, n.Held, n.Appeals = r.Desk.Counts()
	n.Bans = r.Gate.InForce()
	for _, node := range r.machines() {
		if !node.Gone {
			n.Nodes++
		}
	}
	return n
}

func (r *run) sessions() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sessions [--json]", Short: "who is inside, longest first",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		here, err := r.Gate.Sessions(r.who.Name)
		if err != nil {
			return err
		}
		const nobody = "Nobody is inside."
		if r.Nodes == nil {
			return list(r, *asJSON, here, nobody, []string{"ID", "SINCE (UTC)", "SUBJECT"}, sessionRow)
		}
		all, silent := r.everywhere(here)
		return errors.Join(list(r, *asJSON, all, nobody, []string{"ID", "SINCE (UTC)", "NODE", "SUBJECT"}, guestRow), silent)
	}
	return cmd
}

func sessionRow(s moderation.Session) []string {
	return []string{s.ID, stamp(s.Since), s.Subject}
}

func (r *run) kick() *cobra.Command {
	cmd := &cobra.Command{
		Use: "kick S-… --reason TEXT [--json]", Short: "end a session",
		Args: takesID("S"),
	}
	asJSON := jsonFlag(cmd)
	reason := needsReason(cmd, "the `TEXT` that the person reads (1,000 characters)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		err := r.Gate.Kick(r.who.Name, args[0], *reason)
		if errors.Is(err, moderation.ErrUnknown) && r.Nodes != nil {
			if _, err = r.whose(args[0], err); err == nil {
				err = r.Gate.KickFar(r.who.Name, args[0], *reason)
			}
		}
		if err != nil {
			return err
		}
		return r.answer(*asJSON, done{ID: args[0]}, "%s is ended.", args[0])
	}
	return cmd
}
