package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A meter says what a process has used so far.
type meter func() (usage, error)

// usage is CPU time in seconds since the process began, and resident memory, now
// and at most, in bytes.
type usage struct {
	cpu, rss, peak float64
}

// blind is the meter of a process that is out of sight: what is figured from
// it is not a number either.
func blind() (usage, error) {
	return usage{cpu: math.NaN(), rss: math.NaN(), peak: math.NaN()}, nil
}

// during returns the CPU time in seconds that passes while stage runs.
func (m meter) during(stage func() error) (float64, error) {
	before, err := m()
	if err != nil {
		return 0, err
	}
	if err := stage(); err != nil {
		return 0, err
	}
	after, err := m()
	return after.cpu - before.cpu, err
}

// processMeter reads a process's clock and its folder in /proc.
func processMeter(pid int) meter {
	folder := fmt.Sprintf("/proc/%d/", pid)
	return func() (usage, error) {
		status, err := os.ReadFile(folder + "status")
		if err != nil {
			return usage{}, fmt.Errorf("a server's figures need Linux, and a server that lives: %w", err)
		}
		cpu, err := cpuTime(pid)
		if err != nil {
			return usage{}, err
		}
		rss, err := statusMemory(string(status), "VmRSS:")
		if err != nil {
			return usage{}, err
		}
		peak, err := statusMemory(string(status), "VmHWM:")
		return usage{cpu, rss, peak}, err
	}
}

// cpuTime reads the clock of another process's CPU time, in seconds: it counts
// nanoseconds, and utime and stime in /proc hundredths of a second. How its number is made
// is in clock_getcpuclockid(3) and in the kernel's posix-timers.h: CPUCLOCK_SCHED is 2.
func cpuTime(pid int) (float64, error) {
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &used); err != nil {
		return 0, fmt.Errorf("a server's CPU time: %w", err)
	}
	return time.Duration(used.Nano()).Seconds(), nil
}

// statusMemory reads a line of a status file, in bytes.
func statusMemory(status, key string) (float64, error) {
	_, rest, _ := strings.Cut(status, key)
	var kilobytes float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kilobytes); err != nil {
		return 0, fmt.Errorf("can't read %s in /proc/PID/status", key)
	}
	return kilobytes * 1024, nil
}
