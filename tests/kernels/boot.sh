#!/bin/sh
# boot.sh TCPSTAT KERNEL-TREE BUSYBOX-TREE DIRECTORY: boots the kernel of an unpacked package in an emulator, with tcpstat
# and init.sh in its initramfs, and shows what that says. Needs no KVM, no root and no disk. Exit status 0: all was right.
set -eu
tcpstat=$1 kernel=$2 busybox=$3 work=$4
here=$(dirname -- "$(readlink -f -- "$0")")
image=$(find "$kernel/boot" -name 'vmlinuz-*' | head -n 1)
[ -n "$image" ] || { echo "there is no kernel in $kernel" >&2; exit 125; }

rm -rf "$work"
mkdir -p "$work/bin" "$work/modules" "$work/proc" "$work/sys" "$work/dev" "$work/tmp"
cp "$busybox/bin/busybox" "$work/bin/"
cp "$tcpstat" "$work/bin/tcpstat"
cp "$here/init.sh" "$work/init"
chmod +x "$work/init"
# The libraries, where the program looks for them.
ldd "$tcpstat" | grep -o '/[^ )]*' | while read -r library; do
    mkdir -p "$work$(dirname -- "$library")"
    cp -L "$library" "$work$library"
done
for module in inet_diag tcp_diag; do
    found=$(find "$kernel/lib/modules" -name "$module.ko*" | head -n 1)
    case $found in
        *.ko) cp "$found" "$work/modules/" ;;
        *.ko.xz) xz -dc "$found" >"$work/modules/$module.ko" ;;
        *.ko.zst) zstd -qdc "$found" >"$work/modules/$module.ko" ;;
    esac
done
(cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) >"$work.initrd"

log=$work.log
# Not the fastest emulation of all, but one that every machine has.
timeout 900 qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 768 -cpu max -nographic -no-reboot -nodefaults \
    -serial stdio -kernel "$image" -initrd "$work.initrd" \
    -append 'console=ttyS0 quiet loglevel=1 panic=-1' </dev/null >"$log" 2>&1 || true
# Behind what the firmware says.
tr -d '\r' <"$log" | sed -n 's/.*\(kernel [0-9]\)/\1/; /^kernel /,$p'
grep -q 'all [0-9]* passed' "$log"
