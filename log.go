package main

import (
	"context"
	"io"
	"log"
	"log/slog"
)

// newLogger writes structured lines. Whoever logs through it gives no address,
// key, user name or text: handlers can't tell them from other strings.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, nil))
}

// redactLibraries puts what libraries log through slog's default, and through the
// standard log package, into logger without what they know of people:
// charm.land/ssh logs remote addresses, panic values and stacks.
func redactLibraries(logger *slog.Logger) {
	slog.SetDefault(slog.New(redactor{logger.Handler()}))
	// After SetDefault, which points the standard log package at slog.
	log.SetFlags(0)
	log.SetOutput(redactedLines{logger})
}

// redactor lets the constant message of a record through, and no attribute.
type redactor struct{ slog.Handler }

func (m redactor) Handle(ctx context.Context, r slog.Record) error {
	return m.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, r.Message, r.PC))
}

func (m redactor) WithAttrs([]slog.Attr) slog.Handler { return m }
func (m redactor) WithGroup(string) slog.Handler      { return m }

// redactedLines says that a line was logged, not which: there the message and what
// it is about are one string.
type redactedLines struct{ logger *slog.Logger }

func (m redactedLines) Write(p []byte) (int, error) {
	m.logger.Warn("a library logged a line; it is withheld as it may tell who is here")
	return len(p), nil
}
