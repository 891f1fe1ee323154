"""The images of docker/: built with buildah on a base from debootstrap, then run, resolvers and all.

The ingester's container takes the frames of an Unbound and of a BIND in containers of their own, over the
shared socket, as the users and with the arguments that the images have. The resolvers ask a small authority
of the test. All of it runs in a network and a process namespace; the images live in a temporary folder. The
base is kept in the build folder, since making it takes a minute.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Callable, NoReturn

import yaml

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests" / "integration"))
from common import client, load, miniserver, sandbox, wire  # noqa: E402
from common.sandbox import Check, Skip, WaitFor  # noqa: E402
from common.wire import Question  # noqa: E402

BUILD = pathlib.Path(os.environ.get("PDNS_BUILD_DIR", TREE / "build" / "release"))
NEEDS = {"buildah": "buildah", "debootstrap": "debootstrap", "cpack": "cmake", "unshare": "util-linux"}
BASE = "localhost/pdns-base"
AUTHORITY = "127.0.53.1"
PORTS = {"unbound": 5301, "bind": 5302}
VOLUMES = ("/run/pdns-ingest", "/var/lib/pdns", "/var/lib/pdns-archive")
NAMES = 50
_INSIDE = "PDNS_TEST_INSIDE_NAMESPACE"

UNBOUND = f"""\
server:
  port: {PORTS["unbound"]}
  do-not-query-localhost: no
  domain-insecure: "load.net"
stub-zone:
  name: "load.net"
  stub-addr: {AUTHORITY}
"""
BIND = f'zone "load.net" {{ type static-stub; server-addresses {{ {AUTHORITY}; }}; }};\n'


def Run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload]
    text = f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    Check(done.returncode == 0, f"exit {done.returncode}: {text}")
    return done


class Buildah:
    """With a storage of its own below `folder`."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._base = ["buildah", "--root", str(folder / "storage"), "--runroot", str(folder / "run")]
        overlay = subprocess.run(
            [*self._base, "--storage-driver", "overlay", "info"], capture_output=True, check=False
        )
        self._base += ["--storage-driver", "vfs" if overlay.returncode else "overlay"]

    def __call__(self, *arguments: object) -> str:
        return Run(*self._base, *arguments).stdout.strip()

    def Bud(self, image: str, dockerfile: str, context: pathlib.Path, *arguments: str) -> None:
        options = ["--isolation", "chroot", "--format", "docker", "--layers=false"]
        self(
            "bud", *options, "--build-arg", f"BASE={BASE}", *arguments,
            "-t", f"localhost/{image}", "-f", context / dockerfile, context,
        )  # fmt: skip

    def Config(self, image: str) -> dict[str, object]:
        told = json.loads(self("inspect", "--type", "image", f"localhost/{image}"))
        return dict(told["Docker"]["config"])

    def Command(self, container: str, *command: object, volumes: list[str]) -> list[str]:
        given = [part for volume in volumes for part in ("--volume", volume)]
        run = [*self._base, "run", "--isolation", "chroot", *given, container, "--", *command]
        return [str(part) for part in run]


def Mirror() -> str:
    """Where this machine's apt has Debian 12 from."""
    form = "$(CODENAME) $(COMPONENT) $(REPO_URI)"
    lines = Run("apt-get", "indextargets", "--format", form, "Created-By: Packages").stdout
    found = [words[2] for words in map(str.split, lines.splitlines()) if words[:2] == ["bookworm", "main"]]
    return found[0] if found else Skip("apt knows no mirror of Debian 12")


def Base(kept: pathlib.Path) -> pathlib.Path:
    """A minimal Debian 12 as a tar; without a network there is none, and no test."""
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pdns-test-") as folder:
        root, unfinished = pathlib.Path(folder, "root"), kept.with_suffix(".part")
        command = ["debootstrap", "--variant=minbase", "bookworm", str(root), Mirror()]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            Skip(f"debootstrap failed: {made.stdout[-300:]}{made.stderr[-300:]}")
        Run("tar", "-C", root, "--exclude=./dev/*", "--exclude=./var/cache/apt/*", "-cf", unfinished, ".")
        unfinished.rename(kept)
    return kept


def Context(folder: pathlib.Path) -> pathlib.Path:
    """What the images need of the tree, with the package ready made."""
    context = folder / "context"
    shutil.copytree(TREE / "docker", context / "docker")
    Run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", folder / "cpack", cwd=BUILD)
    (package,) = (folder / "cpack").glob("*.deb")
    shutil.copy(package, context / "ready.deb")
    return context


