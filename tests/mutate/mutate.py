#!/usr/bin/env python3
"""Changes one line at a time and looks which test notices.

mutate.py [N] [--seed S] [--in FOLDER,…] [--only FILE[:LINE]] [--no-lab] [--sound] [--list]

Each change is built in a copy of the tree below build/mutate; the checkout is not touched. Unit tests run first, then the
command-line tests, then the lab tests that fit the folder. What does not compile, or makes more than a few files be
compiled anew, does not count. The same seed on the same tree makes the same changes. Prints a table by folder and the
survivors; changes that make no difference to anybody are written down in equivalent.txt.
"""

import argparse
import collections
import json
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
from pathlib import Path

from changes import changes_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLACE = ROOT / "build/mutate"
COPY = PLACE / "tree"
BUILD = PLACE / "build"
PARTS = ("src", "parsers", "cli")
# One line of a header that everybody includes is a build of everything.
MOST_FILES = 20
JOBS = os.cpu_count() or 1

# By the beginning of the path: which command-line and lab tests could see a change. The first that fits counts.
FITTING = [
    ("src/machine", "explain|validate|watch", "oracle|watch"),
    ("src/trace", "validate|watch|trace", "watch|oracle|trace"),
    ("src/record", "record", "record"),
    ("src/explain", "explain", ""),
    ("src/detect", "check|evidence|state_file|proc_root", "evaluation|cron"),
    ("src/diagnose", "check|evidence|proc_root", "diagnoses"),
    ("src/check", "check|evidence|state_file", "cron|evaluation"),
    ("src/audit", "audit", ""),
    ("src/render", "formats|table|streams|validate|watch|check|explain|metrics", "states"),
    ("src/survey", "formats|table|options|proc_root|files", "filters|listeners|processes|population"),
    ("src/filter", "options|proc_root|files", "filters"),
    ("src/model", "formats|table|explain|files|proc_root", "states|flags"),
    ("src/base", "formats|table|words|files", ""),
    ("parsers/logs", "files|validate|formats", ""),
    ("parsers/procfs", "proc_root|evidence|errors|check|audit", "states|processes|listeners"),
    ("parsers/netlink", "live|evidence|formats", "filters|states|population|netfilter"),
    ("parsers/names", "formats|proc_root", ""),
    ("parsers/records", "record", "record"),
    ("parsers/bpf", "trace", "trace|processes"),
    ("parsers/tracefs", "trace", "trace"),
    ("parsers/host", "live|evidence|proc_root|errors|files", "netns|privileges|other-tools"),
    ("parsers", "live|files|proc_root", "states"),
    ("cli/live", "screen|live|watch", "watch"),
    ("src/screen", "screen|live|watch", "watch"),
    ("cli", "audit|check|errors|evidence|explain|files|formats|live|metrics|options|proc_root|range|record|screen|"
            "state_file|streams|table|trace|validate|watch|words", "watch|privileges"),
    ("src", "formats|check|explain|files", ""),
]


# By the law of ARCHITECTURE.md: whose unit tests cannot see a change of a folder, because they do not see the folder.
# They are those of what lies below it, and of parsers for what only the engines above have.
BELOW = {"base", "model", "filter", "netlink", "procfs", "source", "names", "logs", "record", "records", "bpf", "tracefs"}
ENGINES = ("src/machine", "src/trace", "src/explain", "src/detect", "src/diagnose", "src/check", "src/audit", "src/render",
           "src/survey", "src/screen", "cli")


class Change:
    def __init__(self, file, number, kind, old, new):
        self.file, self.number, self.kind, self.old, self.new = file, number, kind, old, new

    def __str__(self):
        new = self.new.strip() or "(left out)"
        return f"{self.file}:{self.number + 1}: {self.kind}\n    - {self.old.strip()}\n    + {new}"

    @property
    def key(self):
        return f"{self.file} | {self.old.strip()} | {self.new.strip()}"

    @property
    def folder(self):
        parts = self.file.split("/")
        return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def say(text):
    print(f"mutate: {text}", file=sys.stderr, flush=True)


def candidates(folders, only):
    file_of, _, line_of = (only or "").partition(":")
    out = []
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix not in (".cpp", ".h", ".def") or (folders and not name.startswith(tuple(folders))):
                continue
            if only and name != file_of:
                continue
            lines = path.read_text().splitlines()
            for number, kind, new in changes_of(lines):
                if not line_of or int(line_of) == number + 1:
                    out.append(Change(name, number, kind, lines[number], new))
    return out


def equivalent():
    path = HERE / "equivalent.txt"
    if not path.exists():
        return set()
    return {line for line in path.read_text().splitlines() if line and not line.startswith("#")}


