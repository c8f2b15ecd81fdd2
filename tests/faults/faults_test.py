"""What breaks it: each fault is made once, and once for good, and every answer is held against the same duties.

    faults_test.py PART PROGRAM [PRELOAD]      PART: allocations, calls, limits, tree or signals

No crash, no hang beyond --timeout, an exit status that fits, one sentence on standard error, a document that is closed,
and never a complete answer that differs from the true one. FAULTS=whole tries every point instead of some.
"""

import collections
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PART, PROGRAM, *REST = sys.argv[1:]
sys.argv = [sys.argv[0], PROGRAM]

from scene import LIMIT, TIMEOUT, Case, Scene, sockets_of_our_own  # noqa: E402 pylint: disable=wrong-import-position

WHOLE = os.environ.get("FAULTS") == "whole"
SKIPPED = 77  # as CMake asks for

# glibc expects no error of these: they would test glibc alone. Some end or begin the process.
NEVER = {"exit", "exit_group", "execve", "rt_sigreturn", "brk", "futex", "munmap", "madvise", "rseq", "set_robust_list",
         "rt_sigprocmask", "arch_prctl", "set_tid_address", "clone3", "gettid", "getpid", "sched_yield", "sigaltstack"}
WRITES = {"write", "writev", "pwrite64"}


class Trials:
    """Counts, and says each kind of failure once."""

    def __init__(self):
        self.made = 0
        self.wrong = collections.Counter()

    def add(self, where, wrong, got=None):
        self.made += 1
        for what in wrong:
            kind = (re.sub(r"\d+\+?", "N", where), what)
            self.wrong[kind] += 1
            if self.wrong[kind] == 1:
                print(f"{where}: {what}" + (f"\n    {got[0]} {got[1][-200:]!r} {got[2][-200:]!r}" if got else ""),
                      flush=True)

    def end(self):
        print(f"{self.made} trials, {sum(self.wrong.values())} failures")
        return 1 if self.wrong or self.made == 0 else 0


