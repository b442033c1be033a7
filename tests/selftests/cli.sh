#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input to the command: every case must end soon, with the exit code that
# keepwall(8) promises and one sentence on standard error. Needs no module;
# what depends on there being one or none looks first.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd)
keepwall=${KEEPWALL:-$tree/build/keepwall}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
n=0 failed=0

result() { # NAME STATUS [REASON]
	n=$((n + 1))
	if [[ $2 -eq 0 ]]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1"
		echo "# ${3-}"
		head -n 5 "$tmp/err" | cut -c 1-200 | cat -v | sed 's/^/# /'
		failed=1
	fi
}

skip() { # NAME REASON
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2"
}

# exits CODE NAME ARG…: standard error must say something when CODE is not 0
# or 1, and nothing unprintable.
exits() {
	local code=$1 name=$2 got

	shift 2
	timeout 60 "$keepwall" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	if [[ $got -ne $code ]]; then
		result "$name" 1 "exit code $got, not $code"
	elif [[ $code -ge 2 && ! -s $tmp/err && $* != *--json* ]]; then
		result "$name" 1 "no word on standard error"
	elif LC_ALL=C tr -d '\n\t' <"$tmp/err" | LC_ALL=C grep -q '[[:cntrl:]]'; then
		result "$name" 1 "control characters on standard error"
	else
		result "$name" 0
	fi
}

says() { # NAME TEXT: about the command before
	grep -qF -- "$2" "$tmp/err"
	result "$1" $? "standard error does not say: $2"
}

if [[ ! -x $keepwall ]]; then
	echo "Bail out! $keepwall is missing: make tools"
	exit 1
fi
echo "TAP version 13"

good=$tmp/good.conf
cat >"$good" <<'END'
zone wan { interface w0 }
zone lan { interface l0 }
set s { 10.0.0.0/8, 2001:db8::/32 }
policy wan -> lan { allow tcp port 80 from @s name web }
END
exits 0 "check: a good file" check "$good"
grep -qE ': 2 zones, 1 set, 2 rules, blob [0-9]+ bytes$' "$tmp/out"
result "check: the summary" $? "$(cat "$tmp/out")"
exits 0 "check: JSON" check "$good" --json
exits 0 "check: options first" --json check "$good"

exits 5 "a missing file" check "$tmp/missing"
says "the missing file is named" "$tmp/missing"
exits 5 "a directory" check "$tmp"
exits 5 "a device" check /dev/zero
exits 5 "a name of control characters" check "$tmp/"$'\033[31m'
head -c 100000000 /dev/zero | tr '\0' a >"$tmp/long"
exits 2 "a line of 100 MB" check "$tmp/long"
rm -f "$tmp/long"
head -c 1000000 /dev/urandom >"$tmp/junk"
exits 2 "binary junk" check "$tmp/junk"
printf 'zone \033[2Jx { interface e0 }\n' >"$tmp/escape"
exits 2 "an escape sequence in a file" check "$tmp/escape"
printf 'zone a {\0 interface e0 }\n' >"$tmp/nul"
exits 2 "a NUL in a file" check "$tmp/nul"
echo "include \"$tmp/loop\"" >"$tmp/loop"
exits 2 "a file that includes itself" check "$tmp/loop"
echo "include \"$tmp/b\"" >"$tmp/a"
echo "include \"$tmp/a\"" >"$tmp/b"
exits 2 "two files that include each other" check "$tmp/a"
echo "include \"$tmp/absent\"" >"$tmp/absent.conf"
exits 2 "an include that is missing" check "$tmp/absent.conf"
head -c 100000 /dev/zero | tr '\0' '{' >"$tmp/deep"
exits 2 "100000 braces" check "$tmp/deep"
echo 'policy nowhere -> wan { alow tcp }' >"$tmp/typo"
exits 2 "errors" check "$tmp/typo"
says "errors have a place" "$tmp/typo:1:"
exits 2 "errors as JSON" check --json "$tmp/typo"
grep -q '"severity": "error"' "$tmp/out"
result "errors are in the JSON" $? "$(head -n 3 "$tmp/out")"
exits 2 "load: errors" load "$tmp/typo"
chmod 000 "$good"
if [[ $EUID -eq 0 ]] && command -v setpriv >/dev/null &&
	setpriv --reuid 65534 --clear-groups test -x "$keepwall"; then
	setpriv --reuid 65534 --clear-groups "$keepwall" check "$good" \
		>"$tmp/out" 2>"$tmp/err"
	result "a file without permission" $(($? != 5)) "$(cat "$tmp/out")"
