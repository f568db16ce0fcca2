// Package data keeps what must outlive the process: one folder with the
// server's secret, its host key and one bbolt database.
//
// Plain records go in and plain records come out. No transaction and no byte
// slice that belongs to the memory map leaves the package, so a caller can
// neither hold the file open nor read it after it changed.
//
// What it promises:
//
//   - A write that returned nil is on the disk: data, then the page that makes
//     it current, each synced. After an error the record may be on the disk or
//     not; it was never promised.
//   - It never takes a damaged folder for a new one. An empty, cut, foreign or
//     missing database beside a secret is refused with the command that puts a
//     backup back; only a folder with neither is a first start, and one that
//     was killed at any point is continued by the next.
//   - A file that lies about itself, or a disk that fails under the memory map,
//     gives an error and never a fault that ends the process.
//   - One process at a time: the folder and the database are locked.
//
// What it doesn't know: addresses, keys, user names, sessions, or what a record
// means. People appear in it as a Hash and as nothing else. It asks no clock:
// callers say what time it is. It starts no goroutine and logs nothing.
//
// It needs a Unix: flock, file modes, and a folder that can be synced.
package data
