package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"time"

	"strangerd/data"
)

// Hours knows how many people are here in each hour of the week, on average over the
// last weeks. It counts, and knows nobody.
type Hours struct {
	db *data.DB

	mu     sync.Mutex // guards what follows
	people [hoursOfWeek]float64
}

const (
	hoursOfWeek = 7 * 24
	unseen      = -1
	// hourWeight is that of the last week: half of what Busier tells is of the last
	// three weeks.
	hourWeight = 0.25
	// hoursSetting is the name under which the hours are kept.
	hoursSetting = "hours"
)

// NewHours reads what is known from db.
func NewHours(db *data.DB) (*Hours, error) {
	h := &Hours{db: db}
	for i := range h.people {
		h.people[i] = unseen
	}
	kept, err := db.Setting(hoursSetting)
	if err != nil || kept.Value == "" {
		return h, err
	}
	var people []float64
	if err := json.Unmarshal([]byte(kept.Value), &people); err != nil || len(people) != hoursOfWeek {
		return nil, fmt.Errorf("the record %s can't be read", hoursSetting)
	}
	copy(h.people[:], people)
	return h, nil
}

// Run counts who is online once a minute, until ctx ends, and saves each hour when it
// is over; failed is told what could not be saved, which is tried again an hour later.
// Of an hour at least half has to be seen. Its caller owns the goroutine.
func (h *Hours) Run(ctx context.Context, online func() int, failed func(error)) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	hour, sum, seen := hourOfWeek(time.Now()), 0, 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if now := hourOfWeek(time.Now()); now != hour {
			if seen >= 30 {
				if err := h.add(hour, float64(sum)/float64(seen)); err != nil {
					failed(err)
				}
			}
			hour, sum, seen = now, 0, 0
		}
		sum += online()
		seen++
	}
}

// add takes how many were here in an hour that is over.
func (h *Hours) add(hour int, people float64) error {
	h.mu.Lock()
	if before := h.people[hour]; before != unseen {
		people = before + (people-before)*hourWeight
	}
	h.people[hour] = math.Round(people*100) / 100
	kept, _ := json.Marshal(h.people)
	h.mu.Unlock()
	return h.db.Save(data.Setting{Name: hoursSetting, Value: string(kept)})
}

// Busier is when the busiest hour of the next day begins, and how many people are
// usually here then; or that of the next week, where the day's has no more people than
// there are now. One hour with somebody in it makes no busy hour: it takes two people.
func (h *Hours) Busier(now time.Time, than int) (begins time.Time, people int, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	next := now.Truncate(time.Hour)
	for _, ahead := range []int{24, hoursOfWeek} {
		best := float64(max(than+1, 2)) - 0.5
		for i := 1; i <= ahead; i++ {
			if at := next.Add(time.Duration(i) * time.Hour); h.people[hourOfWeek(at)] > best {
				begins, best, ok = at, h.people[hourOfWeek(at)], true
			}
		}
		if ok {
			return begins, int(math.Round(best)), true
		}
	}
	return time.Time{}, 0, false
}

// hourOfWeek is the number of an hour, in UTC, from Sunday's first.
func hourOfWeek(t time.Time) int {
	t = t.UTC()
	return int(t.Weekday())*24 + t.Hour()
}
