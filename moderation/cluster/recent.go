package cluster

import "strangerd/data"

// remembered is how many events a node knows again that come a second time. One that it
// doesn't know again joins with itself, and changes nothing, but costs a write.
const remembered = 4096

// recent remembers events that are on this disk.
type recent struct {
	ids  map[data.EventID]bool // whether they are in the stream
	ring []data.EventID
	next int
}

func (r *recent) note(id data.EventID, inStream bool) {
	if r.ids == nil {
		r.ids, r.ring = make(map[data.EventID]bool), make([]data.EventID, remembered)
	}
	was, known := r.ids[id]
	r.ids[id] = was || inStream
	if known {
		return
	}
	delete(r.ids, r.ring[r.next])
	r.ring[r.next] = id
	r.next = (r.next + 1) % remembered
}

func (r *recent) has(id data.EventID) bool {
	_, known := r.ids[id]
	return known
}

func (r *recent) inStream(id data.EventID) bool { return r.ids[id] }
