"""The house: which folder may see which, one table of each truth, and files that look alike.

structure_test.py ROOT ROOMS_FILE: runs on the source tree, and what CMake says of it.
"""

import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ROOMS_FILE = Path(sys.argv.pop())
ROOT = Path(sys.argv.pop())


def law():
    """What CMake says of rooms (cmake/rooms.cmake): by room its folder, and all that it sees, itself included."""
    folders, seen = {}, {}
    for line in ROOMS_FILE.read_text().splitlines():
        folder, words = line.split(": ")
        room, *sees = words.split()
        folders[folder] = room
        seen[room] = {room}.union(*(seen[other] for other in sees))
    return folders, seen


FOLDERS, SEEN = law()

# Kernel state names as string literals belong to the state table alone. Others need a reason.
STATE_NAMES_ELSEWHERE = {
    # A width, and the heading of a count of half-opens.
    "src/render/formats/table.cpp": {"ESTABLISHED", "SYN_RECV"},
}
STATE_NAMES = "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING"

# Bytes as somebody else wrote them.
AS_FOUND = ("tests/fixtures/", "tests/fuzz/corpus/")


def code():
    """Every C++ file of the program, as a path below the root and its text."""
    for folder in ("src", "parsers", "cli"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h", ".def"):
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def room(path):
    """The room of a file of the program, or of a header as it is included."""
    folder = path.rpartition("/")[0]
    while folder:
        for known in (folder, f"src/{folder}"):
            if known in FOLDERS:
                return FOLDERS[known]
        folder = folder.rpartition("/")[0]
    return None


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


def own_functions(text):
    """The namespace of a source, and the names of the functions that only it can see."""
    namespace = re.search(r"^namespace ([\w:]+) \{", text, re.MULTILINE)
    unnamed = "".join(re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.MULTILINE | re.DOTALL))
    names = re.findall(r"^(?!TEST_CASE|CHECK|using|namespace)[A-Za-z][\w:<>,&*\[\] ]*[ &*>](\w+)\(", unnamed, re.MULTILINE)
    return namespace and namespace[1], set(names)


def without_comments_and_strings(text):
    return re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"', " ", text)


def included_by(path, known):
    """All headers and lists of the program that a file reads, itself included."""
    if path not in known:
        known[path] = found = {path}
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', (ROOT / path).read_text(), re.MULTILINE):
            other = next((place for place in (name, f"src/{name}") if (ROOT / place).is_file()), None)
            if other is not None:
                found |= included_by(other, known)
    return known[path]


def entries(path, macro):
    return re.findall(rf"^{macro}\((\w+)", (ROOT / path).read_text(), re.MULTILINE)


class House(unittest.TestCase):
    maxDiff = None

    def test_every_folder_is_a_room(self):
        for path, _ in code():
            self.assertIsNotNone(room(path), path)

    def test_no_room_sees_what_it_should_not(self):
        for path, text in code():
            if path == "cli/main.cpp":
                continue
            for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE):
                with self.subTest(file=path, included=included):
                    self.assertIn(room(included), SEEN[room(path)])

    def test_a_room_has_a_namespace_of_its_name(self):
        for path, text in code():
            namespaces = set(re.findall(r"^namespace ([\w: ]*tcpstat[\w: ]*) \{", text, re.MULTILINE))
            parts = {part for namespace in namespaces for part in namespace.replace("inline ", "").split("::")}
            self.assertTrue(not namespaces or room(path) in parts, path)

    def test_functions_of_files_that_are_compiled_together_have_names_of_their_own(self):
        # Beside a namesake with other parameters, C++ would choose the one that fits best, without a word.
        apart = re.search(r"set\(separate(.*?)\)", (ROOT / "tests/unit/CMakeLists.txt").read_text(), re.DOTALL)[1].split()
        together = [(room(path), path, text) for path, text in code() if path.endswith(".cpp")]
        for path in sorted((ROOT / "tests/unit").rglob("*_test.cpp")):
            name = path.relative_to(ROOT / "tests/unit").as_posix()
            if name.removesuffix("_test.cpp") not in apart:
                together.append((name.partition("/")[0] + " tests", name, path.read_text()))
        homes = {}
        for group, path, text in together:
            namespace, names = own_functions(text)
            for name in names:
                self.assertFalse((group, namespace, name) in homes,
                                 f"{path}: {name}() is in {homes.get((group, namespace, name))}, too")
                homes[group, namespace, name] = path
        self.assertGreater(len(homes), 1000)

    def test_a_file_includes_what_it_calls(self):
        # Neighbours that are compiled at once would hide it, and a build file by file would fail.
        texts = {path: without_comments_and_strings(text) for path, text in code()}
        including, homes, asked = {}, {}, 0
        for path in texts:
            if path.endswith(".h"):
                for name in re.findall(r"^[A-Za-z][\w:<>,&*\[\] ]*[ &*>](\w+)\(", texts[path], re.MULTILINE):
                    homes.setdefault(name, set()).add(path)
        for path, text in texts.items():
            if path.startswith("parsers/bpf/") and path.endswith(".h"):
                continue  # parts of a program in another language
            read = included_by(path, including)
            everything = "".join(texts[one] for one in read)
            for name in set(re.findall(r"(?<![.>:\w])(\w+)\(", text)) & homes.keys():
                asked += 1
                # Or another one of that name: a lambda, a member.
                declared = re.search(rf"(?<!\breturn)[\w>&*\]:] *[ &*:]{name}\b", everything)
                self.assertTrue(declared, f"{path} calls {name}(), and includes none of {homes[name]}")
        self.assertGreater(asked, 1000)

    def test_file_names_are_unique(self):
        names = [path.rpartition("/")[2] for path, _ in code()]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_system_calls_for_data_are_in_parsers(self):
        for path, text in code():
            if path.startswith(("src/base/", "parsers/", "cli/")):
                continue
            for header in ("fcntl.h", "dirent.h", "sys/socket.h", "linux/", "netdb.h", "pwd.h"):
                self.assertNotRegex(text, rf"#\s*include\s+<{header}", path)

    def test_formats_are_one_file_and_one_line_each(self):
        files = {path.stem for path in (ROOT / "src/render/formats").glob("*.cpp")}
        self.assertEqual(files, set(entries("src/render/formats.def", "FORMAT")))

    def test_sources_have_a_maker_each(self):
        text = "".join(text for path, text in code() if path.startswith("parsers/") and path.endswith(".cpp"))
        for source in re.findall(r"^SOURCE\(\w+, (\w+)", (ROOT / "parsers/host/sources.def").read_text(), re.MULTILINE):
            self.assertRegex(text, rf"\bmake_{source}_source\(const source::SourceOptions&", source)

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


if __name__ == "__main__":
    unittest.main()
