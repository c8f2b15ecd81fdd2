"""tcpstat watch on a terminal: keys, sizes and signals, through a terminal emulator."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import harness
from harness import FLOOD_ROWS, IPV4_ROWS, TestCase, environment, main, proc_line, proc_text

try:
    import pyte
except ImportError:
    print("skipped: no terminal emulator (python3-pyte)")
    sys.exit(77)

ENTER, LEAVE = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"
UP, DOWN, END, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[F", "\x1b[6~"
RIGHT, LEFT = "\x1b[C", "\x1b[D"


class Screen:
    """A terminal of its own with tcpstat watch in it, or with a shell that runs it."""

    def __init__(self, test, tree, *args, columns=80, lines=24, env=None, shell=None, record=None, netns=None):
        self.emulator = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.emulator)
        self.bytes = b""
        self.tree = tree
        size = struct.pack("HHHH", lines, columns, 0, 0)
        if netns:
            source = ["--netns", netns, "--interval", "0.1"]
        else:
            source = ["--record", record] if record else ["--proc-root", str(tree.path), "--interval", "0.1"]
        command = [harness.TCPSTAT, "watch", *source, *args]
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            if shell:
                command = ["bash", "--norc", "-c", shell, "bash", *command]
            os.execvpe(command[0], command, environment(**{"TERM": "xterm", **(env or {})}))
        self.status = None
        test.addCleanup(self.end)

    def pump(self, seconds=0.05):
        if select.select([self.master], [], [], seconds)[0]:
            try:
                got = os.read(self.master, 65536)
            except OSError:  # how Linux tells that the last user of the terminal is gone
                return False
            self.bytes += got
            self.stream.feed(got)
        return True

    @property
    def lines(self):
        return [line.rstrip() for line in self.emulator.display]

    @property
    def text(self):
        return "\n".join(self.lines)

    def until(self, wanted, seconds=20):
        """Waits until the screen shows it (a regular expression)."""
        end = time.monotonic() + seconds
        while not re.search(wanted, self.text):
            if not self.pump() or time.monotonic() > end:
                raise AssertionError(f"no {wanted!r} on the screen:\n{self.text}")
        return self.text

    def press(self, keys, wanted=None):
        os.write(self.master, keys.encode())
        return self.until(wanted) if wanted else self.settle()

    def settle(self, seconds=0.4):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.pump():
            pass
        return self.text

    def selected(self):
        """The line that is shown reversed among the rows."""
        for y in range(3, self.emulator.lines):
            if all(self.emulator.buffer[y][x].reverse for x in range(self.emulator.columns)):
                return self.lines[y]
        return None

    def wait(self, seconds=30):
        end = time.monotonic() + seconds
        while self.pump(20):
            if time.monotonic() > end:
                raise AssertionError(f"it does not end:\n{self.text}")
        self.status = os.waitpid(self.pid, 0)[1]
        return self.status

    def end(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitpid(self.pid, 0)[1]
        os.close(self.master)


def many(count=60):
    return tuple(proc_line("ESTABLISHED", "192.0.2.10:443", f"198.51.100.7:{1000 + i}", inode=500 + i) for i in range(count))


class Keys(TestCase):
    def screen(self, *args, rows=IPV4_ROWS, **more):
        return Screen(self, self.tree(tcp=rows, tcp6=None), *args, **more)

    def test_q_gives_the_terminal_back_and_says_what_was_seen(self):
        screen = self.screen()
        screen.until("Connections 10")
        screen.press("q")
        self.assertEqual(screen.wait(), 0)
        self.assertTrue(screen.bytes.startswith(ENTER))
        after = screen.bytes.split(LEAVE)[1].decode()
        self.assertRegex(after, r"every 0\.1s  sample \d+  12 sockets: 2 ESTABLISHED, ")
        self.assertNotIn("(not complete)", after)
        screen = self.screen(rows=(*IPV4_ROWS, "   0: nonsense"))
        screen.until("Connections 10")
        screen.press("q")
        screen.wait()
        self.assertRegex(screen.bytes.split(LEAVE)[1].decode(), r"  12 sockets: [^()\r\n]*  \(not complete\)\r?\n")

    def test_the_head_has_host_time_interval_and_counts(self):
        text = self.screen().until("Connections 10")
        self.assertRegex(text.splitlines()[0], r"^tcpstat .*\d\d:\d\d:\d\d  0\.1s")
        self.assertRegex(text.splitlines()[1], r"LISTEN 2\b")
        self.assertRegex(text.splitlines()[2], r"\[1 Problems \d+\]  2 Listeners 2  3 Half-open 2  4 Connections 10  5 Events 0")

    def test_a_record_is_replayed(self):
        with tempfile.TemporaryDirectory() as place:
            for count in (3, 4, 5):
                tree = self.tree(tcp=many(count), tcp6=None)
                made = harness.run("record", "--record", place, "--proc-root", tree.path, "--count", "1", "-q")
                self.assertEqual(made.code, 0, made)
            screen = Screen(self, tree, "--replay", "-1h..now", "--interval", "60", record=place)
            screen.until(r"1m00s|60s  sample 1 of 3  OK")
            screen.press(RIGHT, r"sample 2 of 3  PAUSED.*\n.*ESTABLISHED 4 ")
            screen.press(RIGHT, r"sample 3 of 3  PAUSED.*\n.*ESTABLISHED 5 ")
            screen.press(RIGHT, "this is the last sample")
            screen.press(LEFT, r"sample 2 of 3  PAUSED.*\n.*ESTABLISHED 4 ")
            screen.press("5", r"\[5 Events 0\]")
            screen.press(RIGHT, r"\[5 Events 1\]")
            screen.press(LEFT, "sample 2 of 3")
            screen.press(LEFT, "sample 1 of 3")
            screen.press(LEFT, "this is the first sample")
            screen.press("?", "Left Right   one sample of the record back, or on")
            screen.press("\x1b", "q quit")
            # Commands read the sample that is shown.
            screen.press("4", r"\[4 Connections 3\]")
            screen.press("y")
            screen.press(RIGHT, "sample 2 of 3")
            screen.press("y")
            screen.press("q")
            screen.wait()
            at = r"\r\ntcpstat -a -i -p --local-port 443 --remote 198\.51\.100\.7:1000 --record \S+ --at (\S+Z)"
            times = re.findall(at, screen.bytes.split(LEAVE)[1].decode())
            self.assertEqual(len(times), 2)
            self.assertLess(times[0], times[1])
            for time_of, count in zip(times, (3, 4)):
                self.assertEqual(len(harness.run("-H", "--record", place, "--at", time_of).lines), count)

    def test_tabs(self):
        screen = self.screen()
        screen.until(r"\[1 Problems")
        for keys, title in (("\t", "2 Listeners"), ("\t", "3 Half-open"), ("4", "4 Connections"), ("5", "5 Events"),
                            ("\t", "1 Problems"), ("\x1b[Z", "5 Events"), ("2", "2 Listeners")):
            screen.press(keys, rf"\[{title}")

    def test_moving(self):
        screen = self.screen(rows=many())
        screen.press("4", r"\[4 Connections 60\]")
        screen.settle()
        for keys, port in (("", 1000), (DOWN, 1001), ("j", 1002), (UP, 1001), ("k", 1000), ("k", 1000), ("G", 1059), ("g", 1000),
                           (END, 1059), ("\x1b[H", 1000), ("\x1bOB", 1001)):
            screen.press(keys)
            self.assertIn(f"198.51.100.7:{port}", screen.selected(), repr(keys))
        screen.press("g" + PAGE_DOWN)
        self.assertIn("198.51.100.7:1019", screen.selected())
        screen.press("\x1b[5~")
        self.assertIn("198.51.100.7:1000", screen.selected())

    def test_a_key_that_comes_in_parts(self):
        screen = self.screen(rows=many())
        screen.press("4", r"\[4 Connections 60\]")
        os.write(screen.master, b"\x1b")
        os.write(screen.master, b"[B")
        screen.settle()
        self.assertIn("198.51.100.7:1001", screen.selected())

    def test_help_and_details(self):
        screen = self.screen()
        screen.until("Connections 10")
        screen.press("?", "choose a tab")
        screen.press("\x1b", r"\? help")
        screen.press("4", r"\[4 Connections")
        screen.press("\r", "LOCAL_PORT")
        self.assertIn("run  tcpstat -a -i -p --local-port 443 --remote ", screen.text)
        # The sockets of a copy of /proc are not there to be ended.
        self.assertNotIn("ss -K", screen.text)
        screen.press("\x1b", r"\? help")
        screen.press("e", "FLAGS|reference|RFC|phase")
        screen.press("q", r"\? help")  # of a page q leaves the page alone
        screen.press("w", "no such key")

    def test_filter(self):
        screen = self.screen()
        screen.press("4", r"\[4 Connections 10\]")
        screen.press("/", "filter: _")
        screen.press("-s ESTABLISHED\r", r"\[4 Connections 2\]")
        self.assertIn("filter: -s ESTABLISHED", screen.text)
        screen.press("/\x7f\x7f\x7f\r", "unknown state")
        screen.press("\x1b", r"\[4 Connections 2\]")
        # Words of watch that are no filter, and those that are none of watch.
        screen.press("/" + "\x7f" * 20 + "--events\r", "a filter has the words of filter options alone")
        screen.press("\x1b", r"\[4 Connections 2\]")
        for words in ("--interval 5", "--limit 1", "-o STATE", "--netns 1", "-M", "-p"):
            screen.press("/" + "\x7f" * 20 + words + "\r", "a filter has the words of filter options alone")
            screen.press("\x1b", r"\[4 Connections 2\]")
        screen.press("/" + "\x7f" * 20 + "--port x\r", '--port .*"x"')
        screen.press("\x1b", r"\[4 Connections 2\]")

    def test_pause(self):
        screen = self.screen()
        screen.until("Connections 10")
        screen.press(" ", "PAUSED")
        path = screen.tree.path / "net/tcp"
        path.with_suffix(".new").write_text(proc_text(*many(30)))
        path.with_suffix(".new").rename(path)
        self.assertIn("Connections 10", screen.settle())
        # Keys that need another sample wait, too.
        for key in "sSpi/":
            screen.press(key, "paused: space goes on")
        self.assertIn("Connections 10", screen.settle())
        screen.press(" ", "Connections 30")
        self.assertNotIn("PAUSED", screen.text)

    def test_a_sample_that_cannot_be_read_is_not_empty(self):
        screen = self.screen()
        screen.until("Connections 10")
        (screen.tree.path / "net/tcp").unlink()
        screen.until(r"\nnot read\n\[1 Problems \d+\]  2 Listeners -  3 Half-open -  4 Connections -  5 Events")

    def test_interval(self):
        screen = self.screen()
        screen.until("  0.1s  ")
        screen.press("+", "  0.2s  ")
        screen.press("+", "  0.5s  ")
        screen.press("-", "  0.2s  ")

    def test_sort(self):
        rows = tuple(proc_line("ESTABLISHED", "192.0.2.10:443", f"198.51.100.7:{1000 + i}", rx=i * 7 % 60, inode=500 + i)
                     for i in range(60))
        screen = self.screen("--sort", "recv_queue:desc", rows=rows)
        screen.press("4", r"\[4 Connections 60\]")
        self.assertRegex(screen.lines[4], r"\b59\b")
        screen.press("S")
        self.assertRegex(screen.lines[4], r" 0 +0 ")

    def test_columns(self):
        tree = self.tree(tcp=many(3), tcp6=None)
        tree.process(77, b"worker", {4: 500, 5: 501, 6: 502})
        screen = Screen(self, tree, columns=120)
        screen.press("4", r"\[4 Connections 3\]")
        self.assertNotIn("PROCESS", screen.text)
        screen.press("p", r"worker\(77\)")
        screen.press("i", "RTT_US +CWND +RETR +OUT/S +IN/S +RETR/S")

    def test_remote_names(self):
        rows = (proc_line("ESTABLISHED", "127.0.0.1:443", "127.0.0.1:1000", inode=500),)
        screen = self.screen(rows=rows)
        screen.press("4", r"127\.0\.0\.1:1000")
        screen.press("r", r"localhost:1000")
        screen.press("r", r"127\.0\.0\.1:1000")

    def test_following_one_connection(self):
        screen = self.screen(rows=many(3))
        screen.press("4", r"\[4 Connections 3\]")
        screen.press("G")
        screen.press("f", "following the chosen connection")
        # The row moves to another place of the list, and the choice moves with it.
        path = screen.tree.path / "net/tcp"
        path.with_suffix(".new").write_text(proc_text(*many(3)[2:], *many(2)))
        path.with_suffix(".new").rename(path)
        screen.settle(1)
        self.assertIn("198.51.100.7:1002", screen.selected())
        screen.press("f", "not following")

    def test_which_connections_have_company(self):
        screen = self.screen()
        screen.press("4", r"\[4 Connections 10\]")
        screen.press("p", "PROCESS")
        screen.press("x", "no such key")

    def test_copy(self):
        screen = self.screen()
        screen.press("2", r"\[2 Listeners")
        screen.press("y", "copied: tcpstat -l -p --local-port ")
        self.assertIn(b"\x1b]52;c;dGNwc3RhdCAtbCAtcCAtLWxvY2FsLXBvcnQg", screen.bytes)
        screen.press("q")
        screen.wait()
        self.assertRegex(screen.bytes.split(LEAVE)[1].decode(), r"\ntcpstat -l -p --local-port \d+ --proc-root \S+\r\n$")


def press_all(screen, *steps):
    """Each step: keys, and what the screen shows then (a regular expression)."""
    for keys, wanted in steps:
        screen.press(keys, wanted)


class EveryKey(TestCase):
    """The help names no key that does nothing, and each of its keys is pressed here."""

    #: What the help calls a key: what is pressed one after the other, and what the screen shows each time.
    EFFECTS = {
        "1-5": (("4", r"\[4 Conn"), ("2", r"\[2 Listeners"), ("3", r"\[3 Half"), ("5", r"\[5 Events"), ("1", r"\[1 Problems")),
        "Tab": (("\t", r"\[2 Listeners"), ("\t", r"\[3 Half-open")),
        "/": (("4", r"\[4 Connections 60\]"), ("/", "filter: _"), ("--remote :1007\r", r"\[4 Connections 1\]")),
        "s": (("4", r"\[4 Conn"), ("s", "sorted by RECV_QUEUE"), ("s", "sorted by SEND_QUEUE")),
        "p": (("4", r"\[4 Conn"), ("p", "PROCESS")),
        "i": (("4", r"\[4 Conn"), ("i", r"OUT/S")),
        "f": (("4", r"\[4 Conn"), ("f", "following the chosen connection"), ("f", "not following")),
        "a": (("5", r"\[5 Events"), ("a", "nothing changed yet")),
        "space": ((" ", "PAUSED"),),
        "+": (("+", r"  0\.2s  "),),
        "-": (("+", r"  0\.2s  "), ("+", r"  0\.5s  "), ("-", r"  0\.2s  ")),
        "Enter": (("4", r"\[4 Conn"), ("\r", "LOCAL_PORT")),
        "Esc": (("4", r"\[4 Conn"), ("\r", "LOCAL_PORT"), ("\x1b", "q quit")),
        "e": (("4", r"\[4 Conn"), ("e", "RFC 9293")),
        "y": (("4", r"\[4 Conn"), ("y", "copied: tcpstat ")),
        "r": (("4", r"\[4 Conn"), ("r", "asking for the names"), ("r", "remote hosts by address")),
    }
    #: Keys that move: what is pressed, and the port of the row that is chosen then.
    MOVES = {"Up": ("jj" + UP, 1001), "Down": (DOWN, 1001), "j": ("j", 1001), "k": ("jjk", 1001), "PgUp": (PAGE_DOWN + "\x1b[5~", 1000),
             "PgDn": (PAGE_DOWN, 1019), "Home": ("G\x1b[H", 1000), "End": (END, 1059), "g": ("Gg", 1000), "G": ("G", 1059)}
    #: Keys with tests of their own.
    ELSEWHERE = {"q": "test_q_gives_the_terminal_back_and_says_what_was_seen", "S": "test_sort"}

    def screen(self):
        screen = Screen(self, self.tree(tcp=many(), tcp6=None), "--sort", "remote")
        screen.until("Connections 60")
        return screen

    def keys_of_help(self):
        screen = self.screen()
        screen.press("?", "choose a tab")
        lines = [line[1:] for line in screen.lines[4:-1] if line.strip()]
        self.assertGreater(len(lines), 10)
        keys = []
        for line in lines:
            keys += line[:13].split()
            keys += (re.search(r"also (.*)", line) or [None, ""])[1].split()
        return keys

    def test_every_key_of_the_help_is_pressed_here(self):
        known = {*self.EFFECTS, *self.MOVES, *self.ELSEWHERE}
        self.assertEqual(set(self.keys_of_help()), known)
        for test in self.ELSEWHERE.values():
            self.assertTrue(hasattr(Keys, test), test)

    def test_effects(self):
        for key, steps in self.EFFECTS.items():
            with self.subTest(key=key):
                press_all(self.screen(), *steps)

    def test_moves(self):
        for key, (pressed, port) in self.MOVES.items():
            with self.subTest(key=key):
                screen = self.screen()
                screen.press("4", r"\[4 Connections 60\]")
                screen.press(pressed)
                self.assertIn(f"198.51.100.7:{port} ", screen.selected())

    def test_pages_of_text_move_too(self):
        screen = self.screen()
        screen.press("4", r"\[4 Connections 60\]")
        screen.press("\r", r"\(1-\d+ of (\d+)\)")
        last = re.search(r"\(1-\d+ of (\d+)\)", screen.text)[1]
        for keys, wanted in (("j", r"\(2-"), ("k", r"\(1-"), (" ", r"\(1\d-|\(2\d-"), (END, rf"-{last} of"), ("g", r"\(1-"),
                             ("G", rf"-{last} of"), ("\x1b[5~", r"\(\d+-")):
            screen.press(keys, wanted)


class Judged(TestCase):
    def test_a_flood_is_told_by_itself_within_two_samples(self):
        screen = Screen(self, self.tree(tcp=FLOOD_ROWS, tcp6=None))
        screen.until("SYN flood")
        self.assertRegex(screen.text.splitlines()[0], "CRITICAL|WARNING")
        screen.press("q")
        screen.wait()
        sample = int(re.search(rb"sample (\d+)", screen.bytes.split(LEAVE)[1]).group(1))
        self.assertLessEqual(sample, 12)
        screen = Screen(self, self.tree(tcp=FLOOD_ROWS, tcp6=None), "--count", "1")
        screen.wait()
        self.assertIn(b"SYN flood", screen.bytes)

    def test_since_when(self):
        screen = Screen(self, self.tree(tcp=FLOOD_ROWS, tcp6=None))
        screen.until(r"syn-flood +2 s +SYN flood")

    def test_events(self):
        screen = Screen(self, self.tree(tcp=many(3), tcp6=None))
        screen.press("5", "nothing changed yet")
        screen.settle()
        path = screen.tree.path / "net/tcp"
        changed = [line.replace(" 01 ", " 08 ", 1) for line in many(3)]
        path.with_suffix(".new").write_text(proc_text(*changed))
        path.with_suffix(".new").rename(path)
        screen.until("nothing out of the ordinary; a shows all 3")
        screen.press("a", "ESTABLISHED > CLOSE_WAIT")


class Sizes(TestCase):
    def test_resize(self):
        screen = Screen(self, self.tree())
        screen.until("q quit")
        screen.emulator.resize(20, 60)
        fcntl.ioctl(screen.master, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        screen.settle()
        self.assertIn("q quit", screen.lines[19])
        fcntl.ioctl(screen.master, termios.TIOCSWINSZ, struct.pack("HHHH", 1, 1, 0, 0))
        screen.settle()
        screen.press("q")
        self.assertEqual(screen.wait(), 0)

    def test_no_line_is_wider_than_the_screen(self):
        for columns, lines in ((60, 20), (80, 24), (120, 40), (200, 50)):
            screen = Screen(self, self.tree(tcp=FLOOD_ROWS), columns=columns, lines=lines)
            screen.until("SYN flood")
            for tab in "12345":
                screen.press(tab)
                # What does not fit would scroll the screen and push the head off it.
                self.assertTrue(screen.lines[0].startswith("tcpstat "), screen.text)
                self.assertIn("q quit", screen.lines[lines - 1])
            self.assertEqual(any(sign in screen.lines[1] for sign in "▁▂▃▄▅▆▇█"), columns >= 80)

    def test_without_utf8_and_without_colour(self):
        screen = Screen(self, self.tree(tcp=FLOOD_ROWS), env={"LC_ALL": "C", "NO_COLOR": "1"}, columns=120, lines=40)
        screen.until("SYN flood")
        for tab in "12345":
            screen.press(tab)
        self.assertRegex(screen.lines[1], r"SYN_RECV 400 +\.\.")
        screen.press("q")
        screen.wait()
        self.assertTrue(all(byte < 0x80 for byte in screen.bytes))
        self.assertNotRegex(screen.bytes.decode(), r"\x1b\[[0-9;]*3[0-7]m")


# A listener whose queue is full, in a network namespace of its own: two clients that nobody accepts fill a backlog of 1.
STUCK_SERVER = """
import socket, time
listener = socket.socket()
listener.bind(("127.0.0.1", {port}))
listener.listen(1)
clients = []
for _ in range({clients}):
    clients.append(socket.create_connection(("127.0.0.1", {port})))
