# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced. Which Debian packages each purpose needs, and how a machine gets
# them: `need_packages "${PKG_BUILD[@]}"`.

# shellcheck disable=SC2034 # the lists are for whoever sources this
{
	# The module, the command and the native tests, whose harness is in the
	# kernel's source.
	PKG_BUILD=(build-essential bc bison flex kmod pkg-config libelf-dev
		libjansson-dev libmnl-dev libnetfilter-conntrack-dev libssl-dev
		linux-headers-amd64 linux-source-6.12 python3 xz-utils)
	# Static checks.
	PKG_LINT=(git shellcheck sparse mandoc python3-yaml python3-jsonschema)
	PKG_FUZZ=(clang libclang-rt-14-dev llvm)
	# Building a UML kernel; the source package is added by its name.
	PKG_UML=(build-essential bc bison flex kmod libelf-dev libssl-dev
		xz-utils)
	# Booting Debian's kernels.
	PKG_VM=(qemu-system-x86 busybox-static cpio kmod xz-utils zstd binutils)
	# What the tests call inside a guest; root there is this machine's.
	PKG_GUEST=(conntrack ethtool iproute2 iptables iputils-ping kmod
		netcat-openbsd nftables procps python3 socat tcpdump util-linux
		lksctp-tools)
}

_apt_get() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
		--no-install-recommends "$@" </dev/null
}

_missing_packages() {
	local pkg

	for pkg; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$pkg" 2>/dev/null) \
			== installed ]] || echo "$pkg"
	done
}

# need_packages PKG… installs what is missing. The package lists are fetched
# only when apt does not know a name: that costs more than most installs.
need_packages() {
	local -a missing
	local pkg log

	mapfile -t missing < <(_missing_packages "$@")
	((${#missing[@]})) || return 0
	if ((EUID != 0)); then
		echo "packages: need root to install: ${missing[*]}" >&2
		return 1
	fi
	log=$(mktemp)
	for pkg in "${missing[@]}"; do
		apt-cache show "$pkg" >/dev/null 2>&1 && continue
		_apt_get update >"$log" 2>&1 || break
		break
	done
	echo "packages: installing ${missing[*]}" >&2
	# A stale list names versions the mirror has dropped: refresh, retry.
	if ! _apt_get install "${missing[@]}" >>"$log" 2>&1 &&
		! { _apt_get update && _apt_get install "${missing[@]}"; } \
			>>"$log" 2>&1; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		echo "packages: cannot install ${missing[*]}" >&2
		return 1
	fi
	rm -f "$log"
}
