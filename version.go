package main

import (
	"runtime/debug"
)

// version is set by -ldflags "-X main.version=v1.2.3"; else the module's own
// version is taken, if `go install` recorded one.
var version string

func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
