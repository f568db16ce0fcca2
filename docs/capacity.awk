# Figures the tables of capacity.md from the letters in its first two tables:
#
#     awk -f docs/capacity.awk docs/capacity.md

/^## What follows/ { exit } # to END
/^\| [a-z]+ \| [0-9.]+ \|/ { split($0, cell, " *[|] *"); v[cell[2]] = cell[3] }

# cores that one person takes, where so many percent of the clients send pings.
function core(percent,    connects, keys, pings) {
	connects = v["c"] / 1e3 / (v["visit"] * 60)
	keys = v["lines"] / 60 * (v["keys"] * v["k"] + v["l"]) / 1e6
	pings = percent / 100 * pinged() * v["p"] / 1e6
	return connects + keys + pings + v["i"] / 100 / 1000
}

# pings a second of one person whose client sends them.
function pinged() { return v["lines"] / 60 * (v["keys"] / v["speed"] + v["tail"]) * v["pings"] }

# bytes a second of one person, by the letters of a log-in, a line typed, one read, and a
# silent minute.
function bytes(login, typed, read, silent,    lines) {
	lines = v["lines"] / 60 * (v[typed] + v[read])
	return v[login] / (v["visit"] * 60) + lines + v[silent] / 60 + v["new"] / 100 * pinged() * v["pb"]
}

function row(name, unit, format, a, b, c) {
	printf "| %s | " format " | " format " | " format " | %s |\n", name, a, b, c, unit
}

function garbage(mb) { return mb / 4 < 512 ? mb / 4 : 512 }

function people(mb) { return int((mb - v["system"] - v["b"] - garbage(mb)) * 1024 / v["m"] / 100) * 100 }

function first(name, cores, mb,    m, low, high) {
	m = people(mb)
	low = int(cores / core(v["new"]) / 10) * 10
	high = int(cores / core(v["new"]) / v["busy"] / 10) * 10
	printf "| %s | %d | %d to %d |", name, m, low, high
	low = int(cores / core(0) / 10) * 10
	printf " %d to %d | %s |\n", low, int(low / v["busy"] / 10) * 10, m < high ? "memory" : "the processor"
}

END {
	for (n = split("1000 10000 40000", at, " "); n > 0; n--) {
		now = at[n]
		mem[n] = now * v["m"] / 1024 / 1024 + (v["b"] + 512) / 1024
		cpu[n] = now * core(v["new"]); old[n] = now * core(0)
		down[n] = now * bytes("ld", "td", "rd", "sd") * 8 / 1e6
		up[n] = now * bytes("lu", "tu", "ru", "su") * 8 / 1e6
		month[n] = v["mean"] / 100 * now * bytes("ld", "td", "rd", "sd") * 86400 * 30 / 1e12
		reports[n] = now * v["reports"] / 365
		disk[n] = reports[n] * v["retain"] * v["e"] / 1024
		least[n] = mem[n] * v["gblow"] + cpu[n] * v["busy"] * v["corelow"] + month[n] * v["tblow"]
		most[n] = mem[n] * v["gbhigh"] + cpu[n] * v["corehigh"] + month[n] * v["tbhigh"]
		fd[n] = now + 14
	}
	print "| people at once | 1,000 | 10,000 | 40,000 | |"
	print "|---|---|---|---|---|"
	row("memory, with garbage", "GB", "%.1f", mem[1], mem[2], mem[3])
	row("cores, one thing at a time", "", "%.1f", cpu[1], cpu[2], cpu[3])
	row("cores, much at once", "", "%.1f", cpu[1] * v["busy"], cpu[2] * v["busy"], cpu[3] * v["busy"])
	row("cores, if no client sent pings, one at a time", "", "%.1f", old[1], old[2], old[3])
	row("cores, if no client sent pings, much at once", "", "%.1f", old[1] * v["busy"], old[2] * v["busy"], old[3] * v["busy"])
	row("sent", "Mbit/s", "%.0f", down[1], down[2], down[3])
	row("received", "Mbit/s", "%.0f", up[1], up[2], up[3])
	row("sent in a month", "TB", "%.1f", month[1], month[2], month[3])
	row("reports", "a day", "%.0f", reports[1], reports[2], reports[3])
	row("reports on the disk", "MB", "%.0f", disk[1], disk[2], disk[3])
	row("descriptors, and entries of conntrack", "", "%d", fd[1], fd[2], fd[3])
	row("money at least", "a month", "%.0f", least[1], least[2], least[3])
	row("money at most", "a month", "%.0f", most[1], most[2], most[3])
	print ""
	print "| machine | people in its memory | on its cores | without pings | gives out first |"
	print "|---|---|---|---|---|"
	first("1 core, 1 GB", 1, 1024)
	first("2 cores, 4 GB", 2, 4096)
	first("8 cores, 16 GB", 8, 16384)
}
