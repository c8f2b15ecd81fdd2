"""The table on terminals of several widths, its colours, and in a pipe; against golden files.

TCPSTAT_GOLDEN=write rewrites those files: look at the difference before it is committed.
"""

import os
import re
import unicodedata

from harness import HERE, TestCase, main, on_terminal, proc_line, run

GOLDEN = HERE / "golden"
# Nothing, or the one note that counts the columns for which there was no room.
HIDDEN = re.compile(r"^(tcpstat: \d+ columns? (does|do) not fit into \d+: [A-Z_, ]+ \(-o names the columns to keep\)\n)?"
                    r"(tcpstat: -v adds [0-9a-z, ]+\n)?$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CASES = {"list": ["-a"], "listening": ["-l"], "processes": ["-lp"], "added": ["-o", "+AGE_MS,ORPHAN"],
         "summary": ["summary"], "by": ["summary", "--by", "state,remote_prefix"]}


class Tables(TestCase):
    def setUp(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        tree.process(813, b"nginx", {3: 101})
        tree.process(814, "größe 表".encode(), {3: 102})
        tree.process(815, b"evil|\x1b[31m\n\xff)", {3: 201})
        tree.sysctl("net/ipv4/tcp_synack_retries", 5)
        tree.sysctl("net/ipv4/tcp_fin_timeout", 60)
        self.root = tree.path

    def golden(self, name, text):
        path = GOLDEN / name
        if os.environ.get("TCPSTAT_GOLDEN") == "write":
            path.write_text(text)
        self.assertEqual(text, path.read_text(), name)

    def test_every_width_has_its_golden_file(self):
        for case, args in CASES.items():
            looks = {"ascii": "", "colour": ""}
            for width in (60, 80, 120, 200):
                with self.subTest(case=case, width=width):
                    result = on_terminal("--proc-root", self.root, *args, columns=width, env={"NO_COLOR": "1"})
                    self.assertEqual(result.code, 0)
                    self.assertRegex(result.err, HIDDEN)
                    self.golden(f"{case}-{width}.txt", result.out)
                    without_utf8 = on_terminal("--proc-root", self.root, *args, columns=width,
                                               env={"NO_COLOR": "1", "LC_ALL": "C"})
                    self.assertTrue(without_utf8.out.isascii(), without_utf8.out)
                    looks["ascii"] += f"== {width} columns ==\n{without_utf8.out}"
                    coloured = on_terminal("--proc-root", self.root, *args, columns=width)
                    self.assertEqual(COLOUR.sub("", coloured.out), result.out)
                    looks["colour"] += f"== {width} columns ==\n{coloured.out}"
            for look, text in looks.items():
                self.golden(f"{case}-{look}.txt", text)
            result = self.succeeds("--proc-root", self.root, *args)
            self.golden(f"{case}-pipe.txt", result.out)

    def test_a_summary_fits_the_usual_screen_and_v_adds_the_rest(self):
        for columns in (60, 80, 120):
            with self.subTest(columns=columns):
                result = on_terminal("summary", "--proc-root", self.root, columns=columns, env={"NO_COLOR": "1"})
                self.assertLess(result.out.count("\n") + result.err.count("\n"), 24)
                self.assertIn("LISTENER", result.out)
                self.assertIn("REMOTE", result.out)
                self.assertNotIn("PHASE", result.out)
                self.assertEqual(result.err, "tcpstat: -v adds 8 remotes, phases and networks\n")
        for more in (("-v",), ("--limit", "10")):
            with self.subTest(more=more):
                result = on_terminal("summary", "--proc-root", self.root, *more, columns=80)
                self.assertIn("PHASE", result.out)
                self.assertIn("PREFIX", result.out)
                self.assertNotIn("adds", result.err)

    def test_no_line_is_wider_than_the_terminal(self):
        for args in CASES.values():
            for width in (1, 2, 10, 20, 40, 60, 79, 80, 81, 100, 120, 200):
                for env in ({}, {"LC_ALL": "C"}):
                    result = on_terminal("--proc-root", self.root, *args, columns=width, env=env)
                    self.assertEqual(result.code, 0)
                    self.assertRegex(result.err, HIDDEN)
                    for line in result.lines:
                        shown = COLOUR.sub("", line)
                        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)
                        if env:  # there, each byte of a name is a column
                            columns = len(shown)
                        self.assertLessEqual(columns, width, (args, shown))

    def test_what_is_cut_has_an_ellipsis(self):
        rows = on_terminal("--proc-root", self.root, columns=40, env={"NO_COLOR": "1"}).lines
        self.assertTrue(any("…" in line for line in rows))
        rows = on_terminal("--proc-root", self.root, columns=40, env={"NO_COLOR": "1", "LC_ALL": "C"}).lines
        self.assertFalse(any("…" in line for line in rows))
        self.assertTrue(any("~" in line for line in rows))

    def test_columns_that_have_no_room_are_counted_once_on_standard_error(self):
        narrow = on_terminal("--proc-root", self.root, "-p", columns=60, env={"NO_COLOR": "1"})
        self.assertIn("PROCESS", narrow.lines[0])
        self.assertRegex(narrow.err, r"^tcpstat: \d columns do not fit into 60: ")
        self.assertEqual(narrow.err.count("\n"), 1)
        asked = on_terminal("--proc-root", self.root, "-o", "STATE,LOCAL,REMOTE,USER,TIMER,RECV_QUEUE,INODE", columns=60,
                            env={"NO_COLOR": "1"})
        self.assertEqual(asked.err, "")
        self.assertRegex(asked.out, r"INODE|inode \d")
        self.assertEqual(run("--proc-root", self.root, "-p").err, "")

    def test_an_address_of_ipv4_inside_ipv6_has_the_name_of_the_address(self):
        plain = proc_line("ESTABLISHED", "127.0.0.1:1000", "127.0.0.1:2000", inode=1)
        mapped = proc_line("ESTABLISHED", "[::ffff:127.0.0.1]:1000", "[::ffff:127.0.0.1]:3000", inode=2)
        root = self.tree(tcp=(plain,), tcp6=(mapped,)).path
        names = [line.split()[0].rpartition(":")[0] for line in
                 self.succeeds("--proc-root", root, "--resolve", "-H", "-o", "REMOTE", quiet=False).lines]
        if names[0] == "127.0.0.1":
            self.skipTest("127.0.0.1 has no name here")
        self.assertEqual(names, [names[0]] * 2)

    def test_nothing_is_cut_with_no_truncate_or_in_a_pipe(self):
        whole = run("--proc-root", self.root).out
        self.assertEqual(on_terminal("--proc-root", self.root, "--no-truncate", columns=40, env={"NO_COLOR": "1"}).out,
                         whole)
        self.assertEqual(run("--proc-root", self.root, env={"COLUMNS": "40"}).out, whole)
        self.assertNotIn("…", whole)

    def test_columns_counts_on_a_terminal(self):
        wide = on_terminal("--proc-root", self.root, columns=60, env={"NO_COLOR": "1", "COLUMNS": "120"}).out
        self.assertEqual(wide, on_terminal("--proc-root", self.root, columns=120, env={"NO_COLOR": "1"}).out)
        for nonsense in ("", "x", "-5", "0", "99999999999999999999"):
            self.assertEqual(
                on_terminal("--proc-root", self.root, columns=60, env={"NO_COLOR": "1", "COLUMNS": nonsense}).out,
                on_terminal("--proc-root", self.root, columns=60, env={"NO_COLOR": "1"}).out)

    def test_a_terminal_that_does_not_tell_its_width_cuts_nothing(self):
        self.assertEqual(on_terminal("--proc-root", self.root, columns=0, env={"NO_COLOR": "1"}).out,
                         run("--proc-root", self.root).out)

    def test_only_tables_are_cut_and_coloured(self):
        for form in ("plain", "csv"):
            self.assertEqual(on_terminal("--proc-root", self.root, "-f", form, "--color", "always", columns=40).out,
                             run("--proc-root", self.root, "-f", form).out)

    def test_at_least_two_spaces_between_columns(self):
        lines = run("--proc-root", self.root, "-a").lines
        self.assertEqual({len(re.split(r" {2,}", line)) for line in lines}, {7})
        lines = on_terminal("--proc-root", self.root, "-a", columns=80, env={"NO_COLOR": "1"}).lines
        for line in lines:
            self.assertNotRegex(line.rstrip("…").rstrip(), r"\S \S")


