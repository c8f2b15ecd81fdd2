"""Where the output goes and how it ends: full disks, closed descriptors, pipes, signals, files."""

import os
import signal
import stat
import subprocess
import threading
import time
import unittest

from harness import TCPSTAT, TestCase, environment, main, proc_line, proc_text, run, shell

FORMATS = ("table", "plain", "csv", "json", "ndjson")


class Ends(TestCase):
    def setUp(self):
        self.root = self.tree().path

    def test_a_full_disk(self):
        for verb in ("", "summary", "summary --by state"):
            for form in FORMATS:
                with self.subTest(verb=verb, form=form):
                    result = shell(f'"$T" {verb} --proc-root {self.root} -a -f {form} >/dev/full')
                    self.assert_failure(result, "cannot write standard output: No space left on device")
        for words in ("--help", "--version", "--list states", "--list columns -j"):
            with self.subTest(words=words):
                self.assert_failure(shell(f'"$T" {words} >/dev/full'),
                                    "cannot write standard output: No space left on device")
        self.assertEqual(shell(f'"$T" --proc-root {self.root} -q >/dev/full').code, 0)  # nothing to write
        self.assert_failure(shell(f'"$T" --proc-root {self.root} --output-file /dev/full'),
                            "cannot write /dev/full: No space left on device")

    def test_standard_output_is_closed(self):
        for words in (f"--proc-root {self.root}", f"--proc-root {self.root} -j", f"summary --proc-root {self.root}",
                      "--help", "--version", "--list states"):
            with self.subTest(words=words):
                self.assert_failure(shell(f'"$T" {words} >&-'), "cannot write standard output: Bad file descriptor")

    def test_rows_never_go_into_a_file_that_took_the_place_of_a_closed_descriptor(self):
        path = self.directory() / "out"
        result = shell(f'"$T" --proc-root {self.root} --output-file {path} >&- 2>&- <&-')
        self.assertEqual(result.code, 0)
        self.assertEqual(path.read_text(), self.succeeds("--proc-root", self.root).out)
        result = shell(f'"$T" --proc-root {self.root}/missing 2>&-')
        self.assertEqual((result.code, result.out), (2, ""))

    def test_standard_input_and_standard_error_may_be_closed(self):
        expected = self.succeeds("--proc-root", self.root).out
        self.assertEqual(shell(f'"$T" --proc-root {self.root} <&-').out, expected)
        result = shell(f'"$T" --proc-root {self.root} -v 2>&-')
        self.assertEqual((result.code, result.out), (0, expected))
        result = shell(f'"$T" --proc-root {self.root} -v 2>/dev/full')
        self.assertEqual((result.code, result.out), (0, expected))

    def test_a_reader_that_has_enough_ends_it_quietly(self):
        many = [proc_line("ESTABLISHED", f"192.0.2.1:{n}", "192.0.2.2:80", inode=n) for n in range(1, 20001)]
        root = self.tree(tcp=many).path
        for form in FORMATS:
            with self.subTest(form=form):
                result = shell(f'{{ "$T" --proc-root {root} -f {form}; echo "code $?" >&2; }} | head -n 1')
                self.assertEqual(result.err, "code 0\n")
                self.assertEqual(len(result.lines), 1)
        result = shell(f'{{ "$T" --proc-root {root} --sort LOCAL_PORT; echo "code $?" >&2; }} | true')
        self.assertEqual((result.out, result.err), ("", "code 0\n"))
        result = shell('{ "$T" --list columns; echo "code $?" >&2; } | true')
        self.assertEqual((result.out, result.err), ("", "code 0\n"))

    def test_messages_carry_their_level_when_the_journal_reads_them(self):
        with open(self.directory() / "journal", "w+b") as journal:
            status = os.fstat(journal.fileno())
            for stream, before in [(f"{status.st_dev}:{status.st_ino}", ("<6>", "<3>")), ("1:2", ("", "")),
                                   ("nonsense", ("", ""))]:
                journal.seek(0)
                journal.truncate()
                for args in (["-v"], ["--state", "FOO"]):
                    subprocess.run([TCPSTAT, "--proc-root", str(self.root), *args], stdout=subprocess.DEVNULL,
                                   stderr=journal, env=environment(JOURNAL_STREAM=stream), check=False)
                journal.seek(0)
                lines = journal.read().decode().splitlines()
                self.assertTrue(lines[0].startswith(before[0] + "tcpstat: read"), lines)
                self.assertTrue(lines[1].startswith(before[1] + "tcpstat: unknown state"), lines)


