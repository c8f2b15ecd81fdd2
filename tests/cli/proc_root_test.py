"""--proc-root: another /proc, its processes and its namespaces."""

import json
import os
import re
import time

from harness import IPV4_ROWS, IPV6_ROWS, LISTENING, TOTAL, TestCase, main, proc_line, run

HOSTILE = [b"a|b", b"new\nline", b"\x1b[31mred", b"\xff\xfe\x80", b"a) b (c", b"back\\slash", b"tab\there", b"quote\"d",
           b"comma,d", b"<b>&amp;", "größe".encode(), b"$(id)", b"=1+1"]


class ProcRoot(TestCase):
    def test_a_kernel_without_ipv6_is_zero_rows_of_it(self):
        tree = self.tree(tcp6=None)
        document = self.json("--proc-root", tree.path, "-a")
        self.assertEqual(len(document["connections"]), len(IPV4_ROWS))
        self.assertTrue(document["complete"])
        self.assertEqual(document["source"], "proc")

    def test_a_copy_without_ipv6_says_so_where_that_alone_is_asked_for(self):
        tree = self.tree(tcp6=None)
        result = run("--proc-root", tree.path, "-6j")
        document = json.loads(result.out)
        self.assertEqual((result.code, document["connections"], document["complete"]), (0, [], False))
        self.assertRegex(result.err, r"\Atcpstat: \S+/net/tcp6 is missing: IPv6 sockets are not known\n\Z")
        self.assertEqual(run("check", "-6", "-a", "-c", "0", "--proc-root", tree.path).code, 3)
        self.assertEqual(run("-6", "-q", "-a", "--proc-root", tree.path).code, 2)

    def test_a_copy_without_ipv4_says_so(self):
        tree = self.tree(tcp=None)
        result = run("--proc-root", tree.path, "-aj")
        document = json.loads(result.out)
        self.assertEqual((result.code, len(document["connections"]), document["complete"]), (0, len(IPV6_ROWS), False))
        self.assertRegex(result.err, r"\Atcpstat: \S+/net/tcp is missing: IPv4 sockets are not known\n\Z")
        self.assertTrue(self.json("--proc-root", tree.path, "-a6")["complete"])

    def test_a_table_of_any_size_whose_lines_do_not_end_is_given_up(self):
        tree = self.tree()
        os.truncate(tree.path / "net" / "tcp6", 8 << 30)
        os.truncate(tree.path / "net" / "tcp", 8 << 30)
        start = time.monotonic()
        result = run("--proc-root", tree.path, "-a", "--json")
        self.assertLess(time.monotonic() - start, 20)
        self.assertEqual(result.code, 2)
        self.assertIn("net/tcp: it is no table: no line ends within 64 MiB", result.err)

    def test_a_check_of_one_family_says_what_it_did_not_see(self):
        line = "not seen: IPv6 sockets: their table is missing or could not be read"
        tree = self.tree(tcp6=None)
        tree.counters()
        self.assertIn(line, run("check", "--proc-root", tree.path).lines)
        self.assertNotIn(line, run("check", "--proc-root", tree.path, "-4").lines)
        self.assertIn("not seen: IPv6 sockets: they were not saved",
                      run("check", "--source", tree.path / "net/tcp").lines)
        both = self.tree()
        both.counters()
        self.assertNotIn("not seen: IPv", run("check", "--proc-root", both.path).out)

    def test_rows_that_were_taken_out_are_missing(self):
        tree = self.tree()
        table = tree.path / "net/tcp"
        lines = table.read_text().splitlines(keepends=True)
        numbered = [lines[0]] + [f"{number:4}: {line.split(': ', 1)[1]}" for number, line in enumerate(lines[1:])]
        table.write_text("".join(numbered))
        self.assertTrue(self.json("--proc-root", tree.path, "-a")["complete"])
        table.write_text("".join(numbered[:2] + numbered[3:]))
        result = run("--proc-root", tree.path, "-aj")
        self.assertFalse(json.loads(result.out)["complete"])
        self.assertRegex(result.err, r"\Atcpstat: \S+/net/tcp: rows are missing: their numbers jump from 0 to 2\n\Z")
        self.assertEqual(run("--proc-root", tree.path, "--strict").code, 2)

    def test_counters_that_are_cut_or_damaged_are_as_those_that_cannot_be_read(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        self.assertEqual(run("check", "--proc-root", tree.path).code, 0)
        for file in ("netstat", "snmp"):
            path = tree.path / "net" / file
            whole = path.read_text()
            *groups, names, values = whole.splitlines()
            before = "".join(line + "\n" for line in groups)
            for text in ("", f"{before}{names}\n", f"{before}{names}\n{values[:-2]}\n", whole.replace(" 0", " x")):
                path.write_text(text)
                result = run("check", "--proc-root", tree.path)
                self.assertEqual(result.code, 3, (file, text))
                self.assertRegex(result.out, rf"cannot read \S+/net/{file}: it is cut or damaged, not judged: \w")
            path.write_text(whole)

    def test_a_rule_whose_counters_cannot_be_read_is_not_judged(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        (tree.path / "net/snmp").write_text("")
        result = run("check", "--proc-root", tree.path, "--interval", "3", "--rule", "refused-connections,outgoing-refused")
        self.assertEqual(result.code, 3)
        self.assertIn("not judged: refused-connections, outgoing-refused", result.out)
        self.assertEqual(run("check", "--proc-root", tree.path, "--rule", "accept-queue-full").code, 0)

    def test_the_host_is_the_one_of_that_proc(self):
        tree = self.tree()
        document = self.json("--proc-root", tree.path)
        self.assertEqual((document["host"], document["kernel"], document["netns"]), (None, None, None))
        tree.sysctl("kernel/hostname", "container-7")
        tree.sysctl("kernel/osrelease", "5.15.0")
        document = self.json("--proc-root", tree.path)
        self.assertEqual((document["host"], document["kernel"]), ("container-7", "5.15.0"))

    def test_the_namespace_of_a_process(self):
        tree = self.tree()
        tree.write("4711/net", [proc_line("ESTABLISHED", "10.0.0.1:1", "10.0.0.2:2", inode=1)], None)
        rows = self.json("--proc-root", tree.path, "--netns", "4711")["connections"]
        self.assertEqual([row["local_address"] for row in rows], ["10.0.0.1"])
        self.fails("--proc-root", tree.path, "--netns", "4712", sentence=r'cannot find the network namespace "4712": '
                                                                         r"there is no process 4712 \(.*\)")
        self.fails("--proc-root", tree.path, "--netns", "name", sentence=r"cannot (find|read) the network namespace .*")

    def test_the_proc_of_another_pid_namespace_is_read_through_its_first_process(self):
        tree = self.tree(tcp=None, tcp6=None)
        (tree.path / "net").rmdir()
        os.symlink("self/net", tree.path / "net")  # as in procfs, where self is somebody else here
        result = run("--proc-root", tree.path)
        self.assertEqual(result.code, 2)
        self.assertIn("cannot open", result.err)
        tree.write("1/net", [proc_line("ESTABLISHED", "10.0.0.1:1", "10.0.0.2:2", inode=1)], None)
        result = run("--proc-root", tree.path, "--json")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.err, r"\Atcpstat: \S+/net is the network namespace of tcpstat itself; reading "
                                     r"\S+/1/net, that of process 1 \(--netns PID names another\)\n\Z")
        self.assertEqual([row["local_address"] for row in json.loads(result.out)["connections"]], ["10.0.0.1"])
        self.assertEqual(run("--proc-root", tree.path, "--netns", "1").err, "")

    def test_hidden_processes_may_exist(self):
        tree = self.tree()
        for path in sorted((tree.path / "1").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        (tree.path / "1").rmdir()
        self.fails("--proc-root", tree.path, "--netns", "2",
                   sentence=r'cannot find the network namespace "2": process 2 is not visible \(hidepid\) or does not '
                            r"exist \(.*\)")

    def test_source_proc_may_be_said_too(self):
        tree = self.tree()
        self.assertEqual(self.succeeds("--proc-root", tree.path, "--source", "proc").out,
                         self.succeeds("--proc-root", tree.path).out)


class Owners(TestCase):
    def cells(self, root, *args, columns="INODE,PID,PROCESS,ORPHAN"):
        result = self.succeeds("--proc-root", root, "-a", "-f", "plain", "-H", "-o", columns, *args)
        return {line.split("\t")[0]: tuple(line.split("\t")[1:]) for line in result.lines}

    def test_every_holder_is_named(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103, 9: 103})
        tree.process(1000, b"nginx", {3: 101})
        tree.process(20, b"cron", {7: 101})
        cells = self.cells(tree.path)
        self.assertEqual(cells["101"], ("20,812,1000", "cron(20),nginx(812),nginx(1000)", "-"))
        self.assertEqual(cells["103"], ("812", "nginx(812)", "-"))
        self.assertEqual(cells["104"], ("-", "-", "no-process"))
        rows = {row["inode"]: row for row in self.json("--proc-root", tree.path, "-ap")["connections"]}
        self.assertEqual(rows[103]["processes"], [{"pid": 812, "name": "nginx", "fd": 4},
                                                  {"pid": 812, "name": "nginx", "fd": 9}])

    def test_a_process_without_comm_has_its_name_elsewhere(self):
        tree = self.tree()
        for pid, file, text in ((812, "stat", b"812 (a) b (c) S 1 812\n"), (813, "status", b"Name:\ttab\\\\\nState:\tS\n")):
            tree.process(pid, b"", {3: 101})
            (tree.path / str(pid) / "comm").unlink()
            (tree.path / str(pid) / file).write_bytes(text)
        rows = {row["inode"]: row for row in self.json("--proc-root", tree.path, "-ap")["connections"]}
        self.assertEqual([process["name"] for process in rows[101]["processes"]], ["a) b (c", "tab\\"])

    def test_filters_by_process(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        tree.process(813, b"nginx-worker", {3: 101})
        count = lambda *args: len(self.json("--proc-root", tree.path, "-a", *args)["connections"])
        self.assertEqual(count("--pid", "812"), 2)
        self.assertEqual(count("--pid", "813"), 1)
        self.assertEqual(count("--pid", "812,813"), 2)
        self.assertEqual(count("--process", "nginx"), 2)  # the whole name
        self.assertEqual(count("--process", "nginx-worker"), 1)
        self.assertEqual(count("--process", "ngin"), 0)
        self.assertEqual(count("--pid", "1"), 0)
        self.assertEqual(count("--process", "nginx", "-s", "ESTABLISHED"), 1)

    def test_hostile_names_do_no_harm(self):
        tree = self.tree()
        for number, name in enumerate(HOSTILE):
            tree.process(1000 + number, name, {3: 101})
        root = tree.path
        for form in ("table", "plain", "csv"):
            result = run("--proc-root", root, "-lp", "-f", form, "--user", "0", "-4")
            self.assertEqual(result.code, 0)
            self.assertEqual(len(result.lines), 2, form)
            self.assertNotRegex(result.out.replace("\t", "").replace("\n", ""), r"[\x00-\x1f\x7f-\x9f]")
            self.assertNotIn("�", result.out)
            if form == "plain":
                self.assertEqual([line.count("\t") for line in result.lines], [6, 6])
        text = run("--proc-root", root, "-lp", "-f", "plain", "-4").out
        for shown in ("a|b(1000)", r"new\x0aline(1001)", r"\x1b[31mred(1002)", r"\xff\xfe\x80(1003)", "a) b (c(1004)",
                      r"back\x5cslash(1005)", r"tab\x09here(1006)", "größe(1010)"):
            self.assertIn(shown, text)
        rows = self.json("--proc-root", root, "-lp", "-4")["connections"]
        names = [process["name"] for process in rows[0]["processes"]]
        self.assertEqual(names, [name.decode("utf-8", "replace") for name in HOSTILE])
        result = run("--proc-root", root, "-q", "--process", b"new\nline", "-l")
        self.assertEqual(result.code, 0)

    def test_vanished_processes_are_no_errors(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101})
        (tree.path / "900").mkdir()  # ended: nothing below it any more
        os.symlink("pipe:[5]", tree.path / "812" / "fd" / "5")
        os.symlink("socket:[x]", tree.path / "812" / "fd" / "6")
        os.symlink("socket:[99999999999999999999999]", tree.path / "812" / "fd" / "7")
        (tree.path / "812" / "comm").unlink()
        result = self.succeeds("--proc-root", tree.path, "-lp", "-f", "plain", "-H", "-4", "-o", "INODE,PROCESS")
        self.assertIn("101\t?(812)", result.lines)

    def test_without_process_1_processes_are_hidden(self):
        tree = self.tree()
        tree.process(900, b"mine", {})
        for path in sorted((tree.path / "1").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        (tree.path / "1").rmdir()
        result = run("--proc-root", tree.path, "-lp", "--json")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.err, r"\Atcpstat: the processes of 3 sockets could not be read \(.+\)\n\Z")
        self.assertIn('"orphan":"not-permitted"', result.out)
        self.assertIn('"owners_not_permitted"', result.out)
        self.assertEqual(run("--proc-root", tree.path, "-lp", "--strict").code, 0)  # missing owners are not partial data
        self.assertEqual(run("--proc-root", tree.path, "-lpq").err, "")

    def test_a_tree_without_processes_knows_no_owners(self):
        tree = self.tree()
        for path in sorted((tree.path / "1").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        (tree.path / "1").rmdir()
        result = run("--proc-root", tree.path, "-lp", "--json")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.err, r"\Atcpstat: no process is to be seen; the owners of sockets are unknown\n\Z")
        for row in json.loads(result.out)["connections"]:
            self.assertEqual((row["orphan"], row["processes"]), (None, None))
        self.fails("-q", "--process", "init", "--proc-root", tree.path,
                   sentence=r"cannot filter by process: no process is to be seen \(.*\)")

    def test_owners_that_could_not_be_read_are_missing_data(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101})
        os.symlink("813", tree.path / "813")  # a loop: open(2) says ELOOP
        args = ("--proc-root", tree.path, "-lp", "-4")
        result = run(*args, "--json")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.err, r"\Atcpstat: cannot look into 1 process for the owners of sockets: .+\n\Z")
        document = json.loads(result.out)
        self.assertFalse(document["complete"])
        self.assertEqual([warning["code"] for warning in document["warnings"]], ["owners_unread"])
        rows = {row["inode"]: row for row in document["connections"]}
        self.assertEqual((rows[101]["orphan"], rows[102]["orphan"]), (None, "owners-unread"))
        self.assertEqual(run(*args, "--strict").code, 2)
        # What was not seen may have been the match.
        self.assertEqual(run("--proc-root", tree.path, "-q", "--process", "nginx", "-l").code, 0)
        self.assertEqual(run("--proc-root", tree.path, "-q", "--process", "cron", "-l").code, 2)

    def test_the_threads_of_a_process_whose_main_thread_has_ended(self):
        tree = self.tree()
        tree.process(812, b"zl", {})
        for thread, sockets in ((812, {}), (815, {3: 101})):
            directory = tree.path / "812/task" / str(thread) / "fd"
            directory.mkdir(parents=True)
            for fd, inode in sockets.items():
                os.symlink(f"socket:[{inode}]", directory / str(fd))
        self.assertEqual(self.cells(tree.path)["101"], ("812", "zl(812)", "-"))

    def test_processes_outside_of_the_namespace_cannot_be_seen(self):
        tree = self.tree()
        (tree.path / "1/ns").mkdir()
        os.symlink("pid:[4026532001]", tree.path / "1/ns/pid")
        result = run("--proc-root", tree.path, "-lp", "-4", "--json")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.err, r"\Atcpstat: this PID namespace does not show all processes of the host; 2 sockets "
                                     r"may belong to processes outside of it\n\Z")
        self.assertEqual({row["orphan"] for row in json.loads(result.out)["connections"]}, {"other-pid-namespace"})

    def test_owners_that_were_asked_for_and_cannot_be_looked_for_are_an_error(self):
        tree = self.tree()
        gone = tree.path / "gone"
        sentence = (rf"cannot look for the owners of sockets in {re.escape(str(gone))}: No such file or directory "
                    r"\(is /proc mounted\?\)")
        for words in (("-p",), ("--pid", "1"), ("-q", "--process", "init"), ("summary", "--by", "process"),
                      ("watch", "-p", "-f", "table", "--count", "3")):
            self.fails(*words, "--proc-root", gone, sentence=sentence)
        for words in (("-p",), ("summary", "--by", "process")):
            result = run(*words, "--json", "--proc-root", gone)
            self.assertEqual(result.code, 2)
            self.assertRegex(result.err, rf"\Atcpstat: {sentence}\n\Z")
            document = json.loads(result.out)
            self.assertEqual(document["source"], "proc")
            self.assertFalse(document["complete"])
            self.assertEqual([warning["code"] for warning in document["warnings"]], ["read_failed"])
        result = run("audit", "--json", "--netns", "no-such-namespace")
        self.assertEqual(result.code, 3)
        document = json.loads(result.out)
        self.assertEqual((document["checks"], document["status"], document["exit_code"]), ([], "UNKNOWN", 3))
        result = run("check", "-w", "5", "--pid", "1", "--proc-root", gone)
        self.assertEqual(result.code, 3)
        self.assertRegex(result.out, rf"\ATCPSTAT UNKNOWN - {sentence}")

    def test_processes_are_not_read_unless_asked_for(self):
        tree = self.tree()
        for path in sorted((tree.path / "1").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        (tree.path / "1").rmdir()
        self.assertEqual(len(self.succeeds("--proc-root", tree.path, "-l").lines), 1 + LISTENING)
        self.succeeds("summary", "--proc-root", tree.path)
        self.assertEqual(len(self.succeeds("--proc-root", tree.path, "-a", "-i").lines), 1 + TOTAL)


if __name__ == "__main__":
    main()
