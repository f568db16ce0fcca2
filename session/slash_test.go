package session

import (
	"strings"
	"testing"

	"strangerd/session/locale"
)

// The help names every command there is, with what it does.
func TestHelpNamesEveryCommand(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	help := slashHelp(catalogues.For())
	for _, command := range slashCommands() {
		if !strings.Contains("\n"+help, "\n/"+strings.TrimSpace(command.name+" "+command.argument)+"  ") {
			t.Errorf("/%s is not in the help", command.name)
		}
	}
	for line := range strings.SplitSeq(help, "\n") {
		if name, does, _ := strings.Cut(line, "  "); does == "" {
			t.Errorf("%s does nothing", name)
		}
	}
}
