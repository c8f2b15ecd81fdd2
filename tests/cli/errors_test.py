"""What is wrong is said in one sentence on standard error, with exit code 2 and nothing on standard output."""

import os
import unittest

from harness import TestCase, main, proc_text, run


class UsageErrors(TestCase):
    def test_one_sentence_names_the_word_and_what_would_be_right(self):
        see_states = r"see: tcpstat --list states"
        see_columns = r"see: tcpstat --list columns"
        see_help = r"see: tcpstat --help"
        for args, sentence in [
            (["--state", "SYNRECEIVE"], rf'unknown state "SYNRECEIVE" \(did you mean SYN_RECV\? {see_states}\)'),
            (["--state", "SYN_RECV,FOO"], rf'unknown state "FOO" \({see_states}\)'),
            (["-s", "!LISTN"], rf'unknown state "LISTN" \(did you mean LISTEN\? {see_states}\)'),
            (["-s", "12345"], rf'unknown state "12345" \({see_states}\)'),
            (["-s", "0"], rf'unknown state "0" \({see_states}\)'),
            (["-s", "14"], rf'unknown state "14" \({see_states}\)'),
            (["--bogus"], rf'unknown option "--bogus" \({see_help}\)'),
            (["--stat", "x"], rf'unknown option "--stat" \(did you mean --state\? {see_help}\)'),
            (["-y"], rf'unknown option "-y" \({see_help}\)'),
            (["-ax"], r'unknown option "-x" \(there is only TCP here: ss -x shows UNIX sockets\)'),
            (["sumary"], rf'unexpected argument "sumary" \(did you mean summary\? {see_help}\)'),
            (["-K"], r'unknown option "-K" \(tcpstat ends no connections: ss -K does\)'),
            (["-o", "state", "established"], r'unknown word "established", .*\): -o takes columns here, so leave it out'),
            (["-N", "web"], r'unknown option "-N" \(another network namespace: --netns NAME\)'),
            (["-E"], r'unknown option "-E" \(sockets as they come and go: tcpstat watch --events, or tcpstat trace\)'),
            (["-f", "inet6"], r'unknown format "inet6" \(an address family is -4 or -6\)'),
            (["--tcp", "-a"], r'unknown option "--tcp" \(there is only TCP here: leave it out\)'),
            (["-a", "--numeric"], r'unknown option "--numeric" \(addresses and ports are numbers .*: leave it out\)'),
            (["--continuous"], r'unknown option "--continuous" \(again and again: tcpstat watch\)'),
            (["-n", "-p", "TCP"], r'unexpected argument "TCP" \(there is only TCP here, .* tcpstat -s SYN_RECV\)'),
            (["-i", ":443"], r'unexpected argument ":443" \(a port is an option: tcpstat --port 443\)'),
            (["watch", "2"], r'unexpected argument "2" \(seconds are an option: tcpstat watch --interval 2\)'),
            (["SYN_RECV"], r'unknown word "SYN_RECV", at character 1 of .* \(did you mean state SYN_RECV\? see: .*\)'),
            (["explain", "close", "open"], r'unexpected argument "open" \(.*\)'),
            (["sport = 80 and", "sprot = 1"], r'unknown word "sprot", at character 16 of .* \(did you mean sport\? .*\)'),
            (["(", "state", "listen"], r'"\(" is not closed, at character 1 of .*'),
            (["rtt > 5"], r'the value "5" of rtt_us has no unit, .* \(for example 5ms; see: tcpstat explain filter\)'),
            (["-o", "RTT"], rf'unknown column "RTT" \(.*{see_columns}\)'),
            (["-o", "STATE,LOKAL"], rf'unknown column "LOKAL" \(did you mean LOCAL\? {see_columns}\)'),
            (["-o", "+LOKAL"], rf'unknown column "LOKAL" \(did you mean LOCAL\? {see_columns}\)'),
            (["-o", ","], r"--output names no column"),
            (["-S", "AGE"], rf'unknown column "AGE" \(.*{see_columns}\)'),
            (["-S", "AGE_MS:down"], r'unknown sort order "down" \(asc or desc\)'),
            (["-f", "jsn"], r'unknown format "jsn" \(did you mean json\? see: tcpstat --list formats\)'),
            (["-j", "-f", "csv"], r"-j contradicts --format csv"),
            (["--list", "state"], r'unknown list "state" \(did you mean states\?\)'),
            (["--list", "xyzzyx"], r'unknown list "xyzzyx" \(one of states, columns, .*\)'),
            (["--user", "no-such-user"], r'unknown user "no-such-user" \(.*see: tcpstat --list users\)'),
            (["--port", "70000"], r'unknown port "70000" \(.*\)'),
            (["--port", "http-no-such"], r'unknown port "http-no-such" \(.*\)'),
            (["--port", "90-80"], r'the port range "90-80" ends before it begins'),
            (["--local-port", "--1"], r'unknown port "--1" \(.*\)'),
            (["--local", "example.org"], r'unknown address "example.org" \(an address, not a host name: .*\)'),
            (["--remote", "192.0.2.0/33"], r'bad prefix length in "192.0.2.0/33" \(0 to 32\)'),
            (["--remote", "[::1"], r'the address "\[::1" lacks a \]'),
            (["--local", ":99999"], r'unknown port "99999" \(.*\)'),
            (["--pid", "x"], r'bad process id "x" \(.*\)'),
            (["--limit", "-1"], r'bad limit "-1" \(a whole number, 0 to 18446744073709551615\)'),
            (["-s", "!"], r"! is followed by the state that it takes away: !TIME_WAIT"),
            (["-o", "+"], r"\+ is followed by the name of a column: -o \+COL"),
            (["summary", "watch"], r'unexpected argument "watch" \(one verb at a time\)'),
            (["--interval", "5"], r"--interval goes with .*; a list takes it with --rate"),
            (["--limit", "1.5"], r'bad limit "1.5" \(.*\)'),
            (["--timeout", "soon"], r'bad timeout "soon" \(.*\)'),
            (["--color", "blue"], r'unknown value "blue" of --color \(auto, always or never\)'),
            (["summary", "--by", "stat"], r'unknown key "stat" of --by \(did you mean state\?\)'),
            (["summary", "--by", "zzz"], r'unknown key "zzz" of --by \(one of state, family, .*\)'),
            (["--by", "state"], r"--by counts groups, so it goes with summary and history: tcpstat summary --by state"),
            (["summary", "--sort", "STATE"], r"--sort is for lists of connections; .*"),
            (["summary", "-o", "STATE"], r"--output chooses columns of a list; a summary takes --by"),
            (["-j", "-o", "STATE"], r"--output chooses columns of table, plain and csv; json always has all keys"),
            (["-f", "ndjson", "-o", "+PID"], r"--output chooses columns of table, plain and csv; ndjson .*"),
            (["--proc-root", "/proc", "--source", "netlink"], r"--proc-root reads text files, .*"),
            (["--json=yes"], r"--json takes no value"),
        ]:
            with self.subTest(args=args):
                self.fails(*args, sentence=sentence)

    def test_what_takes_a_value_says_so(self):
        for option, sentence in [
            ("-s", r"-s, --state needs a value: STATE \(for statistics: tcpstat summary\)"),
            ("-o", r"-o, --output needs a value: .* \(for timers, look at the TIMER column\)"),
            ("-antpo", r"-o, --output needs a value: .* \(for timers, look at the TIMER column\)"),
            ("--local", r"--local needs a value: ADDR\[/LEN\]\[:PORT\]"),
            ("--local-port", r"--local-port needs a value: N\[-M\]"),
            ("--output-file", r"--output-file needs a value: PATH"),
            ("--netns", r"--netns needs a value: NAME\|PID\|PATH"),
            ("-S", r"--sort needs a value: .*"),
            ("-f", r"--format needs a value: .*"),
        ]:
            with self.subTest(option=option):
                self.fails(option, sentence=sentence)
        self.fails("-s", "-t", sentence=r"-s, --state needs a value: .*tcpstat summary\)")
        self.fails("-o", "-n", sentence=r"-o, --output needs a value: .*TIMER column\)")
        for option in ("--state", "--netns", "--source", "--proc-root", "--output-file", "--user", "--process", "--port",
                       "--local", "--unit"):
            self.fails(option, "", sentence=rf".*{option} needs a value.*")

    def test_a_value_is_quoted_so_that_it_cannot_harm(self):
        result = self.fails("--state", "\x1b[31mred\n", sentence=r'unknown state ".*" \(.*\)')
        self.assertNotIn("\x1b", result.err)
        self.fails("--state", b"\xff\xfe", sentence=r'unknown state "\\xff\\xfe" \(.*\)')
        self.assertLess(len(self.fails("--state", "x" * 100000, sentence=".*").err), 1000)

    def test_an_error_leaves_the_output_file_alone(self):
        path = self.directory() / "out"
        path.write_text("old")
        self.fails("--state", "SYN_RECV,FOO", "--output-file", path, sentence='unknown state "FOO".*')
        self.assertEqual(path.read_text(), "old")

    def test_errors_are_said_also_with_quiet(self):
        self.fails("-q", "--state", "FOO", sentence='unknown state "FOO".*')


