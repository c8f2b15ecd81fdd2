"""Evidence names what was read: netlink or a file, of this host or below --proc-root."""

import re

from harness import FLOOD_ROWS, TestCase, main, run, unique


class Sources(TestCase):
    def flood(self):
        tree = self.tree(tcp=FLOOD_ROWS, tcp6=())
        tree.counters(**{"SyncookiesSent": 1})
        return tree.path

    def sources(self, *args):
        """Of everything that is judged, each part of a list by itself."""
        document = unique(run(*args, "--json").out)
        evidence = [one for judged in document["verdicts"] + document["findings"] for one in judged["evidence"]]
        self.assertTrue(evidence, document)
        return {part for one in evidence for part in one["source"].split(", ")}

    def test_another_proc(self):
        root = self.flood()
        for args in (("check",), ("check", "-w", "1"), ("-s", "SYN_RECV")):
            with self.subTest(args=args):
                sources = self.sources(*args, "--proc-root", root)
                self.assertIn(f"{root}/net/tcp", sources)
                elsewhere = {source for source in sources if re.match("sock_diag|/proc", source)}
                self.assertEqual(elsewhere, set())
        self.assertIn(f"{root}/net/netstat", self.sources("check", "--proc-root", root))
        state = self.directory() / "state"
        for _ in range(2):
            self.assertNotIn("sock_diag", self.sources("check", "--proc-root", root, "--state-file", state))

    def test_the_lines_say_the_same(self):
        root = self.flood()
        result = run("check", "-v", "--proc-root", root, env={"LC_ALL": "C"})
        self.assertTrue(result.bytes.isascii())
        out = result.out
        self.assertRegex(out, rf"\n  half-opens 400 sockets, {root}/net/tcp\n")
        self.assertNotRegex(out, r"sock_diag|, /proc")

    def test_a_process_of_another_proc(self):
        root = self.flood()
        (root / "net").rename(root / "1" / "net")
        self.assertIn(f"{root}/1/net/tcp", self.sources("check", "--proc-root", root, "--netns", "1"))

    def test_this_host(self):
        wanted = {"proc": {"/proc/net/tcp"}}
        if run("--source", "netlink", "--limit", "0").code == 0:
            wanted.update(netlink={"sock_diag"})
        # A host whose /proc/net cannot be read either has no sockets that could be looked at.
        self.assertEqual(run("--source", "proc", "--limit", "0").code, 0)
        for source, rows in wanted.items():
            with self.subTest(source=source):
                self.assertEqual(self.sources("check", "-c", "~:-1", "-a", "--source", source), rows)

    def test_a_file(self):
        root = self.flood()
        file = root / "net" / "tcp"
        self.assertIn(str(file), self.sources("check", "--source", file))
        self.assertEqual(self.sources("check", "-c", "1", "--source", file), {str(file)})
        (one,) = unique(run("check", "-c", "1", "--source", "-", "--json", stdin=file.read_bytes()).out)["findings"]
        self.assertEqual(one["evidence"][0]["source"], "standard input")

    def test_the_audit(self):
        root = self.flood()
        checks = unique(run("audit", "--json", "--proc-root", root).out)["checks"]
        sources = {part for check in checks for part in check["source"].split(", ")}
        self.assertIn(f"{root}/sys/net/ipv4/tcp_syncookies", sources)
        self.assertEqual({source for source in sources if not source.startswith(str(root))}, {"LISTEN"})


if __name__ == "__main__":
    main()
