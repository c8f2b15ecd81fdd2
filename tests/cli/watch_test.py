"""tcpstat watch: samples of made-up /proc trees that change while it looks, signals, terminals and pipes."""

import fcntl
import json
import os
import pty
import resource
import re
import select
import signal
import struct
import subprocess
import termios
import time

import harness
from formats_test import Schemas, jsonschema
from harness import TestCase, environment, main, on_terminal, proc_line, proc_text, run, shell, unique

LOCAL, REMOTE = "192.0.2.10:443", "198.51.100.7:50123"


def row(state, remote=REMOTE, inode=7, **more):
    mini = state in ("SYN_RECV", "TIME_WAIT")
    return proc_line(state, LOCAL, remote, inode=0 if mini else inode, timer=3 if state == "TIME_WAIT" else 0, **more)


class Watcher:
    """tcpstat watching a tree. -v tells the end of each sample, so that the tree changes between two of them."""

    def __init__(self, test, tree, *args, **more):
        self.tree = tree
        self.child = subprocess.Popen(
            [harness.TCPSTAT, "watch", *args, "--proc-root", str(tree.path), "--interval", "0.1", "-v"],
            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.said = []
        test.addCleanup(self.end)

    def samples(self, count):
        """Waits until so many more samples have been read, whole or not."""
        while count > 0:
            ready, _, _ = select.select([self.child.stderr], [], [], 30)
            line = self.child.stderr.readline() if ready else ""
            if not line:
                raise AssertionError(f"no sample came: {self.said}")
            self.said.append(line)
            count -= line.startswith("tcpstat: read ")

    def becomes(self, *rows, samples=2):
        """One sample may have begun before the change."""
        path = self.tree.path / "net/tcp"
        path.with_suffix(".new").write_text(proc_text(*rows))
        path.with_suffix(".new").rename(path)
        self.samples(samples)

    def interrupt(self, how=signal.SIGINT):
        self.child.send_signal(how)
        out, err = self.child.communicate(timeout=30)
        self.said.append(err)
        return self.child.returncode, out.splitlines()

    def end(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate()


def pair(line):
    return line["from"], line["to"], line["verdict"]


class Events(TestCase):
    def watch(self, *args, rows=(row("ESTABLISHED"),)):
        watcher = Watcher(self, self.tree(tcp=rows, tcp6=None), "--events", *args)
        watcher.samples(2)
        return watcher

    def finish(self, watcher):
        code, lines = watcher.interrupt()
        self.assertEqual(code, 0, watcher.said)
        parsed = [unique(line) for line in lines]
        self.assertEqual([line["type"] for line in parsed], ["transition"] * (len(parsed) - 1) + ["summary"])
        if jsonschema:
            schemas = Schemas()
            for line in parsed:
                schemas.check(self, "ndjson", line)
        summary = parsed.pop()
        self.assertEqual(summary["transitions"]["total"], len(parsed))
        self.assertEqual(sum(summary["transitions"]["by_verdict"].values()), len(parsed))
        self.assertGreaterEqual(summary["samples"], parsed[-1]["snapshot"] if parsed else 1)
        return parsed, summary

    def test_a_life_is_told_step_by_step(self):
        watcher = self.watch(rows=())
        for state in ("SYN_RECV", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK"):
            watcher.becomes(row(state))
        watcher.becomes(samples=4)
        lines, summary = self.finish(watcher)
        self.assertEqual([pair(line) for line in lines],
                         [("ABSENT", "SYN_RECV", "legal"), ("SYN_RECV", "ESTABLISHED", "legal"),
                          ("ESTABLISHED", "CLOSE_WAIT", "legal"), ("CLOSE_WAIT", "LAST_ACK", "legal"),
                          ("LAST_ACK", "ABSENT", "legal")])
        for line in lines:
            self.assertEqual((line["local_address"], line["local_port"]), ("192.0.2.10", 443))
            self.assertEqual((line["remote_address"], line["remote_port"]), ("198.51.100.7", 50123))
            self.assertEqual((line["mode"], line["cookie"], line["family"]), ("sampled", None, "ipv4"))
        self.assertIsNone(lines[0]["dwell_ms"])
        self.assertTrue(all(0 <= line["dwell_ms"] < 5000 for line in lines[1:]))
        self.assertEqual(sorted(line["snapshot"] for line in lines), [line["snapshot"] for line in lines])
        self.assertEqual(summary["summary"]["total"], 0)

    def test_states_passed_unseen(self):
        watcher = self.watch()
        watcher.becomes(row("TIME_WAIT"))
        lines, _ = self.finish(watcher)
        self.assertEqual([(*pair(line), line["path"], line["paths"]) for line in lines],
                         [("ESTABLISHED", "TIME_WAIT", "legal", ["FIN_WAIT1"],
                           [["FIN_WAIT1", "FIN_WAIT2"], ["FIN_WAIT1", "CLOSING"]])])

    def test_another_inode_is_another_connection_and_a_way_back_too(self):
        watcher = self.watch()
        watcher.becomes(row("ESTABLISHED", inode=8))
        watcher.becomes(row("TIME_WAIT"))
        watcher.becomes(row("SYN_SENT", inode=0))
        lines, summary = self.finish(watcher)
        self.assertEqual([pair(line) for line in lines],
                         [("ESTABLISHED", "ESTABLISHED", "reuse"), ("ESTABLISHED", "TIME_WAIT", "legal"),
                          ("TIME_WAIT", "SYN_SENT", "reuse")])
        self.assertIn("possibly", lines[2]["reason"])
        self.assertEqual(summary["transitions"]["by_verdict"], {"legal": 1, "quirk": 0, "reuse": 2, "illegal": 0})

    def test_a_sample_that_fails_is_said_and_makes_nothing_vanish(self):
        watcher = self.watch()
        path = watcher.tree.path / "net/tcp"
        path.rename(path.with_suffix(".away"))
        watcher.samples(5)
        path.with_suffix(".away").rename(path)
        watcher.samples(3)
        watcher.becomes(row("CLOSE_WAIT"))
        lines, _ = self.finish(watcher)
        self.assertEqual([pair(line) for line in lines], [("ESTABLISHED", "CLOSE_WAIT", "legal")])
        errors = [line for line in watcher.said if "cannot open" in line]
        self.assertEqual(len(errors), 1, "once, and not each second")

    def test_a_warning_that_comes_back_is_said_again(self):
        for more in ([], ["--events"]):
            with self.subTest(more=more):
                tree = self.tree(tcp=(row("ESTABLISHED"),), tcp6=None)
                watcher = Watcher(self, tree, *more)
                watcher.samples(2)
                for rows in ((row("ESTABLISHED"), "   0: nonsense"), (row("ESTABLISHED"),)) * 2:
                    watcher.becomes(*rows, samples=3)
                said = [line for line in watcher.said if "left out 1 row" in line]
                self.assertEqual(len(said), 2, watcher.said)
                watcher.interrupt()

    def test_a_damaged_row_makes_nothing_vanish(self):
        other = row("ESTABLISHED", remote="198.51.100.8:1")
        watcher = self.watch(rows=(row("ESTABLISHED"), other))
        watcher.becomes(row("ESTABLISHED"), "   0: nonsense", samples=5)
        watcher.becomes(row("ESTABLISHED"), samples=4)
        lines, _ = self.finish(watcher)
        self.assertEqual([(*pair(line), line["remote_address"]) for line in lines],
                         [("ESTABLISHED", "ABSENT", "legal", "198.51.100.8")])

    def test_an_empty_table_is_said_each_time_and_makes_nothing_vanish(self):
        watcher = self.watch()
        path = watcher.tree.path / "net/tcp"
        for _ in range(2):
            path.with_suffix(".new").write_text("")
            path.with_suffix(".new").rename(path)
            watcher.samples(3)
            watcher.becomes(row("ESTABLISHED"), samples=3)
        self.assertEqual([line for line in watcher.said if "is empty" in line],
                         [f"tcpstat: {path} is empty: it has not even a header\n"] * 2)
        lines, _ = self.finish(watcher)
        self.assertEqual([pair(line) for line in lines if "ABSENT" in pair(line)], [])

    def test_state_counts_for_either_side(self):
        watcher = self.watch("--state", "FIN_WAIT1", rows=(row("SYN_RECV"),))
        for state in ("ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"):
            watcher.becomes(row(state))
        lines, summary = self.finish(watcher)
        self.assertEqual([pair(line)[:2] for line in lines],
                         [("ESTABLISHED", "FIN_WAIT1"), ("FIN_WAIT1", "FIN_WAIT2")])
        self.assertEqual((summary["states"], summary["summary"]["by_state"]["established"]), (["FIN_WAIT1"], None))

    def test_filters(self):
        watcher = self.watch("--remote", "198.51.100.8", rows=(row("ESTABLISHED"), row("ESTABLISHED", "198.51.100.8:9", 8)))
        watcher.becomes(row("FIN_WAIT1"), row("CLOSE_WAIT", "198.51.100.8:9", 8))
        lines, summary = self.finish(watcher)
        self.assertEqual([(*pair(line)[:2], line["remote_port"]) for line in lines], [("ESTABLISHED", "CLOSE_WAIT", 9)])
        self.assertTrue(summary["filtered"])

    def test_a_filter_by_unit(self):
        tree = self.tree(tcp=(row("ESTABLISHED"), row("ESTABLISHED", "198.51.100.8:9", 8)), tcp6=None)
        for pid, inode, unit in ((812, 7, "nginx"), (813, 8, "ssh")):
            tree.process(pid, b"x", {3: inode})
            (tree.path / str(pid) / "cgroup").write_text(f"0::/system.slice/{unit}.service\n")
        watcher = Watcher(self, tree, "--events", "--unit", "ssh")
        watcher.samples(2)
        watcher.becomes(row("FIN_WAIT1"), row("CLOSE_WAIT", "198.51.100.8:9", 8))
        lines, _ = self.finish(watcher)
        self.assertEqual([line["remote_port"] for line in lines], [9])

    def test_a_filter_by_process(self):
        tree = self.tree(tcp=(row("ESTABLISHED"), row("ESTABLISHED", "198.51.100.8:9", 8)), tcp6=None)
        tree.process(812, b"nginx", {3: 8})
        watcher = Watcher(self, tree, "--events", "--process", "nginx")
        watcher.samples(2)
        watcher.becomes(row("FIN_WAIT1"), row("CLOSE_WAIT", "198.51.100.8:9", 8))
        lines, _ = self.finish(watcher)
        self.assertEqual([line["remote_port"] for line in lines], [9])

    def test_other_formats(self):
        watcher = self.watch("-f", "csv")
        watcher.becomes(row("TIME_WAIT"))
        code, lines = watcher.interrupt()
        self.assertEqual((code, len(lines)), (0, 2))
        fields = dict(zip(lines[0].split(","), lines[1].split(",")))
        self.assertEqual((fields["from"], fields["to"], fields["path"]), ("ESTABLISHED", "TIME_WAIT", "FIN_WAIT1"))
        self.assertRegex(watcher.said[-1], r"\d+ samples, 1 transition: 1 legal, 0 quirk, 0 reuse, 0 illegal")
        watcher = self.watch("-f", "plain", "-H")
        watcher.becomes(row("FIN_WAIT1"))
        code, lines = watcher.interrupt()
        self.assertEqual((code, len(lines), lines[0].split("\t")[7:11]), (0, 1, ["-", "ESTABLISHED", "FIN_WAIT1", "-"]))
        watcher = self.watch("-f", "table")
        watcher.becomes(row("FIN_WAIT1"))
        code, lines = watcher.interrupt()
        self.assertEqual(lines[0].split(), "TIME FROM TO VERDICT SEEN LOCAL REMOTE UNSEEN".split())
        self.assertRegex(lines[1], rf"^\d\d:\d\d:\d\d\.\d\d\d  ESTABLISHED  FIN_WAIT1    legal +[\d.]+s  {LOCAL} +{REMOTE} +-$")

    def test_what_ends_it(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            code, lines = self.watch().interrupt(how)
            self.assertEqual((code, json.loads(lines[-1])["type"]), (0, "summary"))
        tree = self.tree()
        start = time.monotonic()
        result = self.succeeds("watch", "--events", "--proc-root", tree.path, "--count", "3", "--interval", "0.2")
        self.assertEqual((len(result.lines), json.loads(result.out)["samples"]), (1, 3))
        self.assertGreaterEqual(time.monotonic() - start, 0.4)
        ignored = shell(f"trap '' INT; \"$T\" watch --events --proc-root {tree.path} --interval 0.05 --count 10 & "
                        "sleep 0.1; kill -INT $!; wait $!")
        self.assertEqual((ignored.code, json.loads(ignored.out)["samples"]), (0, 10))

    def test_a_reader_that_goes_ends_it_at_once_and_quietly(self):
        for more in ([], ["--events"]):
            watcher = subprocess.Popen([harness.TCPSTAT, "watch", *more, "--proc-root", str(self.tree().path), "--interval",
                                        "30"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.3)
            watcher.stdout.close()
            self.assertEqual((watcher.wait(timeout=10), watcher.stderr.read()), (0, b""))
            watcher.stderr.close()

    def test_a_source_that_cannot_be_read_at_all_fails(self):
        for more in ([], ["--events"]):
            result = run("watch", *more, "--proc-root", self.directory(), "--count", "3")
            self.assertEqual(result.code, 2)
            self.assertRegex(result.err, r"\Atcpstat: cannot open [^\n]*\n\Z")

    def test_strict(self):
        tree = self.tree(tcp=(row("ESTABLISHED"), "   0: nonsense"), tcp6=None)
        ask = ["watch", "--events", "--proc-root", tree.path, "--count", "2", "--interval", "0.05"]
        self.assertEqual(run(*ask).code, 0)
        self.assertEqual(run(*ask, "--strict").code, 2)

    def test_a_file_that_appears_whole(self):
        target = self.directory() / "events"
        self.succeeds("watch", "--events", "--proc-root", self.tree().path, "--count", "1", "--output-file", target)
        self.assertEqual(json.loads(target.read_text())["type"], "summary")

    def test_a_full_disk(self):
        for more in ([], ["--events"]):
            result = shell(f'"$T" watch {" ".join(more)} --proc-root {self.tree().path} --count 1 > /dev/full')
            self.assertEqual(result.code, 2)
            self.assertIn("No space left", result.err)


class Lists(TestCase):
    def test_a_stream_of_snapshots(self):
        tree = self.tree()
        result = self.succeeds("watch", "-a", "--proc-root", tree.path, "--count", "3", "--interval", "0.05")
        lines = [unique(line) for line in result.lines]
        if jsonschema:
            schemas = Schemas()
            for line in lines:
                schemas.check(self, "ndjson", line)
        each = harness.TOTAL + 1
        self.assertEqual([line["snapshot"] for line in lines], [1] * each + [2] * each + [3] * each)
        self.assertEqual([line["type"] for line in lines], (["connection"] * harness.TOTAL + ["summary"]) * 3)
        self.assertEqual(len({line["time"] for line in lines}), 3)

    def test_tests_of_names_hold_as_in_a_list(self):
        tree = self.tree(tcp=(row("ESTABLISHED"), row("ESTABLISHED", "198.51.100.8:9", 8)), tcp6=None)
        tree.process(812, b"nginx", {3: 7})
        tree.process(813, b"sshd", {3: 8})
        for pid, unit in ((812, "nginx"), (813, "ssh")):
            (tree.path / str(pid) / "cgroup").write_text(f"0::/system.slice/{unit}.service\n")
        for words in (["--unit", "nginx"], ["--unit", "!nginx"], ["unit = ssh"]):
            lists = [self.succeeds(*verb, "--proc-root", tree.path, "-f", "table", "-H", "-o", "REMOTE", *words).out
                     for verb in ([], ["watch", "--count", "1"])]
            self.assertEqual(len(lists[0].splitlines()), 1, words)
            self.assertIn(lists[0], lists[1], words)

    def test_tables_one_after_the_other(self):
        result = self.succeeds("watch", "--proc-root", self.tree().path, "--count", "2", "--interval", "0.05", "-o",
                               "STATE,LOCAL", "--sort", "LOCAL_PORT", "--limit", "3")
        first, second = result.out.split("\n\n")
        for number, page in ((1, first), (2, second)):
            head, columns, *rows = page.splitlines()
            self.assertRegex(head, rf"\d\d:\d\d:\d\d\.\d\d\d  every 0\.05s  sample {number}  14 sockets: 4 ESTABLISHED, ")
            self.assertEqual((columns.split(), len(rows)), (["STATE", "LOCAL"], 3))
        # Without an order reading stops at the limit, and nobody knows how many there are.
        result = self.succeeds("watch", "--proc-root", self.tree().path, "--count", "1", "-o", "STATE", "--limit", "3")
        self.assertRegex(result.lines[0], r"sample 1  more than 3 sockets$")

    def test_an_interrupted_terminal_is_left_as_it_was(self):
        for more in ([], ["--events", "-v"]):
            master, slave = pty.openpty()
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            child = subprocess.Popen([harness.TCPSTAT, "watch", *more, "--proc-root", str(self.tree().path)],
                                     env=environment(TERM="xterm"), stdin=subprocess.DEVNULL, stdout=slave,
                                     stderr=subprocess.PIPE)
            os.close(slave)
            # Only who has shown a sample has taken the signal into its own hands.
            ready, _, _ = select.select([child.stderr if more else master], [], [], 30)
            self.assertTrue(ready, "no sample came")
            out = b"" if more else os.read(master, 65536)
            child.send_signal(signal.SIGINT)
            try:
                while chunk := os.read(master, 65536):
                    out += chunk
            except OSError:  # how Linux tells that the last user of the terminal is gone
                pass
            os.close(master)
            said = child.stderr.read()
            child.stderr.close()
            self.assertEqual(child.wait(timeout=10), 0)
            if more:
                self.assertNotIn(b"\x1b[?1049h", out)
                self.assertRegex(out, rb"\d samples?, 0 transitions: 0 legal")
            else:
                self.assertEqual(said, b"")
                self.assertTrue(out.startswith(b"\x1b[?1049h"), out)
                self.assertIn(b"\x1b[?25h\x1b[?1049l", out)

    def test_whatever_ends_or_stops_it_the_terminal_is_given_back(self):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

        def written():
            out = ""
            while select.select([master], [], [], 0.3)[0]:
                out += os.read(master, 65536).decode()
            return out

        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            # A group whose parents are gone, as that of a test in the background may be, cannot be stopped by SIGTSTP.
            os.setpgid(0, 0)

        enter, leave = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
        for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP):
            with self.subTest(signal=number.name):
                child = subprocess.Popen([harness.TCPSTAT, "watch", "--proc-root", str(self.tree().path)],
                                         env=environment(TERM="xterm"), stdin=subprocess.DEVNULL, stdout=slave,
                                         stderr=subprocess.DEVNULL, preexec_fn=prepare)
                self.assertIn(enter, written())
                child.send_signal(number)
                self.assertTrue(written().endswith(leave))
                if number == signal.SIGTSTP:
                    self.assertTrue(os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
                    child.send_signal(signal.SIGCONT)
                    self.assertIn(enter, written())
                    child.send_signal(signal.SIGINT)
                    self.assertEqual(child.wait(timeout=10), 0)
                    self.assertIn(leave, written())
                else:
                    self.assertEqual(child.wait(timeout=10), -number)
        os.close(slave)
        os.close(master)

    def test_a_dumb_terminal_gets_no_escapes(self):
        result = on_terminal("watch", "--proc-root", self.tree().path, "--count", "2", "--interval", "0.05",
                             env={"TERM": "dumb"})
        self.assertNotIn("\x1b", result.out)
        self.assertIn("sample 2", result.out)

    def test_a_headline_says_if_rows_are_missing(self):
        for damaged in ((), ("   0: nonsense",)):
            with self.subTest(damaged=damaged):
                tree = self.tree(tcp=(row("ESTABLISHED"), *damaged), tcp6=None)
                tree.sysctl("kernel/hostname", "db.example")
                result = on_terminal("watch", "--proc-root", tree.path, "--count", "1", columns=200,
                                     env={"TERM": "dumb"})
                end = "1 socket: 1 ESTABLISHED" + ("  (not complete)" if damaged else "")
                self.assertRegex(result.lines[0], rf"\Adb\.example  \S+  every \S+  sample 1  {re.escape(end)}\Z")

    def test_a_dumb_terminal_gets_every_count(self):
        for columns in (40, 60, 80):
            with self.subTest(columns=columns):
                result = on_terminal("watch", "--proc-root", self.tree().path, "--count", "1", columns=columns, env={"TERM": "dumb"})
                head = result.out[:result.out.index("STATE ")]
                self.assertTrue(all(len(line) <= columns for line in head.splitlines()), head)
                self.assertRegex(" ".join(head.split()), r"sample 1 \d+ sockets: .* 1 SYN_SENT, .* 1 LAST_ACK, 1 CLOSING$")


class Usage(TestCase):
    def test_what_it_refuses(self):
        for args, sentence in {
            ("--interval", "0.049"): r'bad interval "0\.049" \(seconds, as 2 or 0\.5; at least 0\.05\)',
            ("--interval", "nan"): r'bad interval "nan" .*',
            ("--interval", "1s"): r'bad interval "1s" .*',
            ("--count", "0"): r'bad count "0" .*',
            ("--count", "-1"): r'bad count "-1" .*',
            ("--source", "saved"): r'watch samples a live host, so "saved" cannot be its source',
            ("-f", "csv"): r"watch prints table or ndjson, not csv .*",
            ("--json",): r"watch prints table or ndjson, not json .*",
            ("-r",): r"--resolve is for lists.*",
            ("--events", "-f", "prometheus"): r"watch --events prints table, plain, csv, json or ndjson, not prometheus",
            ("--events", "--source", "both"): r"watch --events follows the sockets of one source: .*",
            ("--events", "-S", "STATE"): r"--sort is for lists .*",
            ("--events", "-o", "STATE"): r"--output is for lists .*",
            ("--events", "--limit", "1"): r"--limit is for lists .*",
            ("--events", "-p"): r"--processes is for lists .*",
            ("--events", "-i"): r"--info is for lists .*",
        }.items():
            with self.subTest(args=args):
                self.fails("watch", *args, sentence=sentence)
        for args in (("--interval", "2"), ("--count", "2"), ("--events",)):
            self.fails(*args, sentence=rf"{args[0]} goes with watch[a-z, ]*: tcpstat watch {args[0]}.*")
        self.fails("wach", sentence=r'unexpected argument "wach" \(did you mean watch\? .*')

    def test_a_terminal_is_told_why_it_gets_lists(self):
        mptcp = on_terminal("watch", "-M", "--count", "1", "--limit", "1")
        self.assertIn("the live view knows TCP alone: of MPTCP each sample is a list", mptcp.err)
        self.assertNotIn("live view", run("watch", "-M", "--count", "1", "--limit", "1").err)
        self.assertNotIn("live view", on_terminal("watch", "-M", "--count", "1", "-f", "ndjson", "--limit", "1").err)


if __name__ == "__main__":
    main()