class SourceErrors(TestCase):
    def test_files_that_cannot_be_read(self):
        here = self.directory()
        garbage = here / "garbage"
        garbage.write_bytes(b"hello\nworld\n" * 10)
        (here / "document").write_text('{\n  "connections": []\n}\n')
        missing = here / "missing"
        for args, sentence in [
            (["--source", missing], rf"cannot open {missing}: No such file or directory.*"),
            (["--source", here], rf"cannot read {here}: Is a directory \(directories are for --proc-root\)"),
            (["--source", garbage], rf"cannot read {garbage}: this is no format that tcpstat knows \(.*\)"),
            (["--source", here / "document"], r"cannot read .*: it is a JSON document, and rows are read from lines \(.*ndjson.*\)"),
            (["--source", garbage, "--netns", "1"], r"cannot read the network namespace .*"),
            (["--proc-root", missing], rf"cannot open {missing}/net/tcp: No such file or directory \(--proc-root takes a copy of /proc\)"),
            (["--proc-root", missing, "-p"], r"cannot .*No such file or directory.*"),
            (["--proc-root", missing, "-6"], rf"cannot open {missing}/net/tcp6: No such file or directory.*"),
            (["--netns", "no-such-namespace"], r'cannot find the network namespace "no-such-namespace": '
                                               r"No such file or directory \(see: tcpstat --list netns\)"),
            (["--netns", "4294967295"], r"cannot find the network namespace .*there is no process 4294967295.*"),
            (["--netns", "/etc/hostname/"], r"cannot find the network namespace .*"),
            (["--proc-root", here, "--netns", "/x/y"], r"cannot .*"),
            (["--output-file", here / "no" / "such"], rf"cannot write {here}/no/such: No such file or directory"),
            (["--output-file", here], rf"cannot write {here}: Is a directory"),
        ]:
            for verb in ([], ["summary"]):
                with self.subTest(args=args, verb=verb):
                    self.fails(*verb, *args, sentence=sentence)

    def test_a_filter_that_the_source_cannot_answer_is_refused(self):
        tree = self.tree()
        self.fails("--proc-root", tree.path, "-s", "CLOSE",
                   sentence=r"cannot list CLOSE sockets from /proc: it does not list them \(.*--source netlink\)")
        text = self.directory() / "tcp"
        text.write_text(proc_text())
        self.fails("--source", text, "--pid", "1", sentence=rf"cannot filter {text} by process: .* \(.*\)")

    def test_json_after_an_error_is_still_a_document(self):
        import json
        tree = self.tree()
        (tree.path / "net" / "tcp6").unlink()
        (tree.path / "net" / "tcp6").mkdir()  # opens, but cannot be read
        result = run("--proc-root", tree.path, "--json")
        self.assertEqual(result.code, 2)
        document = json.loads(result.out)
        self.assertFalse(document["complete"])
        self.assertEqual([w["code"] for w in document["warnings"]], ["read_failed"])
        self.assertRegex(result.err, r"\Atcpstat: cannot read .*/net/tcp6: Is a directory.*\n\Z")

    def test_a_pipe_gets_an_end_where_nothing_could_be_opened(self):
        import json
        for ask in (["-f", "json"], ["-f", "ndjson"], ["summary", "-f", "json"], ["watch", "-f", "ndjson"], ["watch"],
                    ["watch", "--events", "-f", "json"], ["watch", "--events"]):
            with self.subTest(ask=ask):
                result = run(*ask, "--netns", "no-such-namespace")
                self.assertEqual(result.code, 2)
                self.assertRegex(result.err, r"\Atcpstat: cannot find the network namespace [^\n]*\n\Z")
                document = json.loads(result.out)
                self.assertFalse(document["complete"])
                self.assertEqual([w["code"] for w in document["warnings"]], ["read_failed"])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_directory_without_permission(self):
        here = self.directory()
        here.chmod(0o500)
        self.fails("--output-file", here / "out", sentence=rf"cannot write {here}/out: Permission denied \(.*\)")


if __name__ == "__main__":
    main()
