package session

import (
	"encoding/json"
	"fmt"
	"strings"

	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
)

// command runs a command for people, and returns its exit code.
func (s *Server) command(ch *terminal.Channel, words *locale.Words, args []string) int {
	name, rest := args[0], args[1:]
	asJSON := name == "status" && len(rest) > 0 && rest[0] == "--json"
	if asJSON {
		rest = rest[1:]
	}
	var answer string
	switch name {
	case "help":
		answer = s.help(words)
	case "rules":
		answer = rulesText(&s.config, words)
	case "status":
		answer = s.status(words, asJSON)
	case "version":
		answer = "strangerd " + s.config.Version
	case "privacy":
		answer = words.With(locale.Privacy, locale.Data{"Name": s.config.Name})
	default:
		return s.misunderstood(ch, words.With(locale.NotUnderstood, locale.Data{
			"Command": quote(name), "Host": s.config.Host}))
	}
	if len(rest) > 0 {
		return s.misunderstood(ch, words.With(locale.NoArguments, locale.Data{
			"Command": name, "Argument": quote(rest[0]), "Host": s.config.Host}))
	}
	fmt.Fprintln(ch, answer)
	return exitDone
}

func (s *Server) help(words *locale.Words) string {
	return strings.Join([]string{
		words.With(locale.HelpCommands, locale.Data{"Host": s.config.Host}),
		words.Say(locale.HelpSlash),
		words.Say(locale.HelpKeys),
	}, "\n\n")
}

func (s *Server) status(words *locale.Words, asJSON bool) string {
	stats := s.config.Matcher.Stats()
	if !asJSON {
		return statusLine(words, stats)
	}
	object, _ := json.Marshal(map[string]int{
		"online": stats.Online, "waiting": stats.Waiting, "chatting": stats.Chatting})
	return string(object)
}

// quote shows what somebody typed, safely and shortly.
func quote(s string) string { return "\"" + text.Truncate(text.Line(s), 40) + "\"" }
