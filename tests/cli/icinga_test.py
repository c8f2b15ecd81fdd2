"""Debian's Icinga 2 parses the CheckCommand of contrib, and hands tcpstat what it says."""

import getpass
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
# Installed, or where ./dev unpacks it. /usr/sbin/icinga2 is a script that looks for the program in one place.
PLACES = (Path("/"), ROOT / "build/packages/icinga2-bin")
PROGRAM = "usr/lib/*/icinga2/sbin/icinga2"
FOUND = [(place, program) for place in PLACES for program in place.glob(PROGRAM)]
PATIENCE_S = 60

# A checker and a file for what it saw; nothing listens.
MAIN = r"""
const NodeName = "here"
include <itl>
object CheckerComponent "checker" {{}}
object PerfdataWriter "seen" {{
  host_perfdata_path = "{folder}/host"
  host_temp_path = "{folder}/new-host"
  service_perfdata_path = "{folder}/service"
  service_temp_path = "{folder}/new-service"
  rotation_interval = 1s
  service_format_template = "SEEN\t$service.name$\t$service.state$\t$service.perfdata$\t$service.output$"
}}
object Host "here" {{
  check_command = "dummy"
}}
"""
SERVICE = """
object Service "{name}" {{
  host_name = "here"
  check_command = "tcpstat"
  check_interval = 1s
{vars}
}}
"""
EXAMPLE = ROOT / "contrib/icinga/tcpstat.conf"
SERVICES = {"rules": {"interval": "3"},
            "count-ok": {"state": "SYN_SENT", "local_port": "3000-3004", "warning": "5", "critical": "6"},
            "count-critical": {"state": "SYN_SENT", "critical": "5:10"}}
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def options(values):
    """What tcpstat is to get, in the order that Icinga puts it in: by name."""
    return [word for key in sorted(values) for word in ("--" + key.replace("_", "-"), values[key])]


class Icinga(TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tcpstat-icinga-"))
        self.addCleanup(shutil.rmtree, self.folder)
        tree = ProcTree(tcp=ATTEMPT_ROWS, tcp6=())
        self.addCleanup(tree.cleanup)
        tree.counters()
        tree.process(4242, b"ev|il=9999", {n: 1000 + n for n in range(30)})
        self.proc = tree.path

    def icinga(self, *args):
        place, program = FOUND[0]
        directories = {name: self.folder / name for name in ("Data", "Cache", "Log", "Spool", "InitRun", "Config")}
        for directory in directories.values():
            directory.mkdir(exist_ok=True)
        constants = [f"-D{name}Dir={directory}" for name, directory in directories.items()]
        user = getpass.getuser()
        libraries = program.parent.parent.parent
        return {"args": [program, "daemon", *args, "-c", self.folder / "icinga2.conf", "-I", place / "usr/share/icinga2/include",
                         f"-DRunAsUser={user}", f"-DRunAsGroup={user}", *constants],
                "env": environment(LD_LIBRARY_PATH=f"{libraries}:{libraries / 'icinga2'}"),
                "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}

    def configure(self):
        """The command of contrib, and each service."""
        command = EXAMPLE.read_text()
        self.assertIn('[ "/usr/local/bin/tcpstat", "check" ]', command)
        command = command.replace('"/usr/local/bin/tcpstat", "check"',
                                  f'"{Path(TCPSTAT).resolve()}", "check", "--proc-root", "{self.proc}"')
        text = MAIN.format(folder=self.folder) + command
        for name, values in SERVICES.items():
            lines = "\n".join(f'  vars.tcpstat_{key} = "{value}"' for key, value in values.items())
            text += SERVICE.format(name=name, vars=lines)
        (self.folder / "icinga2.conf").write_text(text)

    def look(self, found):
        for file in self.folder.glob("service.*"):
            for record in file.read_text().split("SEEN\t")[1:]:
                name, *rest = record.split("\t", 3)
                found[name] = rest

    def watch(self, names):
        """What Icinga saw of each service. As it goes: two files of one second, as at the end, are one to Icinga."""
        found = {}
        # Apart from the test: Icinga is several processes.
        with subprocess.Popen(**self.icinga(), start_new_session=True, cwd="/") as icinga:
            try:
                end = time.monotonic() + PATIENCE_S
                while time.monotonic() < end and icinga.poll() is None and set(found) != names:
                    time.sleep(0.2)
                    self.look(found)
            finally:
                icinga.terminate()
                try:
                    said = icinga.communicate(timeout=20)[0]
                except subprocess.TimeoutExpired:
                    os.killpg(icinga.pid, 9)
                    said = icinga.communicate()[0]
        self.assertEqual(set(found), names, said.decode(errors="replace"))
        return found

    def test_the_examples(self):
        self.configure()
        parsed = subprocess.run(**self.icinga("-C"), check=False)
        self.assertEqual(parsed.returncode, 0, parsed.stdout.decode(errors="replace"))
        seen = self.watch(set(SERVICES))
        direct = {name: run("check", "--proc-root", self.proc, *options(values)) for name, values in SERVICES.items()}
        for name, (state, performance, output) in seen.items():
            with self.subTest(service=name):
                printed = direct[name]
                first, *rest = printed.lines
                text, _, values = first.partition(" | ")
                self.assertEqual(CODES[state], printed.code)
                self.assertEqual(performance, values)
                shown = [line.rstrip() for line in output.rstrip().splitlines()]
                self.assertEqual(shown, [text, *rest])
        self.assertEqual({state for state, _, _ in seen.values()}, {"OK", "CRITICAL"})
        self.assertIn(r"ev\x7cil=9999", seen["rules"][2])


if __name__ == "__main__":
    if not FOUND:
        print("skipped: there is no icinga2 (Debian's icinga2-bin; ./dev test unpacks it)")
        sys.exit(77)
    main()
