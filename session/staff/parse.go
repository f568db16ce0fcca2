package staff

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"strangerd/moderation"
	"strangerd/session/text"
)

const day = 24 * time.Hour

// maxDays bounds a length of time: longer ones are forever, and some of them
// don't fit into a time.Duration.
const maxDays = 36500

var (
	errSpan = errors.New("write a length of time as 90m, 24h, 7d or forever")
	errDate = errors.New("write a date as 2026-12-31, or a length of time as 24h or 30d")
)

// parseSpan reads a length of time of a second at least: what Go reads, days, or
// forever.
func parseSpan(s string) (time.Duration, error) {
	if s == "forever" {
		return moderation.Forever, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > maxDays {
			return 0, errSpan
		}
		return time.Duration(n) * day, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > maxDays*day {
		return 0, errSpan
	}
	return d, nil
}

// parseDate reads a day, which begins at midnight in UTC, or a time in RFC 3339.
func parseDate(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, s)
}

// parseSince reads a date, or how long ago; forever is the zero time.
func parseSince(s string, now time.Time) (time.Time, error) {
	if t, err := parseDate(s); err == nil {
		return t, nil
	}
	switch d, err := parseSpan(s); {
	case err != nil:
		return time.Time{}, errDate
	case d == moderation.Forever:
		return time.Time{}, nil
	default:
		return now.Add(-d), nil
	}
}

// parseUntil reads a date to come, or how long until then.
func parseUntil(s string, now time.Time) (time.Time, error) {
	t, err := parseDate(s)
	if err != nil {
		d, err := parseSpan(s)
		if err != nil || d == moderation.Forever {
			return time.Time{}, errDate
		}
		return now.Add(d), nil
	}
	if !t.After(now) {
		return time.Time{}, errors.New("that date is over")
	}
	return t, nil
}

// checkText returns what staff wrote as it may be kept.
func checkText(what, s string) (string, error) {
	if utf8.RuneCountInString(s) > moderation.MaxText {
		return "", usagef("%s is too long: 1,000 characters at most", what)
	}
	if s = text.Clean(s); s == "" {
		return "", usagef("%s is missing", what)
	}
	return s, nil
}

// needsReason adds the flag --reason to cmd, which must be given.
func needsReason(cmd *cobra.Command, usage string) *string {
	reason := cmd.Flags().String("reason", "", usage)
	cmd.PreRunE = func(*cobra.Command, []string) (err error) {
		*reason, err = checkText("--reason TEXT", *reason)
		return err
	}
	return reason
}

// spanFlag adds a flag that takes a length of time.
func spanFlag(cmd *cobra.Command, d *time.Duration, name, usage string) {
	cmd.Flags().Func(name, usage, func(s string) (err error) {
		*d, err = parseSpan(s)
		return err
	})
}

// jsonFlag adds the flag --json.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "for programs: JSON, with times in RFC 3339")
}
