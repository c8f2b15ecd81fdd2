"""Debian's Nagios runs tcpstat check and takes status, text and performance data as they were meant."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import ATTEMPT_ROWS, HERE, TCPSTAT, ProcTree, TestCase, environment, main, run

ROOT = HERE.parent.parent
# Installed, or where ./dev unpacks it.
PLACES = f"/usr/sbin:{ROOT}/build/packages/nagios4-core/usr/sbin"
NAGIOS = shutil.which("nagios4", path=PLACES)
NOBODY = 65534
PATIENCE_S = 60

# The least that Nagios starts with: it notifies nobody, listens to nobody and writes below {folder} only.
MAIN = """
cfg_file={folder}/objects.cfg
log_file={folder}/nagios.log
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
status_update_interval=1
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/results
query_socket={folder}/nagios.qh
lock_file={folder}/nagios.pid
command_file={folder}/nagios.cmd
check_external_commands=0
log_archive_path={folder}
state_retention_file={folder}/retention.dat
retain_state_information=0
enable_notifications=0
enable_event_handlers=0
check_for_updates=0
use_syslog=0
interval_length=1
service_inter_check_delay_method=n
check_workers=2
illegal_macro_output_chars=`~$&|'"<>
"""
HOST = """
define timeperiod {
    timeperiod_name  always
    alias            always
    sunday           00:00-24:00
    monday           00:00-24:00
    tuesday          00:00-24:00
    wednesday        00:00-24:00
    thursday         00:00-24:00
    friday           00:00-24:00
    saturday         00:00-24:00
}
define command {
    command_name  nothing
    command_line  /bin/true
}
define contact {
    contact_name                   nobody
    host_notification_commands     nothing
    service_notification_commands  nothing
    host_notification_period       always
    service_notification_period    always
    host_notification_options      n
    service_notification_options   n
}
define host {
    host_name              here
    address                127.0.0.1
    max_check_attempts     1
    check_period           always
    active_checks_enabled  0
    notifications_enabled  0
    contacts               nobody
    notification_period    always
}
"""
SERVICE = """
define service {{
    host_name              here
    service_description    {name}
    check_command          {name}
    check_period           always
    check_interval         3600
    retry_interval         3600
    max_check_attempts     1
    notifications_enabled  0
    notification_interval  3600
    notification_period    always
    contacts               nobody
}}
"""
COMMAND = "define command {{\n    command_name  {name}\n    command_line  {line}\n}}\n"
EXAMPLE = (ROOT / "contrib/nagios/tcpstat.cfg").read_text()


def services(text):
    """status.dat: what Nagios knows of each service."""
    found = {}
    for block in re.findall(r"^servicestatus \{\n(.*?)^\t\}$", text, re.MULTILINE | re.DOTALL):
        values = dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)
        found[values["service_description"]] = values
    return found


def lines_of(text):
    r"""status.dat has a line for each value: \n stands for an end of line, two backslashes for one."""
    return re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], text).splitlines()


class Nagios(TestCase):
    """Every service is checked once, by one Nagios."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tcpstat-nagios-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "results").mkdir()
        # Nobody may look neither into root's home nor into a checkout there.
        cls.program = cls.folder / "tcpstat"
        # Nobody can reach a checkout in root's home.
        shutil.copy(TCPSTAT, cls.program)
        shutil.copy(NAGIOS, cls.folder / "nagios4")
        quiet, hostile, clauses = cls.trees()
        cls.arguments = {
            "count-ok": f"-w 99 --proc-root {quiet}",
            "count-warning": f"-w 1 -v --proc-root {quiet}",
            "count-critical": f"-w 0 -c 1 -s SYN_RECV --proc-root {quiet}",
            "count-unknown": f"-w ten --proc-root {quiet}",
            "no-source": f"--proc-root {cls.folder}/nothing",
            "hostile": f"-v --proc-root {hostile}",
            "hostile-argument": f"-c 1: --process 'ev|il=9999' --proc-root {quiet}",
            "hostile-count": f"-w 1 --process 'ev|il=9999' --proc-root {hostile}",
            "hostile-clauses": f"--proc-root {clauses}",
            "quiet-ok": f"-q -w 99 --proc-root {quiet}",
            "quiet-warning": f"-q -w 1 --proc-root {quiet}",
        }
        lines = {name: f"{cls.program} check {args}" for name, args in cls.arguments.items()}
        line = re.search(r"command_line +/usr/local/bin/tcpstat (.*)$", EXAMPLE, re.MULTILINE).group(1)
        lines["contrib"] = f"{cls.program} {line.replace('--interval 5', '--interval 3')} --proc-root {hostile}"
        cls.seen = cls.watch(lines)

    @classmethod
    def trees(cls):
        quiet = ProcTree()
        cls.addClassCleanup(quiet.cleanup)
        trees = [quiet]
        for name in (b"ev|il=9999", b"a;b; c"):
            tree = ProcTree(tcp=ATTEMPT_ROWS, tcp6=())
            cls.addClassCleanup(tree.cleanup)
            tree.counters()
            tree.process(4242, name, {n: 1000 + n for n in range(30)})
            trees.append(tree)
        for tree in trees:
            tree.path.chmod(0o755)
        return [tree.path for tree in trees]

    @classmethod
    def watch(cls, lines):
        objects = HOST + "".join(COMMAND.format(name=name, line=line) + SERVICE.format(name=name)
                                 for name, line in lines.items())
        (cls.folder / "nagios.cfg").write_text(MAIN.format(folder=cls.folder))
        (cls.folder / "objects.cfg").write_text(objects)
        who = {}
        if os.geteuid() == 0:
            who = {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
            for path in (cls.folder, *cls.folder.rglob("*")):
                shutil.chown(path, NOBODY, NOBODY)
        with open(cls.folder / "output", "wb") as output:
            # Apart from the test: Nagios ends its whole process group when it ends.
            with subprocess.Popen([cls.folder / "nagios4", cls.folder / "nagios.cfg"], stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, env=environment(), start_new_session=True, cwd="/", **who) as nagios:
                try:
                    return cls.wait(nagios, lines)
                finally:
                    nagios.terminate()
                    try:
                        nagios.wait(20)
                    except subprocess.TimeoutExpired:
                        nagios.kill()

    @classmethod
    def wait(cls, nagios, lines):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and nagios.poll() is None:
            status = cls.folder / "status.dat"
            seen = services(status.read_text()) if status.exists() else {}
            if set(seen) == set(lines) and all(one["has_been_checked"] == "1" for one in seen.values()):
                return seen
            time.sleep(0.2)
        raise AssertionError(f"Nagios did not check every service:\n{(cls.folder / 'output').read_text()}")

    def test_nagios_takes_what_was_printed(self):
        states = {}
        for name, args in self.arguments.items():
            if name == "quiet-ok":
                continue
            with self.subTest(service=name):
                printed = run("check", *(arg.strip("'") for arg in args.split()))
                first, *rest = printed.lines
                text, _, performance = first.partition(" | ")
                seen = self.seen[name]
                self.assertEqual(seen["current_state"], str(printed.code))
                # Nagios writes a colon for a semicolon in the first line: none is in it.
                self.assertEqual(seen["plugin_output"], text)
                self.assertEqual(seen["performance_data"], performance)
                self.assertEqual(lines_of(seen["long_plugin_output"]), rest)
                states[name] = text.split()[1]
        self.assertEqual(set(states.values()), {"OK", "WARNING", "CRITICAL", "UNKNOWN"})

    def test_a_hostile_process_name_is_text(self):
        for name in ("hostile", "hostile-argument", "hostile-count", "contrib"):
            with self.subTest(service=name):
                seen = self.seen[name]
                # The first line has room for who, what and how bad; whose it is may stand in the next.
                self.assertIn(r"ev\x7cil=9999", "\n".join([seen["plugin_output"], *lines_of(seen["long_plugin_output"])]))
                self.assertNotIn("il", seen["performance_data"])
                labels = [value.split("=")[0] for value in seen["performance_data"].split()]
                self.assertIn(labels, (["sockets"], ["syn_recv", "listen_drops", "listen_overflows", "syncookies_sent",
                                                     "established", "time_wait", "close_wait"]))

    def test_a_semicolon_stays_what_it_is(self):
        seen = self.seen["hostile-clauses"]
        self.assertNotIn(";", seen["plugin_output"])
        self.assertIn(" of a;b; c(4242), ", lines_of(seen["long_plugin_output"])[0])

    def test_no_range_reads_as_another(self):
        self.assertIn("outside -w 1 - run: tcpstat", self.seen["count-warning"]["plugin_output"])
        self.assertIn("outside -c 1: - run: tcpstat", self.seen["hostile-argument"]["plugin_output"])

    def test_the_command_of_contrib(self):
        seen = self.seen["contrib"]
        self.assertEqual(seen["current_state"], "2")
        self.assertRegex(seen["plugin_output"], r"\ATCPSTAT CRITICAL - 203\.0\.113\.5:25 does not answer")

    def test_quiet_leaves_nagios_without_text(self):
        """Why the manual wants -q for cron only."""
        seen = self.seen["quiet-ok"]
        self.assertEqual((seen["current_state"], seen["performance_data"]), ("0", ""))
        self.assertTrue(seen["plugin_output"].startswith("(No output on stdout)"), seen)


if __name__ == "__main__":
    if NAGIOS is None:
        print("skipped: there is no nagios4 (Debian's nagios4-core; ./dev test unpacks it)")
        sys.exit(77)
    main()
