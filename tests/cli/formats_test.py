"""JSON and ndjson against the schemas, csv and plain against JSON, and what other programs make of them."""

import copy
import csv
import io
import json

from harness import (FIXTURES, IPV4_ROWS, IPV6_ROWS, LISTENING, SCHEMAS, TOTAL, TestCase, main, proc_text, run, shell,
                     unique, words)

try:
    import jsonschema
except ImportError:
    jsonschema = None


def strict(schema, whole=False):
    """Keys may be added in later versions; this version has no others than its schemas name. `whole`: the schema of
    a whole object, not of a part that others refer to."""
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    for key in ("properties", "$defs"):
        if key in out:
            out[key] = {name: strict(value, key == "properties") for name, value in out[key].items()}
    if "items" in out:
        out["items"] = strict(out["items"], True)
    if whole and "additionalProperties" not in out and ("properties" in out or out.get("$ref") == "row.json"):
        out["unevaluatedProperties"] = False
    return out


class Schemas:
    def __init__(self):
        store = {}
        for path in SCHEMAS.glob("*.json"):
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            store[path.name] = strict(schema)
        self.validators = {}
        for name in ("snapshot", "summary", "ndjson", "words", "check", "audit", "history", "trace"):
            schema = copy.deepcopy(store[f"{name}.json"])
            if name != "words":
                schema["unevaluatedProperties"] = False
            self.validators[name] = jsonschema.Draft202012Validator(
                schema, resolver=jsonschema.RefResolver(f"{name}.json", schema, store=store),
                format_checker=jsonschema.FormatChecker(["ipv4", "ipv6"]))

    def check(self, test, name, document):
        errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                  for error in self.validators[name].iter_errors(document)]
        test.assertEqual(errors, [], name)


