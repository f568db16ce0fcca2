package main

import (
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Somebody's connection breaks and nobody says so: no FIN, and no TCP that would
// notice, as behind a proxy. Their partner is told within 90 s.
func TestClientVanishes(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "plain"} {
		t.Run("ssh HOST "+command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := startBubble(t, nil)
				a, b := pairScreens(t, p, window{})
				if command != "" {
					a.press("/plain", keyEnter)
					a.expect("-- ")
				}
				time.Sleep(time.Minute) // both are silent, and both there
				a.press("last words", keyEnter)
				b.expect("Stranger: last words")
				a.line.(*cable).vanish()
				began := time.Now()
				for synctest.Wait(); !b.shows("Stranger has left the chat"); synctest.Wait() {
					if time.Since(began) > 90*time.Second {
						t.Fatal("after 90 s of silence somebody is still there")
					}
					time.Sleep(time.Second)
				}
				t.Logf("noticed after %v", time.Since(began))
				b.press("/status", keyEnter)
				b.expect("1 online")
			})
		})
	}
}

// Somebody's TCP connection ends or breaks, in the full screen: their partner is told at
// once, and goes on.
func TestLineDiesOnScreen(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	for name, dies := range map[string]func(line *net.TCPConn){
		"an end":  func(line *net.TCPConn) { line.Close() },
		"a reset": func(line *net.TCPConn) { line.SetLinger(0); line.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pairScreens(t, p, window{})
			a.press("last words", keyEnter)
			b.expect("Stranger: last words")
			dies(a.line.(*net.TCPConn))
			b.expect("Stranger has left the chat", "not chatting", "Press Esc or Enter to look for someone new.")
			b.press("/quit", keyEnter)
			b.expectExit(exitDone)
		})
	}
}

// Who waits in silence, and answers when the server asks, may wait for hours.
func TestSilentClientStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := joinScreen(t, p, window{})
		for minutes := 10; minutes < 120; minutes += 10 {
			time.Sleep(10 * time.Minute)
			a.expect(fmt.Sprintf("looking %d min", minutes))
		}
		time.Sleep(70 * time.Minute)
		a.expect("looking 3 hours")
		b := joinScreen(t, p, window{})
		a.expect("Press a key")
		a.press("x")
		a.expect("You are now chatting with a stranger")
		b.expect("You are now chatting with a stranger")
	})
}
