package session

// What a transcript keeps of a chat: the last lines, up to both bounds.
const (
	maxTranscriptLines = 200
	maxTranscriptBytes = 64 << 10
)

// speaker is who a line of a transcript is from.
type speaker uint8

const (
	server speaker = iota
	you
	stranger
	first  // of two strangers who are watched
	second // of them
	asker  // of the question that is discussed
)

// entry is a line of a transcript, or several that were said at once. Its text
// is safe to show.
type entry struct {
	from speaker
	text string
}

// transcript is what was said in a chat, oldest first.
type transcript struct {
	entries []entry
	bytes   int
}

func (t *transcript) add(from speaker, text string) {
	t.entries = append(t.entries, entry{from, text})
	t.bytes += len(text)
	drop := 0
	for len(t.entries)-drop > maxTranscriptLines || t.bytes > maxTranscriptBytes {
		t.bytes -= len(t.entries[drop].text)
		t.entries[drop] = entry{}
		drop++
	}
	t.entries = t.entries[drop:]
}
