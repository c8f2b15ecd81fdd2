#!/bin/sh
# try.sh FOLDER: installs, uses, upgrades and removes the .deb of FOLDER in a bare Debian, beside which it meets Debian's own
# tcpstat; before that it runs the program of the tarball there, alone, and the .rpm with a database of RPM that has what
# that Debian has; last it builds the container. Root; packages are downloaded by debootstrap and apt.
set -eu
# What is mounted here is mounted for nobody else.
[ -n "${in_mount_namespace-}" ] || exec env in_mount_namespace=1 unshare --mount "$0" "$@"
made=$(readlink -f -- "$1")
bare=$(mktemp -d /tmp/tcpstat-bare.XXXXXX)
trap 'umount "$bare/proc" 2>/dev/null || true; rm -rf --one-file-system "$bare" "$bare.log" "$bare.images"' EXIT
quietly() { "$@" >"$bare.log" 2>&1 || { cat "$bare.log"; fail "failed: $*"; }; }
fail() { printf 'try.sh: %s\n' "$*" >&2; exit 1; }
here() { chroot "$bare" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

# Without a daemon, a registry or a driver of the kernel.
in_images() { buildah --root "$bare.images/store" --runroot "$bare.images/run" --storage-driver vfs "$@"; }

quietly debootstrap --variant=minbase bookworm "$bare"
# What the container is built from: Debian's image is made so, too.
base=$(in_images from scratch)
cp -a "$bare/." "$(in_images mount "$base")/"
quietly in_images commit --rm "$base" localhost/debian:bookworm-slim
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

# Debian has rpm(8), and no packages for it: one package stands for what the bare system has, as rpm itself sees it. So the
# needs of ours are resolved, and not passed over.
rpms=$bare/root/rpms
in_rpms() { rpm --root "$bare" "$@"; }
rpm_install() { in_rpms -i --force-debian "$1" 2>"$bare.log"; }
rpm_of() { # rpm_of NAME [LINE...]: makes a package without files, and prints where it is
    name=$1
    shift
    {
        printf 'Name: %s\nVersion: 1\nRelease: 1\nSummary: stands for others\nLicense: none\nBuildArch: noarch\n' "$name"
        printf 'AutoReqProv: no\n'
        for line; do printf '%s\n' "$line"; done
        printf '%%description\nFor a test.\n%%files\n'
    } >"$rpms/$name.spec"
    rpmbuild -bb --quiet --define "_topdir $rpms" --define "_rpmdir $rpms" "$rpms/$name.spec" >"$bare.log" 2>&1 ||
        { cat "$bare.log" >&2; fail "rpmbuild failed"; }
    printf '%s\n' "$rpms/noarch/$name-1-1.noarch.rpm"
}
provided_here() {
    find "$bare/lib" "$bare/usr/lib" -name '*.so*' -type f -path "*$(uname -m)*" | /usr/lib/rpm/find-provides | sort -u |
        sed 's/^/Provides: /'
    # The loader reads such tables; glibc's package says so by hand.
    echo 'Provides: rtld(GNU_HASH)'
    echo 'Provides: /bin/sh'
}
made_rpm=$(echo "$made"/*.rpm)
mkdir -p "$rpms"
libraries="libmnl0 libelf1 libtraceevent1"
# shellcheck disable=SC2086 # a list
quietly here apt-get -qq install -y --no-install-recommends $libraries
in_rpms --initdb
rpm_install "$made_rpm" && fail 'the .rpm asks for nothing'
grep -q 'libmnl.so.0' "$bare.log" || fail "the .rpm does not ask for libmnl: $(cat "$bare.log")"
rpm_install "$(provided_here | { set --; while read -r line; do set -- "$@" "$line"; done; rpm_of bare-debian "$@"; })" || fail "$(cat "$bare.log")"
rpm_install "$made_rpm" || fail "$(cat "$bare.log")"
here tcpstat summary | grep -q '^ESTABLISHED' || fail 'the .rpm counts nothing'
quietly in_rpms -V tcpstat-netlink
# An upgrade, here to itself.
quietly in_rpms -U --force-debian --replacepkgs "$made_rpm"
files=$(in_rpms -ql tcpstat-netlink)
for file in /usr/bin/tcpstat /usr/share/man/man8/tcpstat.8.gz /usr/lib/systemd/system/tcpstat-check.timer; do
    printf '%s\n' "$files" | grep -qx "$file" || fail "the .rpm lacks $file"
done
quietly in_rpms -e tcpstat-netlink
left=$(for file in $files; do [ -d "$bare$file" ] || [ ! -e "$bare$file" ] || printf '%s ' "$file"; done)
[ -z "$left" ] || fail "the .rpm leaves behind: $left"
rpm_install "$(rpm_of tcpstat)" || fail "$(cat "$bare.log")"
rpm_install "$made_rpm" && fail 'rpm installed it beside another tcpstat'
grep -q 'tcpstat.*conflicts' "$bare.log" || fail "no reason: $(cat "$bare.log")"
rm -rf "$rpms" "$bare/var/lib/rpm"
# shellcheck disable=SC2086 # a list
quietly here apt-get -qq purge -y $libraries

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

# The container, as its file says, and with the privileges of the DaemonSet alone. It looks at a namespace without sockets.
sources=$(dirname -- "$0")/../..
mkdir -p "$bare.images/here/build/packages-made"
cp "$made"/*.deb "$bare.images/here/build/packages-made/"
quietly in_images bud --isolation chroot --pull-never -f "$sources/contrib/container/Containerfile" -t tcpstat "$bare.images/here"
container=$(in_images from --pull-never localhost/tcpstat)
[ "$(in_images inspect --format '{{.OCIv1.Config.Entrypoint}}' "$container")" = '[/usr/bin/tcpstat]' ] ||
    fail 'the container begins with something else'
inside=$(in_images mount "$container")
mkdir "$inside/metrics"
# shellcheck disable=SC2016 # the inner shell's
quietly unshare --net --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" setpriv \
    --bounding-set -all,+sys_ptrace,+dac_read_search --inh-caps -all sh -c "tcpstat summary | grep -q ^ESTABLISHED &&
    tcpstat check -q --interval 3 --metrics-file /metrics/tcpstat.prom"' sh "$inside"
grep -q '^tcpstat_check_status' "$inside/metrics/tcpstat.prom" || fail 'the container writes no metrics'
grep -q '^tcpstat_snapshot_complete 1' "$inside/metrics/tcpstat.prom" || fail 'the container does not see everything'
quietly in_images rm "$container"

echo "try.sh: installed, used, upgraded, refused beside Debian's tcpstat, removed, as the .rpm was; the tarball runs with $newest; the container is built and runs"
