"""tcpstat validate: every kind of log, verdicts and exit codes, and lines that nobody should have written."""

import json
import os
import signal
import subprocess
import time

from formats_test import Schemas
from harness import FIXTURES, SCHEMAS, STATES, TCPSTAT, Result, TestCase, environment, main, run, unique

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((SCHEMAS / "validate.json").read_text())
LOGS = FIXTURES / "logs"
LIFE = ["CLOSE", "SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE"]


def transition(before, after, **more):
    return json.dumps({"type": "transition", "from": before, "to": after, **more})


def life(states=LIFE, **more):
    return [transition(before, after, **more) for before, after in zip(states, states[1:])]


def log(*lines):
    return "".join(line + "\n" for line in lines).encode()


def row(state, snapshot, cookie=None, local=("192.0.2.1", 80), remote=("192.0.2.2", 40000), **more):
    alone = state in ("LISTEN", "CLOSE")
    return json.dumps({"type": "connection", "snapshot": snapshot, "family": "ipv4", "state": state,
                       "local_address": local[0], "local_port": local[1],
                       "remote_address": None if alone else remote[0], "remote_port": None if alone else remote[1],
                       "cookie": cookie, "inode": 7, **more})


def end(snapshot, complete=True, filtered=False, states=tuple(STATES), **more):
    return json.dumps({"type": "summary", "snapshot": snapshot, "complete": complete, "limited": False,
                       "filtered": filtered, "states": list(states), **more})