class Signals(TestCase):
    def waiting(self, *args):
        """A run that waits for its source, and the source's writing end."""
        fifo = self.directory() / "fifo"
        os.mkfifo(fifo)
        child = subprocess.Popen([TCPSTAT, "--timeout", "30", "--source", str(fifo), *map(str, args)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        writer = open(fifo, "wb", buffering=0)
        writer.write(proc_text(proc_line("ESTABLISHED", "192.0.2.1:1", "192.0.2.2:2", inode=1)).encode())
        self.addCleanup(writer.close)
        return child

    def end(self, child, number):
        time.sleep(0.3)
        self.assertIsNone(child.poll())
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
        return child.returncode, out, err

    def test_interrupt_ends_by_the_signal(self):
        code, out, err = self.end(self.waiting(), signal.SIGINT)
        self.assertEqual((code, out, err), (-signal.SIGINT, b"", b""))

    def test_no_temporary_file_stays_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            here = self.directory()
            (here / "out").write_text("old")
            child = self.waiting("--output-file", here / "out")
            code, out, err = self.end(child, number)
            self.assertEqual((code, out, err), (-number, b"", b""))
            self.assertEqual([path.name for path in here.iterdir()], ["out"])
            self.assertEqual((here / "out").read_text(), "old")

    def test_a_source_that_says_nothing_ends_at_the_timeout(self):
        fifo = self.directory() / "fifo"
        os.mkfifo(fifo)
        keep = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, keep)
        begin = time.monotonic()
        self.fails("--source", fifo, "--timeout", "0.3", sentence=r"cannot read .*fifo: Connection timed out \(.*--timeout.*\)")
        self.assertLess(time.monotonic() - begin, 15)


class OutputFile(TestCase):
    def setUp(self):
        self.root = self.tree().path
        self.here = self.directory()
        self.path = self.here / "out"

    def write(self, *args, **more):
        result = self.succeeds("--proc-root", self.root, "--output-file", self.path, *args, **more)
        self.assertEqual(result.out, "")

    def test_it_holds_what_standard_output_would(self):
        for form in ("table", "plain", "csv"):
            self.write("-f", form)
            self.assertEqual(self.path.read_text(), self.succeeds("--proc-root", self.root, "-f", form).out)
        self.assertEqual(list(self.here.iterdir()), [self.path])

    def test_others_may_read_it_whatever_the_umask(self):
        for umask in (0o077, 0o000):
            self.path.unlink(missing_ok=True)
            shell(f'umask {umask:03o}; "$T" --proc-root {self.root} --output-file {self.path}')
            self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o644)

    def test_it_takes_the_place_of_the_old_one_at_once(self):
        self.path.write_text("old")
        with open(self.path) as reader:
            self.write()
            self.assertEqual(reader.read(), "old")  # whoever has it open keeps reading the old one
        self.assertNotEqual(self.path.read_text(), "old")

    def test_a_symbolic_link_is_followed(self):
        target = self.here / "target"
        target.write_text("old")
        self.path.symlink_to("target")
        self.write()
        self.assertTrue(self.path.is_symlink())
        self.assertNotEqual(target.read_text(), "old")

    def test_a_symbolic_link_to_nowhere_is_followed(self):
        self.path.symlink_to("target")
        self.write()
        self.assertTrue(self.path.is_symlink())
        self.assertTrue((self.here / "target").is_file())

    def test_a_device_is_written_not_replaced(self):
        result = run("--proc-root", self.root, "--output-file", "/dev/null")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_a_fifo_is_written_not_replaced(self):
        os.mkfifo(self.path)
        got = []
        reader = threading.Thread(target=lambda: got.append(self.path.read_text()))
        reader.start()
        self.write("-f", "csv")
        reader.join(10)
        self.assertEqual(got, [self.succeeds("--proc-root", self.root, "-f", "csv").out])
        self.assertTrue(stat.S_ISFIFO(self.path.stat().st_mode))

    def test_a_fifo_that_nobody_reads_ends_at_the_timeout(self):
        os.mkfifo(self.path)
        begin = time.monotonic()
        self.fails("--proc-root", self.root, "--output-file", self.path, "--timeout", "0.3",
                   sentence=r"cannot write \S+/out: nobody reads it \(start its reader first\)")
        self.assertLess(time.monotonic() - begin, 15)

    def test_metrics_wait_for_nobody_longer_than_the_timeout(self):
        os.mkfifo(self.path)
        begin = time.monotonic()
        result = run("check", "--proc-root", self.root, "--metrics-file", self.path, "--timeout", "0.3")
        self.assertLess(time.monotonic() - begin, 8)
        self.assertIn("nobody reads it (start its reader first)", result.out)
        self.assertNotEqual(result.code, 0)

    def test_mode_and_owner_of_the_old_one_are_kept(self):
        self.path.write_text("old")
        self.path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(self.path, 54321, 54321)
        old = self.path.stat()
        self.write()
        new = self.path.stat()
        self.assertEqual((new.st_mode, new.st_uid, new.st_gid), (old.st_mode, old.st_uid, old.st_gid))
        self.assertNotEqual(new.st_ino, old.st_ino)

    def test_a_long_name_is_no_problem(self):
        self.path = self.here / ("n" * 255)
        self.write()
        self.write()
        self.assertEqual(list(self.here.iterdir()), [self.path])

    def test_the_standard_output_of_the_shell_is_written(self):
        expected = self.succeeds("--proc-root", self.root).out
        for path in ("/dev/stdout", "/proc/self/fd/1"):
            self.assertEqual(self.succeeds("--proc-root", self.root, "--output-file", path).out, expected)

    def test_a_file_that_may_not_grow_is_an_error_and_the_old_one_stays(self):
        self.path.write_text("old")
        for words in (f"--output-file {self.path}", f">{self.here}/stdout"):
            result = shell(f'ulimit -f 0; "$T" --proc-root {self.root} {words}')
            self.assertEqual((result.code, result.out), (2, ""))
            self.assertRegex(result.err, r"\Atcpstat: cannot write .*: File too large\n\Z")
        self.assertEqual(self.path.read_text(), "old")
        self.assertEqual({path.name for path in self.here.iterdir()}, {"out", "stdout"})

    @unittest.skipUnless(os.geteuid() == 0, "only root can be a stranger to its own files")
    def test_what_a_stranger_put_there_is_not_followed(self):
        secret = self.here / "secret"
        secret.write_text("secret")
        secret.chmod(0o600)
        for mode in (0o1777, 0o777, 0o775):
            there = self.here / f"there{mode:o}"
            there.mkdir()
            there.chmod(mode)
            (there / "link").symlink_to(secret)
            os.lchown(there / "link", 54321, 54321)
            (there / "folder").symlink_to(self.here)
            os.lchown(there / "folder", 54321, 54321)
            for path in (there / "link", there / "folder/secret"):
                self.fails("--proc-root", self.root, "--output-file", path,
                           sentence=r"cannot write \S+: \S+ is a symbolic link of somebody else, in a directory where "
                                    r"others may write \(name the file itself\)")
        self.assertEqual((secret.read_text(), stat.S_IMODE(secret.stat().st_mode)), ("secret", 0o600))
        there = self.here / "there1777"
        (there / "file").write_text("theirs")
        os.chown(there / "file", 54321, 54321)
        self.fails("--proc-root", self.root, "--output-file", there / "file",
                   sentence=r"cannot write \S+: it belongs to somebody else, in a directory where all may write \(.*\)")
        # A link of our own is followed there, and so is a stranger's where nobody else can have put it.
        (there / "ours").symlink_to(self.here / "target")
        self.path = there / "ours"
        self.write()
        (self.here / "given").symlink_to("given-target")
        os.lchown(self.here / "given", 54321, 54321)
        self.path = self.here / "given"
        self.write()
        self.assertTrue((self.here / "target").is_file())
        self.assertTrue((self.here / "given-target").is_file())

    def test_the_old_one_stays_after_a_failure(self):
        self.path.write_text("old")
        self.fails("--proc-root", self.root / "missing", "-j", "--output-file", self.path, sentence="cannot open .*")
        self.assertEqual(self.path.read_text(), "old")
        self.assertEqual(list(self.here.iterdir()), [self.path])

    def test_the_old_one_stays_with_strict_and_a_partial_snapshot(self):
        self.path.write_text("old")
        cut = self.here / "cut"
        cut.write_text(proc_text(proc_line("ESTABLISHED", "192.0.2.1:1", "192.0.2.2:2", inode=1))[:-60])
        result = run("--source", cut, "--strict", "--output-file", self.path)
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertEqual(self.path.read_text(), "old")
        result = run("--source", cut, "--output-file", self.path)
        self.assertEqual(result.code, 0)
        self.assertNotEqual(self.path.read_text(), "old")


if __name__ == "__main__":
    main()
