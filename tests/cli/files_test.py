"""--source FILE: saved /proc text, dumps of ss -D, ndjson, standard input, and files that are not whole."""

import json
import os
import re
import socket
import sys

from harness import (FIXTURES, IPV4_ROWS, IPV6_ROWS, TOTAL, TestCase, main, proc_line, proc_text, run, shell)

RECORDED = FIXTURES / "recorded"


class Files(TestCase):
    def setUp(self):
        self.here = self.directory()
        self.text = self.here / "tcp"
        self.text.write_text(proc_text(*IPV4_ROWS))

    def rows(self, *args, **more):
        return self.json("-a", *args, **more)["connections"]

    def test_text_of_either_family_or_both(self):
        self.assertEqual(len(self.rows("--source", self.text)), len(IPV4_ROWS))
        both = self.here / "both"
        both.write_text(proc_text(*IPV4_ROWS) + proc_text(*IPV6_ROWS))
        self.assertEqual(len(self.rows("--source", both)), TOTAL)
        self.assertEqual(len(self.rows("--source", both, "-6")), len(IPV6_ROWS))
        self.assertEqual({row["source"] for row in self.rows("--source", both)}, {"file"})

    def test_standard_input(self):
        whole = proc_text(*IPV4_ROWS).encode()
        self.assertEqual(self.rows("--source", "-", stdin=whole), self.rows("--source", self.text))
        self.assertEqual(shell(f'cat {self.text} | "$T" --source - -f plain').out,
                         self.succeeds("--source", self.text, "-f", "plain").out)
        result = shell(f'(sleep 0.1; head -c 700 {self.text}; sleep 0.1; tail -c +701 {self.text}) | "$T" --source - -f plain')
        self.assertEqual(result.out, self.succeeds("--source", self.text, "-f", "plain").out)

    def test_filters_states_and_formats_work_as_on_a_kernel(self):
        tree = self.tree(tcp6=None)
        for args in (["-a"], ["-l"], ["-s", "SYN_RECV"], ["--port", "443", "-S", "REMOTE_PORT:desc"], ["--limit", "2"],
                     ["--remote", "198.51.100.0/24"], ["--user", "54321"]):
            for form in ("table", "plain", "csv"):
                with self.subTest(args=args, form=form):
                    columns = ["-o", "STATE,PHASE,LOCAL,REMOTE,RECV_QUEUE,SEND_QUEUE,ACCEPT_QUEUE,SYN_RECV,TIMER,RETRANSMITS,UID,"
                               "ORPHAN"]
                    self.assertEqual(self.succeeds("--source", self.text, *args, *columns, "-f", form).out,
                                     self.succeeds("--proc-root", tree.path, *args, *columns, "-f", form).out)
        self.assertEqual(self.json("summary", "--source", self.text)["groups"],
                         self.json("summary", "--proc-root", tree.path)["groups"])

    def test_what_was_not_saved_is_not_known(self):
        self.assertIsNone(self.json("summary", "--source", self.text)["summary"]["by_family"]["ipv6"])
        self.assertEqual(run("--source", self.text, "-q", "-6").code, 2)
        self.assertEqual(run("check", "--source", self.text, "-6", "-w", "0").code, 3)
        saved = self.here / "saved"
        saved.write_text(self.succeeds("--source", self.text, "-s", "ESTABLISHED", "-f", "ndjson").out)
        self.assertEqual(run("--source", saved, "-q", "-s", "TIME_WAIT").code, 2)
        self.assertEqual(run("check", "--source", saved, "-s", "TIME_WAIT", "-w", "0").code, 3)
        self.assertNotEqual(run("check", "--source", saved).code, 0)
        saved.write_text(self.succeeds("--source", self.text, "--port", "443", "-f", "ndjson").out)
        self.assertIs(json.loads(run("--source", saved, "-f", "ndjson").lines[-1])["filtered"], True)
        self.assertEqual(run("--source", saved, "-q", "--port", "443").code, 0)
        self.assertEqual(run("--source", saved, "-q", "--port", "8000").code, 2)
        for args in [], ["-w", "1000"]:
            judged = run("check", "--source", saved, *args)
            self.assertEqual(judged.code, 3, judged)
            self.assertIn("the saved sample was filtered", judged.out)
        self.assertEqual(run("check", "--source", saved, "-c", "0").code, 2, "more sockets would only be worse")
        self.fails("--source", self.text, "fwmark = 1", sentence="cannot filter by fwmark in text of /proc: it does not tell .*")

    def test_a_filter_that_no_saved_row_answers_is_refused(self):
        saved = self.here / "saved"
        saved.write_text(self.succeeds("--source", self.text, "-a", "-f", "ndjson").out)
        for words, fact, how in (("rtt > 0us", "rtt_us", "-a -i -f ndjson"), ("mem > 0", "mem", "-a -m -f ndjson"),
                                 ("not process = zzz", "process", "-a -p -f ndjson"),
                                 ("mark = 5", "fwmark", "-a -f ndjson")):
            with self.subTest(words=words):
                self.fails("--source", saved, words, sentence=f"cannot filter by {fact} in {saved}: it was saved without "
                           f"that .tcpstat {how} saves it.")
                self.assertEqual(run("--source", saved, "-q", words).code, 2)
                for judged in (run("check", "--source", saved, words), run("check", "--source", saved, "-c", "0", words)):
                    self.assertEqual(judged.code, 3, judged)
                    self.assertIn(f"cannot filter by {fact}", judged.out)
        self.assertEqual(run("--source", saved, "-q", "rtt > 0us and sport = 1").code, 1, "ports alone decide this")

    def test_a_filter_that_some_saved_rows_do_not_answer_is_incomplete(self):
        saved = self.here / "saved"
        lines = self.succeeds("--source", self.text, "-s", "ESTABLISHED", "-f", "ndjson").lines
        rows = [json.loads(line) for line in lines]
        rows[0]["processes"] = [{"pid": 7, "fd": 3, "name": "nginx"}]
        saved.write_text("".join(json.dumps(row) + "\n" for row in rows))
        document = json.loads(run("--source", saved, "-j", "-s", "ESTABLISHED", "process = zzz").out)
        self.assertEqual((document["complete"], document["connections"]), (False, []))
        self.assertEqual(document["warnings"][-1]["code"], "filter_unknown")
        self.assertRegex(document["warnings"][-1]["message"],
                         r"whether \d+ sockets? match(es)? is not known: (they do|it does) not tell process "
                         r"\(tcpstat -a -p -f ndjson saves it\)")
        found = json.loads(run("--source", saved, "-j", "-s", "ESTABLISHED", "process = nginx").out)
        self.assertEqual(len(found["connections"]), 1)

    def test_nesting_exhausts_nothing(self):
        saved = self.here / "deep"
        deep = "[" * 400_000 + "]" * 400_000
        for line in (f'{{"type":"summary","summary":{{"x":{deep}}}}}', f'{{"type":"connection","host":{deep}}}'):
            saved.write_text(line + "\n")
            self.assertEqual(run("--source", saved, "-a", "--strict").code, 2)
            self.assertEqual(run("check", "--source", saved).code, 3)

    def test_what_never_ends_is_given_up(self):
        for line in ('{"type":"connection"}', ""):
            result = shell(f"yes '{line}' | \"$T\" --source - -a")
            self.assertEqual(result.code, 2, result)
            self.assertRegex(result.err, r"there is no(thing but blanks| row) within 64 MiB")

    def test_what_a_file_does_not_say_is_null(self):
        os.utime(self.text, (1700000000, 1700000000))
        document = self.json("--source", self.text, "-a")
        self.assertEqual([document[key] for key in ("host", "kernel", "netns")], [None] * 3)
        self.assertEqual(document["time"], "2023-11-14T22:13:20.000Z")
        self.assertEqual(document["source"], "file")
        # Half-opens and FIN_WAIT2 need the kernel's limits; TIME_WAIT is a constant.
        aged = {row["state"] for row in document["connections"] if row["age_ms"] is not None}
        self.assertLessEqual(aged, {"TIME_WAIT"})
        self.assertIsNone(document["summary"]["by_state"]["close"])

    def assert_not_whole(self, code, *args, rows=0, **more):
        """Shown, said once to be incomplete by this warning, a failure if that matters, and never OK."""
        result = run(*args, "-aj", **more)
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"]), document["complete"]), (0, rows, False), (args, result))
        self.assertIn(code, [warning["code"] for warning in document["warnings"]], args)
        self.assertEqual(result.err.count("\n"), len(document["warnings"]))
        for verb in ((), ("summary",)):
            self.assertEqual(run(*verb, *args, **more).code, 0, args)
            self.assertEqual(run(*verb, *args, "--strict", **more).code, 2, args)
        self.assertEqual(run(*args, "-q", "--strict", "--port", "9", **more).code, 2, args)
        for words in (("--rule", "close-wait-leak"), ("-w", "500"), ("-c", "500")):
            self.assertEqual(run("check", *words, *args, **more).code, 3, args)
        # More rows cannot make fewer.
        self.assertEqual(run("check", "-c", "500:", *args, **more).code, 3, args)

    def test_an_empty_source_is_not_whole(self):
        for content in (b"", b"\n", b" \n\n"):
            empty = self.here / "empty"
            empty.write_bytes(content)
            self.assert_not_whole("empty_source", "--source", empty)
            self.assert_not_whole("empty_source", "--source", "-", stdin=content)
            tree = self.tree(tcp=None, tcp6=None)
            (tree.path / "net/tcp").write_bytes(content)
            self.assert_not_whole("empty_source", "--proc-root", tree.path)
        self.assert_not_whole("empty_source", "--source", "/dev/null")
        self.assertEqual(shell('false | "$T" --source - check').code, 3)
        # A table without rows is one all the same.
        self.text.write_text(proc_text())
        document = self.json("--source", self.text, "-a")
        self.assertEqual((document["connections"], document["complete"]), ([], True))
        self.assertEqual(run("--source", self.text, "-q").code, 1)
        self.assertEqual(run("check", "-c", "5", "--source", self.text).code, 0)

    def test_rows_without_a_header_have_lost_their_beginning(self):
        self.text.write_text("\n".join(IPV4_ROWS) + "\n")
        self.assert_not_whole("no_header", "--source", self.text, rows=len(IPV4_ROWS))
        tree = self.tree(tcp=None, tcp6=None)
        (tree.path / "net/tcp").write_text("\n".join(IPV4_ROWS) + "\n")
        self.assert_not_whole("no_header", "--proc-root", tree.path, rows=len(IPV4_ROWS))

    def test_a_proven_alarm_outranks_what_is_missing(self):
        self.text.write_text("\n".join(IPV4_ROWS) + "\n")
        self.assertEqual(run("check", "-c", "3", "--source", self.text).code, 2)
        self.assertEqual(run("check", "-w", "3", "-c", "300", "--source", self.text).code, 1)

    def test_other_tables_are_left_out_or_refused(self):
        udp = ("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
               "drops\n 1117: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0 0\n")
        for text in (udp + proc_text(*IPV4_ROWS), proc_text(*IPV4_ROWS) + udp, "==> /proc/net/udp <==\n" + udp +
                     "\n==> /proc/net/tcp <==\n" + proc_text(*IPV4_ROWS)):
            result = run("--source", "-", "-aj", stdin=text.encode())
            document = json.loads(result.out)
            self.assertEqual((len(document["connections"]), document["complete"]), (len(IPV4_ROWS), True))
            self.assertEqual(result.err, "tcpstat: left out 1 row of tables that are not of TCP sockets\n")
        self.fails("--source", "-", stdin=udp.encode(), sentence=r"cannot read standard input: its tables are of other sockets .*")
        tree = self.tree(tcp=None, tcp6=None)
        for text in (udp, "one\ntwo\nthree\n" * 4):
            (tree.path / "net/tcp").write_text(text)
            self.fails("--proc-root", tree.path, sentence=r"cannot read \S+/net/tcp: this is no table of TCP sockets")

    def test_counts_by_state_sum_to_the_total(self):
        self.text.write_text(proc_text(*IPV4_ROWS, proc_line("CLOSE", "192.0.2.1:7", "0.0.0.0:0", inode=77)))
        tree = self.tree(tcp=None, tcp6=None)
        (tree.path / "net/tcp").write_text(self.text.read_text())
        for source in (("--source", self.text), ("--proc-root", tree.path)):
            counts = self.json("summary", *source)["summary"]
            self.assertEqual(counts["total"], len(IPV4_ROWS) + 1)
            self.assertEqual(sum(counts["by_state"].values()), counts["total"])

    def test_the_byte_order_is_the_hosts_own_word(self):
        hostile = FIXTURES / "written/reversed-remotes-tcp"
        tree = self.tree(tcp=None, tcp6=None)
        copy = lambda path: (tree.path / "net/tcp").write_bytes(path.read_bytes())
        ends = lambda *args: self.succeeds(*args, "-f", "plain", "-H", "-o", "LOCAL", quiet=False).lines
        copy(hostile)
        for source in (("--source", hostile), ("--proc-root", tree.path)):
            self.assertEqual(ends(*source, "-l"), ["127.0.0.1:631", "127.0.0.1:25", "192.0.2.10:80"])
            self.assertEqual(ends(*source, "-l", "--byte-order", "big"), ["1.0.0.127:631", "1.0.0.127:25", "10.2.0.192:80"])
        big = FIXTURES / "written/big-endian-tcp"
        copy(big)
        for source in (("--source", big), ("--proc-root", tree.path)):
            result = run(*source, "-l", "-f", "plain", "-H", "-o", "LOCAL")
            self.assertEqual(result.lines, ["127.0.0.1:22"])
            self.assertRegex(result.err, r"\Atcpstat: .* was written by a host of the other byte order: .*\n\Z")
            self.assertEqual(self.succeeds(*source, "-l", "--byte-order", "big", "-f", "plain", "-H", "-o", "LOCAL").lines,
                             ["127.0.0.1:22"])

    def test_listeners_of_old_kernels_run_a_timer(self):
        self.text.write_text(proc_text(proc_line("LISTEN", "127.0.0.1:22", "0.0.0.0:0", timer=2, when=2, inode=9)))
        self.assertIn("keepalive/0.02/0", self.succeeds("--source", self.text, "-l", "-o", "LOCAL,TIMER").out)
        (row,) = self.rows("--source", self.text)
        self.assertEqual((row["timer"], row["timer_ms"], row["retransmits"]), ("keepalive", 20, 0))
        saved = self.succeeds("--source", self.text, "-a", "-f", "ndjson").bytes
        self.assertEqual(self.rows("--source", "-", stdin=saved), [row])

    def test_compressed_files_say_how_they_are_read(self):
        self.text.write_bytes(b"\x1f\x8b\x08\x00")
        self.fails("--source", self.text, sentence=r"cannot read \S+: it is compressed \(gunzip -c \S+ \| tcpstat --source -\)")
        self.fails("validate", self.text, sentence=r"cannot read \S+: it is compressed \(gunzip -c \S+ \| tcpstat validate\)")

    def test_a_cut_last_line_is_told_and_the_rest_is_shown(self):
        cut = self.here / "cut"
        cut.write_text(proc_text(*IPV4_ROWS)[:-100])
        result = run("--source", cut, "-a", "--json")
        self.assertEqual(result.code, 0)
        document = json.loads(result.out)
        self.assertEqual(len(document["connections"]), len(IPV4_ROWS) - 1)
        self.assertFalse(document["complete"])
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["flawed_rows"])
        self.assertEqual(result.err, "tcpstat: left out 1 row cut short\n")
        self.assertEqual(run("--source", cut, "-a", "--strict").code, 2)
        self.assertEqual(run("--source", self.text, "-a", "--strict").code, 0)

    def test_bad_lines_between_good_ones_are_counted(self):
        broken = self.here / "broken"
        lines = proc_text(*IPV4_ROWS).splitlines()
        lines[3:3] = ["garbage", "   0: 0100007F:0016 zzzzzzzz:0000 01 0:0 0:0 0 0 0 1"]
        broken.write_text("\n".join(lines) + "\n")
        result = run("--source", broken, "-a", "--json")
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"])), (0, len(IPV4_ROWS)))
        self.assertFalse(document["complete"])
        self.assertTrue(result.err.startswith("tcpstat: left out "))

    def test_carriage_returns_do_no_harm(self):
        other = self.here / "crlf"
        other.write_bytes(proc_text(*IPV4_ROWS).replace("\n", "\r\n").encode())
        self.assertEqual(len(self.rows("--source", other)), len(IPV4_ROWS))

    def test_a_name_like_a_source_needs_a_path(self):
        (self.here / "proc").write_text(proc_text(IPV4_ROWS[2]))
        result = shell(f'cd {self.here} && "$T" --source ./proc -H -f plain -o REMOTE')
        self.assertEqual(result.out, "198.51.100.7:50123\n")


