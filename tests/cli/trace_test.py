"""tcpstat trace: what it refuses, and what it prints of connections on the loopback interface (root, tracefs)."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time

import harness
from formats_test import Schemas, jsonschema
from harness import TestCase, environment, main, run, unique


def assert_nothing_traced(test, out, sentence):
    """One line, the summary: it says why, and of numbers only that nothing was told."""
    summary = unique(out)
    test.assertEqual((summary["type"], summary["complete"], summary["lost_records"]), ("summary", False, None))
    test.assertEqual([warning["code"] for warning in summary["warnings"]], ["read_failed"])
    test.assertIn(sentence, summary["warnings"][0]["message"])
    test.assertNotIn("lives", summary)


def appears(path, seconds=20):
    """Whether a file is there within so many seconds."""
    end = time.monotonic() + seconds
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.02)
    return os.path.exists(path)


class Refusals(TestCase):
    def test_what_means_nothing(self):
        for args, sentence in {
            ("--only", "reset"): r'unknown kind of transitions "reset" \(did you mean resets\? '
                                 r"illegal, resets, half-open, time-wait or lost\)",
            ("--count", "0"): r'bad count "0" .*',
            ("--duration", "0"): r'bad duration "0" .*',
            ("--source", "netlink"): r"trace reads the kernel's announcements, so its source is auto, bpf or tracefs, "
                                     r'not "netlink"',
            ("--source", "tracefs", "--netns", "blue"): r"tracefs shows the transitions of all network namespaces .*",
            ("--source", "tracefs", "-p"): r"tracefs does not tell which process did it; -p takes --source bpf",
            ("--source", "tracefs", "--", "true"): r"tracefs does not tell whose a socket is; following a command takes "
                                                   r"--source bpf",
            ("--",): r"-- is followed by the command to run: tcpstat trace -- curl URL",
            ("-f", "prometheus"): r"trace prints table, plain, csv, json or ndjson, not prometheus",
        }.items():
            with self.subTest(args=args):
                self.fails("trace", *args, sentence=sentence)
        for args in (("--lives",), ("--only", "lost")):
            self.fails(*args, sentence=rf"{args[0]} goes with trace: tcpstat trace {args[0]}.*")


class Tracer:
    """A trace of one port that has begun."""

    def __init__(self, test, *args):
        self.listener = socket.create_server(("127.0.0.1", 0))
        test.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]
        self.child = subprocess.Popen([harness.TCPSTAT, "trace", "--source", "tracefs", "--netns", "all", "--port",
                                       str(self.port), *args], env=environment(),
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.child.kill)
        deadline = time.monotonic() + 20
        while not any(name.startswith(f"tcpstat-trace-{self.child.pid}-") and self.enabled(name)
                      for name in os.listdir("/sys/kernel/tracing/instances")):
            if self.child.poll() is not None or time.monotonic() > deadline:
                test.skipTest(f"no trace here: {self.child.communicate()[1]}")
            time.sleep(0.01)

    @staticmethod
    def enabled(name):
        path = f"/sys/kernel/tracing/instances/{name}/events/sock/inet_sock_set_state/enable"
        with open(path, encoding="ascii") as file:
            return file.read().strip() == "1"

    def connection(self):
        with socket.create_connection(("127.0.0.1", self.port)) as client, self.listener.accept()[0] as server:
            client.close()
            server.recv(1)

    def end(self, number=signal.SIGINT):
        time.sleep(0.1)
        self.child.send_signal(number)
        out, err = self.child.communicate(timeout=30)
        return self.child.returncode, out, err


class Live(TestCase):
    def setUp(self):
        if os.geteuid() != 0 or not os.path.isdir("/sys/kernel/tracing/instances"):
            self.skipTest("tracing takes root and tracefs")

    def test_a_pipe_gets_ndjson_with_the_summary_as_its_last_line(self):
        for lives in ((), ("--lives",)):
            tracer = Tracer(self, *lives)
            tracer.connection()
            code, out, err = tracer.end()
            self.assertEqual((code, err), (0, ""))
            lines = [unique(line) for line in out.splitlines()]
            if jsonschema:
                for line in lines:
                    Schemas().check(self, "ndjson", line)
            kinds = [line["type"] for line in lines]
            self.assertEqual(set(kinds[:-1]), {"life" if lives else "transition"})
            end = lines[-1]
            self.assertEqual(end["type"], "summary")
            self.assertEqual((end["lives"], end["running"]), (2, 0))
            self.assertEqual((end["handshakes"]["outgoing"]["completed"], end["handshakes"]["incoming"]["completed"]), (1, 1))
            self.assertIsNone(end["handshakes"]["incoming"]["expired"])

    def test_json_is_one_document_however_it_ends(self):
        def document(out):
            found = unique(out)
            if jsonschema:
                Schemas().check(self, "trace", found)
            return found

        for lives in ((), ("--lives",)):
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(lives=lives, signal=number):
                    tracer = Tracer(self, "-f", "json", *lives)
                    tracer.connection()
                    code, out, err = tracer.end(number)
                    told = document(out)
                    if "the kernel lost" in err:  # tracefs has the load of the whole machine
                        self.assertFalse(told["complete"])
                        continue
                    self.assertEqual((code, err), (0, ""))
                    self.assertEqual({event["type"] for event in told["events"]}, {"life" if lives else "transition"})
                    self.assertEqual((told["complete"], told["lives"], told["running"]), (True, 2, 0))
                    if not lives:
                        self.assertEqual(told["transitions"]["total"], len(told["events"]))
        counted = Tracer(self, "--json", "--count", "3")
        counted.connection()
        out, err = counted.child.communicate(timeout=30)
        self.assertEqual((counted.child.returncode, err), (0, ""))
        self.assertEqual(len(document(out)["events"]), 3)
        nothing = run("trace", "--source", "tracefs", "--netns", "all", "--port", "1", "--duration", "0.2", "-j")
        self.assertEqual((nothing.code, nothing.err), (0, ""))
        self.assertEqual(document(nothing.out)["events"], [])
        failed = run("trace", "-j", "--netns", "none")
        self.assertEqual(failed.code, 2)
        told = document(failed.out)
        self.assertEqual((told["complete"], told["events"], told["warnings"][0]["code"]), (False, [], "read_failed"))
        # A reader that goes away ends it, without a word.
        left = Tracer(self, "-f", "json")
        left.child.stdout.close()
        left.connection()
        self.assertEqual(left.child.wait(timeout=30), 0)
        with left.child.stderr as said:
            self.assertEqual(said.read(), "")

    def test_other_formats_leave_the_summary_to_standard_error(self):
        tracer = Tracer(self, "--lives", "-f", "csv", "-H")
        tracer.connection()
        code, out, err = tracer.end()
        self.assertEqual((code, len(out.splitlines())), (0, 2))
        self.assertRegex(err, r"\Atcpstat: \d+ transitions of 2 connections, 0 lost, 0 quirk, 0 illegal\n"
                              r"tcpstat: handshakes: 1 outgoing completed, 0 refused, 0 failed; 1 incoming completed\n"
                              r"OPENED +STATE +COUNT +P50 +P90 +P99 +MAX\n")
        quiet = Tracer(self, "-q", "-f", "csv", "-H")
        quiet.connection()
        self.assertEqual(quiet.end()[2], "")

    def test_only(self):
        tracer = Tracer(self, "--only", "time-wait", "-f", "csv", "-H")
        tracer.connection()
        code, out, err = tracer.end()
        self.assertEqual(code, 0)
        self.assertEqual([line.split(",")[8:10] for line in out.splitlines()], [["FIN_WAIT2", "CLOSE"]])
        self.assertIn("full sockets alone have transitions here: a trace shows where TIME_WAIT begins, and not where it ends", err)

    def test_requests_and_time_wait_sockets_have_lines_of_their_own(self):
        if run("trace", "--source", "bpf", "--duration", "0.001", "-q").code != 0:
            self.skipTest("no BPF programs here")
        for kind, known in {"half-open": "request", "time-wait": "time_wait"}.items():
            with self.subTest(kind=kind):
                listener = socket.create_server(("127.0.0.1", 0))
                self.addCleanup(listener.close)
                port = listener.getsockname()[1]
                child = subprocess.Popen([harness.TCPSTAT, "trace", "--source", "bpf", "--only", kind, "--port", str(port)],
                                         env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True)
                self.addCleanup(child.kill)
                time.sleep(2)  # until it is attached
                with socket.create_connection(("127.0.0.1", port)) as client, listener.accept()[0] as server:
                    client.close()
                    server.recv(1)
                time.sleep(0.3)
                child.send_signal(signal.SIGINT)
                out, err = child.communicate(timeout=30)
                if "not followed" in err:
                    self.skipTest(err)
                lines = [unique(line) for line in out.splitlines()]
                if jsonschema:
                    for line in lines:
                        Schemas().check(self, "ndjson", line)
                told = [(line["from"], line["to"], line["cause"]) for line in lines if line.get("object") == known]
                if kind == "half-open":
                    self.assertEqual(told, [("ABSENT", "SYN_RECV", None), ("SYN_RECV", "ABSENT", "completed")])
                else:
                    self.assertEqual(told, [("ABSENT", "TIME_WAIT", None)])
                # What it prints is what validate reads.
                judged = subprocess.run([harness.TCPSTAT, "validate", "-"], input=out, env=environment(), text=True,
                                        capture_output=True, check=False)
                self.assertEqual(judged.returncode, 0, judged)

    def test_what_became_of_requests_is_counted_in_one_namespace_and_in_all(self):
        for namespaces in ((), ("--netns", "all")):
            result = run("trace", "--source", "bpf", "--duration", "0.3", "-j", *namespaces)
            if result.code != 0 or run("check", "--exact", "--interval", "3", "-j").out.find('"code":"exact"') >= 0:
                self.skipTest("handshakes are not counted here")
            incoming = json.loads(result.out)["handshakes"]["incoming"]
            self.assertEqual([kind for kind, count in incoming.items() if count is None], [], namespaces)

    def test_a_command_ends_with_the_trace_however_that_ends(self):
        if run("trace", "--source", "bpf", "--duration", "0.001", "-q").code != 0:
            self.skipTest("no BPF programs here")
        for number in (signal.SIGHUP, signal.SIGKILL, signal.SIGTERM):
            with tempfile.TemporaryDirectory() as folder:
                begun, told = f"{folder}/begun", f"{folder}/told"
                script = f"trap 'echo > {told}; exit' TERM; echo > {begun}; while :; do sleep 0.05; done"
                trace = subprocess.Popen([harness.TCPSTAT, "trace", "-q", "--", "sh", "-c", script], env=environment(),
                                         stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.assertTrue(appears(begun))
                trace.send_signal(number)
                trace.wait()
                self.assertTrue(appears(told), number)

    def test_a_command_is_followed_with_its_children_and_what_they_accept(self):
        if run("trace", "--source", "bpf", "--duration", "0.001", "-q").code != 0:
            self.skipTest("no BPF programs here")
        talk = ("import socket, os; l = socket.create_server(('127.0.0.1', 0)); p = l.getsockname()[1]; print(p)\n"
                "if os.fork() == 0: c = socket.create_connection(('127.0.0.1', p)); c.send(b'abc'); c.close(); os._exit(0)\n"
                "a = l.accept()[0]\n"
                "while a.recv(9): pass\na.close(); os.wait()")
        with socket.create_server(("127.0.0.1", 0)) as other:
            noise = (f"import socket, time\nwhile True: socket.create_connection(('127.0.0.1', {other.getsockname()[1]})"
                     ").close(); time.sleep(0.001)")
            beside = subprocess.Popen(["python3", "-c", noise])
            self.addCleanup(beside.wait)
            self.addCleanup(beside.kill)
            result = run("trace", "--lives", "--", "python3", "-c", talk)
        self.assertEqual(result.code, 0, result)
        port = int(result.err.split()[0])
        lines = [json.loads(line) for line in result.lines]
        self.assertEqual([line["bytes_sent"] for line in lines[:-1]], [3, 0] if lines[0]["opening"] == "active" else [0, 3])
        self.assertEqual(sorted((line["opening"], line["local_port"] == port) for line in lines[:-1]),
                         [("active", False), ("passive", True)])
        self.assertEqual(lines[-1]["source"], "bpf")
        absent = run("trace", "--", "/nonexistent/program")
        self.assertEqual((absent.code, absent.err), (2, "tcpstat: cannot run /nonexistent/program: No such file or directory\n"))
        assert_nothing_traced(self, absent.out, "cannot run /nonexistent/program")

    def test_a_run_that_saw_nothing_is_a_success(self):
        result = run("trace", "--source", "tracefs", "--netns", "all", "--port", "1", "--duration", "0.2")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(json.loads(result.out)["transitions"]["total"], 0)


class OtherSources(TestCase):
    def test_a_host_that_forbids_both_says_why_in_one_sentence(self):
        if os.geteuid() != 0:
            self.skipTest("dropping rights takes root")
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        tracefs = r"cannot trace TCP: (Permission denied|tracefs is not mounted)"
        for args, sentence in {
            ("--source", "bpf"): r"cannot trace by BPF: (it takes CAP_BPF and CAP_PERFMON \(run as root\)|this .*)",
            ("--source", "tracefs"): tracefs + r" \((run as root|mount [a-z/ -]*)\)",
            (): tracefs + r"; nor by BPF: .* \(.*\)",
        }.items():
            result = subprocess.run([*drop, harness.TCPSTAT, "trace", *args, "--duration", "0.1"], capture_output=True,
                                    text=True, env=environment(), check=False)
            if "setpriv" in result.stderr or "failed to execute" in result.stderr:
                self.skipTest(result.stderr)
            self.assertEqual(result.returncode, 2, args)
            self.assertRegex(result.stderr, rf"\Atcpstat: {sentence}\n\Z")
            assert_nothing_traced(self, result.stdout, result.stderr[len("tcpstat: "):].rstrip("\n"))

    def test_the_formats_without_an_end_are_empty_where_nothing_was_traced(self):
        for more in (["-f", "csv"], ["-f", "ndjson", "-q"]):
            result = run("trace", "--netns", "none", *more)
            self.assertEqual((result.code, result.out), (2, ""), more)


if __name__ == "__main__":
    main()