print("ready", flush=True)
time.sleep(600)
"""


class Namespaces(TestCase):
    def inhabitant(self, port, clients):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        script = "ip link set lo up; exec python3 -c '" + STUCK_SERVER.format(port=port, clients=clients) + "'"
        made = subprocess.Popen(["unshare", "-n", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
        self.addCleanup(made.stdout.close)
        self.addCleanup(made.wait)
        self.addCleanup(made.kill)
        if made.stdout.readline() != "ready\n":
            self.skipTest("no network namespaces here")
        return made.pid

    def test_several_are_one_screen_and_rows_name_theirs(self):
        quiet, full = self.inhabitant(7101, 1), self.inhabitant(7102, 2)
        screen = Screen(self, None, columns=120, netns=f"{quiet},{full}")
        text = screen.until(r"2 network namespaces: 1 (CRITICAL|WARNING), 1 OK \(python3\(%d\)\)" % full)
        self.assertRegex(text, r"(?m)^tcpstat .* netns python3\(%d\): 127\.0\.0\.1:7102 " % full)
        self.assertRegex(text, r"(?m)^. NETNS +WHERE +RULE")
        self.assertRegex(text, r"(?m)^. python3\(%d\) +127\.0\.0\.1:7102 +accept-queue" % full)
        self.assertRegex(text, r"2 Listeners 2 .*4 Connections 6 ")
        listeners = screen.press("2", r"NETNS +LOCAL")
        for pid, port in (quiet, 7101), (full, 7102):
            self.assertRegex(listeners, r"(?m)^. python3\(%d\) +127\.0\.0\.1:%d " % (pid, port))
        connections = screen.press("4", r"NETNS +STATE")
        self.assertEqual(len(re.findall(r"(?m)^. python3\(%d\) +ESTABLISHED" % full, connections)), 4)
        screen.press("y")
        screen.press("q")
        self.assertEqual(screen.wait(), 0)
        after = screen.bytes.split(LEAVE)[1].decode()
        self.assertRegex(after, r" 8 sockets in 2 network namespaces: ")
        self.assertRegex(after, r"tcpstat -a -i -p --local-port \d+ --remote \S+ --netns \d+\r\n")

    def test_commands_reach_the_namespace_that_is_shown(self):
        pid = self.inhabitant(7101, 1)
        screen = Screen(self, None, columns=120, netns=str(pid))
        screen.press("2", r"7101")
        screen.press("y", rf"copied: tcpstat -l -p --local-port 7101 --netns {pid}$")
        screen.press("\r", rf"run  tcpstat -l -p --local-port 7101 --netns {pid}\n")
        screen.press("\x1b", "q quit")
        screen.press("4", r"\[4 Connections")
        screen.press("\r", rf"end  nsenter --net=/proc/{pid}/ns/net ss -K src 127")

    def test_one_that_ends_is_gone(self):
        first, second = self.inhabitant(7101, 1), self.inhabitant(7102, 1)
        screen = Screen(self, None, columns=120, netns=f"{first},{second}")
        screen.until("2 network namespaces: 2 OK")
        os.kill(second, signal.SIGKILL)
        os.waitpid(second, 0)
        screen.until("1 network namespace: 1 OK")


class Endings(TestCase):
    def test_signals_give_the_terminal_back(self):
        # All whose default is the end of a process, but SIGPIPE, which the program ignores, and SIGXFSZ, which Python does.
        ends = {number: number for number in (
            signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL,
            signal.SIGTRAP, signal.SIGSYS, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU,
            signal.SIGIO, signal.SIGVTALRM, signal.SIGPROF, signal.SIGPWR)}
        for number, status in {signal.SIGINT: 0, signal.SIGTERM: 0, **ends}.items():
            with self.subTest(signal=number.name):
                screen = Screen(self, self.tree(), shell='ulimit -c 0; stty -a >/dev/null; exec "$@"')
                screen.until("Connections")
                os.kill(screen.pid, number)
                self.assertEqual(screen.wait() & 0x7F, status)
                self.assertIn(LEAVE, screen.bytes)

    def test_a_broken_pipe_elsewhere_ends_nothing(self):
        screen = Screen(self, self.tree(), shell='exec "$@"')
        screen.until("Connections")
        os.kill(screen.pid, signal.SIGPIPE)
        screen.press("4", r"\[4 Connections")

    def test_where_there_is_no_second_screen_the_last_line_is_free(self):
        for term, shows_cursor in (("linux", b"\x1b[?25h"), ("vt220", b"\x1b[?25h"), ("vt100", b"")):
            with self.subTest(term=term):
                screen = Screen(self, self.tree(), env={"TERM": term})
                screen.until("q quit")
                screen.press("q")
                screen.wait()
                before, after = screen.bytes.split(b"\x1b[0m\x1b[999;1H\x1b[K" + shows_cursor)
                self.assertTrue(before)
                self.assertRegex(after, rb"^[^\x1b]*sample \d+  \d+ sockets: ")

    def test_a_terminal_is_sent_nothing_that_it_cannot_do(self):
        lacking = {"xterm": b"", "screen": b"", "linux": rb"\[\?1049|\]52", "vt220": rb"\[\?1049|\]52|\[0?;?\d*;?3\dm",
                   "vt100": rb"\[\?|\]|\[0?;?\d*;?3\dm"}
        for term, sequences in lacking.items():
            with self.subTest(term=term):
                screen = Screen(self, self.tree(), env={"TERM": term})
                screen.press("4", r"\[4 Connections")
                copies = term in ("xterm", "screen")
                screen.press("y", "copied: tcpstat" if copies else "printed at the end: tcpstat")
                screen.press("q")
                self.assertEqual(screen.wait(), 0)
                self.assertEqual(b"\x1b]52;c;" in screen.bytes, copies)
                self.assertRegex(screen.bytes.decode(), r"sockets: [^\x1b]*\r\ntcpstat ")
                if sequences:
                    self.assertNotRegex(screen.bytes, b"\x1b(" + sequences + b")")

    def test_the_modes_of_the_terminal_are_as_before(self):
        screen = Screen(self, self.tree(), shell='stty -g; "$@"; stty -g; stty -a | grep -c -- "-icanon"; read x')
        screen.until("Connections")
        screen.press("q", r"\n0\n|^0$")
        modes = re.findall(rb"[0-9a-f]+(?::[0-9a-f]+){10,}", screen.bytes)
        self.assertEqual(len(modes), 2)
        self.assertEqual(modes[0], modes[1])

    def test_stop_and_continue(self):
        screen = Screen(self, self.tree(), shell='set -m; "$@"; echo STOPPED; stty -a; read x; fg; echo ENDED; read x')
        screen.until("Connections")
        screen.press("\x1a", "STOPPED")
        self.assertIn(LEAVE, screen.bytes)
        self.assertNotIn("-icanon", screen.settle())
        before = screen.bytes.count(ENTER)
        screen.press("\n", "Connections")
        self.assertEqual(screen.bytes.count(ENTER), before + 1)
        self.assertIn("tcpstat ", screen.lines[0])
        screen.press("4", r"\[4 Connections")
        screen.press("q", "ENDED")

    def test_in_the_background_it_waits_and_can_be_ended(self):
        screen = Screen(self, self.tree(),
                        shell='set -m; "$@"; echo STOPPED; read x; bg; sleep 0.5; jobs -s | wc -l; kill %1; wait; echo ENDED; read x')
        screen.until("Connections")
        screen.press("\x1a", "STOPPED")
        drawn = screen.bytes.count(ENTER)
        screen.press("\n", "ENDED")
        self.assertEqual(screen.bytes.count(ENTER), drawn)
        self.assertRegex(screen.text, r"(?m)^1\s*$")

    def test_a_terminal_that_goes_away(self):
        screen = Screen(self, self.tree())
        screen.until("Connections")
        os.close(screen.master)
        screen.master = os.open("/dev/null", os.O_RDONLY)
        screen.status = os.waitpid(screen.pid, 0)[1]
        self.assertEqual(screen.status & 0x7F, signal.SIGHUP)

    def test_a_source_that_fails_at_once_fails(self):
        tree = self.tree()
        (tree.path / "net/tcp").unlink()
        (tree.path / "net/tcp6").unlink()
        screen = Screen(self, tree)
        self.assertEqual(os.waitstatus_to_exitcode(screen.wait()), 2)
        self.assertIn(b"cannot", screen.bytes)


if __name__ == "__main__":
    main()
