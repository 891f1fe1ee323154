"""What the tests of the documents share: the commands in them, and a place where these can be run.

A command is run as it stands, but for three things:
* an absolute path such as /var/lib/pdns lies below the place, and so does the home directory; ports are free ones;
* a program that changes the system, needs a network or builds for minutes (STAND_INS) is only noted, and so is a block
  that needs a cluster: golden.cluster and golden.engines run such commands;
* a program that would run until a signal is started, waited for, and ended after the last command of its block.
"""
from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from pdns_admin import many
from pdns_testing import BIN, CAPTURES, CONTENT_TYPE, DATA, compress, control, ingest, listening, wait_for

ROOT = Path(__file__).resolve().parents[2]
MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PAGES = sorted((ROOT / "man").glob("*.[17]"))
PROGRAMS = ("pdns-ingest", "pdns-query", "pdns-serve", "pdns-tap", "pdns-admin")
INDICATORS = "# from a report\nhxxps://www[.]blah[.]org/login\n205.150.150.0/24  # a block\nnever-seen.example\n"

# Programs that are noted in place of being run, and why.
STAND_INS = {
    **dict.fromkeys(("adduser", "apt", "chown", "journalctl", "mount", "runuser", "systemctl"), "changes the system"),
    **dict.fromkeys(("dig", "docker", "git"), "needs a network"),
    **dict.fromkeys(("cmake", "ctest", "cpack", "tools/check.sh", "tools/quickstart.sh"), "builds for minutes"),
    **dict.fromkeys(("dot", "less", "systemd-socket-activate", "editor"), "another program's part"),
    **dict.fromkeys((f"tests/bench/{name}.py" for name in ("run", "asks", "serve")), "measures for minutes"),
}
OF_THE_SYSTEM = r"(?<![\w.~/-])/(?=(?:var|run|etc|srv|mnt|tmp)(?:/|\b))"
LONG_RUN = {
    "pdns-ingest": {"-u", "--unix", "-a", "--listen", "--follow", "--watch", "--activated"},
    "pdns-serve": {"-l", "--listen"},
    "pdns-tap": {"-u", "--unix", "--follow", "--live"},
}
ENDS_ITSELF = {"--check", "--help", "-q", "--count"}


# A block of commands, and a block `text` right behind it: their output.
FENCED = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


@dataclass
class Block:
    """Commands that belong together: a fenced block `sh` of Markdown, a .Dl line or a .Bd block of a manual page."""
    where: str
    text: str
    output: str | None = None  # what a document shows as its output

    def commands(self) -> list[list[str]]:
        """Words of each simple command, roughly: enough to see programs and options."""
        lines = re.sub(r"\\\n", " ", self.text).splitlines()
        bare = [re.sub(r"(^|\s)#.*", "", line) for line in lines]
        parts = [part for line in bare for part in re.split(r"\s(?:&&|\|\||\||;)\s|;\s", line)]
        return [words for words in ([w for w in re.split(r"\s+", part.strip()) if w] for part in parts) if words]

    def needs_cluster(self) -> bool:
        return "clickhouse://" in self.text or "clickhouses://" in self.text

    def noted(self) -> list[str]:
        """The programs of it for which there is a stand-in."""
        return [name for words in self.commands() for name in STAND_INS if words[0] in (name, f"./{name}")]


def blocks_of_markdown(path: Path) -> list[Block]:
    return [Block(f"{path.relative_to(ROOT)}: {found[1].splitlines()[0]}", found[1], found[2]) for found in FENCED.finditer(path.read_text())]


def blocks_of_page(path: Path) -> list[Block]:
    text = path.read_text()
    if path.suffix == ".1":
        text = text.split(".Sh EXAMPLES")[1].split(".Sh SEE ALSO")[0]
    found = re.findall(r"((?:^\.Dl [^\n]*\n)+)|^\.Bd -literal[^\n]*\n(.*?)^\.Ed", text, re.MULTILINE | re.DOTALL)
    texts = [re.sub(r"^\.Dl ", "", lines, flags=re.MULTILINE) or block for lines, block in found]
    plain = [text.replace("\\e", "\\").replace("\\&", "") for text in texts]
    return [Block(f"{path.name}: {text.splitlines()[0]}", text) for text in plain]


class Feeder:
    """Sends a capture to a socket again and again."""

    def __init__(self, path: Path) -> None:
        self._path, self._ending = path, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(0.05):
            try:
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.settimeout(60)
                    peer.connect(str(self._path))
                    peer.sendall(control(4, CONTENT_TYPE))
                    peer.recv(4096)
                    peer.sendall(CAPTURES[0].read_bytes())
                    peer.recv(4096)
            except OSError:
                continue


