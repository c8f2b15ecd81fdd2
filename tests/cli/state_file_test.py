"""The state file of check: what it takes, what it refuses, and what a second run does."""

import json
import os
import shutil
import stat
import subprocess
import threading
import time
import unittest

from harness import TCPSTAT, TestCase, environment, main, run


class StateFile(TestCase):
    def setUp(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        self.proc = tree.path
        self.folder = self.directory()
        self.path = self.folder / "state.json"

    def check(self, *args, path=None):
        result = run("check", "--proc-root", self.proc, "--state-file", path or self.path, *args)
        self.assertRegex(result.out, r"\ATCPSTAT ")
        self.assertEqual(result.err, "")
        return result

    def notes(self, result):
        return [line for line in result.lines if line.startswith("note: ")]

    def is_fresh(self, result, why):
        """Judged from one sample, said so, and the file is a good one afterwards."""
        self.assertEqual(result.code, 0, result)
        self.assertRegex("\n".join(self.notes(result)), why)
        self.assert_good()

    def assert_good(self):
        status = os.lstat(self.path)
        self.assertTrue(stat.S_ISREG(status.st_mode))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertEqual(json.loads(self.path.read_text())["format"], "tcpstat state")
        self.assertEqual(sorted(os.listdir(self.folder)), ["state.json"])

    def is_refused(self, result, why):
        self.assertEqual(result.code, 3, result)
        self.assertRegex(result.lines[0], why)

    def test_the_first_run_and_the_second(self):
        self.is_fresh(self.check(), "is new: judged from one sample")
        second = self.check()
        self.assertEqual(second.code, 0)
        self.assertNotRegex(second.out, "new|afresh|damaged")
        self.assert_good()

    def test_a_run_beside_another_is_not_what_the_next_is_measured_by(self):
        for uptime in (100, 160, 220):
            (self.proc / "uptime").write_text(f"{uptime}.00 0.00\n")
            before = self.check()
        self.assertEqual(self.notes(before), [])
        (self.proc / "uptime").write_text("220.50 0.00\n")
        self.assertRegex("".join(self.notes(self.check())), "less than 2 s ago: its level stands")
        (self.proc / "uptime").write_text("280.00 0.00\n")
        self.assertEqual(self.notes(self.check()), [])
        (self.proc / "uptime").write_text("580.00 0.00\n")
        self.assertRegex("".join(self.notes(self.check())), "Runs were missed")

    def test_its_mode_does_not_follow_the_umask(self):
        old = os.umask(0)
        try:
            self.check()
        finally:
            os.umask(old)
        self.assert_good()

    def test_damaged_files_mean_a_fresh_start(self):
        self.check()
        good = self.path.read_text()
        document = json.loads(good)
        pieces = {"torn": good[:len(good) // 2], "one byte": "{", "torn and long": good[:-2] + "\0" * 100}
        # What an alert is about, how many RSTs are ordinary and the filter are missing in files of earlier versions.
        for key in document:
            if key not in ("alert_rule", "resets_per_s", "filter_words", "format"):
                pieces[f"without {key}"] = json.dumps({name: value for name, value in document.items() if name != key})
            if key not in ("format", "version"):
                for bad in (-1, "x", [[[]]], {"a": 1}, 1e300, True, 2 ** 64, "x" * 100):
                    pieces[f"{key} {bad!r:.20}"] = json.dumps({**document, key: bad})
        pieces["many listeners"] = json.dumps({**document, "listeners": [{}] * 5000})
        for name, text in pieces.items():
            with self.subTest(file=name):
                self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
                result = self.check()
                self.assertEqual(result.code, 0, result)
                self.assert_good()
                if name.split()[0] in ("torn", "one", "without", "many"):
                    self.assertIn("is damaged; starting afresh", "\n".join(self.notes(result)))

    def test_what_is_no_state_file_stays_as_it_is(self):
        pieces = {"text": b"key = value\n", "binary": b"\x00\xff\xfe" * 100, "deep": b"[" * 200_000,
                  "deep and closed": b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "no object": b"[1,2,3]",
                  "another object": b'{"a":1}', "another program": b'{"format":"other","version":1}'}
        for name, text in pieces.items():
            for mode, args in ((0o644, ()), (0o664, ()), (0o644, ("-q",)), (0o644, ("-j",))):
                with self.subTest(file=name, mode=oct(mode), args=args):
                    self.path.write_bytes(text)
                    os.chmod(self.path, mode)
                    before = os.stat(self.path)
                    result = run("check", "--proc-root", self.proc, "--state-file", self.path, *args)
                    self.assertEqual(result.code, 3, result)
                    self.assertIn(f"cannot use the state file {self.path}: it holds something else (name another)", result.out)
                    self.assertEqual(self.path.read_bytes(), text)
                    after = os.stat(self.path)
                    self.assertEqual((after.st_ino, after.st_mode, after.st_mtime_ns),
                                     (before.st_ino, before.st_mode, before.st_mtime_ns))
                    self.assertEqual(os.listdir(self.folder), ["state.json"])

    def test_a_later_version(self):
        self.path.write_text('{"format":"tcpstat state","version":2,"anything":[]}')
        os.chmod(self.path, 0o600)
        self.is_fresh(self.check(), "has version 2, not 1; starting afresh")

    def test_another_boot(self):
        self.check()
        document = json.loads(self.path.read_text())
        document["boot_id"] = "00000000-0000-0000-0000-000000000000"
        self.path.write_text(json.dumps(document))
        self.is_fresh(self.check(), "The host was started since the last run: counters are not compared")
        here = json.loads(self.path.read_text())["boot_id"]
        self.assertNotEqual(here, document["boot_id"])
        self.assertNotIn("was started", self.check().out)

    def test_a_huge_file_is_not_read(self):
        with open(self.path, "wb") as file:
            file.truncate(3 << 30)
        os.chmod(self.path, 0o600)
        self.is_refused(self.check(), r"too large to be one \(name another\)")
        self.assertEqual(os.stat(self.path).st_size, 3 << 30)

    def test_a_file_that_others_may_write_is_not_trusted(self):
        for mode in (0o666, 0o620, 0o602):
            with self.subTest(mode=oct(mode)):
                self.check()
                os.chmod(self.path, mode)
                self.is_fresh(self.check(), "other users may write it")
        for mode in (0o600, 0o644):
            os.chmod(self.path, mode)
            self.assertNotIn("may write", self.check().out)

    def test_links_are_not_followed(self):
        target = self.folder / "precious"
        target.write_text("precious")
        self.path.symlink_to(target)
        self.is_refused(self.check(), "it is a symbolic link")
        self.assertEqual(target.read_text(), "precious")
        self.assertTrue(self.path.is_symlink())
        self.path.unlink()
        self.path.symlink_to(self.folder / "nowhere")
        self.is_refused(self.check(), "it is a symbolic link")
        self.assertFalse((self.folder / "nowhere").exists())
        self.path.unlink()
        os.link(target, self.path)
        self.is_refused(self.check(), "it has other names")
        self.assertEqual(target.read_text(), "precious")

    def test_what_is_no_regular_file_stays_as_it_is(self):
        os.mkfifo(self.path)
        self.is_refused(self.check(), "it is no regular file")
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.path).st_mode))
        self.path.unlink()
        self.path.mkdir()
        self.is_refused(self.check(), "it is no regular file")
        self.is_refused(self.check(path="/dev/null"), "it is no regular file")
        self.is_refused(self.check(path="/nonexistent/state"), "No such file or directory")

    def test_another_users_file(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file away")
        self.check()
        before = self.path.read_bytes()
        os.chown(self.path, 12345, 12345)
        self.is_refused(self.check(), "it belongs to another user")
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(os.stat(self.path).st_uid, 12345)

    def test_a_run_that_another_holds_up_gives_up_in_time(self):
        import fcntl
        self.check()
        with open(self.path, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.is_refused(self.check("-t", "0.3"), "another run holds it")
        self.assertEqual(self.check().code, 0)

    @unittest.skipUnless(shutil.which("strace"), "strace makes stat(2) fail")
    def test_a_file_that_is_never_the_same_costs_no_more_than_the_timeout(self):
        self.check()
        for error, why in (("ESTALE", "Stale file handle"), ("ENOENT", "it is replaced all the time")):
            with self.subTest(error=error):
                inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(self.path), "-e",
                          f"inject=newfstatat:error={error}:when=4+4"]
                start = time.monotonic()
                done = subprocess.run([*inject, TCPSTAT, "check", "--proc-root", self.proc, "--state-file", self.path,
                                       "-t", "0.3"], capture_output=True, env=environment(), timeout=30)
                self.assertIn(why, done.stdout.decode())
                self.assertLess(time.monotonic() - start, 20)

    def test_runs_at_once(self):
        results = []

        def one():
            results.append(run("check", "--proc-root", self.proc, "--state-file", self.path))
        for _ in range(3):
            threads = [threading.Thread(target=one) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual({result.code for result in results}, {0}, results)
        news = [result for result in results if "is new" in result.out]
        self.assertEqual(len(news), 1, "one run finds nothing, all others what one left")
        self.assertFalse([result for result in results if "damaged" in result.out])
        self.assert_good()

    def test_a_killed_run_leaves_the_old_file(self):
        self.check()
        before = self.path.read_bytes()
        child = subprocess.Popen([TCPSTAT, "check", "--interval", "30", "--proc-root", self.proc, "--state-file", self.path],
                                 env=environment(), stdout=subprocess.DEVNULL)
        try:
            child.wait(0.5)
        except subprocess.TimeoutExpired:
            child.terminate()
        child.wait()
        self.assertEqual(self.path.read_bytes(), before)
        self.assert_good()

    def test_a_directory_that_cannot_be_written(self):
        # Root may write everywhere, so somebody else runs it, from a place that everybody can reach.
        who, program = {}, TCPSTAT
        if os.geteuid() == 0:
            nobody = 65534
            who = {"user": nobody, "group": nobody, "extra_groups": ()}
            program = shutil.copy(TCPSTAT, self.proc / "tcpstat")
            for path in (self.proc, self.folder):
                shutil.chown(path, nobody, nobody)
        os.chmod(self.folder, 0o500)
        try:
            done = subprocess.run([program, "check", "--proc-root", self.proc, "--state-file", self.path], env=environment(),
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, **who)
        finally:
            os.chmod(self.folder, 0o700)
        self.assertEqual(done.returncode, 3, done)
        self.assertRegex(done.stdout, r"\ATCPSTAT UNKNOWN - .*Permission denied")
        self.assertEqual(os.listdir(self.folder), [])

    def test_together_with_an_interval(self):
        start = time.monotonic()
        first = self.check("--interval", "3")
        self.assertGreaterEqual(time.monotonic() - start, 3)
        self.assertEqual(first.code, 0)
        self.assertIn("is new", "".join(self.notes(first)))
        self.assert_good()
        before = self.path.read_bytes()
        second = self.check("--interval", "3")
        self.assertEqual((second.code, self.notes(second)), (0, []))
        self.assertNotEqual(self.path.read_bytes(), before, "each run leaves what it saw")


if __name__ == "__main__":
    main()
