"""Ranges of check -w and -c agree with nagiosplugin's Range, value by value and mistake by mistake."""

import itertools
import random
import sys

from harness import TestCase, main, proc_line, run

try:
    from nagiosplugin import Range
except ImportError:
    print("skipped: python3-nagiosplugin is missing")
    sys.exit(77)

WRITTEN = ["", "@", ":", "~:", "10", "10:", ":10", "~:10", "10:20", "@10:20", "@~:3", "~", "10:~", "~:~", "20:10", "1:2:3",
           "ten", "1e1", "1.e1", "1.5", ".5", "5.", ".", "-", "+", "+3", "-3", "-3:3", "@-3:-1", " 3 ", "3 :4", "\t3",
           "1_0", "1__0", "_1", "1_", "1_.0", "1_0.5", "inf", "-inf", "nan", "inf:", "0x3", "0b1", "010", "00", "-0", "3.0",
           "2.9999999999", "3.0000001", "1.e999", "-1.e999", "1.e-999", "--3", "+-3", "@@3", "@:3", "3@", ":::", "::", "3,5", "3;5",
           "18446744073709551615", "99999999999999999999999", "1.2.3", "1.5e", "1.5e+", "1.5e+1", "1.5e-1", "1.5E1"]
ALPHABET = ["0", "1", "3", "5", "10", ".", ":", "~", "@", "-", "+", "_", "e", " "]


def expected(spec):
    """Whether `spec` alarms at a value, or None if it is no range, or one without a number, which counts make useless."""
    if spec and not any(letter.isdigit() for letter in spec):
        return None
    try:
        parsed = Range(spec)
    except ValueError:
        return None
    return lambda value: not parsed.match(value)


class Ranges(TestCase):
    def setUp(self):
        self.trees = {}
        for count in (0, 3, 5):
            rows = tuple(proc_line("ESTABLISHED", "192.0.2.1:80", f"198.51.100.{n}:1000", inode=n + 1) for n in range(count))
            self.trees[count] = self.tree(tcp=rows, tcp6=()).path

    def compare(self, spec, counts):
        alarms = expected(spec)
        for count in counts:
            with self.subTest(spec=spec, count=count):
                result = run("check", "-w", spec, "--proc-root", self.trees[count])
                if alarms is None:
                    self.assertEqual(result.code, 3, result)
                    self.assertRegex(result.out, r"\ATCPSTAT UNKNOWN - bad range [^\n|]*\n\Z")
                else:
                    self.assertEqual(result.code, 1 if alarms(count) else 0, result)
                    word = "WARNING" if alarms(count) else "OK"
                    self.assertRegex(result.out, rf"\ATCPSTAT {word} - {count} sockets?.* \| sockets={count}")

    def test_written_ones(self):
        for spec in WRITTEN:
            self.compare(spec, (0, 3, 5))

    def test_all_short_ones(self):
        for length in (1, 2):
            for pieces in itertools.product(ALPHABET, repeat=length):
                self.compare("".join(pieces), (3,))

    def test_random_ones(self):
        dice = random.Random(7)
        for _ in range(300):
            self.compare("".join(dice.choice(ALPHABET) for _ in range(dice.randint(3, 7))), (dice.choice((0, 3, 5)),))

    def test_critical_is_asked_first(self):
        result = run("check", "-w", "1", "-c", "2", "--proc-root", self.trees[3])
        self.assertEqual((result.code, result.lines[0].split(" - ")[0]), (2, "TCPSTAT CRITICAL"))
        result = run("check", "-w", "2", "-c", "3", "--proc-root", self.trees[3])
        self.assertEqual((result.code, result.lines[0].split(" - ")[0]), (1, "TCPSTAT WARNING"))


if __name__ == "__main__":
    main()