def BuildImages(buildah: Buildah, folder: pathlib.Path) -> None:
    base = Base(BUILD / "tests" / "docker" / "base.tar")
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, base, "/")
    buildah("commit", "--quiet", "--rm", container, BASE)
    context = Context(folder)
    buildah.Bud("pdns", "docker/Dockerfile", context, "--build-arg", "DEB=ready.deb")
    for resolver in PORTS:
        buildah.Bud(resolver, f"docker/{resolver}/Dockerfile", context)


def CheckConfig(config: dict[str, object]) -> None:
    Check(config["User"] == "pdns-ingest", f"the image runs as {config['User']!r}")
    Check(set(config["Volumes"]) == set(VOLUMES), f"volumes: {config['Volumes']}")  # type: ignore[call-overload]
    Check(config["Entrypoint"] == ["pdns-ingest"], f"entry point: {config['Entrypoint']}")
    Check("Healthcheck" in config, "no health check")


class Containers:
    """Those of one run: what is started in them, and the folders that they share."""

    def __init__(self, buildah: Buildah, folder: pathlib.Path) -> None:
        self._buildah = buildah
        self._folder = folder
        self.started: list[sandbox.Process] = []
        self.names = {image: buildah("from", f"localhost/{image}") for image in ("pdns", *PORTS)}
        self.volumes = [self._Volume(path) for path in VOLUMES]
        # buildah would now and then mount an anonymous one of its own over the one that is given.
        buildah("config", *(f"--volume={path}-" for path in VOLUMES), self.names["pdns"])

    def _Volume(self, path: str) -> str:
        """A new volume takes over what the image has at its place: the owner and the mode count here."""
        here = self._folder / path.strip("/").replace("/", "-")
        image = pathlib.Path(self._buildah("mount", self.names["pdns"]))
        Run("cp", "-a", image / path.strip("/"), here)
        return f"{here}:{path}"

    def Command(self, image: str, *command: object, volumes: list[str] | None = None) -> list[str]:
        shared = self.volumes if volumes is None else volumes
        return self._buildah.Command(self.names[image], *command, volumes=shared)

    def Start(self, image: str, *command: object, volumes: list[str] | None = None) -> sandbox.Process:
        log = self._folder / f"{image}-{len(self.started)}.log"
        process = sandbox.Process(self.Command(image, *command, volumes=volumes), log)
        self.started.append(process)
        return process

    def ShowLogs(self) -> None:
        for log in sorted(self._folder.glob("*.log")):
            print(f"--- {log.name}", *log.read_text("utf-8", "replace").splitlines()[-25:], sep="\n")


def StartResolvers(containers: Containers, folder: pathlib.Path, configs: dict[str, dict[str, list[str]]]) -> None:
    (folder / "unbound-local").mkdir()
    (folder / "unbound-local" / "test.conf").write_text(UNBOUND)
    (folder / "bind-local.conf").write_text(BIND)
    run = containers.volumes[:1]
    containers.Start(
        "unbound", *configs["unbound"]["Entrypoint"],
        volumes=[*run, f"{folder}/unbound-local:/etc/unbound/local.d"],
    )  # fmt: skip
    containers.Start(
        "bind", *configs["bind"]["Entrypoint"], "-p", PORTS["bind"],
        volumes=[*run, f"{folder}/bind-local.conf:/etc/bind/local.conf"],
    )  # fmt: skip


def Stored(containers: Containers) -> set[str]:
    done = subprocess.run(
        containers.Command("pdns", "pdns-query", "--json", "*.load.net"), capture_output=True, check=False
    )
    nothing_yet = done.returncode in (1, 66)
    said = f"pdns-query: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
    Check(done.returncode == 0 or nothing_yet, said)
    if nothing_yet:
        print(said)
    return {json.loads(line)["rrname"] for line in done.stdout.splitlines()}


def AskUntilStored(containers: Containers, resolver: str) -> None:
    """Fresh names until some of them are in the database: a resolver may connect late."""
    alive = containers.started
    asked = 0

    def _Some() -> bool:
        nonlocal asked
        Check(all(process.alive for process in alive), "a container has ended")
        for _ in range(NAMES):
            name = wire.ParseName(f"{resolver}-{asked}.load.net.")
            client.Exchange("127.0.0.1", PORTS[resolver], Question(name, load.A), 0.05)
            asked += 1
        return any(name.startswith(f"{resolver}-") for name in Stored(containers))

    WaitFor(_Some, 120, f"names asked of {resolver} to be in the database")