else
	skip "a file without permission" "cannot become nobody"
fi
chmod 644 "$good"

exits 3 "no verb"
exits 3 "an unknown verb" chek
says "a suggestion" '"check"'
exits 3 "show without a noun" show
exits 3 "show something unknown" show rulez
says "a suggestion for show" '"show rules"'
exits 3 "an unknown option" check --colour "$good"
exits 3 "a wrong color" check --color=red "$good"
exits 3 "an option without its argument" check "$good" --color
exits 3 "too few arguments" check
exits 3 "too many arguments" check "$good" "$good"
exits 3 "an option of another verb" check "$good" --file "$good"
exits 0 "help" help
exits 0 "help of a verb" show rules --help
exits 0 "help of help" help test

exits 0 "test: allowed" test wan '->' lan tcp 10.1.1.1:5 10.2.2.2:80 --file "$good"
exits 1 "test: dropped" test wan '->' lan tcp 10.1.1.1:5 10.2.2.2:81 --file "$good"
exits 0 "test: IPv6, one word" test 'wan->lan' tcp '[2001:db8::1]:5' '[::1]:80' --file "$good"
exits 1 "test: JSON" test wan to lan gre 10.1.1.1 10.2.2.2 --file "$good" --json
exits 3 "test: a zone that is not there" test wan to x tcp 10.1.1.1:5 10.2.2.2:80 --file "$good"
exits 3 "test: ports are missing" test wan to lan tcp 10.1.1.1 10.2.2.2 --file "$good"
exits 3 "test: two families" test wan to lan tcp 10.1.1.1:1 '[::1]:2' --file "$good"
exits 5 "test: a missing file" test wan to lan gre 10.1.1.1 10.2.2.2 --file "$tmp/missing"

if [[ -e /dev/full ]]; then
	timeout 10 "$keepwall" help >/dev/full 2>"$tmp/err"
	result "a full disk" $(($? != 5)) "not exit code 5"
else
	skip "a full disk" "no /dev/full"
fi
{ sleep 0.2; "$keepwall" help 2>"$tmp/err"; echo $? >"$tmp/rc"; } | true
[[ $(cat "$tmp/rc") -eq 5 && ! -s $tmp/err ]]
result "a reader that went away" $? "exit code $(cat "$tmp/rc")"

exits 0 "version" version
if [[ -d /sys/module/keepwall ]]; then
	skip "no module" "it is loaded"
else
	for verb in "load $good" unload "show rules" "show zones" "show sets" \
		"show connections" "show stats" monitor; do
		# shellcheck disable=SC2086 # words
		exits 4 "no module: ${verb%% /*}" $verb
		says "no module: ${verb%% /*}: what to do" "modprobe keepwall"
	done
fi
if [[ -d /sys/module/keepwall && $EUID -eq 0 ]] &&
	setpriv --reuid 65534 --clear-groups test -x "$keepwall"; then
	setpriv --reuid 65534 --clear-groups "$keepwall" load "$good" \
		>"$tmp/out" 2>"$tmp/err"
	result "load without privilege" $(($? != 4)) "not exit code 4"
	says "load without privilege: why" "needs root"
else
	skip "load without privilege" "needs the module and root"
fi
echo "1..$n"
exit "$failed"
