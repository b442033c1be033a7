# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests written in shell: results as KTAP on standard output.
#
#	. tests/lib.sh
#	ktap_plan 3
#	ok "starts"				# a result
#	check "adds up" test $((1 + 1)) -eq 2	# the command's status decides
#	skip "speaks SCTP" "no sctp module"	# a skip needs its reason
#	ktap_end				# exit status: 0, or 1 on failure
#
# ktap_plan 0, or none, prints the plan at the end; a test that dies before
# then has no plan, which scripts/test counts as a failure.

ktap_done=0 ktap_failed=0 ktap_planned=0

ktap_plan() { # COUNT
	echo 'KTAP version 1'
	ktap_planned=$1
	((ktap_planned == 0)) || echo "1..$1"
}

# Diagnostics for a reader; parsers ignore them. Without arguments, a filter.
diag() {
	if (($#)); then
		printf '%s\n' "$*"
	else
		cat
	fi | sed 's/^/# /'
}

ok() { # NAME
	echo "ok $((++ktap_done)) $1"
}

not_ok() { # NAME [DIAGNOSTIC…]
	echo "not ok $((++ktap_done)) $1"
	ktap_failed=$((ktap_failed + 1))
	shift
	((!$#)) || diag "$*"
}

skip() { # NAME REASON
	echo "ok $((++ktap_done)) $1 # SKIP ${2:?a skip needs its reason}"
}

# check NAME COMMAND… runs it; what it printed is shown when it failed.
check() {
	local name=$1 output status

	shift
	output=$("$@" 2>&1)
	status=$?
	if ((status == 0)); then
		ok "$name"
		return 0
	fi
	not_ok "$name" "$* returned $status"
	[[ ! $output ]] || diag <<<"$output"
	return 1
}

# expect_status STATUS NAME COMMAND… for commands that are to fail.
expect_status() {
	local want=$1 name=$2 output status

	shift 2
	output=$("$@" 2>&1)
	status=$?
	if ((status == want)); then
		ok "$name"
		return 0
	fi
	not_ok "$name" "$* returned $status, not $want"
	[[ ! $output ]] || diag <<<"$output"
	return 1
}

ktap_end() {
	if ((ktap_planned == 0)); then
		echo "1..$ktap_done"
	elif ((ktap_done != ktap_planned)); then
		diag "planned $ktap_planned, did $ktap_done"
		exit 1
	fi
	((ktap_failed == 0))
	exit
}
