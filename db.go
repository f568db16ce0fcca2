package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newDatabaseCommand() *cobra.Command {
	return &cobra.Command{Use: "db", Short: "Check, compact, restore FILE offline", RunE: func(*cobra.Command, []string) error { return errors.New("soon") }}
}
