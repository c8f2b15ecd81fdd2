"""tcpstat watch on terminals of four sizes, with and without colour and UTF-8, against golden pictures.

TCPSTAT_GOLDEN=write rewrites them. `[red bold|text]` stands for text in that style.
"""

import os
import re
import tempfile
import time
from pathlib import Path

from harness import ATTEMPT_ROWS, IPV4_ROWS, TestCase, main
from screen_test import Screen

GOLDEN = Path(__file__).resolve().parent / "golden"
SIZES = ((60, 20), (80, 24), (120, 40), (200, 50))
tempfile.tempdir = "/tmp"  # its length shows in a command of the pictures
TABS = {"1": "problems", "2": "listeners", "3": "half-open", "4": "connections", "5": "events"}


def steady(screen):
    """The picture when its history is as long as there is room for it."""
    seen, end = None, time.monotonic() + 15
    while time.monotonic() < end:
        lines = screen.settle(0.5).splitlines()
        if seen == lines[1]:
            return lines
        seen = lines[1]
    raise AssertionError(f"the counts do not come to rest:\n{screen.text}")


def styled(line, cells):
    """The line with the style of each run of characters that has one."""
    out, at = "", 0
    while at < len(line):
        def style(x):
            cell = cells[x]
            named = [cell.fg] if cell.fg != "default" else []
            return " ".join(named + [word for word in ("bold", "reverse", "underscore") if getattr(cell, word)])
        end = at
        while end < len(line) and style(end) == style(at):
            end += 1
        text = line[at:end]
        out += f"[{style(at)}|{text}]" if style(at) and text.strip() else text
        at = end
    return out


def still(text):
    """Without what differs from run to run: time, folder, how long a problem has lasted."""
    text = re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", text, count=1)
    text = re.sub(r"tcpstat-proc-\w{8}", "tcpstat-proc-xxxxxxxx", text)
    return re.sub(r"\d+(?= s\b)", lambda found: "N".rjust(len(found.group())), text)


class Pictures(TestCase):
    def golden(self, name, text):
        path = GOLDEN / name
        if os.environ.get("TCPSTAT_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        self.assertEqual(text, path.read_text(encoding="utf-8"), name)

    def screen(self, columns, lines, **env):
        env = {"LC_ALL": "C.UTF-8", **env}
        screen = Screen(self, self.tree(tcp=IPV4_ROWS + ATTEMPT_ROWS, tcp6=None), columns=columns, lines=lines, env=env)
        # From three seconds on samples are judged beside an earlier one; a slow machine may be there at the first key.
        screen.until(r"\? host")
        return screen

    def every_tab(self, look, picture, **env):
        for columns, lines in SIZES:
            screen = self.screen(columns, lines, **env)
            steady(screen)
            for key, tab in TABS.items():
                with self.subTest(columns=columns, tab=tab):
                    screen.press(key, rf"\[{key} ")
                    self.golden(f"watch-{tab}-{columns}{look}.txt", still(picture(screen, steady(screen))) + "\n")

    def plain(self, _, lines):
        return "\n".join(lines)

    def coloured(self, screen, lines):
        return "\n".join(styled(line, screen.emulator.buffer[y]) for y, line in enumerate(lines))

    def ascii(self, screen, lines):
        text = self.plain(screen, lines)
        self.assertTrue(text.isascii(), text)
        return text

    def test_without_colour(self):
        self.every_tab("", self.plain, NO_COLOR="1")

    def test_in_colour(self):
        self.every_tab("-colour", self.coloured, TERM="xterm")

    def test_without_utf8(self):
        self.every_tab("-ascii", self.ascii, NO_COLOR="1", LC_ALL="C")

    def test_other_terminals(self):
        # The font of the Linux console has no eighths of a block.
        for term, look in (("screen", "colour"), ("linux", "linux")):
            screen = self.screen(80, 24, TERM=term)
            for key in "14":
                with self.subTest(term=term, tab=TABS[key]):
                    screen.press(key, rf"\[{key} ")
                    self.golden(f"watch-{TABS[key]}-80-{look}.txt", still(self.coloured(screen, steady(screen))) + "\n")


if __name__ == "__main__":
    main()