class Validate(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = Schemas() if jsonschema else None

    def validate(self, *lines, code=0, args=(), text=None):
        """The document; --json and --format ndjson say the same."""
        stdin = text if text is not None else log(*lines)
        result = run("validate", "--json", *args, stdin=stdin)
        self.assertEqual(result.code, code, result)
        document = unique(result.out)
        again = [unique(line) for line in run("validate", "-f", "ndjson", *args, stdin=stdin).lines]
        self.assertEqual([line["type"] for line in again], ["finding"] * len(document["findings"]) + ["summary"])
        self.assertEqual(again[-1]["pairs"], document["pairs"])
        for one in (document, *again):
            if jsonschema is not None:
                jsonschema.validate(one, SCHEMA)
        for line in again if jsonschema is not None else ():
            self.schemas.check(self, "ndjson", line)
        return document

    def rules(self, document):
        return [(finding["line"], finding["rule"], finding["severity"]) for finding in document["findings"]]

    def test_a_whole_life_is_legal(self):
        document = self.validate(*life(socket="a"))
        self.assertEqual(document["findings"], [])
        self.assertEqual((document["transitions"], document["sockets"], document["verdicts"]["legal"]), (5, 1, 5))

    def test_every_pair_of_states_is_judged_and_only_illegal_ones_exit_1(self):
        illegal = 0
        for before in (*STATES, "NEW_SYN_RECV"):
            for after in (*STATES, "NEW_SYN_RECV"):
                result = run("validate", "--json", stdin=log(transition(before, after)))
                verdict = json.loads(result.out)["pairs"][0]["verdict"]
                self.assertEqual(result.code, 1 if verdict == "illegal" else 0, (before, after))
                illegal += result.code
        self.assertEqual(illegal, 116)

    def test_an_illegal_step_is_told_with_line_reason_and_reference(self):
        document = self.validate(*life(LIFE[:4], socket="a"), transition("FIN_WAIT1", "TIME_WAIT", socket="a"), code=1)
        (finding,) = document["findings"]
        self.assertEqual((finding["line"], finding["rule"]), (4, "illegal"))
        self.assertRegex(finding["message"], "TIME_WAIT is never printed")
        self.assertRegex(finding["reference"], r"tcp_time_wait\(\)")
        table = run("validate", stdin=log(transition("FIN_WAIT1", "TIME_WAIT")))
        self.assertEqual(table.code, 1)
        self.assertRegex(table.out, r"\Aline 1: illegal  FIN_WAIT1 > TIME_WAIT\n")
        self.assertIn("1 transition: 0 legal, 0 quirk, 0 reuse, 1 illegal", table.out)

    def test_a_locale_without_utf8_gets_ascii(self):
        lines = log(*(transition(before, after) for before in STATES for after in STATES))
        plain = run("validate", stdin=lines, env={"LC_ALL": "C"})
        self.assertTrue(plain.bytes.isascii())
        shown = run("validate", stdin=lines)
        self.assertIn("§3.3.2", shown.out)
        self.assertEqual([line.split() for line in plain.lines if line.startswith("line ")],
                         [line.split() for line in shown.lines if line.startswith("line ")])

    def test_quirks_and_reuse_exit_0(self):
        document = self.validate(transition("FIN_WAIT2", "FIN_WAIT2"), transition("CLOSE", "SYN_RECV"),
                                 transition("SYN_RECV", "CLOSE_WAIT"),
                                 transition("TIME_WAIT", "ESTABLISHED", mode="sampled", cookie="9"),
                                 transition("ESTABLISHED", "ABSENT", mode="sampled", cookie="8"))
        self.assertEqual(document["verdicts"], {"legal": 1, "quirk": 3, "reuse": 1, "illegal": 0})

    def test_lost_records_are_suspected_first(self):
        document = self.validate(transition("CLOSE", "SYN_SENT", socket="a"),
                                 transition("ESTABLISHED", "CLOSE_WAIT", socket="a"))
        self.assertEqual(self.rules(document), [(2, "continuity", "warning")])
        self.assertRegex(document["findings"][0]["message"], "records were lost")

    def test_the_traces_of_a_kernel(self):
        for name in ("trace.txt", "trace-fields.txt"):
            document = self.validate(text=(LOGS / name).read_bytes())
            self.assertEqual((document["transitions"], document["bad_lines"]), (48, 0), name)
            self.assertEqual((document["verdicts"]["illegal"], document["sockets"]), (0, 13), name)
            self.assertEqual(document["findings"], [], name)

    def test_what_trace_pipe_lost_is_said(self):
        lines = (LOGS / "trace-fields.txt").read_text().splitlines()
        events = [line for line in lines if "inet_sock_set_state" in line]
        document = self.validate(events[0], "CPU:1 [LOST 12 EVENTS]", *events[2:6])
        self.assertEqual(document["lost_records"], 12)

    def test_a_mutated_trace_is_caught(self):
        lines = (LOGS / "trace.txt").read_text().splitlines()
        for number, line in enumerate(lines):
            if "oldstate=TCP_ESTABLISHED" in line:
                lines[number] = line.replace("oldstate=TCP_ESTABLISHED", "oldstate=TCP_LISTEN")
                break
        document = self.validate(*lines, code=1)
        self.assertEqual(document["findings"][0]["line"], number + 1)

    def test_the_table_of_tcpstates(self):
        document = self.validate(text=(LOGS / "tcpstates.txt").read_bytes())
        self.assertEqual((document["transitions"], document["sockets"], document["bad_lines"]), (6, 2, 0))
        self.assertEqual(document["findings"], [])
        timed = "12:34:56 1.234567  ffff9fd7e8192000 22384 curl       10.0.0.1 0 10.0.0.2 80 CLOSE -> SYN_SENT 0.000"
        self.assertEqual(self.validate(timed)["transitions"], 1)

    def test_samples_are_compared_and_the_last_line_ends_one(self):
        document = self.validate(row("SYN_RECV", 1, "5"), end(1), row("ESTABLISHED", 1, "5"), end(1),
                                 row("TIME_WAIT", 1, "5"), end(1), row("ESTABLISHED", 1, "6"), end(1))
        self.assertEqual(document["samples"], 4)
        self.assertEqual([(p["from"], p["to"], p["verdict"]) for p in document["pairs"]],
                         [("TIME_WAIT", "ESTABLISHED", "reuse"), ("ESTABLISHED", "TIME_WAIT", "legal"),
                          ("SYN_RECV", "ESTABLISHED", "legal")])

    def test_what_a_filtered_sample_leaves_out_has_not_vanished(self):
        lines = [row("ESTABLISHED", 1, "5"), end(1)]
        for number in (2, 3, 4):
            lines.append(end(number, filtered=True))
        document = self.validate(*lines)
        self.assertEqual((document["transitions"], document["not_seen_again"]), (0, 1))
        half = [end(number, states=["SYN_RECV"]) for number in (2, 3)]
        self.assertEqual(self.validate(row("ESTABLISHED", 1, "5"), end(1), *half)["transitions"], 0)
        document = self.validate(row("ESTABLISHED", 1, "5"), end(1), end(2), end(3))
        self.assertEqual([(p["from"], p["to"]) for p in document["pairs"]], [("ESTABLISHED", "ABSENT")])

    def test_its_own_output_is_read(self):
        saved = (FIXTURES / "recorded/tcpstat.ndjson").read_bytes()
        result = run("validate", "--json", stdin=saved + saved)
        document = json.loads(result.out)
        self.assertEqual((document["samples"], document["bad_lines"], document["transitions"]), (2, 0, 0))
        self.assertEqual([w["code"] for w in document["warnings"]], ["other_host"])

    def test_two_ends_that_cannot_be(self):
        lines = []
        for number in (1, 2):
            lines += [row("CLOSE_WAIT", number, "1"),
                      row("CLOSE_WAIT", number, "2", ("192.0.2.2", 40000), ("192.0.2.1", 80)), end(number)]
        self.assertEqual([rule for _, rule, _ in self.rules(self.validate(*lines))], ["joint"])

    def test_sysctls_bound_a_state(self):
        tree = self.tree()
        for name, value in (("tcp_syn_retries", 6), ("tcp_syn_linear_timeouts", 4), ("tcp_synack_retries", 5),
                            ("tcp_rto_max_ms", 120000)):
            tree.sysctl(f"net/ipv4/{name}", value)
        lines = (transition("LISTEN", "SYN_RECV", socket="a", time="2026-01-02T03:04:05.000Z"),
                 transition("SYN_RECV", "ESTABLISHED", socket="a", time="2026-01-02T03:07:05.000Z"))
        document = self.validate(*lines, args=("--proc-root", tree.path))
        self.assertEqual(self.rules(document), [(2, "dwell", "warning")])
        lines = [line.replace('"socket"', '"host": "elsewhere", "socket"') for line in lines]
        self.assertEqual(self.rules(self.validate(*lines, args=("--proc-root", tree.path))), [])

    def test_bad_lines_are_counted_and_fatal_only_if_asked(self):
        bad = ["{", "[1]", "null", '{"type":"transition","from":"OPEN!","to":"CLOSE"}',
               '{"type":"transition","from":3,"to":[]}', '{"type":"transition","from":"ABSENT","to":"CLOSE"}',
               '{"type":"transition","from":"CLOSE","to":"LISTEN","local_port":70000}',
               '{"type":"connection","state":"ESTABLISHED","snapshot":-1}', "inet_sock_set_state: oldstate=9 newstate=x",
               "a -> b", '{"from":{"from":"CLOSE"},"to":"CLOSE"}', "\x1b[31m", '{"type":"connection"}']
        document = self.validate(*bad, *life(socket="a"))
        self.assertEqual(document["bad_lines"], len(bad))
        self.assertEqual([finding["line"] for finding in document["findings"]], list(range(1, len(bad) + 1)))
        self.assertFalse(document["complete"])
        result = run("validate", "--strict", stdin=log(*bad))
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, r"left out 13 lines that could not be read, the first of them line 1: no JSON object")

    def test_other_lines_are_no_fault(self):
        document = self.validate("# a comment", "", '{"type":"finding"}',
                                 "x-1 [000] d..1. 5.000001: tcp_receive_reset: sport=1",
                                 transition("OPEN", "SHUTDOWN", protocol=132).replace("OPEN", "CLOSE")
                                 .replace("SHUTDOWN", "CLOSE"), code=2)
        self.assertEqual((document["bad_lines"], document["transitions"]), (0, 0))

    def test_binary_and_huge_lines(self):
        document = self.validate(text=b"\0\xff\n" * 3000, code=2)
        self.assertEqual((document["bad_lines"], len(document["findings"]), document["findings_left_out"]),
                         (3000, 100, 2900))
        huge = b'{"type":"transition","from":"CLOSE","to":"LISTEN","socket":"' + b"a" * 5_000_000 + b'"}\n'
        document = self.validate(text=huge + b"[" * 3_000_000 + b"\n" + log(*life(socket="a")))
        self.assertEqual((document["bad_lines"], document["transitions"]), (2, 5))
        self.assertEqual(self.validate(text=log(*life(socket="a"))[:-1])["transitions"], 5)
        self.validate(text=b"\n" + os.urandom(200_000), code=2)

    def test_what_judged_nothing_is_no_pass(self):
        for lines, why in (((), "the log is empty"), (("# a comment",), "no line is a transition or a row of a sample"),
                           ((row("ESTABLISHED", 1, "5"), end(1)), "the log has one sample, and two are compared")):
            document = self.validate(*lines, code=2)
            self.assertEqual([w["code"] for w in document["warnings"]], ["nothing_judged"])
            self.assertEqual(document["complete"], bool(lines))
            self.assertEqual(run("validate", stdin=log(*lines)).err, f"tcpstat: {why}: nothing was judged\n")
        self.validate(row("ESTABLISHED", 1, "5"), end(1), row("ESTABLISHED", 2, "5"), end(2))

    def test_lost_records_make_a_log_incomplete(self):
        document = self.validate(*life(socket="a"), "Possibly lost 15 samples")
        self.assertEqual((document["lost_records"], document["complete"]), (15, False))
        self.assertEqual([w["code"] for w in document["warnings"]], ["lost_records"])
        self.validate(*life(socket="a"), "Possibly lost 15 samples", code=2, args=("--strict",))

    def test_what_a_ring_has_overwritten_is_lost(self):
        text = (LOGS / "trace.txt").read_text()
        head = "# entries-in-buffer/entries-written: 48/48 "
        self.assertIn(head, text)
        document = self.validate(text=text.replace(head, head.replace("48/48", "48/1903")).encode())
        self.assertEqual((document["lost_records"], document["complete"], document["findings"]), (1855, False, []))
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["overwritten_entries"])
        text = text.replace(head, head.replace("48/48", "48/1903"))
        self.validate(text=text.encode(), code=2, args=("--strict",))
        self.assertRegex(run("validate", stdin=text.encode()).out, r"1855\sentries\swere\soverwritten")

    def test_a_name_of_a_process_hides_nothing(self):
        lines = (LOGS / "trace.txt").read_text().replace("oldstate=TCP_ESTABLISHED", "oldstate=TCP_LISTEN").splitlines()
        illegal = self.validate(*lines, code=1)["verdicts"]["illegal"]
        for name in ("#evil", "{x"):
            renamed = [line.replace("python3-", name.rjust(7) + "-") for line in lines]
            document = self.validate(*renamed, code=1)
            self.assertEqual((document["verdicts"]["illegal"], document["bad_lines"]), (illegal, 0), name)

    def test_what_a_trace_of_its_own_lost_is_read(self):
        first, last = transition("LISTEN", "SYN_RECV", cookie="7"), transition("SYN_RECV", "ESTABLISHED", cookie="7")
        lost = json.dumps({"type": "lost", "time": "2026-01-02T03:04:05.000Z", "host": "a", "snapshot": 1, "count": 500})

        def summary(lost_records, complete, *warnings):
            return json.dumps({"type": "summary", "snapshot": 1, "host": "a", "source": "bpf", "complete": complete,
                               "warnings": [{"code": code, "message": code} for code in warnings], "limited": False,
                               "filtered": False, "states": [], "samples": None, "lost_records": lost_records,
                               "transitions": {"total": 2, "by_verdict": {}}})

        for lines, code in (((first, lost, last, summary(500, False, "lost_records")), "lost_records"),
                            ((first, last, summary(500, False, "lost_records")), "lost_records"),
                            ((first, lost, last), "lost_records"),
                            ((first, last, summary(0, False, "uncounted_loss")), "not_all_seen")):
            with self.subTest(lines=lines):
                document = self.validate(*lines)
                self.assertEqual((document["lost_records"], document["complete"]),
                                 (500 if code == "lost_records" else 0, False))
                self.assertEqual((document["findings"], document["samples"]), ([], 0))
                self.assertEqual([warning["code"] for warning in document["warnings"]],
                                 [code] if lines[-1] == last else [code, "other_host"])
                self.validate(*lines, code=2, args=("--strict",))
        document = self.validate(first, last, summary(0, True))
        self.assertTrue(document["complete"])
        document = self.validate(last, summary(0, True))
        self.assertEqual((document["lost_records"], document["complete"], document["warnings"][0]["message"]), (
            1, False, "line 2: the summary line counts 2 transitions, and the lines before it have 1: records are missing"))
        self.validate(last, summary(0, True), code=2, args=("--strict",))
        self.validate(first, last, summary(0, True), args=("--strict",))

    def test_host_and_kernel_are_those_of_the_log(self):
        document = self.validate(*life(socket="a"))
        self.assertEqual((document["host"], document["kernel"]), (None, None))
        document = self.validate(*life(socket="a", host="web1"))
        self.assertEqual((document["host"], document["kernel"]), ("web1", None))
        samples = [row("ESTABLISHED", n, "5", host="web1") + "\n" + end(n, host="web1", kernel="6.1") for n in (1, 2)]
        document = self.validate(*samples)
        self.assertEqual((document["host"], document["kernel"]), ("web1", "6.1"))
        document = self.validate(*life(socket="a", host="web1"), *life(socket="a", host="web2"))
        self.assertIsNone(document["host"])

    def test_records_that_were_printed_out_of_order_are_not_lost(self):
        lines = (LOGS / "tcpstates-by-processor.txt").read_text().splitlines()
        document = self.validate(*lines)
        self.assertEqual((document["findings"], document["transitions"], document["sockets"]), ([], 5, 1))
        # Without the one that the others wait for, it is told where it is missing.
        document = self.validate(*lines[:-1])
        self.assertEqual(self.rules(document), [(4, "continuity", "warning")])
        self.assertRegex(document["findings"][0]["message"], "records were lost, or left out by a filter")

    def test_other_layouts_of_the_same_records(self):
        for name, transitions in (("tcpstates.csv", 3), ("perf-script.txt", 4)):
            document = self.validate(text=(LOGS / name).read_bytes())
            self.assertEqual((document["transitions"], document["bad_lines"], document["findings"]), (transitions, 0, []), name)

    def test_hostile_words_do_not_reach_the_terminal(self):
        evil = "\x1b]0;x\x07"
        stdin = log(json.dumps({"type": evil, "from": evil, "to": evil}), transition(evil, evil, socket=evil),
                    transition("CLOSE", "TIME_WAIT", socket=evil, local_address=evil))
        result = run("validate", stdin=stdin)
        self.assertNotIn(b"\x1b", result.bytes + result.err.encode())

    def test_files_and_usage(self):
        path = self.directory() / "log"
        path.write_bytes(log(*life(socket="a")))
        self.assertIn("5 transitions: 5 legal", self.succeeds("validate", path).out)
        self.assertIn("5 transitions: 5 legal", self.succeeds("validate", "-", stdin=path.read_bytes()).out)
        self.fails("validate", "/does/not/exist", sentence="cannot open /does/not/exist: No such file or directory")
        self.fails("validate", path.parent, sentence="cannot read .*: Is a directory")
        self.fails("validate", "", sentence=r"the name of the log is empty \(- is standard input\)")
        self.fails("validate", path, "-f", "csv", sentence="validate prints table, json or ndjson; not csv")
        self.fails("validate", path, "--state", "LISTEN", sentence="validate judges a whole log, so --state .*")
        self.fails("validate", path, path, sentence="unexpected argument .*")

    def test_a_log_that_goes_on_is_judged_as_it_comes(self):
        count = 20_000
        lines = b"".join(log(*life(socket=f"s{number}")) for number in range(count))
        document = json.loads(run("validate", "--json", stdin=lines).out)
        self.assertEqual((document["transitions"], document["sockets"], document["findings"]), (5 * count, count, []))