class OwnLines(TestCase):
    """What -f ndjson saved comes back as it was."""

    def setUp(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        tree.process(813, b"evil|\x1b[31m\n\xff)\"\\", {3: 101})
        tree.sysctl("kernel/hostname", "web1")
        tree.sysctl("kernel/osrelease", "6.1.0")
        tree.sysctl("net/ipv4/tcp_synack_retries", 5)
        tree.sysctl("net/ipv4/tcp_fin_timeout", 60)
        self.root = tree.path
        self.saved = self.directory() / "saved"
        self.succeeds("--proc-root", self.root, "-ap", "-f", "ndjson", "--output-file", self.saved)

    def test_rows_come_back_as_they_were(self):
        before = self.json("--proc-root", self.root, "-ap")
        after = self.json("--source", self.saved, "-ap")
        for row in before["connections"]:
            row["source"] = "file"
        self.assertEqual(after["connections"], before["connections"])
        self.assertEqual((after["host"], after["kernel"]), ("web1", "6.1.0"))
        for key in ("by_family",):
            self.assertEqual(after["summary"][key], before["summary"][key])

    def test_a_file_of_a_file_is_the_same(self):
        again = self.succeeds("--source", self.saved, "-ap", "-f", "ndjson").bytes
        twice = self.succeeds("--source", "-", "-ap", "-f", "ndjson", stdin=again).bytes
        # A pipe has no time of its own, and its last line, which names the kernel, is not known at the start.
        lasting = lambda text: [{key: value for key, value in json.loads(line).items() if key not in ("time", "kernel")}
                                for line in text.splitlines()]
        self.assertEqual(lasting(twice), lasting(again))

    def test_owners_can_be_asked_for(self):
        count = lambda *args: len(self.json("--source", self.saved, "-a", *args)["connections"])
        self.assertEqual(count("--pid", "812"), 2)
        self.assertEqual(count("--process", "nginx"), 2)
        self.assertEqual(count("--pid", "813,812"), 2)
        groups = self.json("summary", "--source", self.saved, "--by", "process")["groups"]
        self.assertEqual({group["process"]: group["count"] for group in groups}["nginx"], 2)

    def test_names_are_those_of_the_file(self):
        lines = [json.dumps({"type": "connection", "time": "2026-01-01T00:00:00.000Z", "host": "web9", "snapshot": 1,
                             "state": "ESTABLISHED", "local_address": "192.0.2.1", "local_port": port,
                             "remote_address": "192.0.2.2", "remote_port": 1, "uid": uid, "user": user})
                 for port, uid, user in ((1, 1000, "alice"), (2, 0, None), (3, 54321, "zoë"))]
        lines.append(json.dumps({"type": "summary", "time": "2026-01-01T00:00:00.000Z", "host": "web9", "snapshot": 1,
                                 "complete": True}))
        text = "\n".join(lines).encode()
        plain = lambda *args: self.succeeds("--source", "-", "-f", "plain", "-H", "-o", "LOCAL_PORT,USER", *args,
                                            stdin=text).lines
        self.assertEqual(plain(), ["1\talice", "2\t0", "3\tzoë"])
        self.assertEqual(plain("--user", "alice"), ["1\talice"])
        self.assertEqual(plain("--user", "alice,54321"), ["1\talice", "3\tzoë"])
        self.assertEqual(plain("--user", "nobody"), [])
        self.assertEqual(run("check", "-c", "0", "--user", "alice", "--source", "-", stdin=text).code, 2)
        groups = self.json("summary", "--source", "-", "--user", "alice", "--by", "user", stdin=text)["groups"]
        self.assertEqual([(group["user"], group["count"]) for group in groups], [("alice", 1)])
        self.assertEqual(self.json("--source", "-", stdin=text)["host"], "web9")
        bare = self.directory() / "tcp"
        bare.write_text(proc_text(*IPV4_ROWS))
        tree = self.tree()
        for source in (("--source", bare), ("--proc-root", tree.path)):
            self.fails(*source, "--user", "daemon", sentence=r"cannot select users of \S+ by name: it has numbers alone \(.*\)")

    def test_several_samples_of_one_file(self):
        # Three runs of a cron job: the second one saw less, the third one more.
        runs = []
        for number, rows in enumerate((IPV4_ROWS[:5], IPV4_ROWS[:3], IPV4_ROWS)):
            tree = self.tree(tcp=rows, tcp6=None)
            runs.append(self.succeeds("--proc-root", tree.path, "-a", "-f", "ndjson").bytes)
            runs[-1] = re.sub(rb'"time":"[^"]*"', b'"time":"2026-11-23T21:22:0%d.000Z"' % (number + 7), runs[-1])
        file = self.directory() / "samples"
        file.write_bytes(b"".join(runs))
        result = run("--source", file, "-aj")
        document = json.loads(result.out)
        self.assertEqual((len(document["connections"]), document["complete"]), (len(IPV4_ROWS), True))
        self.assertEqual(document["time"], "2026-11-23T21:22:09.000Z")
        self.assertEqual(result.err, f"tcpstat: {file} has 3 samples, 21:22:07 to 21:22:09; showing the last; --sample chooses\n")
        for number, count in ((1, 5), (2, 3), (3, len(IPV4_ROWS))):
            self.assertEqual(self.json("summary", "--source", file, "--sample", number)["summary"]["total"], count)
        self.assertIn(f"{len(IPV4_ROWS)} sockets", run("check", "-a", "-w", "500", "--source", file).lines[0])
        self.fails("--source", file, "--sample", "4", sentence=r"cannot show sample 4 of \S+: it has 3 samples")
        for time, second, count in (("2026-11-23T21:22:07Z", 7, 5), ("2026-11-23T21:22:08.999Z", 8, 3),
                                    ("2026-11-23T22:22:08+01:00", 8, 3), ("now", 9, len(IPV4_ROWS))):
            result = run("--source", file, "-aj", "--at", time)
            document = json.loads(result.out)
            self.assertEqual((len(document["connections"]), document["time"]), (count, f"2026-11-23T21:22:0{second}.000Z"))
            self.assertEqual(result.err, f"tcpstat: {file} has 3 samples; showing that of 2026-11-23T21:22:0{second}.000Z\n")
        self.fails("--source", file, "--at", "2026-11-23T21:22:06Z",
                   sentence=r"cannot show \S+ at 2026-11-23T21:22:06.999Z: its first sample is of 2026-11-23T21:22:07.000Z")
        self.fails("--source", file, "--at", "@0", sentence=r"cannot show \S+ at 1970-01-01T00:00:00.999Z: .*")
        # The command to type next shows the same sample tomorrow.
        checked = run("check", "--source", file, "--at", "-1s", "-j")
        commands = [finding["next"] for finding in json.loads(checked.out)["findings"] if finding["next"]]
        self.assertTrue(commands)
        for command in commands:
            self.assertRegex(command, r" --at 20\d\d-")
        # A last run that was cut is the last one all the same.
        file.write_bytes(b"".join(runs)[:-500])
        document = json.loads(run("--source", file, "-aj").out)
        self.assertFalse(document["complete"])
        self.assertIn("several_samples", [warning["code"] for warning in document["warnings"]])
        self.assertTrue(self.json("--source", file, "-a", "--sample", "2")["complete"])

    def test_what_was_not_saved_is_unknown(self):
        tree = self.tree()
        partial = self.directory() / "partial"
        partial.write_bytes(self.succeeds("--proc-root", tree.path, "-f", "ndjson").bytes)
        result = run("summary", "--source", partial, "-j")
        self.assertIsNone(json.loads(result.out)["summary"]["by_state"]["listen"])
        self.assertEqual(result.err, "tcpstat: sockets in LISTEN were not saved (tcpstat -a -f ndjson saves all)\n")
        self.succeeds("--source", partial)
        partial.write_bytes(self.succeeds("--proc-root", tree.path, "-a", "--limit", "2", "-f", "ndjson").bytes)
        result = run("--source", partial, "-aj")
        self.assertFalse(json.loads(result.out)["complete"])
        (tree.path / "net/tcp").write_text(proc_text(*IPV4_ROWS) + "garbage\n")
        partial.write_bytes(run("--proc-root", tree.path, "-a", "-f", "ndjson").bytes)
        result = run("--source", partial, "-aj")
        self.assertFalse(json.loads(result.out)["complete"])
        self.assertEqual(result.err, "tcpstat: the saved sample is not complete: left out 1 row cut short\n")
        self.assertEqual(run("check", "-w", "500", "--source", partial).code, 3)

    def test_lines_that_are_no_rows(self):
        text = self.saved.read_text().splitlines()
        text[2:2] = ["", "{}", "{", '{"type":"weather"}', '[]', '{"type":"connection","state":"DREAMING"}', "hello"]
        result = run("--source", "-", "-a", "--json", stdin="\n".join(text).encode())
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"])), (0, TOTAL))
        self.assertFalse(document["complete"])

    def test_bytes_that_are_no_text_do_not_come_back_as_bytes(self):
        names = {process["name"] for row in self.json("--source", self.saved, "-lp")["connections"]
                 for process in row["processes"]}
        self.assertIn('evil|\x1b[31m\n�)"\\', names)


class Dumps(TestCase):
    """Recorded dumps of a kernel: see tests/fixtures."""

    def fixture(self, name):
        path = RECORDED / name
        if not path.exists():
            self.skipTest(f"{path} is missing")
        return path

    def test_ss_dumps_hold_both_families(self):
        document = self.json("--source", self.fixture("ss-all.dump"), "-a")
        self.assertEqual(len(document["connections"]), 97)
        self.assertEqual(document["summary"]["by_family"], {"ipv4": 32, "ipv6": 65})
        self.assertTrue(document["complete"])

    def test_a_dump_of_one_family_knows_nothing_of_the_other(self):
        dump = self.fixture("ss-ipv4.dump")
        document = self.json("--source", dump, "-a")
        self.assertEqual((document["summary"]["by_family"], document["complete"]), ({"ipv4": 32, "ipv6": None}, True))
        result = run("--source", dump, "-6", "-aj")
        self.assertEqual((result.err, json.loads(result.out)["complete"]), ("tcpstat: IPv6 sockets were not saved\n", False))
        self.assertIn("not seen: IPv6 sockets: they were not saved", run("check", "--source", dump).lines)

    def test_dump_and_text_of_the_same_sockets_agree(self):
        def endpoints(*args):
            return sorted(self.succeeds(*args, "-a", "-f", "plain", "-H", "-o", "FAMILY,LOCAL,REMOTE").lines)
        dump = self.fixture("ss-all.dump")
        text = b"".join(self.fixture(name).read_bytes() for name in ("tcp", "tcp6"))
        saved = self.directory() / "both"
        saved.write_bytes(text)
        self.assertEqual(len(endpoints("--source", dump)), len(endpoints("--source", saved)))
        self.assertEqual(endpoints("--source", dump, "-s", "LISTEN"), endpoints("--source", saved, "-s", "LISTEN"))

    def test_filters_on_dumps(self):
        dump = self.fixture("ss-all.dump")
        listed = self.json("--source", dump, "-l")["connections"]
        self.assertEqual(len(listed), 16)
        self.assertTrue(all(row["accept_limit"] is not None for row in listed))
        self.assertEqual(len(self.json("--source", dump, "-s", "SYN_RECV")["connections"]), 15)
        self.assertEqual(len(self.json("--source", dump, "-4", "-s", "SYN_RECV")["connections"]), 5)
        self.assertEqual(self.succeeds("--source", "-", "-a", "-f", "csv", stdin=dump.read_bytes()).out,
                         self.succeeds("--source", dump, "-a", "-f", "csv").out)

    def test_a_cut_dump_shows_what_it_has_and_is_not_whole(self):
        whole = self.fixture("ss-ipv4.dump").read_bytes()
        rows = self.json("--source", "-", "-a", stdin=whole)["connections"]
        self.assertEqual(len(rows), 32)
        for size in (100, 101, 1000, len(whole) // 2, len(whole) - 20, len(whole) - 4, len(whole) - 1):
            result = run("--source", "-", "-a", "--json", stdin=whole[:size])
            document = json.loads(result.out)
            self.assertEqual((result.code, document["complete"]), (0, False), size)
            for row in document["connections"]:  # what a listener counts may have been cut
                self.assertIn({**row, "syn_recv": None}, [{**one, "syn_recv": None} for one in rows], size)
            self.assertIn("no_end", [warning["code"] for warning in document["warnings"]], size)
            self.assertEqual(run("--source", "-", "--strict", stdin=whole[:size]).code, 2, size)
            self.assertEqual(run("check", "--source", "-", stdin=whole[:size]).code, 3, size)
        self.assertEqual(run("check", "--source", "-", "-w", "500", stdin=whole).code, 0)

    def test_appended_dumps_are_samples(self):
        whole = self.fixture("ss-all.dump").read_bytes()
        result = run("--source", "-", "-aj", stdin=whole * 3)
        document = json.loads(result.out)
        self.assertEqual((len(document["connections"]), document["duplicates_dropped"], document["complete"]), (97, 0, True))
        self.assertEqual(result.err, "tcpstat: standard input has 3 samples; showing the last; --sample chooses\n")
        self.assertEqual(self.json("--source", "-", "-a", "--sample", "2", stdin=whole * 3)["connections"],
                         document["connections"])
        checked = json.loads(run("validate", "-j", stdin=whole * 3).out)
        self.assertEqual((checked["samples"], checked["sockets"], checked["bad_lines"]), (3, 97, 0))

    def test_devices_are_numbers(self):
        # Of the fixture none is bound to a device: idiag_if stands behind the ends of the first socket.
        whole = bytearray(self.fixture("ss-ipv4.dump").read_bytes())
        whole[16 + 4 + 36:16 + 4 + 40] = (1).to_bytes(4, sys.byteorder)
        rows = self.json("--source", "-", "-a", stdin=bytes(whole))["connections"]
        self.assertEqual([row["interface"] for row in rows if row["interface"]], ["1"])

    def test_a_dump_of_this_kernel(self):
        path = self.directory() / "dump"
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            made = shell(f"ss -4tanD {path}")  # of several families ss itself reads the first alone
        if made.code != 0 or not path.exists():
            self.skipTest("ss -D does not work here")
        document = self.json("--source", path, "-a")
        self.assertTrue(document["complete"])
        rows = self.succeeds("--source", path, "-a", "-H", "-f", "plain", "-o", "STATE,LOCAL").lines
        self.assertEqual(rows.count(f"LISTEN\t127.0.0.1:{port}"), 1)
        # ss lists what it dumped when it reads the file again.
        told = shell(f"TCPDIAG_FILE={path} ss -tanH")
        self.assertEqual((told.code, len(rows)), (0, len(told.lines)), (rows, told))


if __name__ == "__main__":
    main()
