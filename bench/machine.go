package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine names what the figures were taken on. What can't be found out stays
// empty.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
}

func thisMachine() machine {
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return machine{
		CPU:    procLine("/proc/cpuinfo", "model name"),
		Cores:  runtime.GOMAXPROCS(0),
		Memory: memory(),
		Kernel: strings.TrimSpace(runtime.GOOS + " " + string(release)),
		Go:     runtime.Version(),
	}
}

// procLine returns what follows the first "key:" of a file in /proc.
func procLine(file, key string) string {
	text, _ := os.ReadFile(file)
	_, rest, _ := strings.Cut(string(text), key)
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(line, ": \t")
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s, %s", m.CPU, m.Cores, m.Memory, m.Kernel, m.Go)
}

func memory() string {
	var kilobytes float64
	if _, err := fmt.Sscanf(procLine("/proc/meminfo", "MemTotal"), "%f", &kilobytes); err != nil {
		return "?"
	}
	return fmt.Sprintf("%.1f GiB", kilobytes/(1<<20))
}