class Place:
    """A machine in a folder: databases, captures, lists, stand-ins; made once, copied for each block."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("var/lib/pdns-archive", "var/log/dnstap", "var/log/named", "var/spool/dnstap", "run/pdns-ingest",
                       "run/dnstap", "srv/archive", "srv/dnstap/2025", "etc/pdns", "mnt", "tmp", "home", "work", "bin"):
            (root / folder).mkdir(parents=True)
        run = ingest(root / "var/lib/pdns", *CAPTURES)
        assert run.returncode == 0, run.stderr
        subprocess.run([BIN / "pdns-admin", "backup", "-d", root / "var/lib/pdns", root / "var/lib/pdns-backups"], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(root / "var/lib/pdns", root / "home/case-17.pdns")
        for number in range(1, 5):  # of sites that share no capture
            (root / "tmp/site").write_bytes(many(20, 1_700_000_000, f"site{number}-"))
            assert ingest(root / f"srv/site{number}", root / "tmp/site").returncode == 0
        (root / "tmp/site").unlink()
        archived = compress("zstd", CAPTURES[0].read_bytes())
        for place in ("var/lib/pdns-archive/pdns-20261122T190000Z.dnstap.zst", "work/capture.dnstap.zst",
                      "srv/dnstap/2025/old.dnstap.zst", "var/log/dnstap/of-a-day.dnstap.zst"):
            (root / place).write_bytes(archived)
        for place in ("work/capture.dnstap", "var/log/named/dnstap.log", "var/spool/dnstap/one.dnstap"):
            (root / place).write_bytes(CAPTURES[0].read_bytes())
        (root / "work/indicators.txt").write_text(INDICATORS)
        (root / "work/misp-search.json").write_bytes((DATA / "lists/misp-search.json").read_bytes())
        (root / "work/passive-dns_1.deb").write_bytes(b"")
        for path in (ROOT / "packaging/config").glob("*.conf"):
            text = re.sub(OF_THE_SYSTEM, f"{root}/", path.read_text(), flags=re.MULTILINE)
            (root / "etc/pdns" / path.name).write_text(text.replace("= pdns-backfill\n", f"= {os.getgid()}\n"))
        self._certificates()
        self._programs()

    def _certificates(self) -> None:
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-days", "2", "-subj", "/CN=test", "-keyout", "server.key", "-out", "server.pem"],
                              cwd=self.root / "work", capture_output=True)
        assert made.returncode == 0, made.stderr
        shutil.copy(self.root / "work/server.pem", self.root / "work/clients.pem")

    def _programs(self) -> None:
        (self.root / "work/tests").mkdir()
        (self.root / "work/tests/support").symlink_to(ROOT / "tests/support")
        for name in STAND_INS:
            path = self.root / "bin" / name.replace("/", "-")
            if "/" in name:
                link = self.root / "work" / name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)
            path.write_text('#!/bin/sh\n[ -p /dev/stdin ] && cat >/dev/null\nexit 0\n' if name not in ("dot", "less")
                            else "#!/bin/sh\nexec cat\n")
            path.chmod(0o755)
        if shutil.which("curl") is None:
            path = self.root / "bin/curl"
            path.write_text(f"#!{sys.executable}\nimport sys, urllib.request\nprint(urllib.request.urlopen(sys.argv[-1]).read())\n")
            path.chmod(0o755)
        for name in PROGRAMS:
            path = self.root / "bin" / name
            path.write_text(f'#!/bin/sh\nexec {sys.executable} {__file__} {name} "$@"\n')
            path.chmod(0o755)

    def run(self, block: Block, into: Path) -> tuple[subprocess.CompletedProcess, list[str]]:
        """The block in a copy of the place, and what was wrong with programs that ran until its end."""
        # Not the programs: while one thread copies a script, another one forks, and its child has that copy open for
        # writing until it executes something else. Until then the script cannot be executed (ETXTBSY).
        shutil.copytree(self.root, into, symlinks=True, ignore=shutil.ignore_patterns("bin"))
        for path in (into / "etc/pdns").glob("*.conf"):
            path.write_text(path.read_text().replace(str(self.root), str(into)))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = re.sub(OF_THE_SYSTEM, f"{into}/", block.text, flags=re.MULTILINE)
        text = re.sub(r"\b(127\.0\.0\.1|0\.0\.0\.0):9553\b", rf"\1:{port}", text)
        text = text.replace("[::1]:6000", f"127.0.0.1:{_free_port()}")
        served = _free_port()
        text = re.sub(r"(127\.0\.0\.[12]:|-l )[89]053\b", rf"\g<1>{served}", text)
        environment = {"PATH": f"{self.root}/bin:/usr/bin:/bin", "HOME": str(into / "home"), "TMPDIR": str(into / "tmp"),
                       "PDNS_DATABASE": str(into / "var/lib/pdns"), "PDNS_PLACE": str(into), "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                       "PDNS_BIN_DIR": str(BIN.resolve()), "PDNS_SERVED": str(served)}
        with _Live(into, port, environment, block), _Served(into, served, environment, block):
            try:
                ran = subprocess.run(["sh", "-e", "-c", text], capture_output=True, env=environment, cwd=into / "work",
                                     timeout=600, stdin=subprocess.DEVNULL)
            finally:
                faults = _end_all(into)
        return ran, faults


class _Served:
    """A server on the place's database, if the block asks one that it does not start."""

    def __init__(self, place: Path, port: int, environment: dict[str, str], block: Block) -> None:
        starts = any(words[0] == "pdns-serve" for words in block.commands())
        self._process = None
        if ":8053" in block.text and not starts:
            self._process = subprocess.Popen([BIN / "pdns-serve", "-d", place / "var/lib/pdns", "-l", str(port)],
                                             env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: _accepts(port), 300)

    def __enter__(self) -> "_Served":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(300)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except OSError:
        return False
    return True


