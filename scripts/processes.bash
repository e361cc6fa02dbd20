# shellcheck shell=bash
# Background processes of the demo, for scripts/demo and scripts/down.
#
# What was started is remembered in $STATE/NAME.pid as "pid start-time", so
# that exactly that process is stopped later, never another that got its number.

# started_at PID: when the kernel started it, empty if it is gone.
started_at() {
	# The name in field 2 may hold anything, even blanks: cut it off first.
	[ -r "/proc/$1/stat" ] && sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

# remember NAME PID
remember() {
	echo "$2 $(started_at "$2")" >"$STATE/$1.pid"
}

# alive NAME: succeeds if what was remembered still runs.
alive() {
	local pid start
	[ -s "$STATE/$1.pid" ] && read -r pid start <"$STATE/$1.pid" &&
		[ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]
}

# background NAME COMMAND...: with its output in $STATE/NAME.log, free of this
# terminal and of every open file of this script.
background() {
	local name=$1
	shift
	setsid "$@" </dev/null >>"$STATE/$name.log" 2>&1 &
	remember "$name" $!
}

# stop NAME SECONDS: ask it to end, and make it end after SECONDS.
stop() {
	local pid
	if alive "$1"; then
		read -r pid _ <"$STATE/$1.pid"
		kill "$pid"
		await "$1 to stop" "$2" gone "$1" || kill -9 "$pid" 2>/dev/null || true
		await "$1 to stop" 10 gone "$1"
	fi
	rm -f "$STATE/$1.pid"
}

gone() { ! alive "$1"; }

# await WHAT SECONDS COMMAND...: until COMMAND succeeds, with a bar on a terminal.
# Fails when the time is over. COMMAND's output is dropped.
await() {
	local what=$1 bound=$2 begin=$SECONDS passed cells
	shift 2
	until "$@" >/dev/null 2>&1; do
		passed=$((SECONDS - begin))
		if [ "$passed" -ge "$bound" ]; then
			[ -t 2 ] && echo >&2
			echo "waited $bound s for $what in vain" >&2
			return 1
		fi
		if [ -t 2 ]; then
			cells=$((passed * 30 / bound))
			printf '\r  %-34s [%-30s] %3d s of at most %d ' "$what" \
				"$(printf '%*s' "$cells" '' | tr ' ' '=')" "$passed" "$bound" >&2
		fi
		sleep 0.3
	done
	passed=$((SECONDS - begin))
	if [ -t 2 ]; then
		printf '\r  %-34s [%-30s] %3d s%20s\n' "$what" "$(printf '%30s' '' | tr ' ' '=')" "$passed" '' >&2
	elif [ "$passed" -gt 0 ]; then
		echo "  $what: $passed s" >&2
	fi
}
