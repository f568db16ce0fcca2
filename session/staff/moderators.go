package staff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"strangerd/moderation"
)

// maxKey bounds what is read of a key, in bytes: the largest RSA keys take 3 KB.
const maxKey = 16 << 10

func (r *run) moderator() *cobra.Command {
	return r.group("moderator add|list|remove", "who may decide", r.addModerator(), r.listModerators(), r.removeModerator())
}

func (r *run) addModerator() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add NAME [--json]", Short: "let somebody decide, by the public key on standard input",
		Long: "Let somebody decide who has the public key on standard input, which is one line " +
			"of an authorized_keys file: " + r.SSH + " moderator add NAME < id_ed25519.pub",
		Args: takes("NAME"),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		raw, err := io.ReadAll(io.LimitReader(r.in, maxKey+1))
		if err != nil {
			return err
		}
		key, err := parseKey(raw)
		if err != nil {
			return err
		}
		if holder, ok := r.Member(key.Marshal()); ok {
			return fmt.Errorf("that key is %s's already: every moderator has their own", holder.Name)
		}
		if r.isAdmin(args[0]) {
			return moderation.ErrNameTaken
		}
		// Without its comment, which tends to name a person and a machine.
		line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
		err = r.Desk.AddModerator(r.who.Name, args[0], line)
		if errors.Is(err, moderation.ErrModerator) {
			return usageError(err.Error())
		}
		if err != nil {
			return err
		}
		print := ssh.FingerprintSHA256(key)
		return r.answer(*asJSON, done{ID: args[0], Key: print}, "%s is a moderator, by %s.", args[0], print)
	}
	return cmd
}

// isAdmin tells whether an administrator is called so.
func (r *run) isAdmin(name string) bool {
	return r.Admins != nil && slices.ContainsFunc(r.Admins(), func(admin string) bool { return strings.EqualFold(admin, name) })
}

var (
	errOneKey     = errors.New("standard input must be one public key, one line as in id_ed25519.pub")
	errPrivateKey = errors.New("that is a private key: send the public one, and make a new pair")
	errOptions    = errors.New("options before a key, such as from=, don't work here: send the key without them")
	errKeyType    = errors.New("such keys don't log in here: use one made by ssh-keygen -t ed25519")
)

// parseKey reads exactly one line of an authorized_keys file.
func parseKey(raw []byte) (ssh.PublicKey, error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.Contains(raw, []byte("PRIVATE KEY")):
		return nil, errPrivateKey
	case len(raw) > maxKey, bytes.ContainsAny(raw, "\r\n"):
		return nil, errOneKey
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey(raw)
	switch {
	case err != nil:
		return nil, errOneKey
	case len(options) > 0:
		return nil, errOptions
	}
	//lint:ignore SA1019 named to be refused
	if _, certificate := key.(*ssh.Certificate); certificate || key.Type() == ssh.InsecureKeyAlgoDSA {
		return nil, errKeyType
	}
	return key, nil
}

// fingerprint is that of an authorized_keys line, as ssh-keygen -l prints it.
func fingerprint(line string) string {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return "a key that can't be read"
	}
	return ssh.FingerprintSHA256(key)
}

func (r *run) listModerators() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [--json]", Short: "the moderators",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		moderators, err := r.Desk.ListModerators(r.who.Name)
		if err != nil {
			return err
		}
		return list(r, *asJSON, moderators, "No moderators.",
			[]string{"NAME", "ADDED", "KEY"}, moderatorRow)
	}
	return cmd
}

func moderatorRow(m moderation.Moderator) []string {
	return []string{m.Name, m.Added.UTC().Format(time.DateOnly), fingerprint(m.Key)}
}

func (r *run) removeModerator() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove NAME [--json]", Short: "let somebody decide no more, from now on",
		Args: takes("NAME"),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := r.Desk.RemoveModerator(r.who.Name, args[0]); err != nil {
			return err
		}
		return r.answer(*asJSON, done{ID: args[0]}, "%s is no moderator any more.", args[0])
	}
	return cmd
}
