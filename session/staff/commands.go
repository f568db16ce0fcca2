package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"strangerd/moderation"
	"strangerd/session/text"
)

// Commands runs what staff ask for by `ssh admin@HOST COMMAND`. Its fields don't
// change once Run was called, which any number of goroutines may do.
type Commands struct {
	Gate *moderation.Gate
	Desk *moderation.Desk

	SSH     string // how staff come in: ssh admin@HOST
	Version string

	// Nodes are the machines that serve the same people, this one first. nil means that
	// there is this one alone.
	Nodes func() []Node
	// Ask has another node, by its number, answer a request, which Answer does there. What
	// read says is no reply to it is left out.
	Ask func(ctx context.Context, node uint64, request []byte, read func(reply []byte) bool) error

	// Stats counts who is inside, on all nodes.
	Stats func() (online, waiting, chatting int)
	// Broadcast shows the operator's line to everybody who is inside of this node, and
	// returns how many they are.
	Broadcast func(line string) (reached int)
	// Member returns whose key that is among the staff, in SSH's wire format.
	Member func(key []byte) (Member, bool)
	// Admins returns the administrators' names. nil means that there are none.
	Admins func() []string
	// BackupWithKeys writes the database, the secret and the host key, sealed
	// with age to the recipient. It writes nothing when the recipient can't be
	// read. nil means that this server can't.
	BackupWithKeys func(w io.Writer, recipient string) error

	Now func() time.Time // nil means time.Now
}

// The exit codes that a command of staff can have.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitNotAllowed
)

// administrators is the group of the commands that moderators may not use.
const administrators = "administrators"

// errNotAllowed refuses a command of the administrators.
var errNotAllowed = errors.New("that is for administrators: ask one of them")

// Client is what a command reads from and answers to.
type Client struct {
	In       io.Reader
	Out, Err io.Writer
	Width    int // of lines, in cells; 0 means 80
}

// Run runs one command in the name of who, and returns its exit code: 0 done, 1
// failed, 2 not understood, 3 not allowed. An error is one line on to.Err, with
// the usage in another if the command wasn't understood. It reads to.In only where
// the command takes its input from there, which counts only as a whole: half of
// 128.0.0.0/16 is 128.0.0.0/1. So io.EOF has to mean that all was sent.
func (c *Commands) Run(ctx context.Context, who Member, args []string, to Client) (exit int) {
	r := &run{Commands: c, ctx: ctx, who: who, in: to.In, out: page{to.Out, cmp.Or(to.Width, standardWidth)}}
	root := r.root()
	root.SetOut(to.Out)
	root.SetErr(to.Err)
	cmd, err := r.execute(root, args)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(to.Err, text.Line(err.Error()))
	switch {
	case errors.As(err, new(usageError)):
		fmt.Fprintln(to.Err, "usage: "+cmd.UseLine())
		return exitUsage
	case errors.Is(err, errNotAllowed):
		return exitNotAllowed
	}
	return exitFailed
}

// A run is one command of one member.
type run struct {
	*Commands
	ctx context.Context
	who Member
	in  io.Reader
	out page
}

// execute runs the command of args, and returns it. It never lets cobra complete
// words for a shell, which would pass by our checks and write to the server's own
// standard error.
func (r *run) execute(root *cobra.Command, args []string) (*cobra.Command, error) {
	completes := func(arg string) bool { return strings.HasPrefix(arg, cobra.ShellCompRequestCmd) }
	if i := slices.IndexFunc(args, completes); i >= 0 {
		return root, r.unknown(root, args[i:])
	}
	root.SetArgs(append([]string{}, args...)) // of nil, cobra reads os.Args
	return root.ExecuteContextC(r.ctx)
}

func (r *run) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// root returns the tree of the commands. Each run has its own: cobra keeps the
// flags it read in the commands.
func (r *run) root() *cobra.Command {
	help := r.help()
	root := r.group("strangerd COMMAND", "The commands of staff",
		r.stats(), r.nodes(), r.sessions(), r.kick(),
		r.reports(), r.report(), r.hold(), r.release(),
		r.ban(), r.unban(), r.bans(),
		r.appeals(), r.appeal(),
		r.audit(), r.transparency(),
		r.version(), help,
	)
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: r.SSH}
	root.Long = "The commands of staff. Texts of several words take two pairs of quotes:\n" +
		r.SSH + " \"kick S-1a2b3c4d5e --reason 'two words'\""
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(help)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { r.describe(cmd) })
	root.AddGroup(&cobra.Group{ID: administrators})
	for _, cmd := range []*cobra.Command{
		r.moderator(), r.door(), r.broadcast(), r.motd(), r.drain(), r.backup(),
	} {
		cmd.GroupID = administrators
		root.AddCommand(cmd)
	}
	r.guard(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if refused := r.mayUse(cmd); refused != nil {
			return refused
		}
		return usageError(err.Error())
	})
	return root
}

// group returns a command that only holds others.
func (r *run) group(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: cobra.ArbitraryArgs,
		RunE: r.unknownIn,
	}
	cmd.AddCommand(children...)
	return cmd
}

// guard makes the check of cmd's arguments, which always comes before it runs,
// check the role first.
func (r *run) guard(cmd *cobra.Command) {
	check := cmd.Args
	cmd.DisableFlagsInUseLine = true
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := r.mayUse(cmd); err != nil {
			return err
		}
		return check(cmd, args)
	}
	for _, child := range cmd.Commands() {
		r.guard(child)
	}
}

func (r *run) mayUse(cmd *cobra.Command) error {
	for ; cmd != nil; cmd = cmd.Parent() {
		if cmd.GroupID == administrators && !r.who.Admin {
			return errNotAllowed
		}
	}
	return nil
}
