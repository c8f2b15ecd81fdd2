"""Help, manual, completions and lists name the same things; three shells are really asked.

words_test.py ROOT TCPSTAT
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TCPSTAT = Path(sys.argv.pop()).resolve()
ROOT = Path(sys.argv.pop())
HERE = Path(__file__).resolve().parent
BASH = ROOT / "completions/tcpstat.bash"
ZSH = ROOT / "completions/_tcpstat"
FISH = ROOT / "completions/tcpstat.fish"
LISTS = ("states", "columns", "formats", "rules", "sources", "netns", "users", "groups", "fields", "verbs")

TABLE = (ROOT / "cli/options/option_table.cpp").read_text()
OPTION = re.compile(r"^ *\{OptionId::\w+, '(.*?)', \"([a-z0-9-]+)\", \"(.*?)\",", re.MULTILINE)
OPTIONS = [(short if short != r"\0" else "", long, value) for short, long, value in OPTION.findall(TABLE)]
LONG = {long for _, long, _ in OPTIONS}
SHORT = {short for short, _, _ in OPTIONS if short}


def ask(*args):
    return subprocess.run([TCPSTAT, *args], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def words(*lists):
    return [line.split("\t")[0] for what in lists for line in ask("--list", what).stdout.splitlines()]


VERBS = tuple(verb for verb in words("verbs") if verb != "help")


def page(verb):
    """The spellings of the options on the page of a verb."""
    lines = re.findall(r"^  (?:-(\w), |    )--([a-z0-9-]+)", ask(verb, "--help").stdout, re.MULTILINE)
    return {f"--{long}" for _, long in lines} | {f"-{short}" for short, _ in lines if short}


def manual():
    """The text of the manual without the marks of mdoc."""
    source = (ROOT / "man/tcpstat.8").read_text()
    return source.replace(r"\&", "").replace(r"\-", "-")


class Options(unittest.TestCase):
    maxDiff = None

    def test_the_list_of_options_is_read_here(self):
        self.assertGreater(len(OPTIONS), 30)
        lines = re.findall(r"^ *\{OptionId::", TABLE, re.MULTILINE)
        self.assertEqual(len(lines), len(OPTIONS))

    def test_help_names_all_options_and_no_others(self):
        text = ask("--help").stdout
        self.assertEqual(set(re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text, re.MULTILINE)), LONG)
        self.assertEqual(set(re.findall(r"^  -(\w), --", text, re.MULTILINE)), SHORT)
        self.assertLessEqual(set(re.findall(r"--([a-z0-9][a-z0-9-]+)", text)), LONG)

    def test_the_manual_names_all_options_and_no_others(self):
        text = manual()
        tagged = re.findall(r"^\.It Fl (.*)$", text, re.MULTILINE)
        self.assertEqual({word for line in tagged for word in re.findall(r"(?:^|\s)-([a-z][a-z0-9-]+)", line)}, LONG)
        self.assertEqual({word for line in tagged for word in re.findall(r"(?:^|, |^Fl )(\w)(?= , |$| ,)", line)}, SHORT)
        examples = set(re.findall(r"--([a-z0-9][a-z0-9-]+)", text)) | set(re.findall(r"Fl -([a-z][a-z0-9-]+)", text))
        self.assertLessEqual(examples, LONG)

    def test_completions_name_all_options_and_no_others(self):
        text = BASH.read_text()
        self.assertEqual(set(re.findall(r"(?<![\w-])--([a-z0-9][a-z0-9-]+)", text)), LONG)
        text = ZSH.read_text()
        self.assertEqual(set(re.findall(r"(?<![\w-])--([a-z0-9][a-z0-9-]+)", text)), LONG)
        text = FISH.read_text()
        self.assertEqual(set(re.findall(r"^complete -c tcpstat (?:-s \w )?-l ([a-z0-9-]+)", text, re.MULTILINE)), LONG)
        self.assertEqual(set(re.findall(r"^complete -c tcpstat -s (\w)", text, re.MULTILINE)), SHORT)

    def test_every_option_is_taken(self):
        for short, long, value in OPTIONS:
            words_ = [(f"--{long}",) if value else (f"--{long}", "--version")]
            if short:
                words_.append((f"-{short}", "--version"))
            for line in words_:
                with self.subTest(line=line):
                    result = ask(*line)
                    self.assertNotIn("unknown option", result.stderr)
                    # Taken, or refused with a reason, by a program that ended by itself.
                    self.assertIn(result.returncode, (0, 2))
                    self.assertEqual(result.returncode == 2, result.stderr.startswith("tcpstat: "), result.stderr)


class Manual(unittest.TestCase):
    maxDiff = None

    def tags(self, begin, end):
        """The words that lists between two sections explain."""
        part = manual().split(f".Sh {begin}\n")[1].split(f".Sh {end}\n")[0]
        return [word for line in re.findall(r"^\.It (?:Sy|Cm|Li|Va) (.*)$", part, re.MULTILINE)
                for word in re.split(r"[ ,]+", line)]

    def test_every_column_and_no_other(self):
        self.assertEqual(sorted(self.tags("COLUMNS", "FORMATS")), sorted(words("columns")))

    def test_every_state_group_and_phase(self):
        tags = self.tags("STATES", "COLUMNS")
        phases = ["listening", "opening", "open", "half-closed", "closing", "lingering", "closed"]
        self.assertEqual(set(tags), set(words("states", "groups")) | set(phases))

    def test_every_format_and_source(self):
        self.assertLessEqual(set(words("formats")), set(self.tags("FORMATS", "SOURCES")))
        self.assertLessEqual(set(words("sources")), set(self.tags("SOURCES", "OWNERS")))

    def test_every_key_of_json(self):
        row = json.loads((ROOT / "tests/schema/row.json").read_text())["required"]
        envelope = json.loads((ROOT / "tests/schema/envelope.json").read_text())["required"]
        summary = json.loads((ROOT / "tests/schema/summary.json").read_text())["properties"]
        text = manual().split(".Sh FORMATS\n")[1].split(".Sh SOURCES\n")[0]
        known = set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"Va (.*)", text))))
        self.assertLessEqual(set(row) | set(envelope) | set(summary) - {"states", "filtered"}, known)

    def test_every_orphan_reason_and_flag(self):
        row = json.loads((ROOT / "tests/schema/row.json").read_text())["properties"]
        text = manual()
        for word in row["orphan"]["enum"] + row["flags"]["items"]["enum"] + row["timer"]["enum"]:
            if word:
                self.assertIn(word, text)

    def test_every_flag_and_no_other(self):
        flags = re.findall(r'^ROW_FLAG\(\w+, "([^"]+)"', (ROOT / "src/model/row_flags.def").read_text(), re.MULTILINE)
        row = json.loads((ROOT / "tests/schema/row.json").read_text())["properties"]
        self.assertEqual(row["flags"]["items"]["enum"], flags)
        self.assertEqual(self.tags("FLAGS", "AGES"), flags)

    def test_every_key_of_by(self):
        keys = re.search(r"one of (.*)\)", ask("summary", "--by", "zzzzzzzz").stderr).group(1).split(", ")
        part = manual().split(".It Fl -by Ar")[1].split(".El")[0]
        for key in keys:
            self.assertRegex(part, rf"\b{key}\b")
        for completion in (BASH, ZSH, FISH):
            self.assertIn(" ".join(keys), completion.read_text(), completion)

    def test_it_renders_at_80_columns(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is missing")
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", ROOT / "man/tcpstat.8"], capture_output=True,
                              text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout), (0, ""))
        text = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=80", ROOT / "man/tcpstat.8"], capture_output=True,
                              text=True, check=True, encoding="utf-8").stdout
        for line in re.sub(".\b", "", text).splitlines():
            self.assertLessEqual(len(line), 80, line)


class Shells:
    """What each shell must offer; `offers` asks it."""

    @classmethod
    def setUpClass(cls):
        if shutil.which(cls.shell, path="/usr/bin:/bin") is None:
            raise unittest.SkipTest(f"{cls.shell} is missing")
        cls.folder = tempfile.TemporaryDirectory(prefix="tcpstat-house-")
        folder = Path(cls.folder.name)
        (folder / "bin").mkdir()
        (folder / "bin/tcpstat").symlink_to(TCPSTAT)
        (folder / "saved.ndjson").write_text("")
        (folder / "below").mkdir()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def offers(self, *lines):
        """For each line, the words that are offered, without what was typed before them."""
        env = {name: value for name, value in os.environ.items() if name.startswith(("ASAN_", "UBSAN_", "LSAN_"))}
        env.update(PATH=f"{self.folder.name}/bin:/usr/bin:/bin", HOME=self.folder.name, LC_ALL="C.UTF-8", TERM="xterm",
                   XDG_CONFIG_HOME=self.folder.name, XDG_DATA_HOME=self.folder.name)
        asked = subprocess.run(self.command(), input="".join(line + "\n" for line in lines), capture_output=True, text=True,
                               env=env, cwd=self.folder.name, timeout=120, check=False, encoding="utf-8")
        if asked.returncode == 77:
            self.skipTest(asked.stderr)
        answers = [[word.rstrip() for word in answer.splitlines() if word.strip()]
                   for answer in asked.stdout.split("--\n")[:-1]]
        self.assertEqual(len(answers), len(lines), asked.stderr)
        return answers

    def last(self, offered):
        """The last piece of each word: behind `=`, the commas and the colon."""
        return {re.split(r"[=,]", word)[-1] for word in offered}

    def test_options(self):
        (long,) = self.offers("tcpstat --")
        self.assertEqual({word[2:].rstrip("=") for word in long if word.startswith("--")}, LONG)

    def test_the_options_of_each_verb(self):
        for verb, *offered in zip(VERBS, self.offers(*(f"tcpstat {verb} -" for verb in VERBS)),
                                  self.offers(*(f"tcpstat -q {verb} --" for verb in VERBS))):
            with self.subTest(verb=verb):
                short, long = ({word.rstrip("=+") for word in words_} for words_ in offered)
                taken = page(verb)
                self.assertGreater(len(taken), 5)
                self.assertEqual(short | long, taken)

    def test_a_value_is_no_verb(self):
        values = [f"--{long}" for _, long, value in OPTIONS if value] + [f"-{short}" for short, _, value in OPTIONS if value and short]
        typed = " check ".join(values)
        all_, joined, bundle, attached, word = self.offers(f"tcpstat {typed} check --ev", "tcpstat --process=x check --ev",
                                                           "tcpstat -ls check --ev", "tcpstat -sLISTEN check --ev",
                                                           "tcpstat nonsense check --ev")
        for offered in (all_, bundle, word):
            self.assertEqual(offered, ["--events"])
        self.assertEqual((joined, attached), ([], []))

    def test_every_verb_is_offered(self):
        none, some, page_of = self.offers("tcpstat ", "tcpstat -q ", "tcpstat help ")
        self.assertLessEqual(set(words("verbs")), set(none))
        self.assertLessEqual(set(words("verbs")), set(some))
        self.assertEqual(set(page_of), set(VERBS))
        usage = re.findall(r"^(?:Usage:|      ) tcpstat ([a-z]+)", ask("--help").stdout, re.MULTILINE)
        self.assertEqual(set(VERBS), set(usage))

    def test_every_verb_is_known_behind_an_option(self):
        # Else what follows it would be offered as for a list, which takes --resolve.
        offered = self.offers(*(f"tcpstat -q {verb} --resol" for verb in VERBS))
        self.assertEqual([[word for word in words_ if word.startswith("--")] for words_ in offered], [[] for _ in VERBS])

    def test_the_formats_of_a_verb(self):
        asked = {"check": ("check",), "audit": ("audit",), "summary": ("summary",), "history": ("history",),
                 "explain LISTEN": ("explain", "LISTEN"), "explain machine": ("explain", "machine"),
                 "watch --events": ("watch", "--events")}
        for (line, verb), offered in zip(asked.items(), self.offers(*(f"tcpstat {line} -f " for line in asked))):
            with self.subTest(line=line):
                names = [row.split("\t")[0] for row in ask(*verb, "--list", "formats").stdout.splitlines()]
                self.assertEqual(set(offered), set(names))
                for name in set(words("formats")) - set(names):
                    refused = ask(*verb, "-f", name)
                    self.assertIn(" prints ", refused.stdout + refused.stderr)
        self.assertLessEqual({"dot", "mermaid"}, set(self.offers("tcpstat explain machine -f ")[0]))

    def test_the_sources_of_a_verb(self):
        lines = {"summary": "summary", "watch": "watch", "watch --events": "watch --events", "trace": "trace",
                 "check": "check", "record": "record", "audit": "audit"}
        for line, offered in zip(lines, self.offers(*(f"tcpstat {line} --source " for line in lines))):
            with self.subTest(line=line):
                names = {row.split("\t")[0] for row in ask(*line.split(), "--list", "sources").stdout.splitlines()}
                files = {"FILE"} & names
                self.assertEqual({word.rstrip("/") for word in offered} & {"saved.ndjson", "FILE"},
                                 {"saved.ndjson"} if files else set())
                self.assertEqual({word for word in offered if word.isalpha()} - {"bin", "below"}, names - files)

    def test_rules_with_findings_alone(self):
        first, second = self.offers("tcpstat check --rule ", "tcpstat check --rule syn-flood,")
        names = {row.split("\t")[0] for row in ask("check", "--list", "rules").stdout.splitlines()}
        self.assertLess(names, set(words("rules")))
        self.assertEqual(self.last(first), names)
        self.assertEqual(self.last(second), names)

    def test_a_command_to_trace(self):
        commands, files, none = self.offers("tcpstat trace -- tcpst", "tcpstat trace -- tcpstat sav", "tcpstat trace -- sport")
        self.assertIn("tcpstat", commands)
        self.assertEqual(set(files), {"saved.ndjson"})
        self.assertNotIn("sport", none)

    def test_a_time_is_no_verb_and_no_field(self):
        for offered in self.offers("tcpstat --at ", "tcpstat watch --replay ", "tcpstat summary --at=", "tcpstat check -t ",
                                   "tcpstat history --since ", "tcpstat summary --sample "):
            self.assertEqual(offered, [])

    def test_the_verb(self):
        first, other, log, again = self.offers("tcpstat s", "tcpstat ex", "tcpstat va", "tcpstat summary s")
        self.assertEqual(self.offers("tcpstat wat"), [["watch"]])
        self.assertEqual(log, ["validate"])
        self.assertEqual(first, ["summary"])
        self.assertEqual(other, ["explain"])
        self.assertNotIn("summary", again)

    def test_the_words_of_a_filter(self):
        for field in self.offers("tcpstat summary sp", "tcpstat state LISTEN and sp"):
            self.assertIn("sport", field)
            self.assertNotIn("trace", field)
        for states in self.offers("tcpstat check state syn", "tcpstat state syn"):
            self.assertLessEqual({"SYN_RECV", "SYN_SENT"}, set(states))

    def test_one_name_is_explained_and_one_verb_helped_with(self):
        self.assertEqual(self.offers("tcpstat explain close ", "tcpstat help check "), [[], []])

    def test_what_can_be_explained_comes_from_the_program(self):
        (offered,) = self.offers("tcpstat explain ")
        names = {line.split("\t")[0] for line in ask("explain", "--all").stdout.splitlines()}
        self.assertEqual(set(offered), names)

    def test_words_come_from_the_program(self):
        asked = {"-s ": ("states", "groups"), "--state ": ("states", "groups"), "--state=": ("states", "groups"),
                 "-as ": ("states", "groups"), "-o ": ("columns",), "--output ": ("columns",), "-S ": ("columns",),
                 "-f ": ("formats",), "--format=": ("formats",), "--user ": ("users",),
                 "summary -s ": ("states", "groups")}
        for (option, lists), offered in zip(asked.items(), self.offers(*(f"tcpstat {option}" for option in asked))):
            with self.subTest(option=option):
                self.assertEqual(self.last(offered), set(words(*lists)))

    def test_sources_and_files(self):
        sources, file, directory, target = self.offers("tcpstat --source ", "tcpstat --source sav", "tcpstat --proc-root be",
                                                       "tcpstat --output-file sav")
        # What the host allows has a colon, and is no word to type.
        self.assertLessEqual({word for word in words("sources") if ":" not in word}, set(sources))
        self.assertFalse({word for word in words("sources") if ":" in word} & set(sources))
        self.assertEqual(self.last(file), {"saved.ndjson"})
        self.assertEqual({word.rstrip("/") for word in directory}, {"below"})
        self.assertEqual(self.last(target), {"saved.ndjson"})
        (namespaces,) = self.offers("tcpstat --netns ")
        self.assertLessEqual(set(words("netns")), set(namespaces))

    def test_pieces(self):
        asked = {"-s SYN_RECV,t": {"TIME_WAIT"}, "-s 'half-op": {"half-open"}, "-s ^time": {"^TIME_WAIT"},
                 "-s '!time": {"!TIME_WAIT"}, "--state=LISTEN,^time": {"^TIME_WAIT"}, "-o +tim": {"+TIMER", "+TIMER_MS"},
                 "-o STATE,tim": {"TIMER", "TIMER_MS"}, "-f js": {"json"}, "--color al": {"always"},
                 "--list co": {"columns"}, "--by state,local": {"local_port", "local", "local_address"}}
        for (typed, expected), offered in zip(asked.items(), self.offers(*(f"tcpstat {typed}" for typed in asked))):
            with self.subTest(typed=typed):
                # fish offers what contains the letters as well.
                self.assertLessEqual(expected, self.last(offered))
                if self.shell != "fish":
                    self.assertEqual(expected, self.last(offered))

    def test_sort_order(self):
        (offered,) = self.offers("tcpstat -S AGE_MS:")
        self.assertEqual({word.split(":")[-1] for word in offered}, {"asc", "desc"})

    def test_values_that_nobody_lists_are_taken_by_the_program(self):
        colours, lists, keys, of_history = self.offers("tcpstat --color ", "tcpstat --list ", "tcpstat summary --by ",
                                                       "tcpstat history --by ")
        one_of = ask("history", "--by", "x").stderr.split(" one of ")[1].split(", not ")[0]
        self.assertEqual(set(of_history), set(one_of.split(", ")))
        for colour in colours:
            self.assertEqual(ask("--color", colour, "--limit", "0", "--source", "/dev/null").returncode, 0, colour)
        self.assertEqual(set(lists), set(LISTS))
        for what in lists:
            self.assertEqual(ask("--list", what).returncode, 0, what)
        for key in keys:
            self.assertEqual(ask("summary", "--by", key, "--source", "/dev/null").returncode, 0, key)


class Bash(Shells, unittest.TestCase):
    shell = "bash"

    def command(self):
        return ["bash", "--norc", HERE / "ask_bash.sh", BASH]

    def test_names_that_a_shell_would_run_are_not_offered(self):
        (offered,) = self.offers("tcpstat --user ")
        self.assertTrue(all(re.fullmatch(r"[\w.@:+-]+", word) for word in offered))


class Zsh(Shells, unittest.TestCase):
    shell = "zsh"

    def command(self):
        return ["zsh", "-f", HERE / "ask_zsh.zsh", ZSH.parent]


class Fish(Shells, unittest.TestCase):
    shell = "fish"

    def command(self):
        return ["fish", "--no-config", HERE / "ask_fish.fish", FISH]


if __name__ == "__main__":
    unittest.main()
