"""The Debian package: installed, used, upgraded, removed and purged on a copy of this system that is thrown away.

The copy is an overlay of the root file system in a mount namespace with a chroot; the host sees nothing of it.
A `systemctl` that only takes notes stands there for systemd's, so what the package asks of it is known.
"""
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from pdns_testing import CAPTURES, scratch

BUILD = Path(os.environ.get("PDNS_BUILD_DIR", "build/release"))
NEEDS = {"cpack": "cmake", "dpkg-deb": "dpkg", "dpkg-shlibdeps": "dpkg-dev", "unshare": "util-linux",
         "systemd-sysusers": "systemd", "systemd-tmpfiles": "systemd"}
PACKAGE = "passive-dns"
SKIP = 77

# Run inside as root of the copy. $1: folder with the packages and captures.
INSIDE = r"""
set -eu
cd "$1"
export GIVEN="$1"
# What is other than on the host, by the overlay's own layer; others may be at work on the host meanwhile.
left() {
  cd /tmp/upper
  find . -mindepth 1 \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o -path './etc/*-' -o -name .pwd.lock \
    -o -name .updated -o -path ./usr/local/bin/systemctl -o -path ./usr/sbin/policy-rc.d \) -prune -o -print |
    while read -r path; do
      if [ -c "$path" ]; then
        [ ! -e "/tmp/lower/$path" ] || echo "gone: $path"
      else
        [ -e "/tmp/lower/$path" ] || [ -L "/tmp/lower/$path" ] || echo "new: $path"
      fi
    done
  cd "$GIVEN"
}
say() { printf '== %s\n' "$*"; }
as() { setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"; }
links() { find /etc/systemd -name 'pdns-ingest*' -o -name 'pdns-backfill*' -o -name 'pdns-serve*' | sort; }
notes() { [ ! -e /run/systemctl.log ] || cat /run/systemctl.log; : >/run/systemctl.log; }
mkdir -p /run/systemd/system
dpkg -P passive-dns >/dev/null 2>&1 || true
cat >/usr/local/bin/systemctl <<'EOF'
#!/bin/sh
echo "$*" >>/run/systemctl.log
case "$*" in *is-active*) [ -e "$GIVEN/pretend-active" ] ;; esac
EOF
printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/local/bin/systemctl /usr/sbin/policy-rc.d
say install; dpkg -i first.deb
say asked-of-systemd; notes
say enabled; links
say run; stat -c '%A %U %G' /run/pdns-ingest
say differs; left | grep -c '^new: ./usr/'
say conffiles; dpkg-query -W -f '${Conffiles}\n' passive-dns
say users; id pdns-ingest; getent group pdns-dnstap pdns-backfill
install -d -o pdns-ingest -g pdns-ingest -m 0750 /var/lib/pdns
say use; as pdns-ingest pdns-ingest --config /etc/pdns/backfill.conf bind-rr.dnstap 2>&1 | tail -n 1
as pdns-ingest pdns-query www.blah.org | wc -l
echo '# mine' >>/etc/pdns/ingest.conf
touch pretend-active
say upgrade; dpkg -i second.deb </dev/null
say asked-of-systemd; notes
say kept; tail -n 1 /etc/pdns/ingest.conf
/usr/bin/systemctl --root=/ enable pdns-ingest.service pdns-backfill.timer pdns-serve.service
say enabled; links
say remove; dpkg -r passive-dns
say asked-of-systemd; notes
say configured; ls /etc/pdns; ls -d /var/lib/pdns/CURRENT
say purge; dpkg -P passive-dns
say left; ls -d /var/lib/pdns/CURRENT
rm -r /var/lib/pdns
say difference; left
say again; dpkg -i first.deb >/dev/null; install -d -o pdns-ingest /var/lib/pdns; dpkg -P passive-dns >/dev/null
left
say end
"""

# In new namespaces: the overlay, then the copy of the system as it would be without what is mounted on it.
OUTSIDE = r"""
set -eu
mount -t tmpfs -o mode=0755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o lowerdir=/,upperdir="$1/upper",workdir="$1/work" overlay "$1/root" || exit 77
cd "$1/root"
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t proc proc proc
mount --rbind /dev dev
mkdir tmp/given tmp/upper tmp/lower
mount --bind "$1/upper" tmp/upper
mount --bind / tmp/lower
cp -r "$2"/. tmp/given
exec chroot . /bin/bash -c "$3" inside /tmp/given
"""


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def build(folder: Path) -> Path:
    subprocess.run(["cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", folder / "cpack"],
                   cwd=BUILD, capture_output=True, check=True, timeout=900)
    (package,) = (folder / "cpack").glob("*.deb")
    return package


def with_version(package: Path, version: str, to: Path) -> None:
    """The same package under another version, one shipped configuration line apart."""
    tree = to.with_suffix(".tree")
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.MULTILINE))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", tree, to], check=True,
                   capture_output=True)
    shutil.rmtree(tree)


def field(package: Path, name: str) -> str:
    return subprocess.run(["dpkg-deb", "-f", package, name], capture_output=True, text=True, check=True).stdout.strip()


