"""Options in any place, those of netstat and ss, filters, sorting and limits, on a made-up /proc."""

import json

from harness import IPV4_ROWS, IPV6_ROWS, LISTENING, TOTAL, TestCase, main, proc_line, run

PLAIN = ("-f", "plain", "-H")


class Options(TestCase):
    def setUp(self):
        self.root = self.tree().path

    def rows(self, *args, columns="LOCAL,REMOTE"):
        result = self.succeeds("--proc-root", self.root, *PLAIN, "-o", columns, *args)
        return [tuple(line.split("\t")) for line in result.lines]

    def count(self, *args):
        return len(self.rows(*args))

    def test_options_stand_before_or_after_the_verb(self):
        before = self.succeeds("--proc-root", self.root, "-4", "--by", "state", "-f", "csv", "summary").out
        after = self.succeeds("summary", "-4", "-f", "csv", "--by", "state", "--proc-root", self.root).out
        between = self.succeeds("--proc-root", self.root, "summary", "-4", "--by=state", "-fcsv").out
        self.assertEqual(before, after)
        self.assertEqual(before, between)
        self.assertEqual(before.splitlines()[0], "state,count")

    def test_what_fingers_of_netstat_and_ss_type(self):
        plain = self.succeeds("--proc-root", self.root, "-a").out
        for cluster in ("-ant", "-tan", "-antW", "-naW", "-atn"):
            with self.subTest(cluster=cluster):
                self.assertEqual(self.succeeds("--proc-root", self.root, cluster).out, plain)
        result = self.succeeds("--proc-root", self.root, "-tulpn", quiet=False)
        self.assertEqual(result.err.splitlines()[0], "tcpstat: only TCP is shown; -u changes nothing")
        self.assertEqual(result.err.count("only TCP"), 1)
        self.assertEqual(result.lines[0].split(),
                         ["STATE", "ACCEPT_QUEUE", "ACCEPT_LIMIT", "SYN_RECV", "LOCAL", "USER", "PROCESS"])
        self.assertEqual(len(result.lines), 1 + LISTENING)
        result = self.succeeds("--proc-root", self.root, "-antem", quiet=False)
        self.assertEqual(result.err, "")
        header = result.lines[0].split()
        self.assertEqual(header[:7], plain.splitlines()[0].split())
        self.assertEqual(header[7:13], ["UID", "INODE", "COOKIE", "CGROUP", "MARK", "V6ONLY"])
        self.assertEqual((header[13], header[-1], len(header)), ("MEM_RECV", "MEM_DROPS", 22))
        self.assertEqual(result.lines[1].split()[-1], "-")  # /proc does not know
        result = self.succeeds("--proc-root", self.root, "-antp", quiet=False)
        self.assertEqual(result.lines[0].split()[-1], "PROCESS")
        self.assertEqual(len(result.lines), 1 + TOTAL)
        self.assertNotIn("only TCP", result.err)
        self.assertEqual(self.succeeds("--proc-root", self.root, "-uuu", quiet=False).err.count("\n"), 1)
        self.succeeds("--proc-root", self.root, "-u", "-q", quiet=True)

    def test_families(self):
        self.assertEqual(self.count("-a"), TOTAL)
        self.assertEqual(self.count("-a4"), len(IPV4_ROWS))
        self.assertEqual(self.count("-a6"), len(IPV6_ROWS))
        self.assertEqual(self.count("-a46"), TOTAL)

    def test_addresses_and_ports(self):
        self.assertEqual(self.count("--remote", "198.51.100.7"), 1)
        self.assertEqual(self.count("--remote", "198.51.100.0/24"), 8)  # one of them on an IPv6 socket
        self.assertEqual(self.count("--remote", "198.51.100.0/24", "-4"), 7)
        self.assertEqual(self.count("--remote", "::ffff:198.51.100.77"), 1)
        self.assertEqual(self.count("--remote", "[2001:db8::]/32"), 2)
        self.assertEqual(self.count("--remote", "[2001:db8::]/32:50201"), 1)
        self.assertEqual(self.count("--remote", "2001:db8::2"), 1)
        self.assertEqual(self.count("--remote", ":50123,:50124"), 2)
        self.assertEqual(self.count("--remote", "*:50123"), 1)
        self.assertEqual(self.count("--remote", "203.0.113.0/24:1024-1025"), 2)
        self.assertEqual(self.count("--remote", "198.51.100.7", "--remote", "198.51.100.8"), 2)
        self.assertEqual(self.count("--remote", "198.51.100.7", "--port", "444"), 0)
        self.assertEqual(self.count("--local", "192.0.2.10"), 11)
        self.assertEqual(self.count("--local", "127.0.0.1", "-a"), 1)
        self.assertEqual(self.count("--port", "443", "-l"), 2)
        self.assertEqual(self.count("--port", "https", "-l"), 2)
        self.assertEqual(self.count("--port", "25"), 1)
        self.assertEqual(self.count("--local-port", "25"), 0)
        self.assertEqual(self.count("--remote-port", "25", "-a"), 1)
        self.assertEqual(self.count("--local-port", "5000-6000", "-a"), 1)
        self.assertEqual(self.count("-a", "--remote", "0.0.0.0/0"), len(IPV4_ROWS) - 2 + 1)  # LISTEN never matches

    def test_users(self):
        self.assertEqual(self.count("-a", "--user", "54321"), 2)
        self.assertEqual(self.count("--user", "root,54321", "-a") - self.count("--user", "root", "-a"), 2)
        for state in ("SYN_RECV", "TIME_WAIT"):
            self.assertEqual(self.count("--user", "0", "-s", state), 0)  # nobody owns them, root neither

    def test_sorting(self):
        queues = [row[0] for row in self.rows("-S", "SEND_QUEUE:desc", "-a", columns="SEND_QUEUE")]
        self.assertEqual(queues[:2], ["123456", "1"])
        self.assertEqual(queues[-LISTENING:], ["-"] * LISTENING)
        queues = [row[0] for row in self.rows("-S", "SEND_QUEUE", "-a", columns="SEND_QUEUE")]
        self.assertEqual(queues[0], "0")
        self.assertEqual(queues[-LISTENING:], ["-"] * LISTENING)  # unknown last, whichever the order
        kernel = self.rows("-a", "-s", "ESTABLISHED")
        self.assertEqual(self.rows("-a", "-s", "ESTABLISHED", "-S", "STATE"), kernel)  # ties keep the kernel's order
        self.assertEqual(self.rows("-a", "-s", "ESTABLISHED", "-S", "STATE:desc"), kernel)
        ports = [int(row[0]) for row in self.rows("-S", "remote-port:desc", columns="REMOTE_PORT")]
        self.assertEqual(ports, sorted(ports, reverse=True))
        pairs = self.rows("-S", "STATE,REMOTE_PORT:desc", columns="STATE,REMOTE_PORT")
        self.assertEqual(pairs, sorted(pairs, key=lambda row: (row[0], -int(row[1]))))

    def test_limits(self):
        self.assertEqual(self.rows("--limit", "3"), self.rows()[:3])
        self.assertEqual(self.rows("--limit", "0"), [])
        self.assertEqual(self.rows("--limit", "99999"), self.rows())
        self.assertEqual(self.rows("-S", "REMOTE_PORT", "--limit", "2"), self.rows("-S", "REMOTE_PORT")[:2])
        document = self.json("--proc-root", self.root, "--limit", "3")
        self.assertTrue(document["limited"])
        self.assertEqual(len(document["connections"]), 3)
        self.assertTrue(document["complete"])
        # Reading stopped at the fourth row: nobody knows how many there are, in any state.
        self.assertIsNone(document["summary"]["total"])
        self.assertEqual(set(document["summary"]["by_state"].values()), {None})
        self.assertEqual(set(document["summary"]["by_family"].values()), {None})
        end = json.loads(run("--proc-root", self.root, "--limit", "3", "-f", "ndjson").lines[-1])
        self.assertEqual((end["limited"], end["summary"]["total"]), (True, None))
        self.assertIn("ESTABLISHED", end["states"])
        self.assertIn(", matched at least 4\n", run("--proc-root", self.root, "--limit", "3", "-v").err)
        document = self.json("--proc-root", self.root, "--limit", "3", "--sort", "REMOTE_PORT")
        self.assertTrue(document["limited"])
        self.assertEqual(document["summary"]["total"], TOTAL - LISTENING)  # counted before the limit
        listeners = self.json("--proc-root", self.root, "-l", "--limit", "1")
        self.assertEqual((listeners["limited"], listeners["summary"]["total"]), (True, LISTENING))
        self.assertFalse(self.json("--proc-root", self.root, "--limit", "99999")["limited"])

    def test_listeners_come_last_with_their_half_opens(self):
        rows = self.rows("-a", columns="STATE,LOCAL,SYN_RECV,ACCEPT_QUEUE,ACCEPT_LIMIT")
        self.assertEqual([row[0] for row in rows[-LISTENING:]], ["LISTEN"] * LISTENING)
        by_local = {row[1]: row[2:] for row in rows if row[0] == "LISTEN"}
        self.assertEqual(by_local["0.0.0.0:443"], ("2", "2", "-"))
        self.assertEqual(by_local["127.0.0.1:5432"], ("0", "0", "-"))
        rows = self.rows("-l", "--remote-port", "1", columns="STATE")
        self.assertEqual(rows, [])
        rows = self.rows("-l", "-4", "--local", "0.0.0.0", columns="SYN_RECV")
        self.assertEqual(rows, [("2",)])  # whatever the filters

    def test_listeners_come_last_with_owners_too(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        lines = self.succeeds("--proc-root", tree.path, "-ap", *PLAIN).lines
        self.assertEqual(len(lines), TOTAL)
        self.assertEqual({line.split("\t")[0] for line in lines[-LISTENING:]}, {"LISTEN"})

    def test_quiet_is_grep_q(self):
        for args, code in [(["-s", "SYN_RECV"], 0), (["-s", "SYN_RECV", "--port", "1"], 1), (["-l"], 0), ([], 0),
                           (["--pid", "4242"], 1)]:
            result = run("--proc-root", self.root, "-q", *args)
            self.assertEqual((result.code, result.out, result.err), (code, "", ""), args)
        for form in ("json", "ndjson", "csv", "plain"):
            self.assertEqual(run("--proc-root", self.root, "-q", "-f", form).out, "")

    def test_quiet_does_not_take_a_failure_for_nothing_there(self):
        result = run("--proc-root", "/nonexistent", "-q")
        self.assertEqual((result.code, result.out), (2, ""))
        torn = self.tree(tcp=("   0: garbage", proc_line("ESTABLISHED", "192.0.2.1:80", "192.0.2.2:81")), tcp6=())
        for filters, code in (((), 0), (("-s", "SYN_RECV"), 2)):
            self.assertEqual(run("--proc-root", torn.path, "-q", *filters).code, code)
        self.assertEqual(run("--proc-root", torn.path, "-q", "--strict", "-s", "SYN_RECV").code, 2)
        whole = self.tree(tcp=(proc_line("ESTABLISHED", "192.0.2.1:80", "192.0.2.2:81"),), tcp6=())
        for filters, code in (((), 0), (("-s", "SYN_RECV"), 1)):
            self.assertEqual(run("--proc-root", whole.path, "-q", "--strict", *filters).code, code)

    def test_an_empty_list_is_a_success(self):
        for form in ("table", "plain", "csv"):
            result = self.succeeds("--proc-root", self.root, "--port", "1", "-f", form)
            self.assertEqual(len(result.lines), 1)
            self.assertEqual(self.succeeds("--proc-root", self.root, "--port", "1", "-f", form, "-H").out, "")

    def test_columns(self):
        head = self.succeeds("--proc-root", self.root, "-o", "local,Remote,age-ms").lines[0].split()
        self.assertEqual(head, ["LOCAL", "REMOTE", "AGE_MS"])
        head = self.succeeds("--proc-root", self.root, "-o", "+AGE_MS,INODE").lines[0].split()
        self.assertEqual(head[-2:], ["AGE_MS", "INODE"])
        self.assertEqual(head[:-2], self.succeeds("--proc-root", self.root).lines[0].split())
        head = self.succeeds("--proc-root", self.root, "-o", "+STATE").lines[0].split()
        self.assertEqual(head.count("STATE"), 1)

    def test_verbose_says_how_the_rows_were_read(self):
        result = self.succeeds("--proc-root", self.root, "-v", "-s", "SYN_RECV", quiet=False)
        self.assertRegex(result.err, rf"\Atcpstat: read {TOTAL} rows from proc, dropped 0 duplicates, matched 2\n\Z")
        one = self.directory() / "one"
        one.write_text("".join((self.root / "net/tcp").read_text().splitlines(keepends=True)[:2]))
        result = self.succeeds("--source", one, "-a", "-v", quiet=False)
        self.assertIn("read 1 row from file, ", result.err)
        result = self.succeeds("summary", "--proc-root", self.root, "-v", quiet=False)
        self.assertRegex(result.err, rf"\Atcpstat: read {TOTAL} rows from proc.*\n\Z")


class Repeats(TestCase):
    def test_repeated_rows_are_dropped_and_counted_but_not_shared_listeners(self):
        row = proc_line("ESTABLISHED", "192.0.2.1:1", "192.0.2.2:2", inode=7)
        shared = [proc_line("LISTEN", "0.0.0.0:80", "0.0.0.0:0", inode=n) for n in (8, 9)]
        tree = self.tree(tcp=[row, *shared, row, row, shared[0]], tcp6=None)
        result = run("--proc-root", tree.path, "-aj")
        document = json.loads(result.out)
        self.assertEqual(len(document["connections"]), 3)
        self.assertEqual(document["duplicates_dropped"], 3)
        # As many others may be missing, which is worth a warning and no more: busy hosts would never be OK.
        self.assertRegex(result.err, r"\Atcpstat: \S+ repeated 3 rows, so that about as many others may be missing\n\Z")
        self.assertTrue(document["complete"])
        self.assertEqual(run("--proc-root", tree.path, "-a", "--strict").code, 0)

    def test_two_sockets_on_one_tuple_are_two_rows(self):
        for rows in ([proc_line("TIME_WAIT", "[fe80::1]:1", "[fe80::2]:2", timer=3, when=10)] * 2,
                     [proc_line("ESTABLISHED", "[fe80::1]:1", "[fe80::2]:2", inode=0)] * 2,
                     [proc_line("ESTABLISHED", "[fe80::1]:1", "[fe80::2]:2", inode=0).replace(" 0000000000000000", f" {n:016x}")
                      for n in (1, 2)]):
            tree = self.tree(tcp=[], tcp6=rows)
            saved = self.directory() / "tcp6"
            saved.write_text((tree.path / "net/tcp6").read_text())
            for source in (("--proc-root", tree.path), ("--source", saved)):
                document = self.json(*source, "-a")
                self.assertEqual((len(document["connections"]), document["duplicates_dropped"]), (2, 0), source)

    def test_an_end_without_brackets_gets_a_hint(self):
        tree = self.tree()
        for option in ("--local", "--remote"):
            result = self.succeeds("--proc-root", tree.path, option, "2001:db8::1:443", quiet=False)
            self.assertEqual(result.err, "tcpstat: 2001:db8::1:443 is an address without a port; with one: [2001:db8::1]:443\n")
        for word in ("2001:db8::1", "2001:db8::abcd", "[2001:db8::1]:443", "2001:db8::/64", "192.0.2.1:443", "::ffff:192.0.2.1",
                     "2001:db8:1:2:3:4:5:6"):
            self.succeeds("--proc-root", tree.path, "--remote", word)
        self.fails("--remote", "2001:db8::1:50123", sentence=r'unknown address "2001:db8::1:50123" '
                                                             r"\(with a port it is \[2001:db8::1\]:50123\)")

    def test_a_long_name_of_a_process_is_compared_as_the_kernel_keeps_it(self):
        tree = self.tree()
        tree.process(812, b"prometheus-node", {3: 101})
        result = run("--proc-root", tree.path, "-lpH", "--process", "prometheus-node-exporter")
        self.assertEqual((result.code, len(result.lines)), (0, 1))
        self.assertRegex(result.err, r'\Atcpstat: the kernel cuts names .* 15 bytes: looking for "prometheus-node"\n\Z')
        self.assertEqual(len(self.succeeds("--proc-root", tree.path, "-lpH", "--process", "prometheus-node").lines), 1)
        self.assertEqual(self.succeeds("--proc-root", tree.path, "-lpH", "--process", "prometheus-nod").lines, [])

    def test_notes_leave_out_the_mark_of_what_is_excluded(self):
        tree = self.tree()
        self.succeeds("--proc-root", tree.path, "--process", "!abcdefghijklmno")  # 15 bytes
        result = run("--proc-root", tree.path, "--process", "!abcdefghijklmnop")
        self.assertRegex(result.err, r'looking for "abcdefghijklmno"\n\Z')
        result = run("--proc-root", tree.path, "--local", "!2001:db8::1:443")
        self.assertEqual(result.err, "tcpstat: 2001:db8::1:443 is an address without a port; with one: [2001:db8::1]:443\n")

    def test_limits_that_nothing_can_be_beyond_are_refused(self):
        for word in (":", "@", "~:", "@~:"):
            result = run("check", "-w", word)
            self.assertEqual(result.code, 3, word)
            self.assertRegex(result.out, r'\ATCPSTAT UNKNOWN - bad range "[^"]+" of --warning \(without a number [^\n]+\n\Z')
        result = run("check", "--threshold", "syn-flood.over=-1")
        self.assertEqual((result.code, result.out), (3, 'TCPSTAT UNKNOWN - bad value of the threshold "syn-flood.over=-1" '
                                                     "(what it is compared with is never negative)\n"))

    def test_options_of_saved_rows_need_some(self):
        self.fails("--byte-order", "big", sentence="--byte-order is for saved text of /proc: .*")
        self.fails("--sample", "1", sentence="--sample chooses among the samples of a file: .*")
        self.fails("--source", "/dev/null", "--byte-order", "middle", sentence='unknown byte order "middle" .*')
        self.fails("--source", "/dev/null", "--sample", "0", sentence='bad sample "0" .*')
        self.fails("--at", "03:00", "--proc-root", "/proc", sentence="--at reads a record, so --proc-root does not .*")
        self.fails("--record", "/x", "--source", "netlink", sentence="--record reads a record, so --source does not .*")
        self.fails("watch", "--record", "/x", sentence="watch samples a live host; --replay FROM..TO shows .*")
        self.fails("watch", "--replay", "03:00", sentence="bad time span .*")
        self.fails("watch", "--replay", "-1h..-2h", sentence=".*it ends before it begins.*")
        self.fails("watch", "--replay", "-2h..-1h", "--netns", "1", sentence="--replay shows the samples of a record.*")
        self.fails("history", "--since", "-1h", "--until", "-2h", sentence="--until is before --since")
        self.fails("history", "--until", "soon", sentence='bad time "soon" .*')
        self.fails("history", "--findings", "--by", "state", sentence="--findings lists findings.*")
        self.fails("history", "--by", "cookie", sentence='history --by takes one of .*remote_prefix.*, not "cookie"')
        self.fails("history", "--by", "state,port", sentence='history --by takes one of .*, not "state,port"')
        self.fails("record", "--keep", "0d", sentence="bad time .*90s.*")
        self.fails("record", "--max-size", "1X", sentence="bad size .*")
        # A forgotten unit would be seconds or bytes, and the record would be removed.
        for word in ("5", "7", "604800"):
            self.fails("record", "--keep", word, sentence=rf'bad time "{word}" \(with a unit: 90s, .*')
        for word in ("0", "5", "1048575", "1023K"):
            self.fails("record", "--max-size", word, sentence=rf'bad size "{word}" \(at least 1M: .*')
        for source in ("/dev/null", "both"):
            self.fails("record", "--source", source,
                       sentence=f'record takes samples of this host, so its source is .*, not "{source}"')
        self.fails("--local", "@", sentence="@ is followed by the name of a file of prefixes: @FILE")
        self.fails("record", "--interval", "0.5", sentence=r'bad interval "0\.5" \(seconds, as 2 or 10; at least 1\)')
        self.fails("record", "--record", "/none/such", sentence="cannot make the directory /none/such: .*")
        self.fails("--source", "/dev/null", "--at", "03:00", "--sample", "1", sentence="--at and --sample both .*")
        for time in ("tomorrow", "25:00", "", "-2"):
            self.fails("--source", "/dev/null", f"--at={time}", sentence="(bad time .*|--at needs a value: TIME)")
        self.fails("watch", "--sample", "1", sentence=".*--sample does not go with it")


if __name__ == "__main__":
    main()
