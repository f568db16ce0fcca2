package session

import (
	"testing"
	"testing/synctest"
	"time"
)

// The minute of 10,000 people passes for few of them at once, and of a few people in one
// go for all of a second's.
func TestRefreshIsSpread(t *testing.T) {
	for people, most := range map[int]int{240: 4, 10_000: 34} {
		synctest.Test(t, func(t *testing.T) {
			s := &Server{conns: make(map[*conn]struct{})}
			var chats []*chat
			for range people {
				c := &chat{notices: make(chan notice, noticesKept)}
				c.woken.Store(true) // it has no event loop to wake
				s.enter(c)
				s.conns[new(conn)] = struct{}{}
				chats = append(chats, c)
			}
			go func() {
				for second := range 60 {
					s.pass(t.Context(), second)
					time.Sleep(time.Second / (beats + 1))
				}
			}()
			all, atOnce := 0, 0
			for range 60 * beats {
				synctest.Wait()
				now := 0
				for _, c := range chats {
					for ; len(c.notices) > 0; now++ {
						<-c.notices
					}
				}
				all, atOnce = all+now, max(atOnce, now)
				time.Sleep(time.Second / (beats + 1))
			}
			if all != people || atOnce != most {
				t.Errorf("of %d people %d were told, at most %d at once", people, all, atOnce)
			}
		})
	}
}
