package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"strangerd/data"
)

// newDatabaseCommand works on database files that no process uses. config and its
// flags are for restore, which has to know the data folder.
func newDatabaseCommand(config *Config, flags *pflag.FlagSet) *cobra.Command {
	db := &cobra.Command{
		Use:   "db COMMAND FILE",
		Short: "Check, compact or restore a database while the server is stopped",
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("give one of check, compact, restore and unban; see strangerd db --help")}
		},
	}
	restore := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put the backup FILE in place of the database in --data",
		Args:  arguments(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := load(flags, os.Getenv); err != nil {
				return err
			}
			if err := data.Restore(config.Data, args[0]); err != nil {
				return err
			}
			cmd.Printf("%s is the database in %s now; a former one is kept beside it\n", args[0], config.Data)
			return nil
		},
	}
	restore.Flags().AddFlagSet(flags)
	db.AddCommand(
		&cobra.Command{
			Use:   "check FILE",
			Short: "Read all of FILE and say what is wrong with it",
			Args:  arguments(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				if err := data.Check(args[0]); err != nil {
					return err
				}
				cmd.Printf("%s is well\n", args[0])
				return nil
			},
		},
		&cobra.Command{
			Use:   "compact FILE",
			Short: "Rewrite FILE without the bytes of removed records",
			Args:  arguments(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				before, after, err := data.Compact(args[0])
				if err != nil {
					return err
				}
				cmd.Printf("%s had %d bytes and has %d\n", args[0], before, after)
				return nil
			},
		},
		restore,
		&cobra.Command{
			Use:   "unban FILE BAN",
			Short: "Lift a ban in FILE",
			Args:  arguments(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				lifted := data.Lifted{At: time.Now(), By: "offline", Reason: "lifted offline"}
				if err := data.Unban(args[0], args[1], lifted); err != nil {
					return err
				}
				cmd.Printf("%s is lifted in %s\n", args[1], args[0])
				return nil
			},
		},
	)
	return db
}

// arguments wants n of them, and says which.
func arguments(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("give it as %s", strings.TrimSuffix(cmd.UseLine(), " [flags]"))
		}
		return nil
	}
}