class Deb(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = scratch()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name)
        cls.package = build(cls.root)

    def test_fields(self) -> None:
        self.assertEqual(PACKAGE, field(self.package, "Package"))
        self.assertRegex(field(self.package, "Version"), r"^\d+\.\d+\.\d+$")
        for library in ("libc6", "libstdc++6", "libfstrm0"):
            self.assertRegex(field(self.package, "Depends"), rf"(^|, ){re.escape(library)} ")
        self.assertNotIn("-dev", field(self.package, "Depends"))
        self.assertEqual("libcurl4", field(self.package, "Recommends"))  # loaded, so nothing else asks for it

    def test_files(self) -> None:
        run = subprocess.run(["dpkg-deb", "-c", self.package], capture_output=True, text=True, check=True)
        rows = [line.split() for line in run.stdout.splitlines()]
        paths = {row[5][1:]: row for row in rows}
        for path in ("/usr/bin/pdns-ingest", "/usr/bin/pdns-query", "/usr/lib/systemd/system/pdns-ingest.service",
                     "/usr/lib/systemd/system/pdns-ingest.socket", "/usr/share/man/man1/pdns-ingest.1.gz",
                     "/usr/share/man/man7/pdns.7.gz", f"/usr/share/doc/{PACKAGE}/docs/operate.md",
                     "/usr/share/bash-completion/completions/pdns-query", "/usr/share/zsh/vendor-completions/_pdns-query",
                     "/etc/pdns/ingest.conf", f"/usr/share/doc/{PACKAGE}/copyright"):
            self.assertIn(path, paths)
        for path, row in paths.items():
            self.assertEqual("root/root", row[1], path)
            if not row[0].startswith("l"):  # a link has no permissions of its own
                self.assertNotRegex(row[0], "[st]|^.{5}w|^.{8}w", path)
            self.assertNotIn("powerdns", path)
        for tool in (path for path in paths if path.startswith("/usr/bin/")):
            page = f"/usr/share/man/man1/{Path(tool).name}.1.gz"
            self.assertTrue(tool.endswith("/") or page in paths, page)
            completion = f"/usr/share/bash-completion/completions/{Path(tool).name}"
            self.assertTrue(tool.endswith("/") or completion in paths, completion)
            # One file, and links to it.
            self.assertIn(" ".join(paths.get(completion, [])[6:]), ("", "-> pdns-query"))

    def test_lintian(self) -> None:
        if not shutil.which("lintian"):
            self.skipTest("lintian not found (package lintian)")
        run = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", self.package],
                             capture_output=True, text=True, timeout=900)
        self.assertEqual(0, run.returncode, run.stdout)

    def life(self) -> dict[str, list[str]]:
        """What was printed on each stage of its life on the copy; stages that come again are numbered."""
        given, mounted = self.root / "given", self.root / "mounted"
        given.mkdir()
        mounted.mkdir()
        shutil.copy(self.package, given / "first.deb")
        with_version(self.package, "9999", given / "second.deb")
        shutil.copy(CAPTURES[0], given)
        command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash", "-c", OUTSIDE, "outside",
                   mounted, given, INSIDE]
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=900)
        if run.returncode == SKIP:
            self.skipTest("no overlay of the root file system can be mounted here (needs root and overlayfs)")
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        stages: dict[str, list[str]] = {}
        for line in run.stdout.splitlines():
            if line.startswith("== "):
                name, number = line[3:], 2
                while name in stages:
                    name, number = f"{line[3:]}-{number}", number + 1
                stages[name] = []
            elif stages:
                stages[list(stages)[-1]].append(line)
        self.assertIn("end", stages, run.stdout + run.stderr)
        return stages

    def test_life(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root can mount an overlay and install on it")
        told = self.life()
        # Installed: nothing is enabled and nothing is started.
        self.assertEqual(["--system daemon-reload"], told["asked-of-systemd"])
        self.assertEqual([], told["enabled"])
        self.assertEqual(["drwxr-sr-x pdns-ingest pdns-dnstap"], told["run"])
        self.assertGreater(int(told["differs"][0]), 10)  # what the package has; so a difference would be seen below
        self.assertEqual({"/etc/pdns/backfill.conf", "/etc/pdns/backup.conf", "/etc/pdns/expire.conf", "/etc/pdns/ingest.conf", "/etc/pdns/serve.conf"},
                         {line.split()[0] for line in told["conffiles"] if line.strip()})
        self.assertIn("(pdns-ingest)", told["users"][0])
        self.assertTrue(told["users"][1].startswith("pdns-dnstap:"))
        self.assertRegex(told["users"][2], "^pdns-backfill:.*:$")  # nobody is in it
        self.assertGreater(int(told["use"][-1]), 1)
        # Upgraded: what runs is let run, and the reload is suggested.
        self.assertEqual(["--system daemon-reload", "--quiet is-active pdns-ingest.service"],
                         told["asked-of-systemd-2"])
        self.assertIn("systemctl reload pdns-ingest", "\n".join(told["upgrade"]))
        self.assertEqual(["# mine"], told["kept"])
        self.assertEqual({"multi-user.target.wants/pdns-ingest.service", "sockets.target.wants/pdns-ingest.socket",
                          "timers.target.wants/pdns-backfill.timer", "multi-user.target.wants/pdns-serve.service",
                          "sockets.target.wants/pdns-serve.socket"},
                         {line.removeprefix("/etc/systemd/system/") for line in told["enabled-2"]})
        # Removed: stopped first; configuration and data stay.
        self.assertTrue(any(line.startswith("stop ") or " stop " in line for line in told["asked-of-systemd-3"]),
                        told["asked-of-systemd-3"])
        self.assertEqual(["backfill.conf", "backup.conf", "expire.conf", "ingest.conf", "serve.conf", "/var/lib/pdns/CURRENT"], told["configured"])
        # Purged: the data stays and is named; nothing else is left.
        self.assertIn("/var/lib/pdns holds data", "\n".join(told["purge"]))
        self.assertEqual(["/var/lib/pdns/CURRENT"], told["left"])
        self.assertEqual([], told["difference"])
        self.assertEqual([], told["again"])


if __name__ == "__main__":
    for program, package in NEEDS.items():
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            skip(f"{program} not found (package {package})")
    unittest.main(verbosity=2)  # tells why a part was skipped