def copy_tree():
    """Brings the copy up to date without touching what is the same, so that the next build is short."""
    COPY.mkdir(parents=True, exist_ok=True)
    wanted = [path for path in ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "ARCHITECTURE.md", "README.md",
                                "CONTRIBUTING.md", "CHANGELOG.md", "cmake", "src", "parsers", "cli", "tests", "man",
                                "completions", "contrib", "dev") if (ROOT / path).exists()]
    kept = set()
    for top in wanted:
        paths = [ROOT / top] if (ROOT / top).is_file() else [p for p in (ROOT / top).rglob("*") if p.is_file()]
        for path in paths:
            target = COPY / path.relative_to(ROOT)
            kept.add(target)
            if target.exists() and target.read_bytes() == path.read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for path in list(COPY.rglob("*")):
        if path.is_file() and path not in kept:
            path.unlink()


def bound_memory():
    """A changed loop may collect for ever."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


class Running:
    """A command in a process group of its own, so that nothing outlives it; what it says goes to a file, so that nobody
    needs to read it."""

    def __init__(self, command, prepare=None):
        self.said = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.said, stderr=subprocess.STDOUT,
                                        start_new_session=True, preexec_fn=prepare)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def out(self):
        self.said.seek(0)
        return self.said.read()


def quietly(command, timeout=7200, prepare=None):
    """The exit code and the output."""
    return quietly_all([command], timeout, prepare)


def quietly_all(commands, timeout=7200, prepare=None):
    """The exit code and the output of the first that fails, which ends the others, or of the last."""
    end = time.monotonic() + timeout
    running = [Running(command, prepare) for command in commands]
    try:
        while time.monotonic() < end:
            failed = [one for one in running if one.process.poll() not in (None, 0)]
            if failed or all(one.process.poll() == 0 for one in running):
                one = (failed or running)[-1]
                return one.process.returncode, one.out()
            time.sleep(0.02)
        return -1, f"longer than {timeout:.0f} s"
    finally:
        for one in running:
            one.stop()


def configure():
    if (BUILD / "build.ninja").exists():
        return
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    linker = next(([f"-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld={name}"] for name in ("mold", "gold")
                   if shutil.which(f"ld.{name}")), [])
    # -w: a change may leave a variable unused, and that is no reason to skip it. With assertions, reading what is not
    # there is noticed. The program is compiled file by file, because a change is one file; tests do not change, so they
    # are joined.
    code, out = quietly(["cmake", "-S", COPY, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                         "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -w -D_GLIBCXX_ASSERTIONS", "-DTCPSTAT_TESTS=ON",
                         "-DCMAKE_UNITY_BUILD=OFF", "-DTCPSTAT_UNITY_TESTS=ON", "-DTCPSTAT_PRECOMPILE=ON", *launcher,
                         *linker])
    if code != 0:
        sys.exit(out)


def build(*targets):
    return quietly(["ninja", "-C", BUILD, f"-j{JOBS}", *targets])


def compilations():
    """How many objects are compiled anew where a file changes, as the last build found out: a dry run of ninja shows
    nothing before it has looked for new files."""
    code, out = quietly(["ninja", "-C", BUILD, "-t", "deps"])
    if code != 0:
        sys.exit(out)
    return collections.Counter(line.strip() for line in out.splitlines() if line.startswith("    "))


def unit_tests(limit, *arguments):
    """As many processes as processors share the tests."""
    program = [BUILD / "tests/unit/unit_tests", *arguments]
    code, out = quietly([*program, "--count"])
    counted = re.search(r"filters: (\d+)", out)
    if code != 0 or counted is None:
        return code or 1, out
    if int(counted[1]) == 0:
        return 0, ""
    share = -(-int(counted[1]) // JOBS)
    return quietly_all([[*program, "--abort-after=1", "--minimal", f"--first={at + 1}", f"--last={at + share}"]
                        for at in range(0, int(counted[1]), share)], limit, bound_memory)


def first_failure(out):
    if out.startswith("longer than"):
        return out
    match = re.search(r"^(?:TEST CASE: +(.*)|(?:FAIL|ERROR): (\w+).*)$", out, re.MULTILINE)
    return (match[1] or match[2]).strip() if match else "crash"


def ctest(pattern, limit, jobs=JOBS):
    return quietly(["ctest", "--test-dir", BUILD, "-R", pattern, "--stop-on-failure", f"-j{jobs}", "--output-on-failure",
                    "--timeout", str(limit)], limit * 8, bound_memory)


class Stages:
    """The tests, from the quickest to the slowest."""

    def __init__(self, with_lab):
        self.with_lab = with_lab
        self.flaky = set()
        self.unit_limit = 60

    def prepare(self):
        say("building the tree as it is; the first time takes some minutes")
        targets = ["tcpstat", "unit_tests"] + (["lab_test"] if self.with_lab else [])
        code, out = build(*targets)
        if code != 0:
            sys.exit(out)
        begun = time.monotonic()
        code, out = unit_tests(600)
        if code != 0:
            sys.exit(f"the unit tests fail before anything is changed:\n{out}")
        self.unit_limit = max(30, 4 * (time.monotonic() - begun))

    def fitting(self, file):
        return next((cli, lab) for part, cli, lab in FITTING if file.startswith(part))

    def names(self, kind, words):
        chosen = [word for word in words.split("|") if word and f"{kind}.{word}" not in self.flaky]
        return rf"^{kind}\.({'|'.join(chosen)})$" if chosen else None

    def sound_before(self, pattern):
        """Tests that fail on the unchanged tree cannot tell anything; they are looked at once."""
        code, out = quietly(["ctest", "--test-dir", BUILD, "-R", pattern, f"-j{JOBS}", "--timeout", "240"], 3600)
        if code != 0:
            failed = re.findall(r"\d+ - ([\w.-]+) \((?:Failed|Timeout)", out)
            self.flaky.update(failed)
            say(f"left out, because they fail on the unchanged tree: {', '.join(failed)}")

    def verdict(self, change):
        """(stage, what failed), or None if every test passed."""
        folder = "/".join(change.file.split("/")[1:-1]) or "."
        for part in {folder, folder.split("/")[0]}:
            code, out = unit_tests(self.unit_limit, f"--source-file=*/tests/unit/{part}/*")
            if code != 0:
                return "unit", first_failure(out)
        skipped = ",".join(f"*/tests/unit/{part}/*" for part in sorted(BELOW)) if change.file.startswith(ENGINES) else ""
        code, out = unit_tests(self.unit_limit, *([f"--source-file-exclude={skipped}"] if skipped else []))
        if code != 0:
            return "unit", first_failure(out)
        cli, lab = self.fitting(change.file)
        code, out = build("tcpstat")
        if code != 0:
            return None
        # Those of the command line wait for most of their time; those of the lab measure it.
        for kind, words, jobs in (("cli", cli, 3 * JOBS), ("lab", lab if self.with_lab else "", JOBS)):
            pattern = self.names(kind, words)
            if pattern is None:
                continue
            code, out = ctest(pattern, 180, jobs)
            if code != 0:
                return kind, first_failure(out)
        return None


def apply(change, text):
    path = COPY / change.file
    lines = text.splitlines()
    lines[change.number] = change.new
    path.write_text("\n".join(lines) + "\n")


def table(results):
    rows = collections.defaultdict(collections.Counter)
    for change, stage in results:
        for name in (change.folder, "all"):
            rows[name]["changes"] += 1
            rows[name][stage or "survived"] += 1
    print(f"{'FOLDER':<20}{'CHANGES':>9}{'UNIT':>7}{'CLI':>6}{'LAB':>6}{'SURVIVED':>10}{'CAUGHT':>8}")
    for name in sorted(rows, key=lambda name: (name == "all", name)):
        row = rows[name]
        caught = 100 * (row["changes"] - row["survived"]) / row["changes"]
        print(f"{name:<20}{row['changes']:>9}{row['unit']:>7}{row['cli']:>6}{row['lab']:>6}{row['survived']:>10}"
              f"{caught:>7.0f}%")


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=__doc__.split("\n\n")[1],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in", dest="folders", type=lambda text: text.split(","), default=[])
    parser.add_argument("--only")
    parser.add_argument("--no-lab", action="store_true")
    parser.add_argument("--sound", action="store_true", help="every test passes on the unchanged tree: do not try")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()

    known = equivalent()
    chosen = [change for change in candidates(options.folders, options.only) if change.key not in known]
    random.Random(options.seed).shuffle(chosen)
    if options.list:
        for change in chosen[:options.count]:
            print(change)
        return
    copy_tree()
    configure()
    with_lab = not options.no_lab and os.geteuid() == 0
    stages = Stages(with_lab)
    stages.prepare()
    for kind in () if options.sound else ("cli", "lab") if with_lab else ("cli",):
        fitting = [stages.fitting(change.file)[kind == "lab"] for change in chosen[:options.count * 2]]
        stages.sound_before(rf"^{kind}\.({'|'.join(sorted(set('|'.join(filter(None, fitting)).split('|'))))})$")

    results, skipped = [], collections.Counter()
    objects = compilations()
    for change in chosen:
        if len(results) >= options.count:
            break
        text = (ROOT / change.file).read_text()
        path = COPY / change.file
        if objects[str(path)] > MOST_FILES:
            skipped["too many files to compile"] += 1
            continue
        apply(change, text)
        try:
            code, _ = build("unit_tests")
            if code != 0:
                skipped["does not compile"] += 1
                continue
            found = stages.verdict(change)
        except KeyboardInterrupt:
            say("interrupted: what follows is of the changes so far")
            break
        finally:
            path.write_text(text)
        results.append((change, found[0] if found else None))
        say(f"{len(results)}/{options.count} {found[0] + ': ' + found[1] if found else 'SURVIVED'}: "
            f"{change.file}:{change.number + 1} {change.kind}")
        if not found:
            say(str(change))
    survivors = [change for change, stage in results if stage is None]
    if survivors:
        print("Survivors:\n")
        for change in survivors:
            print(f"{change}\n")
    if results:
        table(results)
    print(f"seed {options.seed}; " + ", ".join(f"{count} {why}" for why, count in skipped.items() or [("skipped", 0)]))
    (PLACE / "survivors.json").write_text(json.dumps([change.key for change in survivors], indent=1))


if __name__ == "__main__":
    main()
