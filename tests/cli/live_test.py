"""Sockets of this host on the loopback interface, and what needs a live kernel. Skipped where there is none."""

import json
import os
import re
import socket

from harness import TestCase, main, run, shell

try:
    LISTENER = socket.create_server(("127.0.0.1", 0), backlog=7)
    PORT = LISTENER.getsockname()[1]
    CLIENT = socket.create_connection(("127.0.0.1", PORT), timeout=5)
    SERVER = LISTENER.accept()[0]
    CLIENT.sendall(b"12345")
except OSError:
    LISTENER = None


class Live(TestCase):
    def setUp(self):
        if LISTENER is None:
            self.skipTest("no loopback interface")
        sources = [source for source in ("netlink", "proc") if run("--source", source, "--limit", "0").code == 0]
        if not sources:
            self.skipTest("no source works here")
        self.sources = sources
        self.ours = ["--port", str(PORT)]

    def test_both_sources_say_what_the_sockets_are(self):
        for source in self.sources:
            with self.subTest(source=source):
                rows = self.json("--source", source, "-a", "--pid", os.getpid(), *self.ours, quiet=False)["connections"]
                listener = rows.pop()
                self.assertEqual([row["state"] for row in rows], ["ESTABLISHED"] * 2)
                self.assertEqual(listener["state"], "LISTEN")
                self.assertEqual((listener["accept_queue"], listener["syn_recv"]), (0, 0))
                self.assertEqual(listener["accept_limit"], 7 if source == "netlink" else None)
                self.assertEqual(sorted(row["recv_queue"] for row in rows), [0, 5])
                self.assertEqual({row["uid"] for row in rows}, {os.geteuid()})
                self.assertEqual({row["inode"] for row in rows} | {listener["inode"]},
                                 {os.fstat(end.fileno()).st_ino for end in (LISTENER, CLIENT, SERVER)})
                self.assertEqual({row["source"] for row in rows}, {source})

    def test_owners_and_tcp_info(self):
        rows = self.json("--source", self.sources[0], "-api", "--pid", os.getpid(), *self.ours, quiet=False)["connections"]
        held = {process["fd"] for row in rows for process in row["processes"]}
        self.assertEqual(held, {end.fileno() for end in (LISTENER, CLIENT, SERVER)})
        if self.sources[0] == "netlink":
            connections = [row for row in rows if row["state"] == "ESTABLISHED"]
            self.assertEqual({row["tcp_info"]["bytes_received"] for row in connections}, {0, 5})
            self.assertTrue(all(row["cookie"] for row in rows))

    def test_both_read_the_family_that_is_asked_for(self):
        if len(self.sources) < 2:
            self.skipTest("needs netlink and /proc")
        for wanted, other, option in (("ipv4", "ipv6", "-4"), ("ipv6", "ipv4", "-6")):
            rows = json.loads(run("-a", "--source", "both", option, "-j").out)["connections"]
            self.assertLessEqual({row["family"] for row in rows}, {wanted}, other)
            compared = re.search(r"in both netlink and /proc: (\d+);", run("-a", "--source", "both", option).err)
            self.assertGreaterEqual(int(compared[1]), 3 if wanted == "ipv4" else 0)

    def test_what_differs_between_both_is_not_counted_as_all(self):
        if len(self.sources) < 2:
            self.skipTest("needs netlink and /proc")
        for args in (["summary"], ["-a"]):
            document = json.loads(run(*args, "--source", "both", "-j").out)
            self.assertEqual(set(document["summary"]["by_state"].values()), {None})
            self.assertEqual(document["summary"]["by_family"], {"ipv4": None, "ipv6": None})
            self.assertIsNone(document["summary"]["total"])
        lines = run("summary", "--source", "both").lines
        self.assertRegex(lines[1], r"^SYN_SENT +- +- +-$|^ESTABLISHED +- +- +-$")
        self.assertTrue(any(re.match(r"total +- +- +-$", line) for line in lines), lines)
        saved = self.directory() / "saved.ndjson"
        saved.write_text(run("-a", "--source", "both", "-f", "ndjson").out)
        end = json.loads(saved.read_text().splitlines()[-1])
        self.assertTrue(end["filtered"])
        self.assertIn("LISTEN", end["states"])
        for args in (["check"], ["audit"], ["summary", "-f", "prometheus"]):
            result = run(*args, "--source", "both")
            self.assertEqual(result.code, 2 if args[0] == "summary" else 3, result)
            self.assertIn("not both, which shows only what netlink and /proc do not agree on", result.out + result.err)

    def test_both_agree(self):
        if len(self.sources) < 2:
            self.skipTest("needs netlink and /proc")
        result = run("--source", "both", *self.ours, "-s", "ESTABLISHED,LISTEN", "-f", "plain", "-H")
        self.assertEqual((result.code, result.out), (0, ""))
        self.assertRegex(result.err, r"\Atcpstat: in both netlink and /proc: \d+; only in netlink: \d+; only in /proc: \d+\n\Z")

    def test_the_namespace_of_this_process_by_its_id(self):
        result = run("--netns", str(os.getpid()), *self.ours, "-f", "plain", "-H", "-o", "STATE")
        self.assertEqual((result.code, result.lines), (0, ["ESTABLISHED"] * 2), result)

    def test_addresses_have_the_names_that_the_host_knows(self):
        name = socket.getfqdn("127.0.0.1")
        if name == "127.0.0.1":
            self.skipTest("nothing here names 127.0.0.1")
        lines = run("-r", *self.ours, "-o", "REMOTE", "-H").lines
        self.assertIn(f"{name}:{PORT}", lines)
        self.assertIn(f"127.0.0.1:{PORT}", run(*self.ours, "-o", "REMOTE", "-H").lines)

    def test_what_netstat_users_type(self):
        for cluster in ("-ant", "-antp", "-tulpn"):
            result = run(cluster, *self.ours)
            self.assertEqual(result.code, 0)
            self.assertTrue(any("LISTEN" in line for line in result.lines), (cluster, result))

    def test_columns_of_a_table_are_what_awk_expects(self):
        result = shell(f'"$T" -a --port {PORT} | awk \'$1 == "LISTEN" {{ print $4 }}\'')
        self.assertEqual(result.out, f"127.0.0.1:{PORT}\n")


if __name__ == "__main__":
    main()
