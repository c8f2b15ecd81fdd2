"""tcpstat record, --at, history and watch --replay: what was written is shown, and what was lost is told."""

import json
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from datetime import datetime, timedelta
from pathlib import Path

import harness
from formats_test import Schemas, jsonschema
from harness import TestCase, environment, main, run


class Records(TestCase):
    """One record of three samples, which many questions are asked of."""

    @classmethod
    def setUpClass(cls):
        cls.root = harness.ProcTree()
        cls.root.process(812, b"nginx", {3: 101, 4: 103})
        cls.root.sysctl("kernel/hostname", "recorded.example")
        cls.root.sysctl("kernel/osrelease", "4.19.0-recorded")
        cls.place = tempfile.mkdtemp()
        cls.record = cls.place + "/record"
        cls.made = run("record", "--record", cls.record, "--proc-root", str(cls.root.path), "--interval", "1", "--count", "3")

    @classmethod
    def tearDownClass(cls):
        cls.root.cleanup()
        shutil.rmtree(cls.place)

    def test_what_it_says_and_makes(self):
        self.assertEqual((self.made.code, self.made.out), (0, ""), self.made)
        self.assertIn("a sample each 1 s", self.made.err)
        self.assertIn(f"3 samples written to {self.record}", self.made.err)
        names = sorted(os.listdir(self.record))
        self.assertEqual([name.split("-")[0] for name in names], ["counts", "lock", "rows"])
        self.assertEqual(os.stat(self.record).st_mode & 0o777, 0o750)
        for name in names:
            self.assertEqual(os.stat(f"{self.record}/{name}").st_mode & 0o777, 0o640)

    def test_what_is_said_first_is_how_a_sample_is_shown(self):
        self.assertIn(f"tcpstat: recording into {self.record}, a sample each 1 s; "
                      f"tcpstat --record {self.record} --at TIME shows one\n", self.made.err)

    def test_rows_are_those_that_were(self):
        columns = ("STATE,FAMILY,LOCAL,REMOTE,RECV_QUEUE,SEND_QUEUE,ACCEPT_QUEUE,SYN_RECV,RETRANSMITS,UID,INODE,PROCESS")
        live = self.succeeds("--proc-root", str(self.root.path), "-ap", "-f", "plain", "-o", columns)
        then = self.succeeds("--record", self.record, "-ap", "-f", "plain", "-o", columns, quiet=False)
        self.assertEqual(sorted(then.lines), sorted(live.lines))
        self.assertRegex(then.err, r"\Atcpstat: showing the sample of 20\S+Z of /\S+\n\Z")
        # Owners and filters as ever.
        self.assertEqual(len(self.succeeds("--record", self.record, "-aH", "--process", "nginx", quiet=False).lines), 2)
        one = next(Path(self.record).glob("rows-*"))
        self.assertEqual(self.succeeds("--record", str(one), "-ap", "-f", "plain", "-o", columns, quiet=False).lines,
                         then.lines)

    def test_summary_and_check(self):
        live = json.loads(self.succeeds("summary", "-j", "--proc-root", str(self.root.path)).out)
        then = json.loads(self.succeeds("summary", "-j", "--record", self.record, quiet=False).out)
        self.assertEqual(then["summary"], live["summary"])
        self.assertEqual(then["source"], "file")
        checked = run("check", "--record", self.record, "-j")
        document = json.loads(checked.out)
        self.assertEqual(document["summary"], live["summary"])
        for finding in document["findings"]:
            self.assertNotIn("--proc-root", finding["next"] or "")

    def test_history(self):
        schemas = Schemas() if jsonschema else None
        live = json.loads(self.succeeds("summary", "-j", "--proc-root", str(self.root.path)).out)
        document = json.loads(self.succeeds("history", "--record", self.record, "-j").out)
        if schemas:
            schemas.check(self, "history", document)
        self.assertEqual((document["samples"], document["complete"], document["by"]), (3, True, "state"))
        counts = {series["name"].lower(): series["values"] for series in document["series"]}
        wanted = {state: [count] * 3 for state, count in live["summary"]["by_state"].items() if count is not None}
        self.assertEqual(counts, wanted)
        for by in ("listener", "port", "remote_prefix", "process", "counter", "syn_flood_level", "finding"):
            with self.subTest(by=by):
                document = json.loads(self.succeeds("history", "--record", self.record, "-j", "--by", by).out)
                if schemas:
                    schemas.check(self, "history", document)
        table = self.succeeds("history", "--record", self.record)
        self.assertRegex(table.lines[0], r"\A20\d\d-\d\d-\d\d \d\d:\d\d:\d\d to .*, 3 samples\Z")
        self.assertRegex(table.lines[1], r"\ASTATE +LEAST +MEAN +MOST +LAST +OVER TIME\Z")
        csv = self.succeeds("history", "--record", self.record, "-f", "csv", "--by", "process").lines
        self.assertEqual(csv[0], "time,process,value")
        self.assertGreaterEqual(sum(line.endswith(",nginx,2") for line in csv), 1)  # owners have a budget
        lines = [json.loads(line) for line in self.succeeds("history", "--record", self.record, "-f", "ndjson").lines]
        self.assertEqual(lines[-1]["type"], "summary")
        self.assertEqual({line["type"] for line in lines[:-1]}, {"value"})
        steps = self.succeeds("history", "--record", self.record, "-f", "csv", "--interval", "3600").lines
        self.assertEqual(len(steps), 1 + len(wanted))
        for words in (("-f", "csv"), ("-f", "plain"), ("-f", "csv", "--findings")):
            with self.subTest(words=words):
                whole = self.succeeds("history", "--record", self.record, *words).lines
                self.assertEqual(self.succeeds("history", "--record", self.record, *words, "-H").lines, whole[1:])
        self.assertEqual(self.succeeds("history", "--record", self.record, "-H").lines[1].split()[1:5], table.lines[2].split()[1:5])

    def test_history_for_a_locale_without_utf8(self):
        table = run("history", "--record", self.record, env={"LC_ALL": "C"})
        self.assertEqual(table.code, 0)
        self.assertTrue(table.out.isascii(), table.out)

    def test_host_is_that_of_the_record(self):
        for words in (("history",), ("history", "--findings"), ("history", "--by", "port"), ("summary",)):
            with self.subTest(words=words):
                document = json.loads(self.succeeds(*words, "--record", self.record, "-j", quiet=False).out)
                self.assertEqual((document["host"], document["kernel"]), ("recorded.example", "4.19.0-recorded"))
        with tempfile.TemporaryDirectory() as place:
            root = self.tree()
            made = run("record", "--record", place + "/r", "--proc-root", str(root.path), "--interval", "1", "--count", "1")
            self.assertEqual(made.code, 0, made)
            # A record that does not tell its host is of none that is known, and not of this one.
            document = json.loads(self.succeeds("history", "--record", place + "/r", "-j").out)
            self.assertEqual((document["host"], document["kernel"]), (None, None))

    def test_findings(self):
        document = json.loads(self.succeeds("history", "--findings", "--record", self.record, "-j").out)
        checked = json.loads(run("check", "-j", "--proc-root", str(self.root.path)).out)
        said = {(finding["rule"], finding["subject"]) for finding in document["findings"]}
        self.assertEqual(said & {(finding["rule"], finding["subject"]) for finding in checked["findings"]
                                 if finding["severity"] in ("warning", "critical")},
                         {(finding["rule"], finding["subject"]) for finding in checked["findings"]
                          if finding["severity"] in ("warning", "critical")})
        for finding in document["findings"]:
            self.assertEqual((finding["samples"], finding["ended"]), (3, False))
        # The last line is the command that shows the sample in which the worst began.
        words = shlex.split(self.succeeds("history", "--findings", "--record", self.record).lines[-1])
        self.assertEqual(words[:4], ["run:", "tcpstat", "check", "--at"])
        began = json.loads(run(*words[2:], "-j").out)
        severities = ["ok", "info", "unknown", "warning", "critical"]
        worst = max(document["findings"], key=lambda finding: severities.index(finding["severity"]))
        self.assertEqual(began["time"], worst["begin"])

    def test_replay(self):
        samples = self.succeeds("watch", "--record", self.record, "--replay", "-1h..now", "-f", "ndjson", "-a", quiet=False)
        ends = [json.loads(line) for line in samples.lines if '"type":"summary"' in line]
        self.assertEqual([end["snapshot"] for end in ends], [1, 2, 3])
        self.assertEqual(len({end["time"] for end in ends}), 3)
        events = self.succeeds("watch", "--events", "--record", self.record, "--replay", "-1h..now", "-f", "ndjson",
                               "-a", quiet=False)
        self.assertEqual(json.loads(events.lines[-1])["summary"]["total"], harness.TOTAL)
        self.assertEqual(len(events.lines), 1)  # nothing happened
        self.fails("watch", "--record", self.record, "--replay", "-3h..-2h", "-f", "table",
                   sentence=rf"cannot replay {self.record}: it has no sample from .*")

    def test_times(self):
        self.fails("--record", self.record, "--at", "-2d", sentence=r"cannot show .* at .*: its first sample is of .*")
        later = run("--record", self.record, "--at", "2099-01-01T00:00:00Z", "-a", "--strict")
        self.assertEqual(later.code, 2)
        self.assertIn("nothing was recorded after ", later.err)
        # The reason is what was lost, not what was said last.
        self.fails("--record", self.record, "--at", "2099-01-01T00:00:00Z", "-q", "--port", "9",
                   sentence="no match in what could be read: nothing was recorded after .*")
        self.fails("--record", self.record + "/none", sentence=r"cannot open the record .*: No such file or directory \(.*\)")
        week = json.loads(self.succeeds("history", "--record", self.record, "--since", "7d", "--by", "state", "-j").out)
        self.assertEqual(week["samples"], 3)
        empty = self.succeeds("history", "--record", self.record, "--until", "2d", "--since", "-3d", quiet=False)
        self.assertEqual(empty.out, "no samples\n")
        self.assertIn("has no sample of that time", empty.err)


