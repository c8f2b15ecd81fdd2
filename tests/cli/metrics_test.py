"""Metrics for Prometheus: what a run prints beside the same numbers in JSON, and the way from there to an alert, with
Debian's node_exporter, Prometheus and Alertmanager on loopback."""

import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from harness import ATTEMPT_ROWS, FLOOD_ROWS, HERE, IPV4_ROWS, ProcTree, TestCase, main, proc_line, run

ROOT = HERE.parent.parent
CONTRIB = ROOT / "contrib"
PACKAGES = {"prometheus": "prometheus", "promtool": "prometheus", "prometheus-node-exporter": "prometheus-node-exporter",
            "prometheus-alertmanager": "prometheus-alertmanager"}
PATIENCE_S = 60
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')


def place_of(name):
    """Where it is installed, or where ./dev unpacks it; None where there is none."""
    places = (Path("/"), ROOT / "build/packages" / PACKAGES[name])
    return next((place for place in places if (place / "usr/bin" / name).exists()), None)


def command_of(name):
    place = place_of(name)
    command = [str(place / "usr/bin" / name)]
    if name == "prometheus-alertmanager" and place != Path("/"):
        # It looks for its templates in one place.
        return ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"',
                str(place / "usr/share"), *command]
    return command


def samples(text):
    """{(name, labels): value}; a line that is neither a comment nor a sample is an error, and so is one twice."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# "):
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        key = (match[1], frozenset(LABEL.findall(match[2] or "")))
        assert key not in found, line
        found[key] = float(match[3])
    return found


def of(found, name, **labels):
    return found.get((name, frozenset(labels.items())))


class Printed(TestCase):
    def test_the_same_numbers_as_in_json(self):
        tree = self.tree()
        tree.counters(ListenDrops=7)
        for verb in ("summary", "check"):
            found = samples(run(verb, "--proc-root", tree.path, "-f", "prometheus").out)
            document = json.loads(run("summary", "--proc-root", tree.path, "-j").out)
            for state, count in document["summary"]["by_state"].items():
                both = [of(found, "tcpstat_connections", family=family, state=state) for family in ("ipv4", "ipv6")]
                if count is None:
                    self.assertEqual(both, [None, None])
                else:
                    self.assertEqual(sum(both), count)
            ports = sum(value for (name, _), value in found.items() if name == "tcpstat_port_connections")
            self.assertEqual(ports, document["summary"]["total"])
            self.assertEqual(of(found, "tcpstat_snapshot_complete"), 1)

    def test_ports_that_are_told_apart(self):
        tree = self.tree()
        for verb in ("summary", "check"):
            found = samples(run(verb, "--proc-root", tree.path, "-f", "prometheus", "--ports", "443,5432-5433").out)
            ports = {dict(labels)["port"] for name, labels in found if name == "tcpstat_port_connections"}
            self.assertEqual(ports, {"443", "5432", "5433", "other"})
            total = sum(value for (name, _), value in found.items() if name == "tcpstat_port_connections")
            self.assertEqual(total, json.loads(run("summary", "--proc-root", tree.path, "-j").out)["summary"]["total"])
            self.assertEqual(of(found, "tcpstat_port_connections", port="5432", state="established"), 0)
        self.fails("summary", "-f", "prometheus", "--ports", "1-51",
                   sentence="--ports takes at most 50 ports: each is eleven series of metrics")
        self.fails("summary", "--ports", "80", sentence="--ports is for -f prometheus; --local-port selects sockets")

    def test_counters_are_those_of_json(self):
        tree = self.tree()
        tree.counters(ListenDrops=7)
        found = samples(run("check", "--proc-root", tree.path, "-f", "prometheus").out)
        counters = json.loads(run("check", "--proc-root", tree.path, "-j").out)["counters"]
        for metric, counter in (("listen_drops", "listen_drops"), ("listen_overflows", "listen_overflows"),
                                ("syncookies_sent", "syncookies_sent"), ("retransmitted_segments", "retrans_segs"),
                                ("attempt_fails", "attempt_fails"),
                                ("request_queue_full_drops", "req_q_full_drop"),
                                ("request_queue_full_cookies", "req_q_full_do_cookies")):
            self.assertEqual(of(found, f"tcpstat_{metric}_total"), counters[counter], metric)

    def test_what_is_not_known_has_no_sample(self):
        tree = self.tree()  # without counters and settings
        text = run("check", "--proc-root", tree.path, "-f", "prometheus").out
        for name in ("tcpstat_listen_drops_total", "tcpstat_ephemeral_ports", "tcpstat_listener_drops_total"):
            self.assertNotIn(name, text)
        self.assertIn("tcpstat_snapshot_complete 1\n", text)

    def test_every_metric_is_in_the_manual(self):
        manual = (ROOT / "man/tcpstat.8").read_text()
        tree = self.tree()
        tree.counters()
        for args in (("check",), ("summary", "--by", "process")):
            text = run(*args, "--proc-root", tree.path, "-f", "prometheus").out
            for name in re.findall(r"# TYPE (\S+)", text):
                self.assertIn(name, manual)

    def test_a_listener_on_a_device_has_the_name_of_that(self):
        rows = run("-a", "--proc-root", self.tree(tcp=IPV4_ROWS).path, "-f", "ndjson").lines
        path = self.directory() / "rows.ndjson"
        path.write_text("\n".join(row.replace('"interface":null', '"interface":"eth7"') for row in rows) + "\n")
        found = run("summary", "-f", "prometheus", "--source", path).out
        self.assertIn('tcpstat_listener_accept_queue{address="', found)
        self.assertIn('interface="eth7"', found)

    def test_a_file_beside_the_other_output(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        path = self.directory() / "tcpstat.prom"
        result = run("check", "--proc-root", tree.path, "--metrics-file", path)
        self.assertRegex(result.out, r"\ATCPSTAT OK")
        found = samples(path.read_text())
        self.assertEqual(of(found, "tcpstat_syn_flood_level"), 0)
        self.assertEqual(os.listdir(path.parent), [path.name])

    def test_metrics_that_cannot_be_written_are_not_ok(self):
        tree = self.tree(tcp=(), tcp6=())
        tree.counters()
        result = run("check", "-q", "--proc-root", tree.path, "--metrics-file", "/nonexistent/tcpstat.prom")
        self.assertEqual(result.code, 3)
        self.assertRegex(result.lines[0], "TCPSTAT UNKNOWN - cannot .*/nonexistent/tcpstat.prom")
        # A host of which nothing is known has its own reason, and what is worse than UNKNOWN is told first.
        result = run("check", "-q", "--proc-root", "/nonexistent", "--metrics-file", "/nonexistent/tcpstat.prom")
        self.assertEqual(result.code, 3)
        self.assertNotIn("tcpstat.prom", result.lines[0])
        self.assertIn("/nonexistent/tcpstat.prom", result.out)
        tree = self.tree(tcp=FLOOD_ROWS, tcp6=())
        tree.counters()
        result = run("check", "-q", "--proc-root", tree.path, "--metrics-file", "/nonexistent/tcpstat.prom")
        self.assertEqual(result.code, 2)
        self.assertRegex(result.lines[0], r"\ATCPSTAT CRITICAL - .*SYN flood")

    def test_nothing_could_be_read(self):
        result = run("check", "--proc-root", "/nonexistent", "-f", "prometheus")
        self.assertEqual(result.code, 3)
        found = samples(result.out)
        self.assertEqual(of(found, "tcpstat_snapshot_complete"), 0)
        self.assertFalse([name for name, _ in found if name == "tcpstat_connections"])

    def test_what_is_counted_on_request(self):
        tree = self.tree(tcp=(proc_line("ESTABLISHED", "192.0.2.10:40001", "198.51.100.7:5432", inode=5),
                              proc_line("ESTABLISHED", "192.0.2.10:80", "203.0.113.9:40000", inode=6)), tcp6=())
        tree.process(812, b"nginx", {3: 5, 4: 6})
        tree.sysctl("net/ipv4/ip_local_port_range", "32768\t60999")
        plain = samples(run("summary", "-f", "prometheus", "--proc-root", tree.path).out)
        self.assertFalse([name for name, _ in plain if "destination" in name or "unit" in name or "process_c" in name])
        found = samples(run("summary", "-f", "prometheus", "--by", "process,unit,remote", "--proc-root", tree.path).out)
        self.assertEqual(of(found, "tcpstat_process_connections", process="nginx", state="established"), 2)
        self.assertEqual(of(found, "tcpstat_unit_connections", unit="other", state="established"), 2)  # a copy has no units
        self.assertEqual(of(found, "tcpstat_destination_connections", destination="198.51.100.7:5432", state="established"), 1)
        self.assertFalse([labels for _, labels in found if "203.0.113.9" in str(labels)])

    def test_other_keys_and_lists_are_refused(self):
        self.fails("summary", "-f", "prometheus", "--by", "state",
                   sentence="metrics are grouped by process, unit and remote, not by state; another format takes it")
        several = "metrics are of one network namespace; write a file for each that --netns names"
        self.fails("summary", "-f", "prometheus", "--netns", "all", sentence=several)
        for args in (("-f", "prometheus"), ("--metrics-file", "/tmp/x")):
            result = run("check", "--netns", "all", *args)
            self.assertEqual(result.code, 3)
            self.assertIn(several.split(";")[0], result.out + result.err)
        self.fails("-f", "prometheus", sentence="a list prints table, plain, csv, json or ndjson, not prometheus")


class Contrib(TestCase):
    def setUp(self):
        if place_of("promtool") is None:
            self.skipTest("there is no promtool (Debian's prometheus; ./dev test unpacks it)")

    def succeeds_in(self, folder, *command, stdin=None):
        done = subprocess.run([*command_of("promtool"), *command], cwd=folder, input=stdin, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def test_promtool_finds_nothing_to_say(self):
        tree = self.tree()
        tree.counters()
        for args in (("check",), ("summary", "--by", "process")):
            text = run(*args, "--proc-root", tree.path, "-f", "prometheus").bytes
            done = self.succeeds_in("/", "check", "metrics", stdin=text)
            self.assertEqual(done.stdout + done.stderr, b"")

    def test_rules(self):
        self.succeeds_in(CONTRIB / "prometheus", "check", "rules", "tcpstat.rules.yml")
        self.succeeds_in(CONTRIB / "prometheus", "test", "rules", "tcpstat.rules.test.yml")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Webhook(http.server.BaseHTTPRequestHandler):
    alerts = []

    def do_POST(self):  # noqa: N802, the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.alerts.extend(json.loads(body)["alerts"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


class WholePath(TestCase):
    """tcpstat, the textfile collector, Prometheus, Alertmanager, a webhook."""

    def setUp(self):
        missing = [name for name in PACKAGES if place_of(name) is None]
        if missing:
            self.skipTest(f"there is no {missing[0]} (Debian's {PACKAGES[missing[0]]}; ./dev test unpacks it)")
        self.folder = self.directory()
        self.url = f"127.0.0.1:{free_port()}"

    def start(self, name, *options):
        log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115, closed below
        child = subprocess.Popen([*command_of(name), *options], cwd=self.folder, stdout=log, stderr=log)
        log.close()

        def end():
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.addCleanup(end)

    def ask(self, query):
        url = f"http://{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(url, timeout=10) as answer:
            document = json.load(answer)
        self.assertEqual(document["status"], "success", query)
        return document["data"]["result"]

    def until(self, what, question):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                answer = question()
            except OSError:
                answer = None  # it has not begun to listen
            if answer:
                return answer
            time.sleep(0.3)
        logs = "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in self.folder.glob("*.log"))
        self.fail(f"no {what} within {PATIENCE_S} s\n{logs}")
        return None

    def configure(self, exporter, alertmanager, webhook):
        rules = (CONTRIB / "prometheus/tcpstat.rules.yml").read_text()
        (self.folder / "tcpstat.rules.yml").write_text(re.sub(r"for: \S+", "for: 5s", rules))
        (self.folder / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [tcpstat.rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs: [{{job_name: node, static_configs: [{{targets: ["{exporter}"]}}]}}]
""")
        (self.folder / "alertmanager.yml").write_text(f"""
route: {{receiver: hook, group_wait: 1s}}
receivers: [{{name: hook, webhook_configs: [{{url: "http://127.0.0.1:{webhook}/"}}]}}]
""")

    def test_a_finding_reaches_the_one_on_call_with_the_command_to_type(self):
        metrics = self.folder / "metrics"
        metrics.mkdir()
        tree = ProcTree(tcp=ATTEMPT_ROWS, tcp6=())
        self.addCleanup(tree.cleanup)
        tree.counters()
        result = run("check", "--proc-root", tree.path, "--metrics-file", metrics / "tcpstat.prom")
        rule = json.loads(run("check", "--proc-root", tree.path, "-j").out)["findings"][0]["rule"]
        self.assertIn(result.code, (1, 2))

        exporter, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(2))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.configure(exporter, alertmanager, server.server_address[1])
        self.start("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                   f"--collector.textfile.directory={metrics}", f"--web.listen-address={exporter}")
        self.start("prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=alerts",
                   f"--web.listen-address={alertmanager}", "--cluster.listen-address=")
        self.start("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=series",
                   f"--web.listen-address={self.url}")

        self.until("scrape", lambda: self.ask("tcpstat_build_info"))
        self.assertEqual(self.ask("node_textfile_scrape_error")[0]["value"][1], "0")
        (worst,) = self.ask(f'tcpstat_check_status{{rule="{rule}"}}')
        self.assertEqual(int(worst["value"][1]), result.code)
        self.dashboard()
        sent = self.until("alert", lambda: [alert for alert in Webhook.alerts
                                            if alert["labels"]["alertname"].startswith("TcpstatRule")])
        self.assertEqual(sent[0]["labels"]["rule"], rule)
        command = sent[0]["annotations"]["description"].removeprefix("Run: tcpstat ").split()
        typed = run(*command, "--proc-root", tree.path)
        self.assertEqual(typed.code, result.code, typed)
        self.assertIn(f" {rule}: ", typed.out)

    def dashboard(self):
        """Each expression of the dashboard is one that this Prometheus understands, over metrics that are there."""
        board = json.loads((CONTRIB / "grafana/tcpstat.json").read_text())
        expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
        self.assertGreater(len(expressions), 15)
        there = {series["metric"]["__name__"] for series in self.ask('{__name__=~"tcpstat_.*"}')}
        sparse = {"tcpstat_listener_accept_queue", "tcpstat_listener_accept_queue_limit", "tcpstat_listener_half_open",
                  "tcpstat_listener_drops_total", "tcpstat_ephemeral_ports", "tcpstat_ephemeral_ports_used_max"}
        for expression in expressions:
            self.ask(expression.replace("$instance", ".*"))
            for name in re.findall(r"tcpstat_\w+", expression):
                self.assertIn(name, there | sparse)

    def test_the_board_shows_each_of_two_hosts(self):
        board = json.loads((CONTRIB / "grafana/tcpstat.json").read_text())
        expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
        web = self.tree()
        database = self.tree(tcp=ATTEMPT_ROWS, tcp6=(proc_line("LISTEN", "[::]:5432", "[::]:0", inode=7),))
        for tree in (web, database):
            tree.sysctl("net/ipv4/ip_local_port_range", "32768\t60999")
        hosts = {"web1": (web, {"accept_queue": 5, "accept_queue_limit": 9, "half_open": 3, "drops_total": 1}),
                 "db1": (database, {"accept_queue": 0, "accept_queue_limit": 127, "half_open": 0, "drops_total": 0})}
        targets = []
        for host, (tree, listener) in hosts.items():
            exporter = f"127.0.0.1:{free_port()}"
            (self.folder / host).mkdir()
            self.write_metrics(host, tree, listener, grown=0)
            self.start("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                       f"--collector.textfile.directory={self.folder / host}", f"--web.listen-address={exporter}")
            targets.append(f"{{targets: ['{exporter}'], labels: {{instance: {host}}}}}")
        (self.folder / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: node, static_configs: [{', '.join(targets)}]}}]
