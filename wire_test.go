package main

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// freight is what went over a line in one direction: bytes of SSH, and the packets that
// they came in. SSH writes each of its packets by itself.
type freight struct{ bytes, packets int }

func (l freight) minus(m freight) freight { return freight{l.bytes - m.bytes, l.packets - m.packets} }

// headers are what each packet of a line costs besides: 20 bytes of IPv4, and 20 of TCP
// with 12 of its time stamps.
const headers = 20 + 20 + 12

// onTheWire is what these bytes are on the wire, where each packet is acknowledged by one
// without any, going the other way: half of them often travel with what is sent anyway.
func onTheWire(there, back freight) int { return there.bytes + headers*(there.packets+back.packets) }

// sent is what has gone over a line since it was dialled.
func (w *cable) sent() (up, down freight) {
	for end, to := range map[*cable]*freight{w: &up, w.far: &down} {
		end.mu.Lock()
		*to = end.freight
		end.mu.Unlock()
	}
	return up, down
}

// A wirer weighs what goes over somebody's line.
type wirer struct {
	*terminal
	up, down freight // until the last step
}

// skip has what has gone over the line until now not count.
func (w *wirer) skip() { w.up, w.down = w.line.(*cable).sent() }

// weigh says what has gone over the line since the last step, once all is still, and
// fails when what the server sends of it is more than most bytes for each of so many.
func (w *wirer) weigh(step string, each, most int) {
	w.t.Helper()
	synctest.Wait()
	up, down := w.up, w.down
	w.skip()
	didUp, didDown := w.up.minus(up), w.down.minus(down)
	w.t.Logf("%-44s up %5d B in %5.1f, down %5d B in %5.1f; on the wire up %5d B, down %5d B", step,
		didUp.bytes/each, float64(didUp.packets)/float64(each), didDown.bytes/each, float64(didDown.packets)/float64(each),
		onTheWire(didUp, didDown)/each, onTheWire(didDown, didUp)/each)
	if didDown.bytes/each > most {
		w.t.Errorf("%s: the server sends %d bytes, %d at most", step, didDown.bytes/each, most)
	}
}

// What a person costs on the wire. docs/capacity.md carries the figures on, and names
// this test.
func TestWire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startBubble(t, nil)
		a := &wirer{terminal: openTerminal(t, p, window{source: "127.0.0.21"})}
		a.expect("Press Enter")
		a.weigh("a log-in, until the rules are read", 1, 8000)
		if a.down.packets > 10 { // 12 by themselves: the key exchange's last three go together for sure
			t.Errorf("a log-in takes %d packets of the server's, 10 at most", a.down.packets)
		}
		a.press(keyEnter)
		a.expect("Looking for a stranger")
		a.weigh("the search", 1, 4000)
		const hours = 3
		time.Sleep(hours * time.Hour)
		a.weigh("a minute of waiting", hours*60, 500)

		b := &wirer{terminal: joinScreen(t, p, window{source: "127.0.0.22"})}
		a.press(" ") // who sleeps is called
		a.expect("You are now chatting with a stranger")
		b.expect("You are now chatting with a stranger")
		a.press(backspace)
		a.weigh("a match", 1, 4000)
		b.weigh("a log-in, until a stranger is there", 1, 12000)

		const lines = 25
		say := func(n int, send func(line string)) {
			t.Helper()
			line := fmt.Sprintf("%02d nights and it has been raining since!", n+10)
			send(line)
			a.press(keyEnter)
			b.expect("Stranger: " + line)
			time.Sleep(6 * time.Second) // it is read, and the typing notice is gone
		}
		atOnce := func(line string) { a.press(line) }
		for n := range lines { // until the screens are full
			say(n, atOnce)
		}
		rest := func() { // so that b isn't taken to be away
			b.press(" ", backspace)
			time.Sleep(6 * time.Second)
			synctest.Wait()
			a.skip()
			b.skip()
		}
		rest()
		for n := range lines {
			say(n, func(line string) {
				for _, key := range line {
					a.press(string(key))
					time.Sleep(200 * time.Millisecond)
				}
			})
		}
		a.weigh("a line of 40 characters, typed", lines, 8000)
		b.weigh("such a line, read", lines, 3000)
		rest()
		for n := range lines {
			say(n, atOnce)
		}
		a.weigh("such a line, said at once", lines, 2000)
		b.weigh("such a line, read", lines, 2000)
		rest()
		const minutes = 8
		time.Sleep(minutes * time.Minute)
		a.weigh("a minute of a silent chat", minutes, 800)

		a.press("/next", keyEnter)
		a.expect("Looking for a stranger")
		a.weigh("the end of a chat, and a search", 1, 4000)
		b.expect("Stranger has left the chat")
		synctest.Wait()
		b.skip()
		b.press("/quit", keyEnter)
		b.expectExit(exitDone)
		b.weigh("the end of a visit", 1, 2000)
	})
}
