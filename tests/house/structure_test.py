"""The house: which folder may see which, one table of each truth, and files that look alike.

Runs on the source tree alone: structure_test.py ROOT
"""

import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop())

# base <- model <- {survey, machine, detect, diagnose, render, parsers} <- cli. Siblings do not see each other, but
# diagnose may read machine, to name the transition that is stuck.
MAY_INCLUDE = {
    "base": {"base"},
    "model": {"base", "model"},
    "survey": {"base", "model", "survey"},
    "machine": {"base", "model", "machine"},
    "detect": {"base", "model", "detect"},
    "diagnose": {"base", "model", "machine", "diagnose"},
    "render": {"base", "model", "render"},
    "parsers": {"base", "model", "parsers"},
    "cli": {"base", "model", "survey", "machine", "detect", "diagnose", "render", "parsers", "cli"},
}

# Third-party libraries are included by as few files as possible.
LIBRARIES = {
    "CLI/": {"cli/request.cpp"},
    "libmnl/": {"parsers/sock_diag_source.cpp", "parsers/tracked_flows.cpp"},
    "tl/": {"src/base/error.h"},
    "nlohmann/json_fwd.hpp": {"src/render/envelope.h", "src/render/judgement_json.h", "parsers/ndjson_row.h"},
    "nlohmann/json.hpp": {"src/render/envelope.cpp", "src/render/formats/json.cpp", "src/render/formats/ndjson.cpp",
                          "src/render/transition_ndjson.cpp", "src/render/judgement_json.cpp", "cli/run_memory.cpp",
                          "parsers/ndjson_row.cpp", "parsers/file_source.cpp", "cli/run_words.cpp", "cli/run_explain.cpp",
                          "cli/explain_json.cpp", "cli/validation_json.cpp", "parsers/log_json.cpp"},
}

# Kernel state names as string literals belong to the state table alone. Others need a reason.
STATE_NAMES_ELSEWHERE = {
    # A width, and the heading of a count of half-opens.
    "src/render/formats/table.cpp": {"ESTABLISHED", "SYN_RECV"},
}
STATE_NAMES = "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING"

MOST_LINES = 400
# Bytes as somebody else wrote them.
AS_FOUND = ("tests/fixtures/", "tests/fuzz/corpus/")
# Written so that this file does not name itself.
HOW_IT_CAME = re.compile(
    r"issue\s#\d|\bissue\s\d|\b[s]essions?\b|\.\./[s]hared|/[w]ork/main|[w]orkplace|\b(AI|coding|helper)\s[a]gents?\b",
    re.IGNORECASE)


def code():
    """Every C++ file of the program, as a path below the root and its text."""
    for folder in ("src", "parsers", "cli"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h", ".def"):
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def layer(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" else parts[0]


def tracked():
    """Files under version control; in an archive, or without git, all files."""
    git = shutil.which("git")
    listed = git and subprocess.run([git, "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed and listed.returncode == 0 and listed.stdout:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build/", ".git/", ".cache/")) and "__pycache__" not in name]
    return [name for name in names if (ROOT / name).is_file()]


def entries(path, macro):
    return re.findall(rf"^{macro}\((\w+)", (ROOT / path).read_text(), re.MULTILINE)


class House(unittest.TestCase):
    maxDiff = None

    def test_no_folder_sees_what_it_should_not(self):
        for path, text in code():
            for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE):
                with self.subTest(file=path, included=included):
                    self.assertIn("/", included, "paths begin at src, or with the folder's name")
                    self.assertIn(included.split("/")[0], MAY_INCLUDE[layer(path)])

    def test_libraries_are_included_where_they_belong(self):
        found = {library: set() for library in LIBRARIES}
        for path, text in code():
            for included in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text, re.MULTILINE):
                for library in LIBRARIES:
                    if included.startswith(library):
                        found[library].add(path)
        for library, files in found.items():
            self.assertLessEqual(files, LIBRARIES[library], library)

    def test_system_calls_for_data_are_in_parsers(self):
        for path, text in code():
            if layer(path) in ("base", "parsers", "cli"):
                continue
            for header in ("fcntl.h", "dirent.h", "sys/socket.h", "linux/", "netdb.h", "pwd.h"):
                self.assertNotRegex(text, rf"#\s*include\s+<{header}", path)

    def test_formats_are_one_file_and_one_line_each(self):
        files = {path.stem for path in (ROOT / "src/render/formats").glob("*.cpp")}
        self.assertEqual(files, set(entries("src/render/formats.def", "FORMAT")))

    def test_sources_have_a_maker_each(self):
        text = "".join(text for path, text in code() if path.startswith("parsers/") and path.endswith(".cpp"))
        for source in entries("parsers/sources.def", "SOURCE"):
            self.assertRegex(text, rf"\bmake_{source}_source\(const SourceOptions&", source)

    def test_open_sets_to_come_are_registered_the_same_way(self):
        for folder, registry, macro in (("src/detect/heuristics", "src/detect/heuristics.def", "HEURISTIC"),
                                        ("src/diagnose/states", "src/diagnose/states.def", "STATE")):
            if not (ROOT / folder).is_dir():
                continue
            files = {path.stem for path in (ROOT / folder).glob("*.cpp")}
            self.assertEqual(files, set(entries(registry, macro)))

    def test_every_list_is_read(self):
        texts = dict(code())
        for path in texts:
            if path.endswith(".def"):
                name = path.removeprefix("src/")
                self.assertTrue(any(f'#include "{name}"' in text for text in texts.values()), path)

    def test_there_is_one_table_of_state_names(self):
        pattern = re.compile('"(' + "|".join(STATE_NAMES.split()) + ')"')
        for path, text in code():
            if path == "src/model/state.cpp":
                self.assertEqual(set(pattern.findall(text)), set(STATE_NAMES.split()))
                continue
            self.assertLessEqual(set(pattern.findall(text)), STATE_NAMES_ELSEWHERE.get(path, set()), path)

    def test_files_stay_small(self):
        for path, text in code():
            self.assertLessEqual(text.count("\n"), MOST_LINES, path)

    def test_headers_begin_with_what_they_are(self):
        for path, text in code():
            if path.endswith(".h"):
                self.assertRegex(text, r"\A#pragma once\n// \S", path)

    def test_every_file_ends_in_one_newline(self):
        for name in tracked():
            content = (ROOT / name).read_bytes()
            if name.startswith(AS_FOUND) or not content:
                continue
            with self.subTest(file=name):
                self.assertTrue(content.endswith(b"\n"))
                self.assertFalse(content.endswith(b"\n\n"))

    def test_files_speak_of_the_program_and_not_of_how_it_came_to_be(self):
        for name in tracked():
            if name.startswith(AS_FOUND):
                continue
            text = (ROOT / name).read_bytes().decode("utf-8", "replace")
            found = HOW_IT_CAME.search(text)
            self.assertIsNone(found, f"{name}: {found and text[max(0, found.start() - 40):found.end() + 20]!r}")


if __name__ == "__main__":
    unittest.main()
