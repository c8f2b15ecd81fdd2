"""--source FILE: saved /proc text, dumps of ss -D, ndjson, standard input, and files that are not whole."""

import json
import socket
import struct
import os

from harness import (FIXTURES, IPV4_ROWS, IPV6_ROWS, TOTAL, TestCase, main, proc_line, proc_text, run, shell)

RECORDED = FIXTURES / "recorded"


class Files(TestCase):
    def setUp(self):
        self.here = self.directory()
        self.text = self.here / "tcp"
        self.text.write_text(proc_text(*IPV4_ROWS))

    def rows(self, *args, **more):
        return self.json("-a", *args, **more)["connections"]

    def test_text_of_either_family_or_both(self):
        self.assertEqual(len(self.rows("--source", self.text)), len(IPV4_ROWS))
        both = self.here / "both"
        both.write_text(proc_text(*IPV4_ROWS) + proc_text(*IPV6_ROWS))
        self.assertEqual(len(self.rows("--source", both)), TOTAL)
        self.assertEqual(len(self.rows("--source", both, "-6")), len(IPV6_ROWS))
        self.assertEqual({row["source"] for row in self.rows("--source", both)}, {"file"})

    def test_standard_input(self):
        whole = proc_text(*IPV4_ROWS).encode()
        self.assertEqual(self.rows("--source", "-", stdin=whole), self.rows("--source", self.text))
        self.assertEqual(shell(f'cat {self.text} | "$T" --source - -f plain').out,
                         self.succeeds("--source", self.text, "-f", "plain").out)
        result = shell(f'(sleep 0.1; head -c 700 {self.text}; sleep 0.1; tail -c +701 {self.text}) | "$T" --source - -f plain')
        self.assertEqual(result.out, self.succeeds("--source", self.text, "-f", "plain").out)

    def test_filters_states_and_formats_work_as_on_a_kernel(self):
        tree = self.tree(tcp6=None)
        for args in (["-a"], ["-l"], ["-s", "SYN_RECV"], ["--port", "443", "-S", "REMOTE_PORT:desc"], ["--limit", "2"],
                     ["--remote", "198.51.100.0/24"], ["--user", "54321"]):
            for form in ("table", "plain", "csv"):
                with self.subTest(args=args, form=form):
                    columns = ["-o", "STATE,PHASE,LOCAL,REMOTE,RECV_QUEUE,SEND_QUEUE,ACCEPT_QUEUE,SYN_RECV,TIMER,RETRANSMITS,UID,"
                               "ORPHAN"]
                    self.assertEqual(self.succeeds("--source", self.text, *args, *columns, "-f", form).out,
                                     self.succeeds("--proc-root", tree.path, *args, *columns, "-f", form).out)
        self.assertEqual(self.json("summary", "--source", self.text)["groups"],
                         self.json("summary", "--proc-root", tree.path)["groups"])

    def test_what_a_file_does_not_say_is_null(self):
        os.utime(self.text, (1700000000, 1700000000))
        document = self.json("--source", self.text, "-a")
        self.assertEqual([document[key] for key in ("host", "kernel", "netns")], [None] * 3)
        self.assertEqual(document["time"], "2023-11-14T22:13:20.000Z")
        self.assertEqual(document["source"], "file")
        # Half-opens and FIN_WAIT2 need the kernel's limits; TIME_WAIT is a constant.
        aged = {row["state"] for row in document["connections"] if row["age_ms"] is not None}
        self.assertLessEqual(aged, {"TIME_WAIT"})
        self.assertIsNone(document["summary"]["by_state"]["close"])

    def test_an_empty_file_is_zero_rows(self):
        empty = self.here / "empty"
        for content in (b"", b"\n", proc_text().encode()):
            empty.write_bytes(content)
            document = self.json("--source", empty, "-a")
            self.assertEqual((document["connections"], document["complete"]), ([], True))
            self.assertEqual(len(self.succeeds("--source", empty).lines), 1)
            self.assertEqual(run("--source", empty, "-q").code, 1)
        self.assertEqual(self.json("--source", "/dev/null")["connections"], [])

    def test_a_cut_last_line_is_told_and_the_rest_is_shown(self):
        cut = self.here / "cut"
        cut.write_text(proc_text(*IPV4_ROWS)[:-100])
        result = run("--source", cut, "-a", "--json")
        self.assertEqual(result.code, 0)
        document = json.loads(result.out)
        self.assertEqual(len(document["connections"]), len(IPV4_ROWS) - 1)
        self.assertFalse(document["complete"])
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["flawed_rows"])
        self.assertEqual(result.err, "tcpstat: left out 1 row cut short\n")
        self.assertEqual(run("--source", cut, "-a", "--strict").code, 2)
        self.assertEqual(run("--source", self.text, "-a", "--strict").code, 0)

    def test_bad_lines_between_good_ones_are_counted(self):
        broken = self.here / "broken"
        lines = proc_text(*IPV4_ROWS).splitlines()
        lines[3:3] = ["garbage", "   0: 0100007F:0016 zzzzzzzz:0000 01 0:0 0:0 0 0 0 1"]
        broken.write_text("\n".join(lines) + "\n")
        result = run("--source", broken, "-a", "--json")
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"])), (0, len(IPV4_ROWS)))
        self.assertFalse(document["complete"])
        self.assertTrue(result.err.startswith("tcpstat: left out "))

    def test_carriage_returns_do_no_harm(self):
        other = self.here / "crlf"
        other.write_bytes(proc_text(*IPV4_ROWS).replace("\n", "\r\n").encode())
        self.assertEqual(len(self.rows("--source", other)), len(IPV4_ROWS))

    def test_a_name_like_a_source_needs_a_path(self):
        (self.here / "proc").write_text(proc_text(IPV4_ROWS[2]))
        result = shell(f'cd {self.here} && "$T" --source ./proc -H -f plain -o REMOTE')
        self.assertEqual(result.out, "198.51.100.7:50123\n")


