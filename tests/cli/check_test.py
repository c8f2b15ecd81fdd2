"""tcpstat check as monitoring systems and cron see it: one line, performance data, exit codes, JSON."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from formats_test import Schemas, jsonschema
from harness import FIXTURES, FLOOD_ROWS, HERE, TCPSTAT, TestCase, main, on_terminal, proc_line, run, shell, unique, words

FIRST = re.compile(r"\ATCPSTAT (OK|WARNING|CRITICAL|UNKNOWN) - [^|;\n]+(?: \| (\S+=\S+(?: \S+=\S+)*))?\Z")
PERFORMANCE = re.compile(r"[a-z0-9_]+=(?:U|-?[0-9.e+]+(?:s|%|B|c)?)(?:;[^;|\s]*){0,4}")
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
CONTRIB = HERE.parent.parent / "contrib"
MANUAL = (HERE.parent.parent / "man/tcpstat.8").read_text().replace(r"\e", "\\")



class Check(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = Schemas() if jsonschema else None

    def check(self, *args, status, **more):
        """Runs it; the status in words, the exit code and the shape of the lines agree."""
        result = run("check", *args, **more)
        match = FIRST.match(result.lines[0])
        self.assertTrue(match, result)
        self.assertEqual((match.group(1), result.code), (status, CODES[status]), result)
        for value in (match.group(2) or "").split():
            self.assertRegex(value, rf"\A{PERFORMANCE.pattern}\Z")
        for line in result.lines[1:]:
            self.assertNotIn("|", line)
        self.assertEqual(result.err, "")
        return result

    def document(self, *args, **more):
        result = run("check", *args, "--json", **more)
        document = unique(result.out)
        if self.schemas is not None:
            self.schemas.check(self, "check", document)
        self.assertEqual(document["exit_code"], result.code)
        self.assertEqual(CODES[document["status"]], result.code)
        return document


class Counts(Check):
    def test_what_is_counted_is_what_a_list_shows(self):
        tree = self.tree()
        for filters in ((), ("-s", "SYN_RECV"), ("-s", "!TIME_WAIT"), ("-l",), ("-a",), ("-4",), ("--local-port", "443"),
                        ("--remote", "198.51.100.0/24"), ("-s", "half-open", "--local-port", "443")):
            with self.subTest(filters=filters):
                rows = len(self.succeeds("--proc-root", tree.path, "-H", *filters).lines)
                result = self.check("-w", f"{rows}:{rows}", "--proc-root", tree.path, *filters, status="OK")
                self.assertRegex(result.lines[0], rf" - {rows} sockets? ")
                self.check("-c", f"@{rows}:{rows}", "--proc-root", tree.path, *filters, status="CRITICAL")

    def test_the_line_names_count_filters_limit_and_what_to_type(self):
        tree = self.tree()
        result = self.check("-s", "SYN_RECV", "--local-port", "443", "-w", "0", "-c", "1", "--proc-root", tree.path,
                            status="CRITICAL")
        self.assertEqual(result.lines[0], "TCPSTAT CRITICAL - 2 sockets match, outside -c 1 - "
                                          "run: tcpstat --state SYN_RECV --local-port 443 "
                                          f"--proc-root {tree.path} | syn_recv=2;0;1;0")
        command = re.search(r"run: tcpstat (.*)$", result.lines[-1]).group(1)
        self.assertEqual(len(shell(f'"$T" {command} -H').lines), 2)

    def test_evidence(self):
        tree = self.tree()
        self.assertEqual(len(self.check("-w", "1", "--proc-root", tree.path, status="WARNING").lines), 3)
        result = self.check("-w", "1", "-v", "--proc-root", tree.path, status="WARNING")
        self.assertEqual(result.lines[2], f"  selected sockets 14 sockets (more than 1) · {tree.path}/net/tcp")

    def test_json(self):
        tree = self.tree()
        document = self.document("-w", "1", "-c", "500", "--proc-root", tree.path)
        (finding,) = document["findings"]
        self.assertEqual((finding["severity"], finding["value"], finding["warning"], finding["critical"]), ("warning", 14, 1, 500))
        self.assertEqual(finding["evidence"][0]["op"], ">")
        self.assertEqual(self.document("-w", "500", "--proc-root", tree.path)["findings"], [])
        below = self.document("-w", "20:", "--proc-root", tree.path)["findings"][0]
        self.assertEqual((below["evidence"][0]["op"], below["evidence"][0]["limit"], below["warning"]), ("<", 20, None))

    def test_hostile_text_is_no_performance_data(self):
        tree = self.tree()
        result = self.check("--process", "ev|il=9999\n\x1b[3m", "-c", "1:", "--proc-root", tree.path, status="CRITICAL")
        self.assertIn(r"ev\x7cil=9999\x0a\x1b[3m", result.lines[0])
        result = self.check("--process", "a;b; c", "-c", "1:", "--proc-root", tree.path, status="CRITICAL")
        self.assertIn(r"run: tcpstat --process 'a\x3bb\x3b c'", result.lines[0])
        result = run("check", "--process", b"\xff|x=1", "-c", "1:", "--proc-root", tree.path)
        self.assertIn(r"\xff\x7cx=1", result.lines[0])
        self.assertEqual(result.lines[0].count("|"), 1)


class Usage(Check):
    def test_what_cannot_be_judged_is_unknown(self):
        for args in (("-w", "ten"), ("--nonsense",), ("-w",), ("-w", "1", "--rule", "syn-flood"), ("-w", "1", "--interval", "5"),
                     ("--interval", "2"), ("--interval", "x"), ("--rule", "no-such-rule"), ("--threshold", "x=1"), ("-s", "SYN_RECV"),
                     ("-l",), ("-w", "1", "-f", "csv"), ("-w", "1", "--sort", "PID"), ("-w", "1", "--state", "NOPE"),
                     ("-w", "1", "-t", "x"), ("-w", "1", "--source", "/nonexistent"), ("--state-file", "")):
            with self.subTest(args=args):
                result = self.check(*args, status="UNKNOWN")
                self.assertEqual(len(result.lines), 1)
        for args in (("--help",), ("--version",), ("-h",), ("-V",)):
            self.assertEqual(run("check", *args).code, 3)
            self.assertEqual(run("audit", *args).code, 3)
            self.assertEqual(run(*args).code, 0)

    def test_for_json_the_sentence_is_on_standard_error(self):
        result = run("check", "-w", "ten", "--json")
        self.assertEqual((result.code, result.out), (3, ""))
        self.assertRegex(result.err, r"\Atcpstat: bad range [^\n]+\n\Z")

    def test_options_of_check_belong_to_check(self):
        for args in (("-w", "1"), ("-c", "1"), ("--rule", "x"), ("--state-file", "x"), ("summary", "-w", "1")):
            self.assertEqual(run(*args, "--source", "/dev/null").code, 2, args)
        self.assertEqual(run("audit", "-w", "1").code, 3)

    def test_t_is_the_timeout_behind_the_verb_alone(self):
        tree = self.tree()
        for args in (("-t", "5"), ("-t5",), ("-vt5",), ("-vt", "5"), ("--timeout", "5"), ("-t", "0.5")):
            with self.subTest(args=args):
                self.check("-w", "99", *args, "--proc-root", tree.path, status="OK")
        self.check("-w", "99", "-t", status="UNKNOWN")
        self.check("-w", "99", "-tn", "--proc-root", tree.path, status="UNKNOWN")
        self.assertEqual(run("-ant", "check", "-w", "99", "--proc-root", tree.path).code, 0)
        self.assertEqual(run("-ant", "--proc-root", tree.path).code, 0)
        self.assertEqual(run("--process", "check", "-tn", "--proc-root", tree.path).code, 0)

    def test_a_name_of_a_verb_as_a_value_is_none(self):
        self.assertEqual(run("--process", "check", "--nonsense").code, 2)
        self.assertEqual(run("-j", "check", "--nonsense").code, 3)

    def test_partial_data_is_unknown_unless_an_alarm_is_proven(self):
        lines = proc_line("SYN_RECV", "192.0.2.1:80", "192.0.2.2:81"), "  1: garbage", proc_line("SYN_RECV", "192.0.2.1:80", "192.0.2.2:82")
        tree = self.tree(tcp=lines, tcp6=())
        self.check("-w", "10", "--proc-root", tree.path, status="UNKNOWN")
        self.check("-w", "1", "--proc-root", tree.path, status="WARNING")
        self.check("-c", "1", "--proc-root", tree.path, status="CRITICAL")
        self.check("-c", "5:", "--proc-root", tree.path, status="UNKNOWN")
        self.check("-c", "@2:3", "--proc-root", tree.path, status="UNKNOWN")

    def test_writing(self):
        tree = self.tree()
        full = shell(f'"$T" check -w 99 --proc-root {tree.path} >/dev/full')
        self.assertEqual(full.code, 3)
        self.assertRegex(full.err, "No space left")
        self.assertEqual(shell(f'"$T" check -w 99 --proc-root {tree.path} >&-').code, 3)
        target = self.directory() / "out"
        result = run("check", "-c", "1", "--proc-root", tree.path, "--output-file", target)
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertRegex(target.read_text(), r"\ATCPSTAT CRITICAL")
        for name in ("check", "audit"):
            result = run(name, "--proc-root", tree.path, "--output-file", "-")
            self.assertRegex(result.out, r"\ATCPSTAT ")
        refused = run("check", "--proc-root", tree.path, "--metrics-file", "-")
        self.assertEqual(refused.code, 3)
        self.assertIn("--metrics-file writes beside what is printed, so - is none", refused.out)
        # Nothing is printed, but whoever reads the file must not see an alarm that is over.
        result = run("check", "-q", "-c", "99", "--proc-root", tree.path, "--output-file", target)
        self.assertEqual((result.code, result.out), (0, ""))
        self.assertRegex(target.read_text(), r"\ATCPSTAT OK")
        self.assertEqual(shell(f'"$T" check -c 1 --proc-root {tree.path} | true; exit 0').err, "")


class Quiet(Check):
    def test_cron_mails_when_there_is_something_to_read(self):
        tree = self.tree()
        for args in (("-w", "99"), ("-w", "99", "--json"), ("-w", "99", "-v")):
            result = run("check", "-q", *args, "--proc-root", tree.path)
            self.assertEqual((result.code, result.out, result.err), (0, "", ""), args)
        for args, code in ((("-w", "1"), 1), (("-c", "1"), 2), (("-w", "ten"), 3)):
            result = run("check", "-q", *args, "--proc-root", tree.path)
            self.assertEqual(result.code, code)
            self.assertRegex(result.out, r"\ATCPSTAT ")


class Rules(Check):
    def test_a_quiet_host_is_ok(self):
        tree = self.tree(tcp=(proc_line("LISTEN", "0.0.0.0:80", "0.0.0.0:0", inode=7),
                              proc_line("ESTABLISHED", "192.0.2.1:80", "192.0.2.2:99", inode=8)), tcp6=())
        self.check("--proc-root", tree.path, status="OK")
        document = self.document("--proc-root", tree.path)
        self.assertEqual(document["status"], "OK")

    def test_a_host_that_cannot_be_read_is_not_ok(self):
        self.check("--proc-root", "/nonexistent", status="UNKNOWN")

    def assert_judged(self, result):
        """Or it is told what /proc does not show."""
        self.assertTrue(result.code in (0, 1, 2) or (result.code == 3 and "not seen: " in result.out), result)

    def test_rules_by_name_and_their_limits(self):
        tree = self.tree()
        rules = words("rules")
        self.assertGreater(len(rules), 10)
        self.assertEqual(len(set(rules)), len(rules))
        judged = [line.split("\t")[0] for line in run("check", "--list", "rules").lines]
        self.assertLess(set(judged), set(rules))
        for rule in judged:
            self.assert_judged(run("check", "--rule", rule, "--proc-root", tree.path))
        for rule in set(rules) - set(judged):
            self.assertIn("weighs in the findings of others", self.check("--rule", rule, status="UNKNOWN").out)
        for line in run("--list", "rules").lines:
            rule, question, limits = line.split("\t")
            self.assertTrue(question.endswith("?"), line)
            for limit in limits.split() if limits != "none" else ():
                name, value = re.match(r"([a-z0-9_-]+)=([0-9.e+-]+)\Z", limit).groups()
                self.assert_judged(run("check", "--threshold", f"{rule}.{name}={value}", "--proc-root", tree.path))
        self.check("--threshold", f"{rules[0]}.no_such=1", status="UNKNOWN")

    def test_it_runs_here(self):
        result = run("check")
        match = FIRST.match(result.lines[0])
        self.assertTrue(match, result)
        self.assertEqual((CODES[match.group(1)], result.err), (result.code, ""), result)
        document = self.document()
        # Two samples of one host may differ, and neither can be of nothing: this process has a place in it.
        self.assertEqual((document["complete"], document["source"]), (True, document["source"]))
        self.assertIn(document["source"], ("netlink", "proc"))

    def test_an_interval_takes_its_time(self):
        tree = self.tree()
        start = time.monotonic()
        self.document("--interval", "3", "--proc-root", tree.path)
        self.assertGreaterEqual(time.monotonic() - start, 3)

    def test_a_copy_of_proc_has_one_sample(self):
        # Followed over an interval, requests that never move would be clients that never answer.
        tree = self.tree(tcp=[proc_line("LISTEN", "0.0.0.0:80", "0.0.0.0:0", inode=5)]
                         + [proc_line("SYN_RECV", "10.0.0.1:80", f"203.0.{i}.{i}:4000", timer=1, retransmits=3) for i in range(200)])
        tree.counters()
        (tree.path / "uptime").write_text("6201.35 11034.80\n")
        once = run("check", "--proc-root", tree.path)
        again = run("check", "--proc-root", tree.path, "--interval", "3")
        self.assertEqual(again.out.splitlines()[:2], once.out.splitlines()[:2])
        self.assertIn("it is a copy: --interval changes nothing", again.out + again.err)
        self.assertNotIn("use --interval", again.out)

    def test_a_saved_file_has_one_sample(self):
        file = FIXTURES / "recorded/tcpstat.ndjson"
        alone = run("check", "--source", file)
        self.assertEqual(alone.code, 1)
        self.assertRegex(alone.lines[0], r"\ATCPSTAT WARNING - 3 of 24 connections .* syn_recv=6;;;0;")
        start = time.monotonic()
        asked = run("check", "--source", file, "--interval", "30")
        self.assertLess(time.monotonic() - start, 20, "nobody waits for a second sample of a file")
        self.assertEqual((asked.code, asked.lines[0]), (alone.code, alone.lines[0]))
        self.assertIn("note: a saved file stays as it is: --interval changes nothing", asked.lines)
        self.assertNotIn("--interval changes", alone.out)

    def test_an_empty_table_is_the_reason_and_not_the_missing_processes(self):
        tree = self.tree(tcp6=())
        (tree.path / "net/tcp").write_text("")
        result = run("check", "--proc-root", tree.path)
        self.assertEqual(result.code, 3)
        self.assertRegex(result.lines[0], r"\ATCPSTAT UNKNOWN - \S+/net/tcp is empty")


class Colours(TestCase):
    def test_check_and_audit_are_coloured_where_that_is_asked_for(self):
        tree = self.tree()
        for verb in (("check", "--warning", "1"), ("audit",)):
            with self.subTest(verb=verb):
                args = (*verb, "--proc-root", tree.path)
                self.assertIn("\x1b[", on_terminal(*args).out)
                self.assertNotIn("\x1b[", on_terminal(*args, env={"NO_COLOR": "1"}).out)
                self.assertNotIn("\x1b[", on_terminal(*args, "--color", "never").out)
                self.assertNotIn("\x1b[", run(*args).out)
                self.assertIn("\x1b[", run(*args, "--color", "always").out)
                self.assertIn("\x1b[", run(*args, env={"FORCE_COLOR": "1"}).out)
                self.assertNotIn("\x1b[", run(*args, "--color", "never", env={"FORCE_COLOR": "1"}).out)


class Lists(TestCase):
    """A list that covers SYN_RECV ends with the verdict."""

    def test_on_a_terminal_below_the_table_and_nowhere_else(self):
        tree = self.tree()
        tree.counters()
        shown = on_terminal("--proc-root", tree.path, "-s", "SYN_RECV")
        piped = self.succeeds("--proc-root", tree.path, "-s", "SYN_RECV", "-o", "STATE")
        self.assertEqual(len(piped.lines), 3)
        sentences = [line for line in shown.lines if not line.startswith("  ")]
        self.assertIn(len(sentences) - len(piped.lines), (1, 2, 3), shown)
        self.assertLessEqual(max(map(len, shown.lines[len(piped.lines):])), 80)
        self.assertRegex("\n".join(shown.lines[3:]), "SYN")
        for args in (("-s", "ESTABLISHED"), ("-s", "SYN_RECV", "--remote", "203.0.113.0/24"), ("-s", "SYN_RECV", "--limit", "9")):
            lines = on_terminal("--color", "never", "--proc-root", tree.path, *args).lines
            self.assertFalse([line for line in lines[1:] if not re.match("ESTABLISHED|SYN_RECV", line)], lines)

    def test_in_json(self):
        tree = self.tree()
        tree.counters()
        document = self.json("--proc-root", tree.path, "-s", "SYN_RECV")
        self.assertEqual(document["verdicts"][0]["level"], "none")
        self.assertEqual({row["state"] for row in document["connections"]}, {"SYN_RECV"})
        self.assertEqual(self.json("--proc-root", tree.path, "-s", "ESTABLISHED")["verdicts"], [])
        self.assertEqual(self.json("summary", "--proc-root", tree.path)["verdicts"], [])
        (*rows, last) = self.succeeds("--proc-root", tree.path, "-s", "SYN_RECV", "-f", "ndjson").lines
        self.assertIn('"verdicts":[{', last)
        self.assertEqual(len(rows), 2)

    def test_a_table_that_was_read_in_part_has_no_verdict(self):
        lines = (*FLOOD_ROWS, "  1: garbage")
        tree = self.tree(tcp=lines, tcp6=())
        tree.counters()
        result = run("--proc-root", tree.path, "-s", "SYN_RECV", "--json")
        document = unique(result.out)
        self.assertEqual((document["complete"], document["verdicts"]), (False, []))
        shown = on_terminal("--proc-root", tree.path, "-s", "SYN_RECV")
        self.assertNotRegex(shown.out, "SYN flood|no sign of")

    def test_a_table_that_was_read_in_part_is_not_judged(self):
        tree = self.tree()
        tree.counters()
        (tree.path / "net/tcp").write_text((tree.path / "net/tcp").read_text() + "  1: garbage\n")
        document = json.loads(run("--proc-root", tree.path, "-s", "SYN_RECV", "-j").out)
        self.assertEqual((document["complete"], document["verdicts"]), (False, []))
        document = json.loads(run("check", "--proc-root", tree.path, "-j").out)
        self.assertIn("the table was not read as a whole", document["verdicts"][0]["blind"])

    def test_a_flood_is_called_one(self):
        tree = self.tree(tcp=FLOOD_ROWS, tcp6=())
        tree.counters()
        document = self.json("--proc-root", tree.path, "-s", "SYN_RECV")
        worst = document["verdicts"][0]
        self.assertIn(worst["level"], ("likely", "under attack"), worst)
        shown = on_terminal("--proc-root", tree.path, "-s", "SYN_RECV").lines[-3:]
        self.assertRegex(shown[-1], r"\Arun: tcpstat ")
        self.assertRegex(" ".join(shown[:2]), "SYN flood")
        result = run("check", "--proc-root", tree.path)
        self.assertEqual(result.code, 2)
        self.assertRegex(result.lines[0], r"\ATCPSTAT CRITICAL - SYN flood [^|]* - run: tcpstat [^|]* \| syn_recv=400;")
        self.assertEqual(run("check", "--rule", "close-wait-leak", "--proc-root", tree.path).code, 0)


class Examples(Check):
    def test_the_crontab_line_runs(self):
        for text in ((CONTRIB / "cron/tcpstat").read_text(), MANUAL):
            line = re.search(r"^(\*/5 .*)$", text, re.MULTILINE).group(1)
            command = re.search(r"/usr/local/bin/tcpstat (.*)$", line).group(1)
            folder = self.directory()
            command = re.sub(r"--state-file \S+", f"--state-file {folder}/state.json", command)
            tree = self.tree(tcp=(), tcp6=())
            result = shell(f'"$T" {command} --proc-root {tree.path}')
            self.assertEqual((result.code, result.out, result.err), (0, "", ""), result)

    def test_a_terminal_without_utf8_gets_ascii_whatever_it_tells_of_its_width(self):
        tree = self.tree(tcp=FLOOD_ROWS, tcp6=())
        tree.counters()
        place = self.directory() / "\u011bvil"  # its second byte begins an escape sequence of eight bits
        place.symlink_to(tree.path)
        for columns in 100, 0:
            for args in (("check", "-v"), ("audit", "-v"), ("check", "--rule", "\u011b")):
                with self.subTest(columns=columns, args=args):
                    shown = on_terminal(*args, "--proc-root", place, columns=columns, env={"LC_ALL": "C"})
                    self.assertTrue(shown.bytes.isascii(), shown)
                    self.assertIn(r"\xc4\x9b", shown.out)
        self.assertIn("\u011bvil", run("check", "-v", "--proc-root", place, env={"LC_ALL": "C"}).out)

    def test_the_units_are_what_systemd_takes(self):
        if shutil.which("systemd-analyze", path="/usr/bin:/bin") is None:
            self.skipTest("systemd is missing")
        folder = self.directory()
        files = [folder / unit.name for unit in (CONTRIB / "systemd").iterdir()]
        self.assertGreaterEqual(len(files), 3)
        for file in files:
            text = (CONTRIB / "systemd" / file.name).read_text()
            file.write_text(text.replace("/usr/local/bin/tcpstat", str(Path(TCPSTAT).resolve())))
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False)
        complaints = [line for line in (result.stdout + result.stderr).splitlines() if "tcpstat" in line]
        self.assertEqual(complaints, [])

    def test_the_commands_of_nagios_and_icinga_are_taken(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        text = (CONTRIB / "nagios/tcpstat.cfg").read_text()
        command = re.search(r"command_line +/usr/local/bin/tcpstat (.*)$", text, re.MULTILINE).group(1)
        self.assertEqual(shell(f'"$T" {command.replace("--interval 5", "--interval 3")} --proc-root {tree.path}').code, 0)
        options = re.findall(r'^ +"(--[a-z-]+)" = ', (CONTRIB / "icinga/tcpstat.conf").read_text(), re.MULTILINE)
        self.assertEqual(len(options), 5)
        for option in options:
            self.assertIn(option, run("--help").out)


if __name__ == "__main__":
    main()
