"""tcpstat audit: each setting judged, with a reason and a price, and nothing changed."""

from formats_test import Schemas, jsonschema
from harness import TestCase, main, proc_line, run, unique

GOOD = {"net/ipv4/tcp_syncookies": 1, "net/core/somaxconn": 4096, "net/ipv4/tcp_max_syn_backlog": 512,
        "net/ipv4/tcp_synack_retries": 5, "net/ipv4/tcp_abort_on_overflow": 0, "net/ipv4/tcp_timestamps": 1,
        "net/ipv4/conf/all/rp_filter": 1, "net/ipv4/conf/default/rp_filter": 0, "net/ipv4/tcp_fastopen": 1,
        "net/ipv4/tcp_migrate_req": 0, "net/ipv4/tcp_max_tw_buckets": 1000, "net/ipv4/tcp_max_orphans": 1000,
        "net/ipv4/tcp_mem": "100 200 300"}
SOFTNET = "00000000 00000000 " + " ".join(["00000000"] * 11)


class Audit(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = Schemas() if jsonschema else None

    def host(self, listeners=(), sockstat="TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 1", **changes):
        tree = self.tree(tcp=listeners, tcp6=())
        for name, value in {**GOOD, **{key.replace("__", "/"): value for key, value in changes.items()}}.items():
            if value is not None:
                tree.sysctl(name, value)
        (tree.path / "net/sockstat").write_text(f"sockets: used 1\n{sockstat}\n")
        (tree.path / "net/softnet_stat").write_text(SOFTNET + "\n")
        return tree.path

    def checks(self, path):
        result = run("audit", "--json", "--proc-root", path)
        document = unique(result.out)
        if self.schemas is not None:
            self.schemas.check(self, "audit", document)
        self.assertEqual(result.code, document["exit_code"])
        self.assertEqual(result.err, "")
        return document, {check["name"]: check for check in document["checks"]}

    def test_a_host_that_cannot_be_read_is_unknown_in_a_whole_document(self):
        result = run("audit", "--json", "--netns", "no-such-name")
        document = unique(result.out)
        if self.schemas is not None:
            self.schemas.check(self, "audit", document)
        self.assertEqual((result.code, document["status"], document["checks"]), (3, "UNKNOWN", []))

    def test_a_good_host_is_ok(self):
        document, checks = self.checks(self.host())
        self.assertEqual(document["status"], "OK", document)
        self.assertEqual(checks["tcp_syncookies"]["value"], "1")
        result = run("audit", "--proc-root", self.host())
        self.assertRegex(result.lines[0], r"\ATCPSTAT OK - all \d+ defences are as they should be\Z")
        result = run("audit", "--proc-root", self.host(net__ipv4__tcp_max_orphans=None))
        self.assertRegex(result.lines[0], r"\ATCPSTAT OK - \d+ of \d+ defences are as they should be, the others are hidden "
                                          r"here\Z")
        result = run("audit", "-q", "--proc-root", self.host())
        self.assertEqual((result.code, result.out), (0, ""))

    def test_a_locale_without_utf8_gets_ascii(self):
        host = self.host()
        self.assertIn("RFC 7413 §5", run("audit", "-v", "--proc-root", host).out)
        plain = run("audit", "-v", "--proc-root", host, env={"LC_ALL": "C"})
        self.assertTrue(plain.bytes.isascii())
        self.assertIn("RFC 7413 5", plain.out)

    def test_each_bad_setting_is_found_and_others_stay(self):
        public = (proc_line("LISTEN", "0.0.0.0:80", "0.0.0.0:0", inode=9),)
        local = (proc_line("LISTEN", "127.0.0.1:80", "0.0.0.0:0", inode=9),)
        for name, status, listeners, changes in (
                ("tcp_syncookies", "warning", local, {"net/ipv4/tcp_syncookies": 0}),
                ("tcp_syncookies", "critical", public, {"net/ipv4/tcp_syncookies": 0}),
                ("tcp_syncookies", "warning", (), {"net/ipv4/tcp_syncookies": 2}),
                ("somaxconn", "warning", (), {"net/core/somaxconn": 128}),
                ("tcp_synack_retries", "warning", (), {"net/ipv4/tcp_synack_retries": 6}),
                ("tcp_abort_on_overflow", "warning", (), {"net/ipv4/tcp_abort_on_overflow": 1}),
                ("tcp_timestamps", "warning", (), {"net/ipv4/tcp_timestamps": 0}),
                ("rp_filter", "info", (), {"net/ipv4/conf/all/rp_filter": 0}),
                ("tcp_fastopen", "warning", (), {"net/ipv4/tcp_fastopen": 0x202}),
                ("tcp_time_wait", "info", (), {"sockstat": "TCP: inuse 1 orphan 0 tw 700 alloc 1 mem 1"}),
                ("tcp_time_wait", "warning", (), {"sockstat": "TCP: inuse 1 orphan 0 tw 950 alloc 1 mem 1"}),
                ("tcp_orphans", "warning", (), {"sockstat": "TCP: inuse 1 orphan 251 tw 0 alloc 1 mem 1"}),
                ("tcp_orphans", "critical", (), {"sockstat": "TCP: inuse 1 orphan 500 tw 0 alloc 1 mem 1"}),
                ("tcp_memory", "warning", (), {"net/ipv4/tcp_mem": "1 1 9"}),
                ("tcp_memory", "critical", (), {"net/ipv4/tcp_mem": "1 1 1"}),
                ("conntrack_fill", "warning", (), {"net/netfilter/nf_conntrack_count": 80, "net/netfilter/nf_conntrack_max": 100}),
                ("conntrack_fill", "critical", (), {"net/netfilter/nf_conntrack_count": 95, "net/netfilter/nf_conntrack_max": 100}),
                ("tcp_syncookies", "unknown", (), {"net/ipv4/tcp_syncookies": None})):
            with self.subTest(name=name, status=status):
                _, before = self.checks(self.host(listeners))
                document, checks = self.checks(self.host(listeners, **changes))
                self.assertEqual(checks[name]["status"], status)
                self.assertTrue(checks[name]["advice"])
                self.assertTrue(checks[name]["reason"] and checks[name]["cost"] and checks[name]["source"])
                worse = {other for other in checks if checks[other]["status"] != before[other]["status"]}
                self.assertEqual(worse, {name})
                words = {"info": "OK"}.get(status, status.upper())
                # Backlogs are not to be had from /proc.
                self.assertEqual(document["status"], "UNKNOWN" if listeners is public and status == "info" else words)

    def test_what_could_not_be_read_is_not_as_it_should_be(self):
        document, checks = self.checks(self.directory())
        self.assertEqual(document["status"], "UNKNOWN")
        rest = {name for name, check in checks.items() if check["status"] != "unknown"}
        self.assertEqual(rest, {"tcp_orphans", "tcp_memory", "tcp_time_wait"}, "another network namespace lacks these, too")

    def test_a_limit_is_not_reached_just_below_it(self):
        for name, changes in (("tcp_time_wait", {"sockstat": "TCP: inuse 1 orphan 0 tw 699 alloc 1 mem 1"}),
                              ("tcp_orphans", {"sockstat": "TCP: inuse 1 orphan 249 tw 0 alloc 1 mem 1"}),
                              ("conntrack_fill", {"net/netfilter/nf_conntrack_count": 79, "net/netfilter/nf_conntrack_max": 100})):
            self.assertEqual(self.checks(self.host(**changes))[1][name]["status"], "ok", name)

    def test_the_real_host(self):
        result = run("audit", "--json")
        if self.schemas is not None:
            self.schemas.check(self, "audit", unique(result.out))
        self.assertIn(result.code, (0, 1, 2, 3))

    def test_saved_files_have_no_settings(self):
        result = run("audit", "--source", "/dev/null")
        self.assertEqual(result.code, 3)
        self.assertRegex(result.out, r"\ATCPSTAT UNKNOWN - cannot audit a saved file")


if __name__ == "__main__":
    main()
