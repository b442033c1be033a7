# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests/vm/run and tests/uml/run: all of a run that does not depend
# on what boots the kernel. The contract, for callers:
#
#	run [--kernel K] [--cpus N] [--mem MB] [--timeout S] [--out DIR] -- COMMAND…
#
# COMMAND runs as root in the caller's directory on a throw-away copy of this
# machine's root; only the --out share reaches the host. Its output, standard
# error included, is streamed to standard output. It finds
#
#	KEEPWALL_OUT  the share, the same path inside and outside
#	KEEPWALL_KO   build/<release>/keepwall.ko of this tree, if there is one
#	KEEPWALL_LAB  vm or uml
#
# --out is a temporary directory unless given, made below KEEPWALL_RUNS if that
# is set; it keeps console.log and dmesg.log. UML has one processor whatever
# --cpus says.
#
# The exit status is COMMAND's, except:
#
#	97   the lab could not be set up
#	98   the guest ended without writing a status: it crashed
#	99   the kernel complained, whatever COMMAND returned
#	124  the time was up

lab_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab_tree=$(dirname "$lab_tests")

# The options, then what they lead to; the caller sets its own defaults.
# shellcheck disable=SC2034 # cpus and mem are for the caller
kernel='' cpus=1 mem=1024 timeout=600 out='' ctl=''
command=()
declare -A k

# What a kernel must not say. Wider than a list of known reports: a false alarm
# is looked at once, a missed one is shipped.
LAB_COMPLAINTS='\bBUG\b[: ]|WARNING: |\bOops\b|general protection|Kernel panic'
LAB_COMPLAINTS+='|KASAN: |UBSAN: |KCSAN: |ODEBUG: |refcount_t: '
LAB_COMPLAINTS+='|possible (circular|recursive) locking|held lock freed'
LAB_COMPLAINTS+='|inconsistent lock state|suspicious RCU'
LAB_COMPLAINTS+='|(rcu|RCU).*(detected.*stall|self-detected stall)|soft lockup'
LAB_COMPLAINTS+='|blocked for more than [0-9]+ seconds'
LAB_COMPLAINTS+='|unreferenced object|suspected memory leak'
LAB_COMPLAINTS+='|unregister_netdevice: waiting|leaked reference'

lab_die() {
	echo "${0##*/tests/}: $*" >&2
	exit 97
}

lab_usage() {
	echo "usage: ${0##*/} [--kernel $LAB_KERNELS] [--cpus N] [--mem MB]" \
		"[--timeout S] [--out DIR] -- COMMAND…" >&2
	exit 97
}

# lab_parse ARG… fills kernel cpus mem timeout out command from the options;
# the caller has set the defaults.
lab_parse() {
	while (($#)); do
		case $1 in
		--kernel | --cpus | --mem | --timeout | --out)
			(($# > 1)) || lab_usage
			printf -v "${1#--}" %s "$2"
			shift 2
			;;
		--)
			shift
			break
			;;
		*) lab_usage ;;
		esac
	done
	(($#)) || lab_usage
	[[ "|$LAB_KERNELS|" == *"|$kernel|"* ]] || lab_usage
	command=("$@")
}

# lab_places COMMAND… takes the NAME=value lines a kernel script prints into k.
lab_places() {
	local lines line

	lines=$("$@") || exit 97
	while IFS= read -r line; do
		k[${line%%=*}]=${line#*=}
	done <<<"$lines"
}

# lab_prepare KIND sets ctl, the run's own directory inside the share, with the
# job in it.
lab_prepare() {
	if [[ ! $out ]]; then
		out=$(mktemp -d \
			"${KEEPWALL_RUNS:-${TMPDIR:-/tmp}}/keepwall-$1.XXXXXX") ||
			lab_die "no output directory"
	fi
	mkdir -p "$out" || lab_die "cannot make $out"
	out=$(cd "$out" && pwd)
	# It is named on a kernel command line and to QEMU.
	[[ $out != *[[:space:],]* ]] || lab_die "no blank or comma in $out"
	ctl=$(mktemp -d "$out/.lab.XXXXXX") || lab_die "cannot write to $out"
	: >"$ctl/stdout"
	: >"$ctl/console"
	{
		printf 'cd %q || exit 97\n' "$PWD"
		printf 'export KEEPWALL_OUT=%q KEEPWALL_LAB=%q\n' "$out" "$1"
		printf 'ko=%q\n' "$lab_tree/build/${k[RELEASE]}/keepwall.ko"
		# shellcheck disable=SC2016 # expanded in the guest
		echo 'if [[ -e $ko ]]; then export KEEPWALL_KO=$ko; fi'
		echo 'unset ko'
		printf 'exec'
		printf ' %q' "${command[@]}"
		echo
	} >"$ctl/job"
}

# What the guest's first process needs to know, for the kernel command line.
lab_cmdline() { # SHARE
	echo "keepwall.ctl=$ctl keepwall.out=$out keepwall.mods=${k[MODULES]}" \
		"keepwall.share=$1"
}

# lab_boot PROGRAM… runs the emulator, streaming the job's output. Returns when
# it has ended or its time is up.
lab_boot() {
	local pid tail_pid status

	# KILL, for a UML that handles SIGTERM trips its own checkers. When we
	# are told to stop, though, nobody looks: timeout passes the signal on.
	timeout -s KILL -k 5 "$timeout" "$@" </dev/null >>"$ctl/console" 2>&1 &
	pid=$!
	tail -n +1 -s 0.2 -f --pid="$pid" "$ctl/stdout" 2>/dev/null &
	tail_pid=$!
	# shellcheck disable=SC2064 # the values now
	trap "kill $pid; wait $pid; exit 97" HUP INT TERM
	wait "$pid" 2>/dev/null
	status=$?
	wait "$tail_pid"
	trap - HUP INT TERM
	return "$status"
}

# lab_conclude STATUS, the emulator's, prints what must be seen and exits with
# what the contract says.
lab_conclude() {
	local found

	cp "$ctl/console" "$out/console.log"
	[[ -e $ctl/dmesg ]] && cp "$ctl/dmesg" "$out/dmesg.log"
	found=$(cat "$ctl"/{console,dmesg,kmemleak} 2>/dev/null |
		tr -d '\r' | grep -aE "$LAB_COMPLAINTS" | awk '!seen[$0]++')
	echo "${0##*/tests/}: ${k[RELEASE]}, console in $out/console.log" >&2
	if [[ $found ]]; then
		echo "${0##*/tests/}: the kernel complained:" >&2
		head -n 40 <<<"$found" >&2
		[[ -s $ctl/kmemleak ]] && head -n 40 "$ctl/kmemleak" >&2
		exit 99
	fi
	if [[ -e $ctl/status ]]; then
		exit "$(<"$ctl/status")"
	fi
	if (($1 == 124 || $1 == 137)); then
		echo "${0##*/tests/}: no end within $timeout s" >&2
		exit 124
	fi
	echo "${0##*/tests/}: the guest ended without a status;" \
		"the console's last lines:" >&2
	tail -n 15 "$ctl/console" >&2
	exit 98
}
