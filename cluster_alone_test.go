package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A machine that reaches no other behaves as if it had been told of none, by the same
// tests: people meet, talk, leave, find each other again, ask, report and are banned, and
// staff act.
func TestClusterAlone(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{
		"TestLinesMeetAndMoveOn", "TestLinesWithATerminal", "TestEndOfInputSaysWhatIsKept", "TestQuitSaysWhatWasNotSaid",
		"TestReportBanAppeal", "TestBannedNetwork", "TestBlock", "TestAgain", "TestQuestionTakesThree", "TestKick", "TestDrain",
	}
	tests := exec.Command(self, "-test.v", "-test.run", "^("+strings.Join(names, "|")+")$")
	tests.Env = append(os.Environ(), alone+"=1")
	raw, err := tests.CombinedOutput()
	said := string(raw)
	if err != nil {
		t.Errorf("%v:\n%s", err, said)
	}
	for _, name := range names {
		if !strings.Contains(said, "--- PASS: "+name+" ") && !strings.Contains(said, "--- SKIP: "+name+" ") {
			t.Errorf("%s wasn't run", name)
		}
	}
}