class OwnLines(TestCase):
    """What -f ndjson saved comes back as it was."""

    def setUp(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        tree.process(813, b"evil|\x1b[31m\n\xff)\"\\", {3: 101})
        tree.sysctl("kernel/hostname", "web1")
        tree.sysctl("kernel/osrelease", "6.1.0")
        tree.sysctl("net/ipv4/tcp_synack_retries", 5)
        tree.sysctl("net/ipv4/tcp_fin_timeout", 60)
        self.root = tree.path
        self.saved = self.directory() / "saved"
        self.succeeds("--proc-root", self.root, "-ap", "-f", "ndjson", "--output-file", self.saved)

    def test_rows_come_back_as_they_were(self):
        before = self.json("--proc-root", self.root, "-ap")
        after = self.json("--source", self.saved, "-ap")
        for row in before["connections"]:
            row["source"] = "file"
        self.assertEqual(after["connections"], before["connections"])
        self.assertEqual((after["host"], after["kernel"]), ("web1", "6.1.0"))
        for key in ("by_family",):
            self.assertEqual(after["summary"][key], before["summary"][key])

    def test_a_file_of_a_file_is_the_same(self):
        again = self.succeeds("--source", self.saved, "-ap", "-f", "ndjson").bytes
        twice = self.succeeds("--source", "-", "-ap", "-f", "ndjson", stdin=again).bytes
        # A pipe has no time of its own, and its last line, which names the kernel, is not known at the start.
        lasting = lambda text: [{key: value for key, value in json.loads(line).items() if key not in ("time", "kernel")}
                                for line in text.splitlines()]
        self.assertEqual(lasting(twice), lasting(again))

    def test_owners_can_be_asked_for(self):
        count = lambda *args: len(self.json("--source", self.saved, "-a", *args)["connections"])
        self.assertEqual(count("--pid", "812"), 2)
        self.assertEqual(count("--process", "nginx"), 2)
        self.assertEqual(count("--pid", "813,812"), 2)
        groups = self.json("summary", "--source", self.saved, "--by", "process")["groups"]
        self.assertEqual({group["process"]: group["count"] for group in groups}["nginx"], 2)

    def test_lines_that_are_no_rows(self):
        text = self.saved.read_text().splitlines()
        text[2:2] = ["", "{}", "{", '{"type":"weather"}', '[]', '{"type":"connection","state":"DREAMING"}', "hello"]
        result = run("--source", "-", "-a", "--json", stdin="\n".join(text).encode())
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"])), (0, TOTAL))
        self.assertFalse(document["complete"])

    def test_bytes_that_are_no_text_do_not_come_back_as_bytes(self):
        names = {process["name"] for row in self.json("--source", self.saved, "-lp")["connections"]
                 for process in row["processes"]}
        self.assertIn('evil|\x1b[31m\n�)"\\', names)


class Dumps(TestCase):
    """Recorded dumps of a kernel: see tests/fixtures."""

    def fixture(self, name):
        path = RECORDED / name
        if not path.exists():
            self.skipTest(f"{path} is missing")
        return path

    def test_ss_dumps_hold_both_families(self):
        document = self.json("--source", self.fixture("ss-all.dump"), "-a")
        self.assertEqual(len(document["connections"]), 97)
        self.assertEqual(document["summary"]["by_family"], {"ipv4": 32, "ipv6": 65})
        self.assertTrue(document["complete"])

    def test_dump_and_text_of_the_same_sockets_agree(self):
        def endpoints(*args):
            return sorted(self.succeeds(*args, "-a", "-f", "plain", "-H", "-o", "FAMILY,LOCAL,REMOTE").lines)
        dump = self.fixture("ss-all.dump")
        text = b"".join(self.fixture(name).read_bytes() for name in ("tcp", "tcp6"))
        saved = self.directory() / "both"
        saved.write_bytes(text)
        self.assertEqual(len(endpoints("--source", dump)), len(endpoints("--source", saved)))
        self.assertEqual(endpoints("--source", dump, "-s", "LISTEN"), endpoints("--source", saved, "-s", "LISTEN"))

    def test_filters_on_dumps(self):
        dump = self.fixture("ss-all.dump")
        listed = self.json("--source", dump, "-l")["connections"]
        self.assertEqual(len(listed), 16)
        self.assertTrue(all(row["accept_limit"] is not None for row in listed))
        self.assertEqual(len(self.json("--source", dump, "-s", "SYN_RECV")["connections"]), 15)
        self.assertEqual(len(self.json("--source", dump, "-4", "-s", "SYN_RECV")["connections"]), 5)
        self.assertEqual(self.succeeds("--source", "-", "-a", "-f", "csv", stdin=dump.read_bytes()).out,
                         self.succeeds("--source", dump, "-a", "-f", "csv").out)

    def test_a_cut_dump_shows_what_it_has(self):
        whole = self.fixture("ss-all.dump").read_bytes()
        # Where its messages end: each begins with its length (netlink(7)).
        ends, at = [], 0
        while at < len(whole):
            at += struct.unpack_from("=I", whole, at)[0] + 3 & ~3
            ends.append(at)
        self.assertEqual((len(ends), ends[-1]), (99, len(whole)))
        for size in (100, ends[0] + 1, ends[10] - 1, ends[10] + 17, ends[60] + 40, len(whole) // 2, len(whole) - 1):
            with self.subTest(size=size):
                result = run("--source", "-", "-a", "--json", stdin=whole[:size])
                document = json.loads(result.out)
                messages = sum(end <= size for end in ends)
                self.assertEqual((result.code, document["complete"]), (0, False))
                shown = json.loads(run("--source", "-", "-a", "--json", stdin=whole[:([0] + ends)[messages]]).out) \
                    if messages else {"connections": []}
                self.assertEqual(document["connections"], shown["connections"])
                # All messages are rows but those that end a family, after the first third and at the end.
                self.assertEqual(len(document["connections"]), messages - (messages > 33))
                self.assertEqual(run("--source", "-", "-a", "--strict", stdin=whole[:size]).code, 2)
        result = run("--source", "-", "-a", "--json", stdin=whole[:1])
        self.assertEqual((result.code, result.out), (2, ""))

    def test_a_dump_of_this_kernel(self):
        path = self.directory() / "dump"
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            made = shell(f"ss -tanD {path}")
        if made.code != 0 or not path.exists():
            self.skipTest("ss -D does not work here")
        rows = self.succeeds("--source", path, "-a", "-H", "-f", "plain", "-o", "STATE,LOCAL").lines
        self.assertEqual(rows.count(f"LISTEN\t127.0.0.1:{port}"), 1)
        # ss lists what it dumped when it reads the file again.
        told = shell(f"TCPDIAG_FILE={path} ss -tanH")
        self.assertEqual((told.code, len(rows)), (0, len(told.lines)), (rows, told))


if __name__ == "__main__":
    main()