class _Live:
    """An ingester on the place's database, fed with frames, if the block looks on at one that it does not start."""

    def __init__(self, place: Path, port: int, environment: dict[str, str], block: Block) -> None:
        starts = any(words[0] == "pdns-ingest" and LONG_RUN["pdns-ingest"] & set(words) for words in block.commands())
        looks = re.search(r"--live|curl ", block.text) is not None
        self._process, self._feeder = None, None
        if looks and not starts:
            path = place / "run/pdns-ingest/dnstap.sock"
            self._process = subprocess.Popen(
                [BIN / "pdns-ingest", "-d", place / "var/lib/pdns", "-u", path, "--metrics", f"127.0.0.1:{port}"],
                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: listening(path) and _accepts(port), 300)
            self._feeder = Feeder(path)

    def __enter__(self) -> "_Live":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._feeder.stop()
            self._process.terminate()
            self._process.wait(timeout=300)


def _end_all(place: Path) -> list[str]:
    """Ends what runs still; a fault for each that did not end well."""
    faults = []
    for path in sorted(place.glob("tmp/long-*.pid")):
        process = int(path.read_text())
        done = path.with_suffix(".code")
        try:
            os.kill(process, signal.SIGTERM)
        except ProcessLookupError:
            pass  # ended of itself, with a code
        wait_for(lambda: done.exists() and done.read_text().endswith("\n"), 300)
        code, said = int(done.read_text()), path.with_suffix(".err").read_text()
        if code not in (0, 1) or "error:" in said:
            faults.append(f"ended with {code}: {said}")
    return faults


def _has_begun(process: int, place: Path) -> bool:
    """Whether it has opened what it reads: a socket, a watch on a directory, or a file of the place."""
    opened = []
    for descriptor in Path(f"/proc/{process}/fd").glob("*"):
        try:
            opened.append(os.readlink(descriptor))
        except OSError:
            continue
    return any(name.startswith(("socket:", "anon_inode:inotify")) or name.startswith(str(place)) and "/tmp/" not in name
               for name in opened)


def _run_program(name: str, arguments: list[str]) -> int:
    """A program of the place: as it is, or if it would run until a signal, beside the other commands of the block."""
    place, program = Path(os.environ["PDNS_PLACE"]), str(BIN / name)
    if name == "pdns-query":  # nothing found, or cut by a limit: both are answers
        code = subprocess.run([program, *arguments]).returncode
        return 0 if code in (1, 2) else code
    if name == "pdns-serve" and not {"-l", "--listen"} & set(arguments):
        arguments = [*arguments, "-l", os.environ["PDNS_SERVED"]]
    if not LONG_RUN.get(name, set()) & set(arguments) or ENDS_ITSELF & set(arguments):
        os.execv(program, [program, *arguments])
    stem = place / "tmp" / f"long-{os.getpid()}"
    notify = place / "tmp" / f"notify-{os.getpid()}"
    ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ready.bind(str(notify))
    ready.setblocking(False)
    if os.fork() == 0:  # waits for it, since its parent must go on
        os.setsid()
        with open(f"{stem}.err", "wb") as err, open(f"{stem}.out", "wb") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            process = subprocess.Popen([program, *arguments], env={**os.environ, "NOTIFY_SOCKET": str(notify)})
            Path(f"{stem}.new").write_text(str(process.pid))
            Path(f"{stem}.new").rename(f"{stem}.pid")
            Path(f"{stem}.code").write_text(f"{process.wait()}\n")
        os._exit(0)

    def begun() -> bool:
        if Path(f"{stem}.code").exists():
            return True
        if not Path(f"{stem}.pid").exists():
            return False
        if name == "pdns-tap":
            return _has_begun(int(Path(f"{stem}.pid").read_text()), place)
        try:
            return b"READY=1" in ready.recv(4096)
        except BlockingIOError:
            return False

    wait_for(begun, 300)
    return 0


if __name__ == "__main__":
    sys.exit(_run_program(sys.argv[1], sys.argv[2:]))
