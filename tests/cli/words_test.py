"""Help, version and lists: the words of the program, told on standard output."""

import csv
import io
import json
import pwd

from harness import STATES, TestCase, main, run, unique, words

LISTS = ("states", "columns", "formats", "rules", "sources", "netns", "users", "groups")


class Words(TestCase):
    def test_help_and_version_come_from_every_place(self):
        for option in ("-h", "--help"):
            for args, usage in (([option], "[OPTIONS] [FILTER]"), (["summary", option], "summary [OPTIONS] [FILTER]"),
                                ([option, "summary"], "summary [OPTIONS] [FILTER]"), (["-a", option, "--state", "FOO"], "[OPTIONS] [FILTER]")):
                with self.subTest(args=args):
                    self.assertTrue(self.succeeds(*args).out.startswith(f"Usage: tcpstat {usage}"))
        for option in ("-V", "--version"):
            self.assertRegex(self.succeeds(option).out, r"\Atcpstat \d+\.\d+\.\d+\n\Z")
            self.assertRegex(self.succeeds("summary", option).out, r"\Atcpstat \d+\.\d+\.\d+\n\Z")

    def test_help_names_every_verb_and_fits_on_every_terminal(self):
        text = self.succeeds("--help").out
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        for verb in ("summary", "watch", "explain", "check", "audit", "validate"):
            self.assertRegex(text, rf"tcpstat {verb}\b")

    def test_help_behind_a_verb_is_its_own_page(self):
        for verb in ("summary", "watch", "trace", "explain", "check", "audit", "validate"):
            self.assertEqual(self.succeeds("help", verb).out, run(verb, "--help").out)
        self.assertEqual(self.succeeds("help").out, run("--help").out)
        self.fails("help", "nothing", sentence='cannot help with "nothing" .*')
        for verb, code in (("summary", 0), ("watch", 0), ("explain", 0), ("validate", 0), ("check", 3), ("audit", 3)):
            with self.subTest(verb=verb):
                result = run(verb, "--help")
                self.assertEqual((result.code, result.err), (code, ""))
                self.assertTrue(result.out.startswith(f"Usage: tcpstat {verb} "))
                self.assertLessEqual(max(map(len, result.lines)), 80)
                self.assertIn("\nExamples:\n", result.out)
                self.assertIn("\nMore: ", result.out)
                self.assertEqual(run("-h", verb).out, result.out)

    def test_options_that_mean_nothing_to_a_verb_are_refused(self):
        self.fails("explain", "CLOSE", "--port", "443", sentence="explain reads no sockets, so --port does not go with it")
        self.fails("validate", "log", "-p", sentence="--processes is for lists of connections; validate .*")
        self.fails("--rule", "x", sentence="--rule goes with check: tcpstat check --rule x")
        self.fails("-c", "5", sentence="--critical goes with check: .*tcpstat watch\\)")
        self.assertEqual(run("audit", "--port", "443").code, 3)
        self.succeeds("explain", "CLOSE", "-H", "--no-truncate", "--color", "never", "--strict", "--timeout", "1", "-v")

    def test_lists_are_tokens_a_tab_and_text(self):
        for what in LISTS:
            with self.subTest(what=what):
                result = self.succeeds("--list", what)
                for line in result.lines:
                    self.assertRegex(line, r"\A[^\t ]+\t[^\t]+(\t[^\t]+)?\Z")
                tokens = words(what)
                self.assertEqual(len(tokens), len(set(tokens)))

    def test_lists_as_json_say_the_same(self):
        for what in LISTS:
            with self.subTest(what=what):
                document = unique(self.succeeds("--list", what, "-j").out)
                self.assertEqual([entry["name"] for entry in document], words(what))
                self.assertEqual([list(entry.values()) for entry in document],
                                 [line.split("\t") for line in self.succeeds("--list", what).lines])

    def test_lists_as_csv_and_ndjson_say_the_same(self):
        for what in LISTS:
            with self.subTest(what=what):
                document = json.loads(self.succeeds("--list", what, "-j").out)
                lines = self.succeeds("--list", what, "-f", "ndjson").lines
                self.assertEqual([json.loads(line) for line in lines], document)
                table = list(csv.DictReader(io.StringIO(self.succeeds("--list", what, "-f", "csv").out), strict=True))
                self.assertEqual([{key: cell or None for key, cell in row.items()} for row in table],
                                 [{key: entry.get(key) or None for key in document[0]} for entry in document])

    def test_what_the_lists_hold(self):
        self.assertEqual(set(words("states")), set(STATES))
        self.assertEqual(words("formats"), ["table", "plain", "json", "ndjson", "csv", "prometheus"])
        sources = words("sources")
        self.assertEqual(sources[:4], ["auto", "netlink", "proc", "both"])
        # What this host allows beside them: no words to type.
        self.assertEqual(sources[4:], ["trace:bpf", "trace:tracefs", "check:exact", "owners:bpf"])
        for line in self.succeeds("--list", "sources").lines[4:]:
            self.assertRegex(line, r"; (this host allows it|cannot trace .+)$")
        self.assertTrue({"all", "connected", "half-open", "closing-side", "bucket"} <= set(words("groups")))
        self.assertEqual(set(words("users")), {entry.pw_name for entry in pwd.getpwall()})
        columns = self.succeeds("--list", "columns").lines
        self.assertTrue(all(line.split("\t")[1] in ("text", "number", "address", "endpoint") for line in columns))

    def test_formats_are_those_that_the_verb_prints(self):
        def formats(*args):
            return [line.split("\t")[0] for line in self.succeeds(*args, "--list", "formats").lines]

        self.assertEqual(formats("explain", "machine")[-2:], ["dot", "mermaid"])
        for args in ((), ("explain", "CLOSE"), ("summary",), ("validate", "log")):
            self.assertFalse({"dot", "mermaid"} & set(formats(*args)), args)
        self.assertNotIn("prometheus", formats("watch"))
        self.assertIn("prometheus", formats("summary"))

    def test_sources_and_rules_are_those_that_the_verb_takes(self):
        def listed(what, *args):
            return [line.split("\t")[0] for line in self.succeeds(*args, "--list", what).lines]

        self.assertEqual(listed("sources", "trace"), ["auto", "bpf", "tracefs"])
        self.assertEqual(listed("sources", "watch", "--events"), ["auto", "netlink", "proc", "bpf", "tracefs"])
        self.assertEqual(listed("sources", "check"), ["auto", "netlink", "proc", "FILE"])
        self.assertEqual(listed("sources", "explain", "LISTEN"), [])
        rules = listed("rules", "check")
        self.assertIn("syn-flood", rules)
        self.assertIn("queue-fill", set(listed("rules")) - set(rules))
        self.assertEqual(listed("rules", "summary"), listed("rules"))

    def test_lists_go_to_a_file_too(self):
        path = self.directory() / "states"
        self.assertEqual(self.succeeds("--list", "states", "--output-file", path).out, "")
        self.assertEqual(path.read_text(), self.succeeds("--list", "states").out)

    def test_a_usage_error_beside_a_list_is_an_error(self):
        self.fails("--list", "states", "--state", "FOO", sentence='unknown state "FOO".*')


