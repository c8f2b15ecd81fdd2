#!/bin/sh
# try.sh FOLDER: installs, uses, upgrades and removes the .deb of FOLDER in a bare Debian, beside which it meets Debian's own
# tcpstat; before that it runs the program of the tarball there, alone. Root; packages are downloaded by debootstrap and apt.
set -eu
# What is mounted here is mounted for nobody else.
[ -n "${in_mount_namespace-}" ] || exec env in_mount_namespace=1 unshare --mount "$0" "$@"
made=$(readlink -f -- "$1")
bare=$(mktemp -d /tmp/tcpstat-bare.XXXXXX)
trap 'umount "$bare/proc" 2>/dev/null || true; rm -rf --one-file-system "$bare" "$bare.log"' EXIT
quietly() { "$@" >"$bare.log" 2>&1 || { cat "$bare.log"; fail "failed: $*"; }; }
fail() { printf 'try.sh: %s\n' "$*" >&2; exit 1; }
here() { chroot "$bare" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

quietly debootstrap --variant=minbase bookworm "$bare"
mount -t proc proc "$bare/proc"
cp "$made"/*.deb "$bare/root/"
cp "$made"/*.tar.gz "$bare/root/"

# A machine that has only the tarball.
here tar -C /opt -xf "/root/$(basename "$made"/*.tar.gz)"
here sh -c '/opt/tcpstat-*/bin/tcpstat --version'
here sh -c '/opt/tcpstat-*/bin/tcpstat summary' | grep -q '^ESTABLISHED' || fail 'the tarball counts nothing'
quietly here sh -c '/opt/tcpstat-*/bin/tcpstat record --record /root/record --count 1'
here sh -c '/opt/tcpstat-*/bin/tcpstat history --record /root/record' | grep -q ', 1 sample' || fail 'the tarball has no history'
newest=$(objdump -T "$bare"/opt/tcpstat-*/bin/tcpstat "$bare"/opt/tcpstat-*/lib/tcpstat/* |
    grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -1)
[ "$(printf '%s\n' GLIBC_2.34 "$newest" | sort -V | tail -1)" = GLIBC_2.34 ] || fail "the tarball needs $newest"
here sh -c 'rm -r /opt/tcpstat-* /root/record'

deb=/root/$(basename "$made"/*.deb)

quietly here apt-get -qq install -y --no-install-recommends "$deb"
here tcpstat --version
# Its sockets are those of this machine.
here tcpstat summary >/dev/null
here tcpstat check >/dev/null || [ $? -ne 3 ] || fail 'check is UNKNOWN'
for file in /usr/share/man/man8/tcpstat.8.gz /usr/share/doc/tcpstat-netlink/copyright \
    /usr/share/bash-completion/completions/tcpstat /usr/lib/systemd/system/tcpstat-check.timer; do
    [ -e "$bare$file" ] || fail "$file is missing"
done

# An upgrade, here to itself, leaves everything as it is.
before=$(here dpkg -L tcpstat-netlink)
quietly here dpkg -i "$deb"
[ "$before" = "$(here dpkg -L tcpstat-netlink)" ] || fail 'an upgrade changes the files'

quietly here dpkg --purge tcpstat-netlink
left=$(for file in $before; do [ -d "$bare$file" ] || [ ! -e "$bare$file" ] || printf '%s ' "$file"; done)
[ -z "$left" ] || fail "left behind: $left"

# Debian's tcpstat has the same command: one of them can be there.
quietly here apt-get -qq install -y tcpstat
refused=$(here dpkg -i "$deb" 2>&1) && fail "dpkg installed it beside Debian's tcpstat"
printf '%s\n' "$refused" | grep -q 'tcpstat-netlink conflicts with tcpstat' || fail "no reason: $refused"

echo "try.sh: installed, used, upgraded, refused beside Debian's tcpstat, removed; the tarball runs with $newest"