class Endless(TestCase):
    """A log that only a signal ends, as trace_pipe."""

    def start(self, *args, **more):
        self.here = self.directory()
        os.mkfifo(self.here / "log")
        return subprocess.Popen([TCPSTAT, "validate", str(self.here / "log"), *map(str, args)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment(), **more)

    def interrupted(self, *args, text, how=signal.SIGINT):
        child = self.start(*args)
        with open(self.here / "log", "wb", buffering=0) as writer:
            writer.write(text)
            time.sleep(0.5)
            self.assertIsNone(child.poll())
            child.send_signal(how)
            out, err = child.communicate(timeout=20)
        return Result(child.returncode, out, err)

    def test_a_timeout_ends_a_log_that_brings_nothing(self):
        child = self.start("--timeout", "0.3")
        self.assertRegex(child.communicate(timeout=20)[1].decode(), r"cannot read \S+/log: Connection timed out")
        self.assertEqual(child.returncode, 2)
        child = self.start("--timeout", "0.5")
        with open(self.here / "log", "wb", buffering=0) as writer:
            for record in life(socket="a"):
                writer.write(log(record))
                time.sleep(0.2)  # longer than the timeout together
            out, err = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 2)
        self.assertRegex(err.decode(), r"cannot read \S+/log: Connection timed out \(try a longer --timeout; 0 waits for ever\)")
        self.assertRegex(out.decode(), r"\n5 transitions: 5 legal")
        self.assertEqual(run("validate", "--timeout", "5", stdin=log(*life(socket="a"))).code, 0)

    def test_a_pipe_whose_reads_do_not_wait_is_waited_for(self):
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        with subprocess.Popen([TCPSTAT, "validate"], stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as child:
            os.close(reader)
            time.sleep(0.3)
            os.write(writer, log(*life(socket="a")))
            os.close(writer)
            out, err = child.communicate(timeout=20)
        self.assertEqual((child.returncode, err), (0, b""))
        self.assertIn(b"5 transitions: 5 legal", out)

    def test_the_byte_order_of_text_of_proc_is_that_of_the_whole_log(self):
        header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        rest = " 00000000:00000000 00:00000000 00000000     0        0 "
        row = "0: C000020A:0050 C6336401:9C40 01" + rest + "102 1 0 20 4 30 10 -1\n"
        listener = "1: 7F000001:0277 00000000:0000 0A" + rest + "101 1 0 20 4 30 10 -1\n"
        text = (header + row + header + row + listener).encode()
        log_file = self.directory() / "big"
        log_file.write_bytes(text)
        document = json.loads(run("validate", "-j", log_file).out)
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["byte_order"])
        self.assertEqual((document["samples"], document["sockets"], document["not_seen_again"]), (2, 2, 0))
        self.assertEqual(json.loads(run("validate", "-j", "--byte-order", "big", log_file).out)["warnings"], [])

    def test_a_signal_ends_the_log_and_not_the_summary(self):
        text = log(*life(socket="a"), transition("FIN_WAIT1", "FIN_WAIT1", socket="b")) + b'{"type":"trans'
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(how=how):
                result = self.interrupted(text=text, how=how)
                self.assertEqual((result.code, result.err), (0, "tcpstat: interrupted after line 6\n"))
                self.assertRegex(result.out, r"\n6 transitions: 5 legal, 1 quirk, [^\n]+;\s2\ssockets;\s6\slines,\s0\sbad\n\Z")
        document = unique(self.interrupted("--json", text=text).out)
        self.assertEqual((document["transitions"], document["bad_lines"], document["complete"]), (6, 0, False))
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["interrupted"])
        last = unique(self.interrupted("-f", "ndjson", text=text).lines[-1])
        self.assertEqual((last["type"], last["transitions"]), ("summary", 6))

    def test_its_verdict_and_its_file_are_those_of_a_whole_log(self):
        text = log(transition("FIN_WAIT1", "TIME_WAIT"))
        self.assertEqual(self.interrupted(text=text).code, 1)
        target = self.directory() / "out"
        self.interrupted("--output-file", target, text=text)
        self.assertIn("1 transition: 0 legal", target.read_text())
        result = self.interrupted(text=b"")  # nothing was judged
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, r"\Atcpstat: the log is empty: nothing was judged\ntcpstat: interrupted after line 0\n\Z")

    def test_where_nothing_was_opened_yet_a_signal_ends_it(self):
        child = self.start()
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        self.assertEqual((child.communicate(timeout=20), child.returncode), ((b"", b""), -signal.SIGINT))


if __name__ == "__main__":
    main()