class States(TestCase):
    def setUp(self):
        self.root = self.tree().path

    def states(self, *args):
        out = self.succeeds("--proc-root", self.root, "-f", "plain", "-H", "-o", "STATE", *args).lines
        return set(out)

    def test_every_spelling_of_one_state(self):
        for state, spellings in {
            "ESTABLISHED": "ESTABLISHED established Estab ESTAB TCP_ESTABLISHED BPF_TCP_ESTABLISHED 1 01 0x1 open",
            "SYN_SENT": "SYN_SENT syn-sent SYNSENT 2 02 BPF_TCP_SYN_SENT",
            "SYN_RECV": "SYN_RECV syn-recv SYN-RECEIVED syn_received SYN_RCVD synrcvd 3 03 12 0C TCP_NEW_SYN_RECV",
            "FIN_WAIT1": "FIN_WAIT1 FIN-WAIT-1 fin_wait_1 finwait1 4 04",
            "FIN_WAIT2": "FIN_WAIT2 FIN-WAIT-2 fin_wait_2 5 05",
            "TIME_WAIT": "TIME_WAIT TIME-WAIT timewait 6 06 lingering",
            "CLOSE_WAIT": "CLOSE_WAIT CLOSE-WAIT closewait 8 08",
            "LAST_ACK": "LAST_ACK LAST-ACK lastack 9 09",
            "LISTEN": "LISTEN listen LISTENING listening 10 0A 0a 0x0A 0xa",
            "CLOSING": "CLOSING closing TCP_CLOSING 11 0B",
        }.items():
            for spelling in spellings.split():
                with self.subTest(spelling=spelling):
                    self.assertEqual(self.states("-s", spelling), {state})

    def test_close_in_every_spelling_cannot_be_had_from_proc(self):
        for spelling in "CLOSE close CLOSED closed UNCONN unconnected 7 07 13 0D".split():
            with self.subTest(spelling=spelling):
                self.fails("--proc-root", self.root, "-s", spelling, sentence="cannot list CLOSE sockets.*")

    def test_groups_and_exclusions(self):
        visible = set(STATES) - {"CLOSE"}
        for args, expected in [
            ([], visible - {"LISTEN"}),
            (["-a"], visible),
            (["-al"], visible),
            (["-l"], {"LISTEN"}),
            (["-l", "-s", "SYN_RECV"], {"SYN_RECV"}),
            (["-a", "-s", "SYN_RECV"], {"SYN_RECV"}),
            (["-s", "all"], visible),
            (["-s", "connected"], visible - {"LISTEN"}),
            (["-s", "synchronized"], visible - {"LISTEN", "SYN_SENT"}),
            (["-s", "bucket"], {"SYN_RECV", "TIME_WAIT"}),
            (["-s", "big"], visible - {"SYN_RECV", "TIME_WAIT"}),
            (["-s", "half-open"], {"SYN_SENT", "SYN_RECV"}),
            (["-s", "HALF_OPEN"], {"SYN_SENT", "SYN_RECV"}),
            (["-s", "opening"], {"SYN_SENT", "SYN_RECV"}),
            (["-s", "half-closed"], {"FIN_WAIT2", "CLOSE_WAIT"}),
            (["-s", "closing-side"], {"FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK"}),
            (["-s", "!TIME_WAIT"], visible - {"TIME_WAIT"}),
            (["-s", "^TIME_WAIT"], visible - {"TIME_WAIT"}),
            (["-s", "!TIME_WAIT,!LISTEN"], visible - {"TIME_WAIT", "LISTEN"}),
            (["-s", "!closing-side"], {"LISTEN", "ESTABLISHED", "SYN_SENT", "SYN_RECV"}),
            (["-s", "connected,!ESTABLISHED"], visible - {"LISTEN", "ESTABLISHED"}),
            (["-s", "!ESTABLISHED", "-s", "connected"], visible - {"LISTEN", "ESTABLISHED"}),
            (["-s", "SYN_RECV", "-s", "SYN_SENT"], {"SYN_SENT", "SYN_RECV"}),
            (["-s", "SYN_RECV,SYN_SENT,"], {"SYN_SENT", "SYN_RECV"}),
            (["-s", "ESTAB,!ESTAB"], set()),
        ]:
            with self.subTest(args=args):
                self.assertEqual(self.states(*args), expected)


if __name__ == "__main__":
    main()