class Formats(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = Schemas() if jsonschema else None

    def sources(self):
        """Arguments by name: everything that rows may come from here."""
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        here = self.directory()
        (here / "empty").write_text("")
        (here / "tcp").write_text(proc_text(*IPV4_ROWS))
        run("--proc-root", tree.path, "-a", "-p", "-f", "ndjson", "--output-file", here / "saved")
        found = {"proc": ["--proc-root", tree.path], "text": ["--source", here / "tcp"],
                 "ndjson": ["--source", here / "saved"], "empty": ["--source", here / "empty"],
                 "live": [], "live proc": ["--source", "proc"]}
        for name in ("ss-all.dump", "legacy-info.dump", "tcpstat.ndjson", "tcp6"):
            path = FIXTURES / "recorded" / name
            if path.exists():
                found[name] = ["--source", path]
        if run("--limit", "0").code != 0:
            del found["live"]
        if run("--source", "proc", "--limit", "0").code != 0:
            del found["live proc"]
        return found

    def test_every_document_keeps_to_its_schema(self):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is missing")
        for name, args in self.sources().items():
            for more in ([], ["-a"], ["-l"], ["-ai"], ["-ap"], ["-aip", "-v"], ["-4"], ["--port", "1"], ["--limit", "1"],
                         ["-s", "SYN_RECV", "-S", "AGE_MS:desc"], ["--resolve", "--limit", "1"]):
                if "p" in "".join(more[:1]) and name == "text":
                    continue
                with self.subTest(source=name, args=more):
                    document = unique(run(*args, *more, "--json").out)
                    self.schemas.check(self, "snapshot", document)
                    lines = [unique(line) for line in run(*args, *more, "-f", "ndjson").lines]
                    for line in lines:
                        self.schemas.check(self, "ndjson", line)
                    self.assertEqual([line["type"] for line in lines[:-1]], ["connection"] * (len(lines) - 1))
                    self.assertEqual(lines[-1]["type"], "summary")
                    if not name.startswith("live"):
                        self.assertEqual(len(lines), len(document["connections"]) + 1)
            for more in ([], ["-a"], ["-l"], ["-s", "SYN_RECV"], ["-6"], ["--port", "1"], ["--by", "state"],
                         ["--by", "state,family,phase,local_port,remote_address,remote_prefix,user"],
                         ["--by", "process,state"]):
                with self.subTest(source=name, summary=more):
                    self.schemas.check(self, "summary", unique(run("summary", *args, *more, "--json").out))
                    lines = run("summary", *args, *more, "-f", "ndjson").lines
                    self.assertEqual(len(lines), 1)
                    self.schemas.check(self, "ndjson", unique(lines[0]))
        for what in ("states", "columns", "formats", "rules", "sources", "netns", "users", "groups"):
            self.schemas.check(self, "words", unique(run("--list", what, "-j").out))

    def test_the_schemas_would_notice(self):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is missing")
        tree = self.tree()
        good = self.json("--proc-root", tree.path)
        for where, key, value in [([], "news", 1), (["connections", 0], "news", 1), (["tool"], "news", 1),
                                  (["summary", "by_state"], "unknown", 1), (["connections", 0], "state", "OPEN"),
                                  (["connections", 0], "remote_port", None), (["connections", 0], "accept_queue", 0),
                                  (["connections", 0], "local_address", "localhost"), ([], "time", "now")]:
            document = copy.deepcopy(good)
            at = document
            for step in where:
                at = at[step]
            at[key] = value
            with self.subTest(where=where, key=key), self.assertRaises(AssertionError):
                self.schemas.check(self, "snapshot", document)

    def test_a_failed_reading_keeps_to_its_schema_too(self):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is missing")
        here = self.directory()
        for verb, name in (([], "snapshot"), (["summary"], "summary")):
            result = run(*verb, "--proc-root", here, "--json")
            self.assertEqual(result.code, 2)
            document = unique(result.out)
            self.schemas.check(self, name, document)
            self.assertFalse(document["complete"])
            result = run(*verb, "--proc-root", here, "-f", "ndjson")
            self.schemas.check(self, "ndjson", unique(result.lines[-1]))

    def test_every_column_has_its_key_and_csv_says_what_json_says(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        columns = [line.split("\t")[0] for line in self.succeeds("--list", "columns").lines]
        composites = {"LOCAL", "REMOTE", "PID", "PROCESS"}
        dump = FIXTURES / "recorded" / "legacy-info.dump"
        sources = [["--proc-root", tree.path]] + ([["--source", dump]] if dump.exists() else [])
        for source in sources:
            rows = self.json(*source, "-aip")["connections"]
            self.assertGreater(len(rows), 10)
            text = self.succeeds(*source, "-aip", "-f", "csv", "-o", ",".join(columns)).out
            table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            self.assertEqual(table[0], [column.lower() for column in columns])
            self.assertEqual(len(table), len(rows) + 1)
            for cells, row in zip(table[1:], rows):
                for column, cell in zip(columns, cells):
                    key = column.lower()
                    if column in composites:
                        self.assertNotIn(key, row)
                        continue
                    if key in row:
                        value = row[key]
                    else:
                        inside = [row[name] for name in ("memory", "rates", "tcp_info") if row[name]]
                        value = next((one[key] for one in inside if key in one), None)
                    if key == "flags":
                        value = ",".join(value) or None
                    if key == "user" and value is None:
                        value = row["uid"]
                    if isinstance(value, bool):
                        value = "yes" if value else "no"
                    self.assertEqual(cell, "" if value is None else str(value), (column, row))
            for row in rows:
                if row["tcp_info"]:
                    self.assertLessEqual({key.upper() for key in row["tcp_info"]}, set(columns))

    def test_plain_is_one_tab_between_fields(self):
        tree = self.tree()
        columns = words("columns")
        result = self.succeeds("--proc-root", tree.path, "-a", "-f", "plain", "-o", ",".join(columns))
        table = [line.split("\t") for line in result.lines]
        self.assertEqual(table[0], columns)
        self.assertEqual({len(row) for row in table}, {len(columns)})
        self.assertNotIn("", [cell for row in table for cell in row])
        self.assertEqual(len(table), 1 + TOTAL)

    def test_keys_that_depend_on_options_are_there_without_them(self):
        tree = self.tree()
        tree.process(812, b"nginx", {3: 101, 4: 103})
        without = self.json("--proc-root", tree.path, "-a")["connections"]
        with_all = self.json("--proc-root", tree.path, "-aip")["connections"]
        key = lambda row: (row["local_address"], row["local_port"], row["remote_address"] or "", row["remote_port"] or 0)
        for a, b in zip(sorted(without, key=key), sorted(with_all, key=key)):
            self.assertEqual(set(a), set(b))
            self.assertIsNone(a["processes"])
            self.assertIsNotNone(b["processes"])
        held = {row["inode"]: row["processes"] for row in with_all}
        self.assertEqual(held[101], [{"pid": 812, "name": "nginx", "fd": 3}])
        self.assertEqual(held[104], [])

    def test_counts_are_null_where_nothing_was_counted(self):
        tree = self.tree()
        summary = self.json("--proc-root", tree.path, "-s", "SYN_RECV,CLOSE_WAIT", "-4")["summary"]
        self.assertEqual(summary["total"], 3)
        self.assertEqual({key: value for key, value in summary["by_state"].items() if value is not None},
                         {"syn_recv": 2, "close_wait": 1})
        self.assertEqual(summary["by_family"], {"ipv4": 3, "ipv6": None})
        document = self.json("summary", "--proc-root", tree.path)
        self.assertIsNone(document["summary"]["by_state"]["close"])  # /proc cannot show it
        self.assertEqual(document["summary"]["by_state"]["time_wait"], 1)
        self.assertEqual(document["summary"]["by_family"], {"ipv4": len(IPV4_ROWS), "ipv6": len(IPV6_ROWS)})
        self.assertEqual(len(document["groups"]), 22)
        self.assertEqual(sum(group["count"] or 0 for group in document["groups"]), TOTAL)
        self.assertEqual(document["phases"], {"listening": 3, "opening": 3, "open": 4, "half_closed": 3, "closing": 3,
                                              "lingering": 1, "closed": None})
        self.assertEqual(len(document["listeners"]), LISTENING)
        self.assertEqual(document["top_prefixes"][0], {"key": "198.51.100.0/24", "count": 8, "error": 0})

    def test_rows_say_what_is_known_and_no_more(self):
        tree = self.tree()
        tree.sysctl("net/ipv4/tcp_synack_retries", 5)
        tree.sysctl("net/ipv4/tcp_fin_timeout", 60)
        rows = self.json("--proc-root", tree.path, "-a")["connections"]
        by_remote = {row["remote_port"]: row for row in rows}
        half_open = by_remote[1024]
        self.assertEqual((half_open["timer"], half_open["timer_ms"], half_open["retransmits"]), ("retransmit", 2500, 2))
        self.assertEqual(half_open["age_ms"], 7000 - 2500)
        self.assertEqual(half_open["flags"], ["stale"])
        self.assertEqual(half_open["orphan"], "half-open")
        self.assertEqual([half_open[key] for key in ("uid", "user", "inode", "cookie", "mark", "cgroup")], [None] * 6)
        self.assertEqual(by_remote[50125]["age_ms"], 60000 - 59000)
        self.assertEqual(by_remote[50125]["orphan"], "time-wait")
        self.assertEqual((by_remote[50201]["age_ms"], by_remote[50201]["orphan"]), (20000, "closed-by-process"))
        self.assertEqual((by_remote[50202]["age_ms"], by_remote[50202]["orphan"]), (None, None))
        self.assertEqual(by_remote[50128]["orphan"], "closed-by-process")
        self.assertEqual(by_remote[50200]["local_address"], "::ffff:192.0.2.10")
        self.assertEqual(by_remote[50200]["family"], "ipv6")
        self.assertEqual(by_remote[25]["user"], None)  # nobody has that uid
        self.assertEqual(by_remote[25]["uid"], 54321)
        retransmitting = next(row for row in rows if row["send_queue"] == 123456)
        self.assertEqual(retransmitting["flags"], ["retransmitting"])


class By(TestCase):
    def setUp(self):
        self.tree_ = self.tree()
        self.tree_.process(812, b"nginx", {3: 101, 4: 103, 5: 103})
        self.tree_.process(813, b"nginx", {4: 103})
        self.tree_.process(814, b"cat", {4: 103, 5: 106})

    def groups(self, *args):
        return self.json("summary", "--proc-root", self.tree_.path, *args)["groups"]

    def test_each_key(self):
        for key, first in {
            "state": {"state": "ESTABLISHED", "count": 4},
            "family": {"family": "ipv4", "count": len(IPV4_ROWS)},
            "phase": {"phase": "open", "count": 4},
            "local_port": {"local_port": 443, "count": 15},
            "remote_address": {"remote_address": None, "count": 3},
            "remote_prefix": {"remote_prefix": "198.51.100.0/24", "count": 8},
            "process": {"process": None, "count": TOTAL - 3},
        }.items():
            with self.subTest(key=key):
                groups = self.groups("--by", key)
                self.assertEqual(groups[0], first)
                counts = [group["count"] for group in groups]
                self.assertEqual(counts, sorted(counts, reverse=True))
                self.assertTrue(all(counts))
        users = {group["user"]: group["count"] for group in self.groups("--by", "user")}
        self.assertEqual(users["54321"], 2)
        self.assertEqual(users[None], 4)

    def test_ties_are_in_order_of_the_key(self):
        groups = self.groups("--by", "local-port,STATE")  # any spelling
        pairs = [(-group["count"], group["local_port"], group["state"]) for group in groups]
        self.assertEqual(pairs, sorted(pairs))

    def test_a_limit_shortens_lists_and_no_states(self):
        root = self.tree().path
        whole = self.json("summary", "--proc-root", root)
        cut = self.json("summary", "--proc-root", root, "--limit", "1")
        self.assertEqual((whole["limited"], cut["limited"]), (False, True))
        self.assertEqual(cut["groups"], whole["groups"])
        self.assertEqual(len(cut["groups"]), 22)
        for key in ("listeners", "top_remotes", "top_prefixes"):
            self.assertEqual(cut[key], whole[key][:1], key)
            self.assertGreater(len(whole[key]), 1, key)
        self.assertEqual(len(self.json("summary", "--proc-root", root, "--by", "state", "--limit", "1")["groups"]), 1)

    def test_several_owners_count_once_each(self):
        groups = {group["process"]: group["count"] for group in self.groups("--by", "process")}
        self.assertEqual(groups["nginx"], 3)  # 812: the listener and 103; 813: 103
        self.assertEqual(groups["cat"], 2)

    def test_every_format_says_the_same(self):
        groups = self.groups("--by", "state,family")
        expected = [[group["state"], group["family"], str(group["count"])] for group in groups]
        args = ("summary", "--proc-root", self.tree_.path, "--by", "state,family")
        text = self.succeeds(*args, "-f", "csv").out
        self.assertEqual(list(csv.reader(io.StringIO(text))), [["state", "family", "count"]] + expected)
        plain = self.succeeds(*args, "-f", "plain").lines
        self.assertEqual([line.split("\t") for line in plain], [["STATE", "FAMILY", "COUNT"]] + expected)
        table = self.succeeds(*args).lines
        self.assertEqual([line.split() for line in table], [["STATE", "FAMILY", "COUNT"]] + expected)


class Pipelines(TestCase):
    def test_other_programs_read_it(self):
        root = self.tree().path
        for script, expected in [
            ("-a -j | jq '.connections | length'", f"{TOTAL}\n"),
            ("-j | jq -r '.summary.by_state.syn_recv'", "2\n"),
            ("-s CLOSE_WAIT -j | jq -r '.connections[] | .remote_address'", "198.51.100.10\n"),
            ("-f ndjson | jq -c 'select(.type == \"summary\") | .summary.total'", f"{TOTAL - LISTENING}\n"),
            ("-f ndjson | jq -s 'length'", f"{TOTAL - LISTENING + 1}\n"),
            ("-f plain -H -s ESTABLISHED -4 | cut -f 5 | sort", "198.51.100.255:65535\n198.51.100.7:50123\n"),
            ("-s FIN_WAIT2 | awk 'NR > 1 { n++ } END { print n }'", "2\n"),
            ("-a | awk '$1 == \"LISTEN\" { print $4 }' | sort", "0.0.0.0:443\n127.0.0.1:5432\n[::]:443\n"),
            ("-f csv -s TIME_WAIT -o STATE,REMOTE_PORT", "state,remote_port\nTIME_WAIT,50125\n"),
            ("-f plain -o REMOTE_ADDRESS -H -s SYN_RECV | sort | uniq -c | awk '{ print $1 }'", "1\n1\n"),
        ]:
            with self.subTest(script=script):
                first, _, rest = script.partition("|")
                result = shell(f'"$T" --proc-root {root} {first}' + (f"| {rest}" if rest else ""))
                self.assertEqual((result.out, result.err), (expected, ""))

    def test_column_aligns_plain(self):
        root = self.tree().path
        result = shell(f'"$T" --proc-root {root} -f plain | column -t -s "$(printf "\\t")"')
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(len(result.lines), 1 + TOTAL - LISTENING)
        self.assertEqual([line.split() for line in result.lines],
                         [line.split("\t") for line in self.succeeds("--proc-root", root, "-f", "plain").lines])


if __name__ == "__main__":
    main()
