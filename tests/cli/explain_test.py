"""tcpstat explain: names, verdicts, widths, formats, and errors in one sentence."""

import json
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import STATES, TestCase, main, run, unique

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((Path(__file__).resolve().parent.parent / "schema/explain.json").read_text())
UTF8 = {"LC_ALL": "C.UTF-8"}
ASCII = {"LC_ALL": "C"}
SEEN = ["ABSENT", *STATES]


class Explain(TestCase):
    def names(self):
        return [line.split("\t")[0] for line in self.succeeds("explain", "--all").lines]

    def document(self, *args):
        document = unique(self.succeeds("explain", *args, "--json").out)
        if jsonschema is not None:
            jsonschema.validate(document, SCHEMA)
        return document

    def test_speaks_the_language_of_the_environment(self):
        clean = {"LC_ALL": "", "LC_MESSAGES": "", "LC_CTYPE": "", "LANG": ""}
        for env in ({"LC_ALL": "zh_CN.UTF-8"}, {"LC_MESSAGES": "zh_CN.UTF-8"}, {"LANG": "zh_TW"}):
            with self.subTest(env=env):
                out = self.succeeds("explain", "TIME_WAIT", env={**clean, **env}).out
                self.assertIn("主动关闭", out)
                self.assertNotIn("active close", out)
        for env in ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, {"LANG": "zh_CN.GBK"}, {"LANG": "en_US.UTF-8"}):
            with self.subTest(env=env):
                self.assertIn("active close", self.succeeds("explain", "TIME_WAIT", env={**clean, **env}).out)
        self.assertIn("角色", self.succeeds("explain", "LISTEN", env={**clean, "LANG": "zh_CN.UTF-8"}).out)
        english = self.succeeds("explain", "LISTEN", "--json", env={**clean, "LC_ALL": "C.UTF-8"}).out
        chinese = self.succeeds("explain", "LISTEN", "--json", env={**clean, "LC_ALL": "zh_CN.UTF-8"}).out
        self.assertEqual(english, chinese)

    def test_every_name_has_an_explanation_that_fits(self):
        names = self.names()
        self.assertLessEqual(set(STATES) | {"handshake", "close", "machine"}, set(names))
        for name in names:
            for env in (UTF8, ASCII):
                with self.subTest(name=name, env=env):
                    out = self.succeeds("explain", name, env=env).bytes
                    if env is ASCII:
                        self.assertTrue(out.isascii())
                    if name != "machine":
                        self.assertLessEqual(max(map(len, out.decode().splitlines())), 80)
            if name != "machine":
                self.document(name)

    def test_each_name_is_listed_once(self):
        listed = [line.split("\t") for line in self.succeeds("explain", "--all").lines]
        names = [name for name, _ in listed]
        self.assertEqual(len(set(names)), len(names), sorted(names))
        self.assertEqual(unique(self.succeeds("explain", "--all", "--json").out),
                         [{"name": name, "meaning": meaning} for name, meaning in listed])
        rules = dict(line.split("\t")[:2] for line in self.succeeds("--list", "rules").lines)
        self.assertTrue(dict(listed)["syn-flood"].endswith(f"; the rule: {rules['syn-flood']}"))

    def test_rules_come_with_limits_and_reasons(self):
        rules = [line.split("\t") for line in self.succeeds("--list", "rules").lines]
        self.assertLessEqual({rule[0] for rule in rules}, set(self.names()))
        for name, question, defaults in rules:
            with self.subTest(rule=name):
                text = " ".join(self.succeeds("explain", name, env=UTF8).out.split())
                self.assertIn(question, text)
                document = self.document(name)
                # syn-flood is a lifecycle too.
                self.assertEqual((document["kind"], document["rule"]), ("lifecycle" if name == "syn-flood" else "rule", name))
                limits = [f"{limit['name']}={limit['value']:g}" for limit in document["thresholds"]]
                self.assertEqual(defaults.split(), limits or ["none"])
                for limit in document["thresholds"]:
                    self.assertIn(" ".join(limit["reason"].split()), text)
        self.assertIn("close-wait-leak", [rule[0] for rule in rules])
        self.fails("explain", "close-wait-leek", sentence=r"cannot explain .*did you mean close-wait-leak\?.*")

    def test_printed_words_are_explained_as_they_are_printed(self):
        for line in self.succeeds("--list", "groups").lines:
            group, members = line.split("\t")[:2]
            found = self.document(group)
            if " " in members:
                self.assertEqual((found["kind"], found["states"]), ("group", members.split()), group)
            else:
                self.assertEqual(found["state"], members, group)
        for word in ("flood: single source", "flash crowd", "accept-queue overflow", "saturated, undecided", "HALF_OPEN"):
            self.assertTrue(self.document(word)["text"], word)
        for word in ("syncookies", "backlog", "defences", "queue-full", "half-open"):
            self.assertIn(word, self.names())
        # A command that is named is one that works.
        for name in self.names():
            for command in self.document(name).get("look", []) if name != "machine" else []:
                verb = shlex.split(command)
                if verb[0] == "tcpstat" and verb[1] not in ("check", "audit", "watch", "trace", "validate"):
                    self.assertEqual(run(*verb[1:]).code, 0, command)

    def test_rules_without_limits_have_no_heading_for_them(self):
        for line in self.succeeds("--list", "rules").lines:
            name, _, defaults = line.split("\t")
            self.assertEqual("Limits, by default:" in self.succeeds("explain", name).out, defaults != "none", name)

    def test_every_pair_has_an_explanation_that_fits(self):
        for before in SEEN:
            for after in SEEN:
                with self.subTest(before=before, after=after):
                    out = self.succeeds("explain", f"{before}:{after}", env=UTF8).lines
                    self.assertLessEqual(max(map(len, out)), 80)
                    self.document(f"{before}:{after}")

    def test_pairs(self):
        for pair, verdict, rfc9293, traced, path in (
                ("SYN_RECV:ESTABLISHED", "legal", True, "legal", []),
                ("LISTEN:SYN_RECV", "legal", True, "legal", []),
                ("FIN_WAIT1:TIME_WAIT", "reachable", True, "illegal", []),
                ("FIN_WAIT2:TIME_WAIT", "legal", True, "illegal", []),
                ("ESTABLISHED:TIME_WAIT", "reachable", False, "illegal", ["FIN_WAIT1"]),
                ("TIME_WAIT:ESTABLISHED", "reuse", False, "illegal", ["ABSENT"]),
                ("FIN_WAIT1:FIN_WAIT1", "quirk", False, "quirk", []),
                ("CLOSE:SYN_RECV", "reachable", False, "quirk", ["SYN_SENT"]),
                ("SYN_RECV:CLOSE_WAIT", "reachable", True, "quirk", ["ESTABLISHED"]),
                ("absent:listening", "legal", True, None, []),
                ("LAST_ACK:ABSENT", "legal", True, None, []),
                ("TIME_WAIT:ABSENT", "legal", True, None, []),
                ("ABSENT:ESTABLISHED", "legal", False, None, [])):
            with self.subTest(pair=pair):
                found = self.document(pair)
                self.assertEqual((found["verdict"], found["rfc9293"], found["traced"], found["path"]),
                                 (verdict, rfc9293, traced, path))

    def test_each_of_several_ways_is_told(self):
        self.assertEqual(self.document("FIN_WAIT1:TIME_WAIT")["paths"], [["FIN_WAIT2"], ["CLOSING"]])
        self.assertEqual(self.document("ESTABLISHED:TIME_WAIT")["paths"],
                         [["FIN_WAIT1", "FIN_WAIT2"], ["FIN_WAIT1", "CLOSING"]])
        self.assertEqual(self.document("SYN_RECV:ESTABLISHED")["paths"], [[]])
        self.assertEqual(self.document("ESTABLISHED:ESTABLISHED")["paths"], [])
        self.assertIn("ESTABLISHED > FIN_WAIT1 > FIN_WAIT2 or CLOSING > TIME_WAIT",
                      " ".join(self.succeeds("explain", "ESTABLISHED:TIME_WAIT", env=UTF8).out.split()))

    def test_where_linux_leaves_the_rfc_a_pair_says_how_and_why(self):
        for pair, words in (
                ("LISTEN:SYN_RECV", ("a row of its own; the listener stays", "Linux       the listener stays;",
                                     "one listener serves many peers")),
                ("FIN_WAIT1:TIME_WAIT", ("reachable in 2 steps", "ACK and FIN of one segment are two steps",
                                         "tracepoint  never")),
                ("FIN_WAIT2:TIME_WAIT", ("legal in one step", "it is kept in a smaller object",
                                         "tracepoint  FIN_WAIT2>CLOSE")),
                ("TIME_WAIT:ESTABLISHED", ("only by reuse: another connection on the same tuple: TIME_WAIT > ABSENT",
                                           "RFC 9293    no single step", "a time-wait socket prints nothing")),
                ("TIME_WAIT:SYN_RECV", ("MAY reopen", "the new connection's socket LISTEN>SYN_RECV")),
                ("FIN_WAIT1:FIN_WAIT1", ("unchanged", "as a quirk"))):
            out = " ".join(self.succeeds("explain", pair, env=UTF8).out.split())
            for word in words:
                with self.subTest(pair=pair, words=word):
                    self.assertIn(" ".join(word.split()), out)
        for name in ("LISTEN", "LISTEN:CLOSE"):
            out = self.succeeds("explain", name, env=UTF8).out
            self.assertIn("shutdown(SHUT_RD)", out)
            self.assertNotIn("SHUT_WR", out)
        self.assertEqual(self.document("SYN_SENT:ESTABLISHED")["differences"], [])
        self.assertIn("SYN-RECEIVED", self.document("LISTEN:SYN_RECV")["differences"][0]["rfc9293"])

    def test_a_peer_may_be_older_or_gone(self):
        def peers(state):
            out = " ".join(self.succeeds("explain", state, env=UTF8).out.split())
            return out[out.index(" peer "):out.index(" many ")]
        self.assertIn("TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSING: left behind on the same tuple", peers("SYN_SENT"))
        self.assertIn("SYN_SENT: of a new connection on the same tuple", peers("TIME_WAIT"))
        self.assertIn("half-open (§3.5.1)", peers("ESTABLISHED"))
        self.assertNotIn("half-open", peers("TIME_WAIT"))

    def test_close_is_the_lifecycle_and_in_capitals_the_state(self):
        self.assertIn("tcpstat explain CLOSE\n", self.succeeds("explain", "close").out)
        for word in ("CLOSE", "closed", "7"):
            self.assertIn("tcpstat explain close\n", self.succeeds("explain", word).out)

    def test_other_names_are_understood_and_not_listed(self):
        for word, name in (("cookies", "syncookies"), ("ddos", "syn-flood"), ("syn-attack", "syn-flood"),
                           ("three-way", "handshake"), ("three-way-handshake", "handshake"), ("four-way", "close"),
                           ("netstat", "half-open"), ("msl", "TIME_WAIT"), ("2msl", "TIME_WAIT")):
            with self.subTest(word=word):
                self.assertEqual(self.succeeds("explain", word).out, self.succeeds("explain", name).out)
                self.assertNotIn(word, self.names())

    def test_bounds_follow_the_sysctls(self):
        tree = self.tree()
        tree.sysctl("net/ipv4/tcp_fin_timeout", 30)
        self.assertEqual(self.document("FIN_WAIT2", "--proc-root", tree.path)["max_age_ms"], 30_000)
        self.assertIsNone(self.document("SYN_SENT", "--proc-root", tree.path)["max_age_ms"])
        self.assertIsNone(self.document("CLOSE_WAIT")["max_age_ms"])
        self.assertEqual(self.document("TIME_WAIT")["max_age_ms"], 60_000)

    def test_diagrams_come_from_two_machines(self):
        steps = self.document("handshake")["steps"]
        self.assertEqual([(step["from_left"], step["from_right"]) for step in steps[-3:]],
                         [("SYN", None), (None, "SYN,ACK"), ("ACK", None)])
        self.assertEqual((steps[-1]["left_state"], steps[-1]["right_state"]), ("ESTABLISHED", "ESTABLISHED"))
        for name in ("simultaneous-open", "simultaneous-close"):
            self.assertIn("crossing", [step["kind"] for step in self.document(name)["steps"]])

    def test_segments_have_their_numbers(self):
        steps = self.document("close")["steps"]
        sent = [(step[f"from_{end}"], step[f"from_{end}_seq"], step[f"from_{end}_ack"])
                for step in steps for end in ("left", "right") if step[f"from_{end}"]]
        self.assertEqual(sent, [("FIN,ACK", 1, 1), ("ACK", 1, 2), ("FIN,ACK", 1, 2), ("ACK", 2, 2)])
        out = self.succeeds("explain", "handshake", env=UTF8).out
        for words in (" SYN seq=0 ", " SYN,ACK seq=0 ack=1 ", " ACK seq=1 ack=1 "):
            self.assertIn(words, out)

    def test_an_end_in_no_state_has_an_empty_column(self):
        steps = self.document("syn-flood")["steps"]
        self.assertEqual({step["left_state"] for step in steps}, {None})
        self.assertNotIn(None, {step["right_state"] for step in steps})
        diagram = self.succeeds("explain", "no-answer", env=ASCII).out.split("\n\n")[1].splitlines()
        self.assertTrue(all(line.rstrip().endswith(("nobody", "x", "CLOSE", "connect()", "answer", "up")) for line in diagram))

    def test_the_machine_in_each_format(self):
        self.assertEqual(len(self.document("machine")["traced"]), 28)
        self.assertTrue(self.succeeds("explain", "machine").out.startswith("FROM "))
        self.assertTrue(self.succeeds("explain", "machine", "--format", "mermaid").out.startswith("stateDiagram-v2\n"))
        dot = self.succeeds("explain", "machine", "--format", "dot").bytes
        if shutil.which("dot") is None:
            self.skipTest("Graphviz is missing")
        drawn = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, check=False)
        self.assertEqual((drawn.returncode, drawn.stderr), (0, b""))
        for state in STATES:
            self.assertIn(f">{state}<".encode(), drawn.stdout)

    def test_what_is_unknown_is_one_sentence_with_the_nearest_word(self):
        self.fails("explain", "handshaek", sentence=r'cannot explain "handshaek" \(did you mean handshake\? .*\)')
        self.fails("explain", "TIMEWAITT", sentence=r'cannot explain "TIMEWAITT" \(did you mean TIME_WAIT\? .*\)')
        self.fails("explain", "LISTEN:SYNRCV", sentence='cannot explain the state "SYNRCV" .*')
        for half in ("CLOSE:", ":CLOSE", "close:", ":"):
            self.fails("explain", half, sentence='cannot explain the state "" .*')
        self.fails("explain", "half-open:LISTEN", sentence='cannot explain the state "half-open" .*')
        self.fails("explain", sentence="explain what[?] .*")
        self.fails("explain", "close", "handshake", sentence='unexpected argument "handshake" .*')
        self.fails("explain", "close", "-f", "csv", sentence="explain prints table or json, .*")
        self.fails("explain", "close", "-f", "dot", sentence=r"explain prints table or json, not dot \(explain machine also dot and mermaid\)")


if __name__ == "__main__":
    main()
