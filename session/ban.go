package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"strangerd/moderation"
	"strangerd/session/locale"
	"strangerd/session/text"
)

// ban returns the ban that keeps this visitor out.
func (v *visit) ban() (moderation.Ban, bool) { return v.config.Gate.BanOf(v.addr, v.subject) }

// banWords tells a banned person what the law and decency ask for: the rule,
// the reason, who decided, until when, and how to appeal or what came of that.
func banWords(config *Config, words *locale.Words, ban moderation.Ban) string {
	if appeal, ok := config.Desk.AppealOf(ban.ID); ok {
		return banText(config, words, ban, "") + "\n" + appealWords(words, appeal)
	}
	return banText(config, words, ban, words.With(locale.BanAppeal, locale.Data{"SSH": config.Host.SSH("")}))
}

// banText is banWords with its own way to appeal, if there is one.
func banText(config *Config, words *locale.Words, ban moderation.Ban, appeal string) string {
	by := locale.BanByPerson
	if ban.Machine {
		by = locale.BanByMachine
	}
	until := words.Say(locale.BanForever)
	if !ban.Until.IsZero() {
		until = words.With(locale.BanUntil, locale.Data{"Until": ban.Until.UTC().Format("2006-01-02 15:04 UTC")})
	}
	lines := []string{words.With(locale.BanTitle, locale.Data{"Name": config.Name, "Ban": ban.ID})}
	if ban.Category != "" {
		lines = append(lines, words.With(locale.BanRule, locale.Data{"Rule": words.Say(locale.Category(ban.Category))}))
	}
	lines = append(lines, words.Say(by), until)
	switch {
	case ban.Target.Network.IsValid() && config.Contact != "":
		lines = append(lines, words.With(locale.Contact, locale.Data{"Contact": config.Contact}))
	case !ban.Target.Network.IsValid() && appeal != "":
		lines = append(lines, appeal)
	}
	// The reason may be long: on a small screen it is what has to be scrolled to.
	lines = append(lines, words.With(locale.BanReason, locale.Data{"Reason": text.Line(ban.Reason)}))
	return strings.Join(lines, "\n")
}

// appealWords says what became of an appeal.
func appealWords(words *locale.Words, appeal moderation.Appeal) string {
	switch {
	case appeal.Answer == nil:
		return words.With(locale.AppealOpen, locale.Data{"Appeal": appeal.ID})
	case appeal.Answer.Accepted:
		return words.With(locale.AppealAccepted, locale.Data{"Reason": text.Line(appeal.Answer.Reason)})
	}
	return words.With(locale.AppealRejected, locale.Data{"Appeal": appeal.ID, "Reason": text.Line(appeal.Answer.Reason)})
}

// appeal takes an appeal from standard input.
func (v *visit) appeal() int {
	ban, banned := v.ban()
	if !banned {
		fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.AppealNoBan))
		return exitFailed
	}
	leave, ok := v.lobby.enter()
	if !ok {
		v.counted.limits.add(limitBanned)
		fmt.Fprintln(v.ch.Stderr(), v.words.With(locale.Full, locale.Data{"Name": v.config.Name}))
		return exitNotNow
	}
	defer leave()
	written, err := v.standardInput()
	switch {
	case errors.Is(err, context.Canceled): // the server stops
		fmt.Fprintln(v.ch.Stderr(), v.words.Say(locale.Closed))
		return exitNotNow
	case err != nil:
		return exitFailed
	}
	line, err := v.fileAppeal(ban, written)
	if err != nil {
		fmt.Fprintln(v.ch.Stderr(), line)
		return exitFailed
	}
	fmt.Fprintln(v.ch, line)
	return exitDone
}

// standardInput is what comes on standard input, up to its end. Of who doesn't come to
// an end in time it is nothing. The error is context.Canceled when the server stops.
func (v *visit) standardInput() (text string, err error) {
	type input struct {
		text []byte
		err  error
	}
	read := make(chan input, 1)
	v.ch.Go(func() {
		text, err := io.ReadAll(io.LimitReader(v.ch, maxStdin))
		read <- input{text, err}
	})
	late := time.NewTimer(bannedTime)
	defer late.Stop()
	select {
	case all := <-read:
		return string(all.text), all.err
	case <-late.C:
		v.counted.limits.add(limitIdle)
	case <-v.lobby.open.Done():
	}
	return "", v.lobby.open.Err()
}

// fileAppeal files an appeal, and returns the line that says so or why not.
func (v *visit) fileAppeal(ban moderation.Ban, written string) (string, error) {
	written = strings.TrimSpace(written)
	if n := utf8.RuneCountInString(written); n > moderation.MaxText || len(written) > text.MaxBytes {
		return v.words.With(locale.TooLong, locale.Data{"Count": n, "Max": moderation.MaxText}), moderation.ErrTooLong
	}
	kept := text.Clean(written)
	if text.SizeOf(written).Lines > text.MaxLines { // more than a message has are no reason to cut it
		kept = text.Line(written)
	}
	appeal, err := v.config.Desk.Appeal(ban.ID, kept)
	switch {
	case err == nil:
		return v.words.With(locale.AppealFiled, locale.Data{"Appeal": appeal.ID}), nil
	case errors.Is(err, moderation.ErrAppealed):
		return v.words.Say(locale.AppealAgain), err
	case errors.Is(err, moderation.ErrTooLong):
		return v.words.With(locale.TooLong, locale.Data{"Count": text.SizeOf(written).Clusters, "Max": moderation.MaxText}), err
	case errors.Is(err, moderation.ErrEmpty):
		return v.words.With(locale.AppealEmpty, locale.Data{"SSH": v.config.Host.SSH("")}), err
	case errors.Is(err, moderation.ErrNoBan):
		return v.words.Say(locale.AppealNoBan), err
	}
	v.config.Log.Error("an appeal was not saved", "error", err)
	return v.words.Say(locale.NotSaved), err
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
