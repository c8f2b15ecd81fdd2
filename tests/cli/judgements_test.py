"""check and audit on terminals of four widths, with and without colour and UTF-8, and in a pipe; against golden files.

TCPSTAT_GOLDEN=write rewrites those files: look at the difference before it is committed.
"""

import os
import re

import audit_test
from harness import ATTEMPT_ROWS, FLOOD_ROWS, HERE, TestCase, main, on_terminal, run

GOLDEN = HERE / "golden"
WIDTHS = (60, 80, 120, 200)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CASES = {"flood": FLOOD_ROWS + ATTEMPT_ROWS, "quiet": FLOOD_ROWS[:1]}


class Judgements(TestCase):
    def golden(self, name, text):
        path = GOLDEN / name
        # The folder differs from run to run, and its name has always the same length.
        text = re.sub(r"tcpstat-proc-\w{8}", "tcpstat-proc-xxxxxxxx", text)
        if os.environ.get("TCPSTAT_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        self.assertEqual(text, path.read_text(encoding="utf-8"), name)

    def host(self, rows):
        tree = self.tree(tcp=rows, tcp6=())
        tree.counters()
        tree.process(815, "größe".encode(), {n: 1000 + n for n in range(30)})
        # What every host has.
        (tree.path / "815/limits").write_text("Max open files            1024                 524288               files\n")
        (tree.path / "sys/net/ipv4").mkdir(parents=True, exist_ok=True)
        (tree.path / "sys/net/ipv4/ip_local_port_range").write_text("32768\t60999\n")
        return tree.path

    def screens(self, name, *args):
        texts = {"in a pipe": run(*args).out}
        for width in WIDTHS:
            with self.subTest(name=name, width=width):
                plain = on_terminal(*args, columns=width, env={"NO_COLOR": "1"})
                for line in plain.lines:
                    # A command stays whole, so that it can be copied, and so does a word.
                    whole = line.lstrip().startswith("run: ") or " " not in line.strip()
                    self.assertTrue(len(line) <= width or whole, line)
                without_utf8 = on_terminal(*args, columns=width, env={"NO_COLOR": "1", "LC_ALL": "C"})
                self.assertTrue(without_utf8.out.isascii(), without_utf8.out)
                coloured = on_terminal(*args, columns=width)
                self.assertEqual(COLOUR.sub("", coloured.out), plain.out)
                texts.update({f"{width} columns": plain.out, f"{width} columns, ASCII": without_utf8.out,
                              f"{width} columns, colour": coloured.out})
        self.golden(f"{name}.txt", "".join(f"== {title} ==\n{text}" for title, text in texts.items()))

    def test_check(self):
        for name, rows in CASES.items():
            self.screens(f"check-{name}", "check", "--proc-root", self.host(rows))

    def test_check_with_evidence(self):
        self.screens("check-evidence", "check", "-v", "--proc-root", self.host(CASES["flood"]))

    def test_every_finding_has_its_parts_in_lines_of_their_own(self):
        lines = run("check", "--proc-root", self.host(CASES["flood"])).lines
        for at, line in enumerate(lines):
            if re.match(r"(CRITICAL|WARNING) ", line):
                self.assertEqual([word.strip().partition(":")[0] for word in lines[at + 1:at + 4]], ["why", "do", "run"], line)
        self.assertLessEqual(len(lines[0].split(" - run: ")[0]), 80)

    def test_audit(self):
        path = audit_test.Audit.host(self, net__ipv4__tcp_syncookies=0, net__ipv4__tcp_max_syn_backlog=64, net__core__somaxconn=128)
        self.screens("audit", "audit", "--proc-root", path)


if __name__ == "__main__":
    main()
