"""What the tests of faults share: a made-up /proc, saved files, the command lines of all verbs, and what every answer owes.

Nothing here needs root: rows come from trees and files. Where root is to be had, `live` adds the kernel's own sockets in
a namespace of our own.
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))
from harness import HEADER, ProcTree, environment, proc_line  # noqa: E402 pylint: disable=wrong-import-position

# No wait for a source may last longer than --timeout; the rest is for a busy machine and for strace(1).
TIMEOUT = 2
LIMIT = TIMEOUT + 10

# What an exit status may be: of lists and their like, and of plugins.
ORDINARY, PLUGIN = (0, 1, 2), (0, 1, 2, 3)


class Case:
    """One command line. `form` is json, ndjson, rows, verdict or text; `codes` what it may exit with when something fails."""

    def __init__(self, name, args, form, codes=ORDINARY, stdout=True):
        self.name, self.args, self.form, self.codes, self.stdout = name, [str(arg) for arg in args], form, codes, stdout


class Scene:
    def __init__(self, tcpstat, rows=60):
        self.tcpstat = tcpstat
        self._directory = tempfile.TemporaryDirectory(prefix="tcpstat-faults-")
        self.here = Path(self._directory.name)
        lines = [proc_line("LISTEN", "0.0.0.0:443", "0.0.0.0:0", inode=7)]
        lines += [proc_line("ESTABLISHED", f"192.0.2.10:{2000 + n}", "198.51.100.7:443", inode=1000 + n)
                  for n in range(rows)]
        self.tree = ProcTree(tcp=lines, tcp6=[])
        self.tree.process(812, b"nginx", {3: 7, **{10 + n: 1000 + n for n in range(rows)}})
        self.tree.process(813, b"worker", {3: 7})
        self.saved = self.here / "rows"
        self.saved.write_bytes(self.run([*self.root, "-a", "-p", "-f", "ndjson"])[1])
        self.record = self.here / "record"
        self.run(["record", "--record", str(self.record), *self.root, "--count", "1", "-q"])
        self.text = self.here / "tcp"
        self.text.write_text("\n".join([HEADER, *lines]) + "\n")
        self.trace = self.here / "trace"
        self.trace.write_text("".join(
            f"  x-{n} [000] ..s.. {100 + n / 1000:.6f}: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP "
            f"sport={n + 1} dport=80 saddr=10.0.0.1 daddr=10.0.0.2 saddrv6=::ffff:10.0.0.1 daddrv6=::ffff:10.0.0.2 "
            "oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1\n" for n in range(200)))
        self.target = self.here / "target"

    @property
    def root(self):
        return ["--proc-root", str(self.tree.path), "--timeout", str(TIMEOUT)]

    def cases(self, live=()):
        """Every verb, and every reader and writer that differs. `live`: options that name a source of the kernel's."""
        root = self.root
        found = [
            Case("list", [*root, "-a", "-f", "json"], "json"),
            Case("owners", [*root, "-a", "-p", "-f", "json"], "json"),
            Case("plain", [*root, "-a", "-f", "plain", "-o", "STATE,LOCAL,REMOTE,INODE"], "rows"),
            Case("sorted", [*root, "-a", "-S", "remote_port", "-f", "json"], "json"),
            Case("process", [*root, "-a", "--process", "nginx", "-f", "json"], "json"),
            Case("table", [*root, "-a", "-p"], "rows"),
            Case("quiet", [*root, "-q", "--process", "nginx"], "text"),
            Case("summary", ["summary", *root, "--json"], "json"),
            Case("grouped", ["summary", "--by", "process", *root, "--json"], "json"),
            Case("check", ["check", *root], "verdict", PLUGIN),
            Case("check-json", ["check", *root, "--json"], "json", PLUGIN),
            Case("audit", ["audit", *root, "--json"], "json", PLUGIN),
            Case("watch", ["watch", *root, "-a", "--count", "2", "--interval", "0.05", "-f", "ndjson"], "ndjson"),
            Case("events", ["watch", "--events", *root, "--count", "2", "--interval", "0.05", "-f", "ndjson"], "ndjson"),
            Case("validate", ["validate", "-f", "json", self.trace], "json"),
            Case("rows-file", ["-a", "--source", self.saved, "-f", "json"], "json"),
            Case("record-rows", ["-a", "-p", "--record", self.record, "-f", "json"], "json"),
            Case("history", ["history", "--record", self.record, "-j"], "json"),
            Case("record", ["record", "--record", self.here / "target", *root, "--count", "1"], "text"),
            Case("text-file", ["-a", "--source", self.text, "-f", "json"], "json"),
            Case("output-file", [*root, "-a", "-f", "json", "--output-file", self.target], "json", stdout=False),
            Case("explain", ["explain", "TIME_WAIT", "-f", "json"], "json"),
            Case("words", ["--list", "columns", "-j"], "json"),
            Case("usage", ["-s", "NOPE"], "text"),
        ]
        if live:
            found += [
                Case("live", [*live, "-a", "-f", "json"], "json"),
                Case("live-both", [*live, "-a", "--source", "both", "-f", "json"], "json"),
                Case("live-check", ["check", *live, "--json"], "json", PLUGIN),
            ]
        return found

    def run(self, args, before=(), env=None, limit=LIMIT):
        """(status or "hang", stdout, stderr). `before`: a program that runs it."""
        self.clear()
        with subprocess.Popen([*before, self.tcpstat, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment(**(env or {})), start_new_session=True) as child:
            try:
                out, err = child.communicate(timeout=limit)
                return child.returncode, out, err
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)
                return ("hang", *child.communicate())

    def clear(self):
        """Removes what a run before may have written."""
        for path in self.here.glob("target*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def answer(self, case, out):
        """What was printed: the rows it tells and whether it says that they are all. None: it is not whole."""
        if not case.stdout:
            if not self.target.exists():
                return None
            out = self.target.read_bytes()
        try:
            if case.form == "json":
                document = json.loads(out)
                return facts_of(document), says_all(document)
            if case.form == "ndjson":
                if out and not out.endswith(b"\n"):
                    return None
                lines = [json.loads(line) for line in out.splitlines()]
                complete = bool(lines) and all(says_all(line) for line in lines)
                return [facts_of(line) for line in lines], complete
        except ValueError:
            return None
        if case.form == "verdict":
            return out.splitlines()[:1], True  # what could not be read is a note below it
        return out.splitlines(), True

    def blame(self, case, truth, got, writes_may_fail=False):
        """What is wrong with an answer under a fault; empty: nothing."""
        status, out, err = got
        wrong = []
        if status == "hang":
            return ["hang"]
        if status < 0 or status >= 128:
            return [f"ended by signal {status}"]
        if status not in case.codes:
            wrong.append(f"exit status {status}")
        answer = self.answer(case, out)
        failed = status >= 2 if case.codes == ORDINARY else status == 3
        if case.form in ("json", "ndjson") and answer is None and not writes_may_fail:
            if case.stdout or not failed:
                wrong.append("document is not closed" if out else "no document")
        if failed and not writes_may_fail and not err.strip() and not (case.codes == PLUGIN and out.strip()):
            wrong.append("says nothing")
        told = [line for line in err.splitlines() if line.strip()]
        if any(not line.startswith(b"tcpstat: ") for line in told):
            wrong.append("standard error: " + repr(err[:120]))
        if status == truth[0] and answer is not None and answer != self.answer_of(case, truth) and answer[1] and not told:
            wrong.append("complete, and another answer")
        if list(self.here.glob("target?*")):
            wrong.append("left a temporary file")
        return wrong

    def answer_of(self, case, truth):
        return truth[3] if len(truth) > 3 else self.answer(case, truth[1])

    def truth(self, case):
        """The answer without a fault, with what it tells."""
        status, out, err = self.run(case.args)
        return status, out, err, self.answer(case, out)


def says_all(document):
    """Whether a document claims to be all there is: it is complete, and no warning says what it lacks."""
    return not isinstance(document, dict) or (document.get("complete", True) and not any(
        warning["code"] in ("fallback", "counters_unread", "owners_unread", "owners_not_read")
        for warning in document.get("warnings", [])))


def facts_of(document):
    """A document without what differs from run to run, and without names, which are null where they cannot be found."""
    if not isinstance(document, dict):
        return document
    volatile = {"time", "warnings", "netns", "complete", "timer_ms", "age_ms", "user", "host",
                "kernel"}
    return {key: facts_of(value) if isinstance(value, dict) else
            [facts_of(one) for one in value] if isinstance(value, list) else value
            for key, value in document.items() if key not in volatile}


def sockets_of_our_own():
    """Moves this process into a network namespace with a few connections; False where that is not permitted."""
    clone_newnet = 0x40000000  # sched.h
    if ctypes.CDLL(None).unshare(clone_newnet) != 0:
        return False
    if subprocess.run(["ip", "link", "set", "lo", "up"], check=False).returncode != 0:
        return False
    listener = socket.create_server(("127.0.0.1", 8000), backlog=64)
    sockets_of_our_own.kept = [listener]
    for _ in range(20):
        sockets_of_our_own.kept.append(socket.create_connection(("127.0.0.1", 8000)))
        sockets_of_our_own.kept.append(listener.accept()[0])
    return True