def CheckServe(containers: Containers) -> None:
    """As compose.yaml runs it: another entry point of the image, and the database that the ingester writes."""
    services = yaml.safe_load((TREE / "docker" / "compose.yaml").read_text())["services"]
    serve, test = services["serve"], services["serve"]["healthcheck"]["test"]
    Check(test[0] == "CMD", f"health check: {test}")
    database = [volume for volume in containers.volumes if volume.endswith(":/var/lib/pdns")]
    containers.Start("pdns", *serve["entrypoint"], *serve["command"], volumes=[f"{database[0]}:ro"])
    healthy = containers.Command("pdns", *(word.replace("$$", "$") for word in test[1:]))
    WaitFor(lambda: subprocess.run(healthy, capture_output=True, check=False).returncode == 0, 120, "pdns-serve")
    host, port, _ = serve["ports"][0].split(":")
    Check(host == "127.0.0.1", f"published on {host}")

    def _Served() -> set[str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/dnsdb/v2/lookup/rrset/name/*.load.net?limit=0") as answer:
            lines = [json.loads(line) for line in answer]
        Check(lines[-1] == {"cond": "succeeded"}, f"the answer ended with {lines[-1]}")
        return {line["obj"]["rrname"] for line in lines[1:-1]}

    stored = Stored(containers)
    WaitFor(lambda: _Served() >= stored, 60, "pdns-serve to have all names that pdns-query has")
    print(f"{len(_Served())} names are served")


def Inside(buildah: Buildah, folder: pathlib.Path) -> None:
    sandbox._LoopbackUp()
    containers = Containers(buildah, folder)
    configs = {image: buildah.Config(image) for image in ("pdns", *PORTS)}
    zone = load.LoadZone()
    server = miniserver.MiniServer({AUTHORITY: zone.Handler()})
    try:
        ingest = [*configs["pdns"]["Entrypoint"], *configs["pdns"]["Cmd"]]  # type: ignore[misc]
        live = containers.Start("pdns", *ingest, "--flush-interval", "0.2")
        StartResolvers(containers, folder, configs)  # type: ignore[arg-type]
        for resolver in PORTS:
            AskUntilStored(containers, resolver)
        test = configs["pdns"]["Healthcheck"]["Test"]  # type: ignore[index, call-overload]
        Check(test[0] == "CMD", f"health check: {test}")
        Run(*containers.Command("pdns", *test[1:]))
        CheckServe(containers)
        Check(not server.errors, f"the authority broke: {server.errors}")
        # The process itself: buildah's own would not pass the signal on.
        for child in Run("pgrep", "-x", "pdns-ingest").stdout.split():
            os.kill(int(child), signal.SIGTERM)
        Check(live.popen.wait(60) == 0, f"the ingester exited {live.popen.returncode} after SIGTERM")
        archive = [path.name for path in (folder / "var-lib-pdns-archive").glob("pdns-*.dnstap*")]
        Check(archive, "nothing is in the archive")
        # Once in many runs pdns-query ended with 1 or 66 here, and nothing told why: its words are printed now.
        WaitFor(lambda: len(Stored(containers)) > NAMES, 60, f"pdns-query to find more than {NAMES} names")
        print(f"{len(Stored(containers))} names are stored of {len(zone.served)} that were served")
    except BaseException:
        containers.ShowLogs()
        raise
    finally:
        server.Stop()
        for process in containers.started:
            process.popen.kill()


def Guarded(test: Callable[[], None]) -> int:
    started = time.monotonic()
    try:
        test()
    except sandbox.Failure as failure:
        print(f"FAILED: {failure}")
        return sandbox.FAIL
    print(f"passed in {time.monotonic() - started:.1f} s")
    return sandbox.PASS


def Main() -> NoReturn:
    if os.geteuid() != 0:
        Skip("only root can build on a base from debootstrap")
    for program, package in NEEDS.items():
        if not sandbox.Find(program):
            Skip(f"{program} not found (package {package})")
    if folder := os.environ.get(_INSIDE):
        sys.exit(Guarded(lambda: Inside(Buildah(pathlib.Path(folder)), pathlib.Path(folder))))
    with tempfile.TemporaryDirectory(prefix="pdns-test-") as made:
        place = pathlib.Path(made)
        place.chmod(0o755)
        buildah = Buildah(place)

        def _All() -> None:
            BuildImages(buildah, place)
            CheckConfig(buildah.Config("pdns"))
            print("images built", flush=True)
            inside = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, "-u", __file__]
            done = subprocess.run(inside, env={**os.environ, _INSIDE: made}, check=False)
            Check(done.returncode == 0, "what ran in the containers, see above")

        code = Guarded(_All)
        subprocess.run([*buildah._base, "rm", "--all"], capture_output=True, check=False)
        subprocess.run([*buildah._base, "rmi", "--all", "--force"], capture_output=True, check=False)
    sys.exit(code)


if __name__ == "__main__":
    Main()