class Recording(TestCase):
    """One that is told when it has begun, as a service manager is."""

    def started(self, tree, *args):
        place = self.directory()
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(place / "manager"))
        manager.settimeout(30)
        child = subprocess.Popen([harness.TCPSTAT, "record", "--record", str(place / "record"), "--proc-root",
                                  str(tree.path), *args], env=environment(NOTIFY_SOCKET=str(place / "manager")),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child, manager

    def test_it_is_ready_once_when_the_first_sample_is_written(self):
        child, manager = self.started(self.tree(), "--interval", "1", "--count", "2", "-v")
        self.assertEqual(manager.recv(100), b"READY=1\n")
        self.assertEqual(child.wait(30), 0)
        manager.setblocking(False)
        self.assertRaises(BlockingIOError, manager.recv, 100)
        took = re.findall(rf"{harness.TOTAL} sockets, {harness.TOTAL} rows kept, read in (\d+) ms", child.stderr.read())
        self.assertEqual(len(took), 2)
        self.assertLess(max(map(int, took)), 1000)

    def test_a_first_sample_that_fails_is_the_last(self):
        result = run("record", "--record", self.directory() / "r", "--proc-root", "/nonexistent", "--interval", "3600",
                     "--count", "3")
        self.assertEqual(result.code, 2, result)
        self.assertIn("0 samples written to ", result.err)

    def test_a_sample_that_is_lost_is_a_failure_if_none_may_be(self):
        for args, code in (((), 0), (("--strict",), 2)):
            with self.subTest(args=args):
                tree = self.tree()
                child, manager = self.started(tree, "--interval", "1", "--count", "2", *args)
                manager.recv(100)
                (tree.path / "net").rename(tree.path / "gone")
                said = child.communicate(timeout=30)[1]
                self.assertIn("1 sample written to ", said)
                self.assertEqual(child.returncode, code, said)


class Verdicts(TestCase):
    def test_the_verdict_is_that_of_the_night(self):
        """check --at judges with the counters, settings and samples before it that the recorder had."""
        root = self.tree()
        root.counters()
        root.sysctl("net/ipv4/tcp_max_syn_backlog", 4096)
        with tempfile.TemporaryDirectory() as place:
            writer = subprocess.Popen([harness.TCPSTAT, "record", "--record", place, "--proc-root", str(root.path), "--interval", "5",
                                       "--count", "3", "-v"], stderr=subprocess.PIPE, text=True, env=environment())
            samples = 0
            for line in writer.stderr:
                samples += " kept, read in" in line
                if samples == 1:
                    root.counters(ListenOverflows=500, ListenDrops=700, RetransSegs=90_000, OutSegs=200_000)
                if samples == 2:
                    root.counters(ListenOverflows=1500, ListenDrops=2700, RetransSegs=190_000, OutSegs=400_000)
            self.assertEqual(writer.wait(), 0)
            writer.stderr.close()
            past = json.loads(self.succeeds("history", "--findings", "--record", place, "-j").out)["findings"]
            times = json.loads(self.succeeds("history", "--record", place, "-j").out)["times"]

            def at(sample):
                behind = datetime.fromisoformat(times[sample].replace("Z", "+00:00")) + timedelta(seconds=1)
                return json.loads(run("check", "--record", place, "--at", behind.isoformat().replace("+00:00", "Z"), "-j").out)

            def of(findings, *keys):
                return {tuple(one[key] for key in keys) for one in findings if one["severity"] != "info"}

            # A finding is told with the sentence of its first sample.
            begun = [one for one in past if one["begin"] == times[1]]
            told = of(begun, "rule", "subject", "severity", "message")
            self.assertEqual(told - of(at(1)["findings"], "rule", "subject", "severity", "message"), set())
            self.assertEqual(of(at(1)["findings"], "rule", "subject", "severity"),
                             of([one for one in past if one["begin"] <= times[1]], "rule", "subject", "severity"))
            self.assertIn("accept-queue-full", {one["rule"] for one in begun})
            checked = at(2)
            self.assertEqual(of(checked["findings"], "rule", "subject", "severity"),
                             of([one for one in past if one["end"] == times[2]], "rule", "subject", "severity"))
            # What only growth tells is not seen in the files as they are now.
            alone = json.loads(run("check", "--proc-root", str(root.path), "-j").out)
            self.assertNotIn("accept-queue-full", {one["rule"] for one in alone["findings"]})
            self.assertEqual(checked["counters"]["listen_drops"], 2700)
            self.assertEqual(checked["counters"]["listen_overflows"], 1500)


class Reader(TestCase):
    def test_nobody_has_to_read_its_standard_output(self):
        root = self.tree()
        with tempfile.TemporaryDirectory() as place:
            reads, writes = os.pipe()
            os.close(reads)
            result = run("record", "--record", place, "--proc-root", root.path, "--interval", "1", "--count", "2",
                         stdout=writes)
            os.close(writes)
            self.assertEqual(result.code, 0)
            self.assertRegex(result.err, rf"2 samples written to {place}\n\Z")


class Damage(TestCase):
    def recording(self, place, root, **more):
        return subprocess.Popen([harness.TCPSTAT, "record", "--record", place, "--proc-root", str(root.path), "--interval", "1",
                                 "-v"], stderr=subprocess.PIPE, text=True, env=environment(), **more)

    def samples(self, place):
        return json.loads(self.succeeds("history", "--record", place, "-j", quiet=False).out)["samples"]

    def test_killed_at_any_moment(self):
        """What was said to be kept is there, whenever the writer was killed."""
        root = self.tree()
        with tempfile.TemporaryDirectory() as place:
            kept = 0
            for _ in range(6):
                writer = self.recording(place, root)
                seen = 0
                while seen < 1:
                    line = writer.stderr.readline()
                    self.assertNotEqual(line, "", "the writer has ended")
                    seen += " kept, read in" in line
                time.sleep(random.random())
                writer.kill()
                seen += writer.stderr.read().count(" kept, read in")
                writer.wait()
                kept += seen
                self.assertGreaterEqual(self.samples(place), kept)
            rows = run("--record", place, "-aH", "-f", "plain")
            self.assertEqual(len(rows.lines), harness.TOTAL)

    @unittest.skipUnless(shutil.which("strace"), "skipped: no strace to make a disk that hangs")
    def test_disk_that_hangs(self):
        """Samples go on at their times while a write takes long, and all of them are there in the end."""
        root = self.tree()
        hangs = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync",
                 "-e", "inject=fdatasync:delay_enter=4500000:when=3"]
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run([*hangs, harness.TCPSTAT, "record", "--record", place, "--proc-root", str(root.path),
                                   "--interval", "1", "--count", "7"], capture_output=True, text=True, env=environment(), timeout=60)
            if "ptrace" in done.stderr:
                self.skipTest("skipped: strace is not permitted here")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("the disk does not answer; samples wait in memory until it does\n", done.stderr)
            self.assertIn("the disk answers again\n", done.stderr)
            self.assertIn("7 samples written", done.stderr)
            document = json.loads(self.succeeds("history", "--record", place, "-j").out)
            self.assertEqual((document["samples"], document["complete"]), (7, True))
            times = [datetime.fromisoformat(time.replace("Z", "+00:00")) for time in document["times"]]
            steps = [(b - a).total_seconds() for a, b in zip(times, times[1:])]
            self.assertLess(max(steps), 3, steps)

    def test_no_directory(self):
        here = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, here)
        Path(here, "file").write_text("")
        for place, sentence in (
            ("file", f"cannot record into {here}/file: Not a directory (name a directory)"),
            ("none/record", f"cannot make the directory {here}/none/record: No such file or directory "
                            "(make the one above it first)"),
        ):
            self.fails("record", "--record", f"{here}/{place}", "--count", "1", sentence=re.escape(sentence))

    def test_two_writers(self):
        root = self.tree()
        with tempfile.TemporaryDirectory() as place:
            writer = self.recording(place, root)
            writer.stderr.readline()
            self.fails("record", "--record", place, "--proc-root", str(root.path), "--count", "1",
                       sentence=rf"cannot record into {place}: process {writer.pid} does .*")
            writer.send_signal(signal.SIGTERM)
            err = writer.communicate()[1]
            self.assertEqual(writer.returncode, 0)
            self.assertIn(" written to ", err)

    def test_torn_and_foreign_files(self):
        root = self.tree()
        with tempfile.TemporaryDirectory() as place:
            run("record", "--record", place, "--proc-root", str(root.path), "--interval", "1", "--count", "2")
            rows = next(Path(place).glob("rows-*"))
            whole = rows.read_bytes()
            rows.write_bytes(whole + b"TCF1 half a frame")
            torn = run("--record", place, "-a", "--strict")
            self.assertEqual(torn.code, 0)
            self.assertIn("are no whole sample", torn.err)
            rows.write_bytes(b"an essay\n" * 100)
            self.fails("--record", str(rows), sentence=r"cannot read .*: it is no file of tcpstat record")
            again = run("record", "--record", place, "--proc-root", str(root.path), "--interval", "1", "--count", "1")
            self.assertEqual(again.code, 0)
            self.assertIn("it is no file of tcpstat record; it stays as it is", again.err)
            self.assertEqual(rows.read_bytes(), b"an essay\n" * 100)

    @unittest.skipUnless(os.geteuid() == 0, "skipped: only root can mount a small disk")
    def test_full_disk(self):
        """A disk that is full loses samples, says so, harms nothing, and is written to again when there is room."""
        root = self.tree()
        script = """
            mount -t tmpfs -o size=256k none "$1" || exit 77
            mkdir "$1/r"
            head -c 1M /dev/zero >"$1/filler" 2>/dev/null
            "$0" record --record "$1/r" --proc-root "$2" --interval 1 --min-free 0 --count 6 2>"$1/../err" &
            writer=$!
            sleep 2.5
            rm "$1/filler"
            wait $writer
            "$0" history --record "$1/r" -f csv --by state
        """
        with tempfile.TemporaryDirectory() as place:
            os.mkdir(place + "/disk")
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, harness.TCPSTAT, place + "/disk", str(root.path)],
                                  capture_output=True, text=True, env=environment(), timeout=60)
            if done.returncode == 77:
                self.skipTest("skipped: no tmpfs can be mounted here")
            err = Path(place + "/err").read_text()
            self.assertRegex(err, r"cannot write \S+: No space left on device; samples are lost until it can\n")
            self.assertRegex(err, r"writing again; \d samples? w(as|ere) lost\n")
            kept = {line.split(",")[0] for line in done.stdout.splitlines()[1:]}
            lost = int(err.split("writing again; ")[1].split()[0])
            self.assertEqual(len(kept), 6 - lost)
            self.assertNotIn("damaged", done.stderr)


if __name__ == "__main__":
    main()