""")
        self.start("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=series",
                   f"--web.listen-address={self.url}")
        both = 'count(count_over_time(tcpstat_listen_drops_total{instance=~"web1|db1"}[1m]) > 1) == 2'
        self.until("second scrape of both", lambda: self.ask(both))
        # On web1 the counters go on, on db1 they stand.
        now = {host: self.write_metrics(host, tree, listener, grown=500 if host == "web1" else 0)
               for host, (tree, listener) in hosts.items()}
        self.assertNotEqual(now["web1"], now["db1"])
        self.until("growth", lambda: self.ask('rate(tcpstat_attempt_fails_total{instance="web1"}[5m]) > 0'))
        # As Grafana writes one host, two of them, and all.
        for chosen, shown in {"web1": {"web1"}, "db1": {"db1"}, "(db1|web1)": {"db1", "web1"}, ".*": {"db1", "web1"}}.items():
            for expression in expressions:
                with self.subTest(chosen=chosen, expression=expression):
                    told = {host: {} for host in shown}
                    for series in self.ask(expression.replace("$instance", chosen)):
                        labels = {key: value for key, value in series["metric"].items()
                                  if key not in ("__name__", "job", "instance")}
                        told[series["metric"]["instance"]][frozenset(labels.items())] = float(series["value"][1])
                    for host in shown:
                        self.same_values(told[host], expected(expression, now[host]), growing=host == "web1",
                                         delta=30 if "time()" in expression else 1e-9)

    def write_metrics(self, host, tree, listener, grown):
        """As a run on that host writes them, with what /proc cannot tell of a listener; in samples()."""
        tree.counters(**dict.fromkeys(("ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "TCPReqQFullDoCookies",
                                       "SyncookiesSent", "AttemptFails", "RetransSegs"), grown))
        run("check", "--proc-root", tree.path, "--metrics-file", self.folder / "new.prom")
        text = (self.folder / "new.prom").read_text()
        for name, value in listener.items():
            kind = "counter" if name.endswith("_total") else "gauge"
            value += grown if kind == "counter" else 0
            if f"tcpstat_listener_{name}{{" not in text:
                text += f'# TYPE tcpstat_listener_{name} {kind}\n'
            text += f'tcpstat_listener_{name}{{address="192.0.2.1",port="8443"}} {value}\n'
        (self.folder / "new.prom").write_text(text)
        (self.folder / "new.prom").replace(self.folder / host / "tcpstat.prom")
        return samples(text)

    def same_values(self, told, wanted, growing, delta=1e-9):
        self.assertEqual(set(told), set(wanted))
        for labels, value in wanted.items():
            if value is None:  # a rate
                self.assertEqual(told[labels] > 0, growing, labels)
            else:
                self.assertAlmostEqual(told[labels], value, delta=delta, msg=labels)


def expected(expression, found):
    """{labels: value} of an expression of the dashboard over the metrics of one host, made without Prometheus."""
    whole = re.fullmatch(r"(?P<begin>time\(\) - |rate\(|sum by \(instance, (?P<by>\w+)\) \()?"
                         r'(?P<name>\w+)\{instance=~"\$instance"(?:,(?P<key>\w+)(?P<sign>!?=)"(?P<value>\w+)")?\}'
                         r"(?:\[5m\])?\)?(?P<some> > 0)?(?: / \(?(?P<below>\w+)\{instance=~\"\$instance\"\}(?P<more> \+ 1\))?)?",
                         expression)
    assert whole, expression
    out = {}
    for (name, labels), value in found.items():
        of_key = dict(labels).get(whole["key"])
        if name != whole["name"] or (whole["key"] and (of_key == whole["value"]) != (whole["sign"] == "=")):
            continue
        if whole["some"] and not value > 0:
            continue
        if whole["below"]:
            below = found.get((whole["below"], labels))
            if below is None:
                continue
            value /= below + (1 if whole["more"] else 0)
        if whole["begin"] == "rate(":
            value = None
        elif whole["begin"] == "time() - ":
            value = time.time() - value
        elif whole["by"]:
            labels = frozenset((key, text) for key, text in labels if key == whole["by"])
            value += out.get(labels, 0)
        out[labels] = value
    return out


if __name__ == "__main__":
    main()
