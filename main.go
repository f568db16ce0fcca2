// Strangerd is an anonymous chat server that people reach with nothing but ssh:
// connect, be paired at random with one other person, talk, move on.
//
// This package reads the configuration, puts the parts together, starts and stops
// them, and is the only place that exits.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // for --meet, where the machine has no time zones

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What the program exits with, and a command over SSH too.
const (
	exitDone          = 0
	exitFailed        = 1
	exitNotUnderstood = 2
	exitNotNow        = 4
)

// usageError is a command line or configuration that can't be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	// The first signal asks the server to end; with the handler gone, a second one
	// ends the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := newCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }

	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, "strangerd:", err)
	if _, usage := errors.AsType[usageError](err); usage || !understood {
		return exitNotUnderstood
	}
	return exitFailed
}

func newCommand() *cobra.Command {
	var config Config
	flags := config.flags()
	start := func(cmd *cobra.Command, _ []string) error {
		if err := load(flags, os.Getenv); err != nil {
			return err
		}
		return serve(cmd.Context(), &config, cmd.ErrOrStderr())
	}
	root := &cobra.Command{
		Use:   "strangerd",
		Short: "An anonymous chat server that people reach with nothing but ssh",
		Args:  noArguments,
		RunE:  start,

		Version:           programVersion(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(showHelp)
	server := &cobra.Command{
		Use:   "serve",
		Short: "Run the server, as without a command",
		Args:  noArguments,
		RunE:  start,
	}
	for _, cmd := range []*cobra.Command{root, server} {
		cmd.Flags().SortFlags = false
		cmd.Flags().AddFlagSet(flags)
	}
	root.AddCommand(server, newHealthCommand(&config, flags), newDatabaseCommand(&config, flags), newVersionCommand())
	return root
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unknown command %q; see strangerd --help", args[0])
	}
	return nil
}

// flagError says in one line what is wrong with a flag.
func flagError(_ *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return badValue("--"+bad.GetFlag().Name, bad.GetValue(), bad.Unwrap())
	}
	return fmt.Errorf("%w; see strangerd --help", err)
}
