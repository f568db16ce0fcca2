package data

import bolt "go.etcd.io/bbolt"

var settings = []byte("settings")

// A Setting is what staff set while the server runs, or what it remembers of itself.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (s Setting) save(tx *bolt.Tx) error { return put(tx, settings, []byte(s.Name), s) }

// Setting returns the value of the setting called name, or "".
func (d *DB) Setting(name string) (string, error) {
	s, _, err := get[Setting](d, settings, name)
	return s.Value, err
}
