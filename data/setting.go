package data

import "time"

var settings = []byte("settings")

// A Setting is what staff set while the server runs, or what it remembers of itself.
type Setting struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	At    time.Time `json:"at,omitzero"` // when it was set
}

func (s Setting) bucket() []byte { return settings }
func (s Setting) id() []byte     { return []byte(s.Name) }
func (s Setting) value() []byte  { return text(s) }

// Setting returns the setting called name, whose value is "" if nobody has set it.
func (d *DB) Setting(name string) (Setting, error) {
	s, _, err := get[Setting](d, name)
	s.Name = name
	return s, err
}