class Colours(TestCase):
    def setUp(self):
        self.root = self.tree().path

    def coloured(self, *args, terminal=True, **env):
        result = (on_terminal if terminal else run)("--proc-root", self.root, *args, env=env)
        self.assertEqual(result.code, 0)
        return COLOUR.search(result.out) is not None

    def test_who_decides(self):
        self.assertTrue(self.coloured())
        self.assertFalse(self.coloured(terminal=False))
        self.assertFalse(self.coloured(TERM="dumb"))
        self.assertFalse(self.coloured(TERM=None))
        self.assertFalse(self.coloured(NO_COLOR="1"))
        self.assertTrue(self.coloured(NO_COLOR=""))
        for force in ("FORCE_COLOR", "CLICOLOR_FORCE"):
            self.assertTrue(self.coloured(terminal=False, **{force: "1"}))
            self.assertFalse(self.coloured(terminal=False, **{force: "0"}))
            self.assertFalse(self.coloured(terminal=False, **{force: ""}))
            self.assertFalse(self.coloured(terminal=False, **{force: "1", "NO_COLOR": "1"}))
            self.assertTrue(self.coloured(TERM="dumb", **{force: "1"}))
        self.assertFalse(self.coloured("--color", "never", FORCE_COLOR="1"))
        self.assertTrue(self.coloured("--color", "always", terminal=False, NO_COLOR="1", TERM="dumb"))
        self.assertFalse(self.coloured("--color", "auto", NO_COLOR="1"))

    def test_only_the_state_has_a_colour_and_each_ends(self):
        for line in run("--proc-root", self.root, "-a", "--color", "always").lines[1:]:
            self.assertRegex(line, r"\A\x1b\[\d+m[A-Z_0-9]+\x1b\[0m +[^\x1b]*\Z")

    def test_colour_changes_nothing_else(self):
        for args in (["-a"], ["summary"]):
            plain = run("--proc-root", self.root, *args).out
            self.assertEqual(COLOUR.sub("", run("--proc-root", self.root, *args, "--color", "always").out), plain)
            narrow = on_terminal("--proc-root", self.root, *args, columns=50, env={"NO_COLOR": "1"}).out
            self.assertEqual(COLOUR.sub("", on_terminal("--proc-root", self.root, *args, columns=50).out), narrow)

    def test_a_terminal_without_utf8_gets_ascii(self):
        tree = self.tree(tcp=(proc_line("ESTABLISHED", "192.0.2.10:443", "198.51.100.7:1000", inode=500),), tcp6=())
        tree.process(77, b"\xc4\x9bvil", {4: 500})
        for columns in 100, 0:
            for args in (("-p",), ("summary", "--by", "process"), ("summary", "--by", "process", "-f", "plain")):
                with self.subTest(columns=columns, args=args):
                    shown = on_terminal(*args, "--proc-root", tree.path, columns=columns, env={"LC_ALL": "C"})
                    self.assertTrue(shown.bytes.isascii(), shown)
                    self.assertIn(r"\xc4\x9bvil", shown.out)


if __name__ == "__main__":
    main()
