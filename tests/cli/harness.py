"""Runs tcpstat as cron, a terminal or a pipeline would, and holds what comes out against what was promised.

Each test of this folder is a unittest file that gets the program as its last argument. Nothing here needs root or a
network: rows come from made-up /proc trees and saved files, and a few from sockets on 127.0.0.1 where there is one.
"""

import fcntl
import ipaddress
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
from pathlib import Path

TCPSTAT = sys.argv.pop() if len(sys.argv) > 1 and os.access(sys.argv[-1], os.X_OK) else "tcpstat"
HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
SCHEMAS = HERE.parent / "schema"

STATES = {"ESTABLISHED": 1, "SYN_SENT": 2, "SYN_RECV": 3, "FIN_WAIT1": 4, "FIN_WAIT2": 5, "TIME_WAIT": 6, "CLOSE": 7,
          "CLOSE_WAIT": 8, "LAST_ACK": 9, "LISTEN": 10, "CLOSING": 11}


def environment(**changes):
    """What cron gives, in a UTF-8 locale; a change to None removes a variable."""
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/", "SHELL": "/bin/sh"}
    for name in os.environ:
        if name.startswith(("ASAN_", "UBSAN_", "LSAN_")):
            env[name] = os.environ[name]
    env.update(changes)
    return {name: value for name, value in env.items() if value is not None}


class Result:
    def __init__(self, code, out, err):
        self.code, self.bytes, self.err = code, out, err.decode("utf-8", "replace")

    @property
    def out(self):
        return self.bytes.decode("utf-8")

    @property
    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return f"exit {self.code}\n{self.bytes[:2000]!r}\n{self.err}"


def arguments(args):
    return [arg if isinstance(arg, bytes) else str(arg) for arg in args]