def points(total, short, long):
    """Which of so many to try: the first ones, and some evenly over the rest."""
    most = total if WHOLE else short
    first = range(1, min(total, max(most // 2, 1)) + 1)
    rest = most if not WHOLE else long
    return sorted({*first, *(1 + n * max(total - 1, 0) // max(rest - 1, 1) for n in range(rest))})


def allocations(scene, trials):
    preload = REST[0]
    counted = scene.here / "count"
    for case in scene.cases(live=("--timeout", TIMEOUT) if sockets_of_our_own() else ()):
        truth = scene.truth(case)
        scene.run(case.args, env={"LD_PRELOAD": preload, "FAIL_COUNT": str(counted)})
        for point in points(int(counted.read_text()), 12, 400):
            for on in (False, True):
                env = {"LD_PRELOAD": preload, "FAIL_AT": str(point), "FAIL_ON": "1" if on else None}
                got = scene.run(case.args, env=env)
                trials.add(f"{case.name}, allocation {point}{' and on' if on else ''}", scene.blame(case, truth, got), got)


def calls(scene, trials):
    strace = shutil.which("strace")
    if strace is None:
        return SKIPPED
    seen = scene.here / "calls"
    for case in scene.cases(live=("--timeout", TIMEOUT) if sockets_of_our_own() else ()):
        truth = scene.truth(case)
        if scene.run(case.args, before=[strace, "-f", "-o", seen])[0] != truth[0]:
            return SKIPPED  # ptrace(2) is not permitted
        before, after = collections.Counter(), collections.Counter()
        begun = False
        for line in seen.read_text(errors="replace").splitlines():
            found = re.match(r"\d+\s+(\w+)\(", line)
            if found:
                begun = begun or "F_GETFD" in line
                (after if begun else before)[found[1]] += 1
        for call in sorted(set(after) - NEVER):
            for error in ("EIO", "ENOMEM") if WHOLE else ("ENOMEM",):
                for when in [*(str(before[call] + n) for n in points(after[call], 2, 40)), f"{before[call] + 1}+"]:
                    inject = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                              f"inject={call}:error={error}:when={when}"]
                    got = scene.run(case.args, before=inject)
                    trials.add(f"{case.name}, {call} {error} {when}",
                               scene.blame(case, truth, got, writes_may_fail=call in WRITES), got)
    return None


def limited(scene, case, **limits):
    """As run(), below limits of resources (setrlimit(2))."""
    words = [f"--{name}={value}:{value}" for name, value in limits.items()]
    return scene.run(case.args, before=["prlimit", *words, "--"] if words else ())


def limits(scene, trials):
    for case in scene.cases():
        truth = scene.truth(case)
        for count in range(4, 12 if WHOLE else 9):
            got = limited(scene, case, nofile=count)
            # The loader itself may fail.
            if b"error while loading" not in got[2]:
                trials.add(f"{case.name}, {count} descriptors", scene.blame(case, truth, got), got)
        got = limited(scene, case, fsize=0)
        trials.add(f"{case.name}, no file may grow", scene.blame(case, truth, got), got)
        for megabytes in range(4, 80, 1 if WHOLE else 8):
            got = limited(scene, case, **{"as": megabytes << 20})
            if got[0] in (127, -signal.SIGKILL, -signal.SIGSEGV) and not got[1]:
                continue  # not even begun
            trials.add(f"{case.name}, {megabytes} MiB of memory", scene.blame(case, truth, got), got)
        if os.geteuid() == 0:
            # The limit of processes means nothing to root.
            as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", "--nproc=1:1", "--"]
            reachable = scene.run(case.args, before=as_nobody[:4])
            if reachable[0] == truth[0]:
                got = scene.run(case.args, before=as_nobody)
                trials.add(f"{case.name}, no thread", scene.blame(case, reachable, got), got)


def hostile(path, kind):
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        os.symlink(path.name, path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "device":
        os.symlink("/dev/zero", path)
    elif kind == "endless":
        path.write_bytes(b"9" * (8 << 20))
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "bytes":
        path.write_bytes(bytes(range(256)) * 16)


KINDS = ("fifo", "loop", "directory", "device", "endless", "empty", "bytes")


def tree(scene, trials):
    """Each file below --proc-root, each file that is named, as something else than what it should be."""
    files = ["net/tcp", "net/tcp6", "net/netstat", "net/snmp", "net/sockstat", "sys/net/ipv4/tcp_max_syn_backlog",
             "sys/net/core/somaxconn", "sys/net/ipv4/tcp_synack_retries", "sys/kernel/hostname", "1/comm", "1/fd",
             "812/comm", "812/fd", "812/limits", "812", "net/stat/synproxy", "stat", "uptime"]
    for file in files if WHOLE else files[:14]:
        for kind in KINDS:
            with tempfile.TemporaryDirectory(prefix="tcpstat-hostile-") as place:
                copy = os.path.join(place, "proc")
                shutil.copytree(scene.tree.path, copy, symlinks=True)
                path = type(scene.here)(copy) / file
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                elif path.exists() or path.is_symlink():
                    path.unlink()
                hostile(path, kind)
                root = ["--proc-root", copy, "--timeout", "1"]
                for case in (Case("list", [*root, "-a", "-p", "-j"], "json"), Case("summary", ["summary", *root, "-j"], "json"),
                             Case("check", ["check", *root, "-j"], "json", (0, 1, 2, 3)),
                             Case("audit", ["audit", *root, "-j"], "json", (0, 1, 2, 3))):
                    started = time.monotonic()
                    got = scene.run(case.args)
                    wrong = scene.blame(case, (None, b"", b""), got)
                    if time.monotonic() - started > LIMIT / 2:
                        wrong.append("takes longer than --timeout")
                    trials.add(f"{case.name}, {file} is a {kind}", wrong, got)
    for kind in KINDS:
        path = scene.here / f"input-{kind}"
        hostile(path, kind)
        for option in ("--source", "--netns", "--output-file"):
            if option == "--output-file" and kind != "fifo":
                continue
            base = [] if option == "--source" else ["--proc-root", scene.tree.path] if option == "--output-file" else []
            case = Case("named", [*base, option, path, "--timeout", "1", "-a"], "text")
            got = scene.run(case.args)
            trials.add(f"{option} is a {kind}", scene.blame(case, (None, b"", b""), got), got)
        case = Case("validate", ["validate", path], "text")
        if kind not in ("fifo", "device"):  # a log may have no end
            trials.add(f"validate of a {kind}", scene.blame(case, (None, b"", b""), scene.run(case.args)))


def signals(scene, trials):
    rng = random.Random(1)
    for case in scene.cases():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM):
            for _ in range(20 if WHOLE else 3):
                scene.clear()
                with subprocess.Popen([PROGRAM, *case.args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE) as child:
                    time.sleep(rng.random() * 0.03)
                    child.send_signal(number)
                    try:
                        out, err = child.communicate(timeout=LIMIT)
                    except subprocess.TimeoutExpired:
                        child.kill()
                        trials.add(f"{case.name}, {number.name}", ["hang"])
                        continue
                wrong = []
                if child.returncode not in (-number, *case.codes):
                    wrong.append(f"exit status {child.returncode}")
                if list(scene.here.glob("target?*")):
                    wrong.append("left a temporary file")
                if child.returncode >= 0 and case.form == "json" and case.stdout and scene.answer(case, out) is None:
                    wrong.append("document is not closed")
                trials.add(f"{case.name}, {number.name}", wrong, (child.returncode, out, err))


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    trials = Trials()
    parts = {"allocations": allocations, "calls": calls, "limits": limits, "tree": tree, "signals": signals}
    if parts[PART](Scene(PROGRAM), trials) == SKIPPED:
        print("skipped: strace(1) is not to be had here")
        return SKIPPED
    return trials.end()


if __name__ == "__main__":
    sys.exit(main())
