package staff

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"strangerd/moderation"
	"strangerd/session/text"
)

func (r *run) door() *cobra.Command {
	cmd := &cobra.Command{
		Use: "door [open|known|closed] [--json]", Short: "whom to let in, or how the door stands",
		Long: "Whom to let in, or without an argument how the door stands: open to everybody, " +
			"known to me@ keys first seen over a week ago, or closed. Who is inside stays, and " +
			"staff come in.",
		Args: func(_ *cobra.Command, args []string) error { return atMost(1, args) },
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			door, err := moderation.ParseDoor(args[0])
			if err != nil {
				return usageError(err.Error())
			}
			if err := r.Gate.SetDoor(r.who.Name, door); err != nil {
				return err
			}
		}
		door := r.Gate.Door()
		return r.answer(*asJSON, map[string]any{"door": door}, "The door is: %s", door)
	}
	return cmd
}

func (r *run) broadcast() *cobra.Command {
	cmd := &cobra.Command{
		Use: "broadcast TEXT [--json]", Short: "show a line to everybody inside",
		Args: cobra.ArbitraryArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		line, err := checkLine(args)
		if err != nil {
			return err
		}
		if err := r.Desk.Note(r.who.Name, "broadcast", "", line); err != nil {
			return err
		}
		told, silent := r.tell(line)
		return errors.Join(r.answer(*asJSON, map[string]any{"told": told}, "%d people were told.", told), silent)
	}
	return cmd
}

func (r *run) motd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "motd [TEXT | --clear] [--json]", Short: "the line that everybody sees who comes in",
		Args: cobra.ArbitraryArgs,
	}
	asJSON := jsonFlag(cmd)
	remove := cmd.Flags().Bool("clear", false, "take the line away")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 && !*remove {
			return r.showMotd(*asJSON)
		}
		line, err := "", error(nil)
		switch {
		case !*remove:
			line, err = checkLine(args)
		case len(args) > 0:
			err = usagef("--clear takes no text")
		}
		if err != nil {
			return err
		}
		if err := r.Desk.SetMotd(r.who.Name, line); err != nil {
			return err
		}
		return r.showMotd(*asJSON)
	}
	return cmd
}

func (r *run) showMotd(asJSON bool) error {
	line := text.Line(r.Desk.Motd())
	return r.answer(asJSON, map[string]any{"motd": line}, "%s", cmp.Or(line, "There is no line."))
}

// checkLine returns the line of the operator that args are. They may be several
// words, as ssh takes a pair of quotes away.
func checkLine(args []string) (string, error) {
	line, err := checkText("TEXT", strings.Join(args, " "))
	return text.Line(line), err
}

func (r *run) drain() *cobra.Command {
	cmd := &cobra.Command{
		Use: "drain [--node NAME] [--for 30m] [--json]", Short: "let nobody in any more, and end the server when it is empty",
		Long: "Let nobody in any more, and end the server when it is empty or the time is up. " +
			"Chats go on until then. A later drain sets the time anew; nothing but a restart " +
			"opens the server again. Of several machines it is the one that you are on, or --node.",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	length := 30 * time.Minute
	spanFlag(cmd, &length, "for", "a `TIME`: 30m (unless said), 24h, 7d or forever")
	name := cmd.Flags().String("node", "", "the `NAME` of another machine, as nodes says it")
	cmd.RunE = func(*cobra.Command, []string) error {
		node, err := r.node(*name)
		if err != nil {
			return err
		}
		limit, when := length, "when it is empty"
		if limit == moderation.Forever {
			limit = 0
		}
		end := make(map[string]any)
		if limit > 0 {
			until := r.now().Add(limit).UTC().Format(time.RFC3339)
			when += ", or at " + until
			end["until"] = until
		}
		who := "The server"
		if node.Here {
			_, err = r.Gate.Drain(r.who.Name, limit)
		} else {
			who, end["node"] = "Node "+node.Name, node.Name
			if err := r.drainFar(node, limit); err != nil {
				return err
			}
			err = r.Gate.NoteDrain(r.who.Name, node.Name, limit)
		}
		if err != nil {
			err = fmt.Errorf("it drains, but the audit log doesn't say so: %w", err)
		}
		return errors.Join(r.answer(*asJSON, end, "Nobody new is let in. %s ends %s.", who, when), err)
	}
	return cmd
}

func (r *run) backup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup [--with-keys RECIPIENT]", Short: "write the database to standard output",
		Long: "Write the database to standard output: " + r.SSH + " backup > FILE\n" +
			"It can't be used without the server's secret. --with-keys adds that and the host " +
			"key, and seals everything to a recipient of age (age1…, ssh-ed25519 …).",
	}
	keys := cmd.Flags().Bool("with-keys", false, "add the secret and the host key, sealed to RECIPIENT")
	cmd.Args = func(_ *cobra.Command, args []string) error {
		switch {
		case *keys && len(args) == 0:
			return usagef("RECIPIENT is missing: an age1… or ssh-ed25519 … public key")
		case !*keys:
			return atMost(0, args)
		}
		return nil
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if !*keys {
			return r.Desk.Backup(r.who.Name, r.out)
		}
		if r.BackupWithKeys == nil {
			return errNoKeys
		}
		if err := r.Desk.Note(r.who.Name, "backup", "with keys", ""); err != nil {
			return err
		}
		return r.BackupWithKeys(r.out, strings.Join(args, " "))
	}
	return cmd
}

var errNoKeys = errors.New("this server makes no backup with its keys: copy its data folder instead")
