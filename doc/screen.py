#!/usr/bin/python3
"""Draws doc/screen.svg: what `tcpstat check` says on a host with a flood, a full accept queue and a leak.

screen.py TCPSTAT [--text]      (root)

The host is a private network namespace. A program does not call accept(), another does not close, and SYNs with
invented sources come in through a tun device. Nothing leaves the namespace. --text prints what the program said.
"""

import fcntl
import html
import itertools
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

COLUMNS, ROWS = 80, 24
COMMANDS = (["check"], ["-lp"])
LEAK_SECONDS = 70  # connections count as leaked when they were left open for a minute
SERVER = "10.99.0.1"
SOURCES = ((198, 18), (198, 19))  # RFC 2544: for measurements, routed nowhere
PALETTE = {30: "#444", 31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#56b6c2",
           37: "#ddd", 90: "#888", 91: "#ff7b85", 92: "#b5e890", 93: "#ffe08a", 94: "#82c4ff", 95: "#e29aff",
           96: "#7fe0ec", 97: "#fff"}


def listener(port, backlog, address="0.0.0.0"):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(backlog)
    return server


def never_accepts():
    server = listener(7000, 5)
    return [server] + [socket.create_connection(("127.0.0.1", 7000)) for _ in range(6)]


def never_closes():
    server = listener(9000, 128)
    kept = [server]
    for _ in range(40):
        with socket.create_connection(("127.0.0.1", 9000)):
            kept.append(server.accept()[0])
    return kept


def start(name, what):
    """A process of that name, which holds what `what` returns. Returns its PID when the sockets are there."""
    ready, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        with open("/proc/self/comm", "w", encoding="ascii") as comm:
            comm.write(name)
        kept = what()
        os.write(tell, b"x")
        signal.pause()
        os._exit(len(kept))
    os.close(tell)
    if not os.read(ready, 1):
        sys.exit(f"screen.py: {name} did not start")
    return pid


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def syn(number):
    """The SYN of one invented client to port 443."""
    first, second = SOURCES[number % 2]
    source = bytes([first, second, number * 37 % 256, 1 + number * 91 % 254])
    server = socket.inet_aton(SERVER)
    port, sequence = 1024 + number * 7919 % 60000, number * 2654435761 % 2**32
    tcp = struct.pack("!HHIIBBHHH", port, 443, sequence, 0, 0x50, 2, 64240, 0, 0)
    total = checksum(source + server + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), number % 65536, 0, 64, 6, 0) + source + server
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


def flood(tun):
    for number in range(1 << 30):
        os.write(tun, syn(number))
        time.sleep(0.01)
        try:
            while os.read(tun, 2048):
                pass
        except BlockingIOError:
            pass


def set_up():
    """The host. Returns its programs."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", b"tun0", 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    for line in ("link set lo up", f"addr add {SERVER}/24 dev tun0", "link set tun0 up",
                 "route add 198.18.0.0/15 dev tun0"):
        subprocess.run(["ip", *line.split()], check=True)
    programs = [start("stuck-app", never_accepts), start("java", never_closes),
                start("nginx", lambda: [listener(443, 256)])]
    threading.Thread(target=flood, args=(tun,), daemon=True).start()
    return programs


def run(tcpstat, words):
    """What the program writes on a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, 0x5414, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))  # TIOCSWINSZ
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.execv(tcpstat, ["tcpstat", *words])
    written = b""
    try:
        while block := os.read(terminal, 65536):
            written += block
    except OSError:  # EIO: the other end is closed
        pass
    os.waitpid(pid, 0)
    return written.decode().replace("\r", "")


def cells(line):
    """The characters of a line, each with its colour and its weight."""
    colour, bold = PALETTE[37], False
    for sequence, character in re.findall(r"\x1b\[([\d;]*)[A-Za-z]|(.)", line):
        if character:
            yield character, colour, bold
            continue
        for code in [int(word or 0) for word in sequence.split(";")]:
            if code == 0:
                colour, bold = PALETTE[37], False
            elif code in (1, 2):
                bold, colour = code == 1, colour if code == 1 else PALETTE[90]
            else:
                colour = PALETTE.get(code, colour)


def draw(lines):
    height = 19 * len(lines) + 24
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * 8.4 + 24:.0f} {height}" ' \
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">'
    yield f'<rect width="100%" height="{height}" rx="8" fill="#1e1e24"/>'
    for number, line in enumerate(lines):
        column = 0
        for (blank, colour, bold), word in itertools.groupby(line, key=lambda cell: (cell[0] == " ", *cell[1:])):
            text = "".join(cell[0] for cell in word)
            if not blank:  # each word has its place, so that any font keeps the columns
                weight = ' font-weight="bold"' if bold else ""
                yield f'<text x="{12 + 8.4 * column:.1f}" y="{27 + 19 * number}" fill="{colour}"{weight}>' \
                      f'{html.escape(text)}</text>'
            column += len(text)
    yield "</svg>"


def main():
    tcpstat = os.path.abspath(sys.argv[1])
    if sys.argv[-1] != "--inside":
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv, "--inside"])
    programs = set_up()
    try:
        time.sleep(LEAK_SECONDS)
        said = "\n".join(f"$ tcpstat {' '.join(words)}\n{run(tcpstat, words)}" for words in COMMANDS)
    finally:
        for pid in programs:
            os.kill(pid, signal.SIGKILL)
    if "--text" in sys.argv:
        print(re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", said))
    rows = []
    for line in said.rstrip("\n").split("\n"):
        row = list(cells(line))
        rows += [row[start:start + COLUMNS] for start in range(0, max(1, len(row)), COLUMNS)]
    with open(os.path.join(os.path.dirname(__file__), "screen.svg"), "w", encoding="utf-8") as picture:
        picture.write("\n".join(draw(rows)) + "\n")


main()