def run(*args, stdin=None, env=None, timeout=60, **more):
    """`stdin`: bytes, or nothing for /dev/null."""
    how = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    how.update(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    how.update(more)
    done = subprocess.run([TCPSTAT, *arguments(args)], env=environment(**(env or {})), timeout=timeout, **how)
    return Result(done.returncode, done.stdout or b"", done.stderr or b"")


def shell(script, env=None, **more):
    """A line of sh in which "$T" is the program."""
    done = subprocess.run(["sh", "-c", script], env=environment(T=TCPSTAT, **(env or {})), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)
    return Result(done.returncode, done.stdout, done.stderr)


def on_terminal(*args, columns=80, env=None):
    """Standard output is a terminal of that many columns; standard error is not."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([TCPSTAT, *arguments(args)], env=environment(**{"TERM": "xterm", **(env or {})}),
                          stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE) as child:
        os.close(slave)
        out = b""
        try:
            while chunk := os.read(master, 65536):
                out += chunk
        except OSError:  # how Linux tells that the last user of the terminal is gone
            pass
        os.close(master)
        return Result(child.wait(), out.replace(b"\r\n", b"\n"), child.stderr.read())


def words(what):
    """The first fields of --list WHAT."""
    return [line.split("\t")[0] for line in run("--list", what).lines]


# Made-up /proc trees.

def hex_endpoint(text):
    """"192.0.2.1:80" or "[2001:db8::1]:80" as /proc/net/tcp writes it on this host."""
    address, _, port = text.rpartition(":")
    packed = ipaddress.ip_address(address.strip("[]")).packed
    words_ = [f"{number:08X}" for number in struct.unpack(f"={len(packed) // 4}I", packed)]
    return f"{''.join(words_)}:{int(port):04X}"


def proc_line(state, local, remote, *, tx=0, rx=0, timer=0, when=0, retransmits=0, uid=0, probes=0, inode=0):
    """net/ipv4/tcp_ipv4.c: get_tcp4_sock(), get_openreq4(), get_timewait4_sock()."""
    mini = inode == 0 and (state in ("SYN_RECV", "TIME_WAIT") or timer == 3)
    rest = "0000000000000000" if mini else "0000000000000000 100 0 0 10 0"
    return (f"   0: {hex_endpoint(local)} {hex_endpoint(remote)} {STATES[state]:02X} {tx:08X}:{rx:08X} "
            f"{timer:02X}:{when:08X} {retransmits:08X} {uid:5d} {probes:8d} {inode} 1 {rest}")


HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"


def proc_text(*lines):
    return "\n".join((HEADER,) + lines) + "\n"


# One row of everything that /proc shows: the rows of the golden files.
IPV4_ROWS = (
    proc_line("LISTEN", "0.0.0.0:443", "0.0.0.0:0", rx=2, inode=101),
    proc_line("LISTEN", "127.0.0.1:5432", "0.0.0.0:0", uid=54321, inode=102),
    proc_line("ESTABLISHED", "192.0.2.10:443", "198.51.100.7:50123", inode=103),
    proc_line("ESTABLISHED", "192.0.2.10:443", "198.51.100.255:65535", tx=123456, rx=7, timer=1, when=45,
              retransmits=3, inode=104),
    proc_line("SYN_SENT", "192.0.2.10:39000", "203.0.113.5:25", tx=1, timer=1, when=100, retransmits=1, uid=54321,
              inode=105),
    proc_line("SYN_RECV", "192.0.2.10:443", "203.0.113.99:1024", timer=1, when=250, retransmits=2),
    proc_line("SYN_RECV", "192.0.2.10:443", "203.0.113.100:1025", timer=1, when=99),
    proc_line("FIN_WAIT1", "192.0.2.10:443", "198.51.100.8:50124", tx=1, timer=1, when=20, inode=0),
    proc_line("TIME_WAIT", "192.0.2.10:443", "198.51.100.9:50125", timer=3, when=5900),
    proc_line("CLOSE_WAIT", "192.0.2.10:443", "198.51.100.10:50126", rx=1, inode=106),
    proc_line("LAST_ACK", "192.0.2.10:443", "198.51.100.11:50127", tx=1, timer=1, when=20, inode=0),
    proc_line("CLOSING", "192.0.2.10:443", "198.51.100.12:50128", tx=1, rx=1, timer=1, when=20, inode=0),
)
IPV6_ROWS = (
    proc_line("LISTEN", "[::]:443", "[::]:0", inode=201),
    proc_line("ESTABLISHED", "[2001:db8:1234:5678:9abc:def0:1234:5678]:443",
              "[2001:db8:ffff:ffff:ffff:ffff:ffff:fffe]:65535", timer=2, when=720000, inode=202),
    proc_line("ESTABLISHED", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.77]:50200", inode=203),
    proc_line("FIN_WAIT2", "[2001:db8::1]:443", "[2001:db8::2]:50201", timer=3, when=4000),
    proc_line("FIN_WAIT2", "[fe80::1]:443", "[fe80::2]:50202", inode=204),
)
# A listener under a SYN flood from random sources.
FLOOD_ROWS = (proc_line("LISTEN", "0.0.0.0:443", "0.0.0.0:0", inode=7),) + tuple(
    proc_line("SYN_RECV", "192.0.2.10:443", f"198.18.{n // 250}.{n % 250 + 1}:{1024 + n * 37 % 60000}", timer=1,
              when=100 + n * 11 % 700, retransmits=(0, 1, 1, 2, 2, 2, 2)[n % 7]) for n in range(400))
# A process whose attempts to connect nobody answers.
ATTEMPT_ROWS = tuple(proc_line("SYN_SENT", f"192.0.2.10:{3000 + n}", "203.0.113.5:25", tx=1, timer=1, when=100, retransmits=4,
                               inode=1000 + n) for n in range(30))
TOTAL = len(IPV4_ROWS) + len(IPV6_ROWS)
LISTENING = 3


class ProcTree:
    """A directory that looks like /proc to --proc-root."""

    def __init__(self, tcp=IPV4_ROWS, tcp6=IPV6_ROWS):
        self._directory = tempfile.TemporaryDirectory(prefix="tcpstat-proc-")
        self.path = Path(self._directory.name)
        self.write("net", tcp, tcp6)
        self.process(1, b"init", {})

    def write(self, net, tcp, tcp6):
        (self.path / net).mkdir(parents=True)
        for name, rows in (("tcp", tcp), ("tcp6", tcp6)):
            if rows is not None:
                (self.path / net / name).write_text(proc_text(*rows))

    def process(self, pid, name, sockets):
        """`sockets`: inode by descriptor."""
        directory = self.path / str(pid)
        (directory / "fd").mkdir(parents=True)
        (directory / "comm").write_bytes(name + b"\n")
        for descriptor, inode in sockets.items():
            (directory / "fd" / str(descriptor)).symlink_to(f"socket:[{inode}]")
        (directory / "fd" / "999").symlink_to("/dev/null")

    def sysctl(self, name, value):
        path = self.path / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")

    def counters(self, **grown):
        """What the kernel counts, all 0 unless `grown`, and SYN cookies in use when a queue is full."""
        listed = (HERE.parent.parent / "src/model/kernel_facts.def").read_text()
        lines = {}
        for file, group, name in re.findall(r'^COUNTER\(\w+, "(\w+)", "(\w+)", "(\w+)"\)', listed, re.MULTILINE):
            lines.setdefault((file, group), []).append((name, str(grown.get(name, 0))))
        for file in {file for file, _ in lines}:
            text = ""
            for (where, group), columns in lines.items():
                if where == file:
                    text += "".join(f"{group}: {' '.join(row)}\n" for row in zip(*columns))
            (self.path / "net" / file).write_text(text)
        self.sysctl("net/ipv4/tcp_syncookies", 1)
        self.sysctl("net/ipv4/tcp_synack_retries", 5)

    def cleanup(self):
        self._directory.cleanup()


class TestCase(unittest.TestCase):
    maxDiff = None

    def tree(self, *args, **more):
        tree = ProcTree(*args, **more)
        self.addCleanup(tree.cleanup)
        return tree

    def directory(self):
        directory = tempfile.TemporaryDirectory(prefix="tcpstat-cli-")
        self.addCleanup(directory.cleanup)
        return Path(directory.name)

    def succeeds(self, *args, quiet=True, **more):
        """Exit 0 and, unless `quiet` is false, not a word on standard error."""
        result = run(*args, **more)
        self.assertEqual(result.code, 0, (args, result))
        if quiet:
            self.assertEqual(result.err, "", args)
        return result

    def fails(self, *args, sentence, **more):
        """Exit 2, nothing on standard output, and exactly this sentence (a pattern) on standard error."""
        result = run(*args, **more)
        self.assert_failure(result, sentence, args)
        return result

    def assert_failure(self, result, sentence, args=()):
        self.assertEqual(result.code, 2, (args, result))
        self.assertEqual(result.bytes, b"", args)
        self.assertRegex(result.err, r"\Atcpstat: [^\n]+\n\Z", args)
        self.assertRegex(result.err[len("tcpstat: "):-1], rf"\A(?:{sentence})\Z", args)

    def json(self, *args, **more):
        return unique(self.succeeds(*args, "--json", **more).out)


def unique(text):
    """Parses JSON in which no object has a key twice, and every key looks as promised."""
    def build(pairs):
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"a key twice: {keys}"
        for key in keys:
            assert re.fullmatch("[a-z][a-z0-9_]*", key), key
        return dict(pairs)
    return json.loads(text, object_pairs_hook=build)


def main():
    unittest.main(verbosity=1)
