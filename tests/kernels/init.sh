#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a kernel that is tried: makes a few connections, looks at them with tcpstat, says what was right,
# and turns the machine off. boot.sh puts it into the initramfs as /init.
/bin/busybox --install -s /bin
export PATH=/bin LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /tmp
mount -t tracefs tracefs /sys/kernel/tracing
for module in /modules/*.ko; do
    case $module in *inet_diag.ko) insmod "$module" ;; esac
done
for module in /modules/*.ko; do
    case $module in *inet_diag.ko) ;; *) insmod "$module" ;; esac
done
ip link set lo up

tests=0
failed=0
# is WHAT FOUND WANTED
is() {
    tests=$((tests + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $tests - $1"
    else
        failed=$((failed + 1))
        echo "not ok $tests - $1: found '$2', wanted '$3'"
    fi
}
count() { grep -c "$@" || true; }
# From one processor: where the ACK of a handshake and the data behind it are taken by two, both make a child, and the
# kernel drops one of them (inet_csk_complete_hashdance(), "another child took ownership"). It announces both.
connections() {
    for _ in 1 2 3 4 5; do taskset 1 wget -q -O /dev/null http://127.0.0.1:8000/; done
}
# start FILE ARGS...: a trace into that file, and its number into FILE.pid.
start() {
    out=$1
    shift
    tcpstat trace --port 8000 -f ndjson "$@" >"$out" 2>"$out.err" &
    echo $! >"$out.pid"
}
# ended FILE: asks it to end, and waits.
ended() {
    kill -TERM "$(cat "$1.pid")"
    wait "$(cat "$1.pid")"
    is "the trace $1 ends well" $? 0
    grep -v 'counts nothing' "$1.err"
}

echo hello >/tmp/index.html
httpd -p 8000 -h /tmp
echo "kernel $(uname -r)"
tcpstat --list sources

is 'the list has the listener' "$(tcpstat -l -f csv -H | count 8000)" 1
is 'and its owner' "$(tcpstat -l -p -f csv -H | count httpd)" 1
is '/proc has it, too' "$(tcpstat -l --source proc -f csv -H | count 8000)" 1

# All beside each other: they see the same connections.
start /tmp/bpf --source bpf
start /tmp/tracefs --source tracefs --netns all
start /tmp/lives --source bpf --lives
start /tmp/half-open --source bpf --only half-open
sleep 15 # it is slow here, and all have to be attached
connections
sleep 3
for trace in bpf tracefs lives half-open; do ended /tmp/$trace; done

pairs() { sed -n 's/.*"from":"\([A-Z0-9_]*\)","to":"\([A-Z0-9_]*\)".*/\1 \2/p' "$1" | sort | uniq -c | tr -s ' \n' ' '; }
is 'both sources tell the same transitions' "$(pairs /tmp/bpf)" "$(pairs /tmp/tracefs)"
is 'of ten sockets' "$(count '"to":"CLOSE"' </tmp/bpf)" 10
is 'none of them illegal' "$(count '"verdict":"illegal"' </tmp/bpf)" 0

is 'a life for each end' "$(count '"object":"socket".*"opening":"\(active\|passive\)"' </tmp/lives)" 10
is 'all of them whole' "$(count '"type":"life".*"complete":true' </tmp/lives)" 10
is 'the children have their own ends' "$(count '"local_port":8000,.*"remote_port":[1-9].*"passive"' </tmp/lives)" 5

is 'requests come' "$(count '"from":"ABSENT","to":"SYN_RECV"' </tmp/half-open)" 5
is 'and are completed' "$(count '"object":"request","cause":"completed"' </tmp/half-open)" 5

tcpstat check --exact --interval 15 -j >/tmp/check &
checker=$!
sleep 8
connections
wait $checker
is 'check --exact counts handshakes' "$(tr ',' '\n' </tmp/check | grep -A1 '"handshakes_completed"' | count '"value":5')" 1

if [ $failed -eq 0 ]; then echo "kernel $(uname -r): all $tests passed"; else echo "kernel $(uname -r): $failed of $tests failed"; fi
poweroff -f
