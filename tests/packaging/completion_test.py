"""Completion for bash and zsh: it knows exactly the options and values that the programs have, and shells that
people type in complete with it."""
from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import unittest
from pathlib import Path

from manual_test import options_of_help
from pdns_dnstap import response
from pdns_shell import Shell
from pdns_testing import BIN, scratch, stream

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "packaging/completion"
BASH, ZSH = FILES / "pdns-query.bash", FILES / "_pdns-query"
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
RENDER_ROWS = Path(os.environ.get("PDNS_RENDER_ROWS", "build/release/tests/rendering/render_rows"))
PROGRAMS = ("pdns-query", "pdns-ingest", "pdns-serve", "pdns-tap", "pdns-admin")
USAGE = 64

# Options whose values are words that the help names.
WORDS = {("pdns-query", "--format"), ("pdns-query", "--sort"), ("pdns-query", "--color"),
         ("pdns-ingest", "--untrusted"), ("pdns-ingest", "--report")}
# Options whose values are files, folders, users or groups. All other values are for the person to know.
FILE_VALUES = {("pdns-query", "--file"), *(("pdns-ingest", option) for option in (
    "--unix", "--follow", "--backfill", "--tls-cert", "--tls-key", "--tls-client-ca", "--control", "--config")),
    *(("pdns-serve", option) for option in ("--keys", "--audit", "--tls-cert", "--tls-key", "--config")),
    *(("pdns-tap", option) for option in ("--unix", "--follow", "--control")),
    *(("pdns-admin", option) for option in ("--control", "--config"))}
FOLDER_VALUES = {*((program, "--database") for program in PROGRAMS), ("pdns-admin", "--directory"), ("pdns-admin", "--to"),
                 *(("pdns-ingest", option) for option in ("--watch", "--archive", "--outbox"))}
SYSTEM_VALUES = {("pdns-ingest", "--socket-owner"), ("pdns-ingest", "--socket-group"),
                 ("pdns-ingest", "--backfill-group")}
LISTS = {("pdns-query", "--type"), ("pdns-admin", "--type"), ("pdns-ingest", "--message-type"), ("pdns-tap", "--type"), ("pdns-tap", "--rrtype"),
         ("pdns-tap", "--rcode")}

# Types of which no record comes into a database; those of messages alone are asked for by nobody.
NEVER_STORED = {"OPT", "TSIG", "TKEY", "IXFR", "AXFR", "MAILA", "MAILB"}
NEVER_ASKED = {"OPT", "TSIG"}

CALL = r"""
. "$1"; shift
compopt() { printf 'compopt %s\n' "$*"; }
read -r _ _ function _ < <(complete -p "$1")
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""

# Every match that is offered, one a line.
ZSH_START = rf"""
fpath=({FILES} $fpath)
autoload -U compinit
compinit -u -D
compadd() {{
  local -a pdns_offered
  if (( ! ${{argv[(I)-[OAD]]}} )); then
    builtin compadd -O pdns_offered "$@"
    (( $#pdns_offered )) && print -rl -- $pdns_offered >>~/offered
  fi
  builtin compadd "$@"
}}
"""


def words_of(line: str) -> list[str]:
    """A line cut as readline cuts it: `=` stands alone."""
    return [word for part in line.split(" ") for word in (re.findall(r"=|[^=]+", part) or [""])] + (
        [""] if line.endswith("=") else [])


def in_bash(line: str) -> tuple[list[str], set[str]]:
    """What the completion function of the line's program offers, and what it asks of readline."""
    run = subprocess.run(["bash", "--norc", "-c", "set -u\n" + CALL, "call", BASH, *words_of(line)],
                         capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    lines = [line for line in run.stdout.splitlines() if line]
    return ([line for line in lines if not line.startswith("compopt ")],
            {line.removeprefix("compopt -o ") for line in lines if line.startswith("compopt ")})


def accepted(program: str, option: str, value: str, folder: Path) -> bool:
    """Whether the program takes that value; it goes no further than to a file that is not there."""
    nowhere = folder / "nowhere"
    rest = {"pdns-query": ["-d", nowhere, "a.example"], "pdns-tap": [nowhere],
            "pdns-ingest": ["-d", folder / "db", nowhere]}[program]
    run = subprocess.run([BIN / program, option, value, *rest], capture_output=True, timeout=300)
    assert run.returncode in (1, USAGE, 66), run.stderr
    return run.returncode != USAGE


def help_of(program: str) -> dict[str, tuple[bool, str]]:
    """Long option -> whether it takes a value, and what is said of it."""
    said = "--help-all" if program in ("pdns-query", "pdns-admin") else "--help"
    text = subprocess.run([BIN / program, said], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^  (?:-\w \[ )?(--[a-z-]+)(?: \])?( [A-Z].*?)?(?:  +|\n)(.*(?:\n {10,}.*)*)", text, re.MULTILINE)
    return {option: (bool(value), " ".join(words.split())) for option, value, words in found}


def rrtypes() -> set[str]:
    """All names in the project's table, by having every number written."""
    lines = "".join(f"00 {number} - 0\n" for number in range(1, 65536))
    run = subprocess.run([RENDER_ROWS, "tsv"], input=lines, capture_output=True, text=True, check=True)
    names = {line.split("\t")[1] for line in run.stdout.splitlines()[1:]}
    return {name for name in names if not re.fullmatch(r"TYPE\d+", name)}


def message_types() -> set[str]:
    (enum,) = re.findall(r"enum Type \{([^}]*AUTH_QUERY[^}]*)\}", (ROOT / "proto/dnstap.proto").read_text())
    return set(re.findall(r"([A-Z_]+) = \d+;", enum))


def rcodes(folder: Path) -> set[str]:
    """All names that pdns-tap has, by having it print responses with each number."""
    def message(rcode: int) -> bytes:
        edns = b"\0" + struct.pack("!HHBBHH", 41, 1232, rcode >> 4, 0, 0, 0)
        return struct.pack("!6H", 1, 0x8000 | rcode & 15, 1, 0, 0, 1) + b"\0\0\1\0\1" + edns

    capture = folder / "rcodes.dnstap"
    capture.write_bytes(stream(response(message(rcode), b"\0", 1780000000) for rcode in range(4096)))
    run = subprocess.run([BIN / "pdns-tap", "-y", capture], capture_output=True, text=True, check=True)
    names = set(re.findall(r"status: (\w+)", run.stdout))
    return {name for name in names if not re.fullmatch(r"(RCODE|RESERVED)?\d+", name)}


class Known(unittest.TestCase):
    """What the programs have, by their own words, and what bash and zsh offer."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.scratch = scratch()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        cls.zsh = None
        if shutil.which("zsh"):
            home = cls.folder / "home"
            home.mkdir()
            cls.zsh = cls.enterClassContext(Shell("zsh", home, ZSH_START))
            cls.offered = home / "offered"

    def offers(self, line: str) -> dict[str, set[str]]:
        """By shell: what is offered for the last word, or for its last element."""
        found = {"bash": {word.rpartition(",")[2] for word in in_bash(line)[0]}}
        if self.zsh:
            self.offered.write_text("")
            self.zsh.completed(line)
            found["zsh"] = {word.rstrip("=") for word in self.offered.read_text().splitlines()}
        return found

    def same(self, wanted: set[str], line: str) -> None:
        for shell, offered in self.offers(line).items():
            self.assertEqual(sorted(wanted), sorted(offered), f"{shell}: {line}")

    def test_options(self) -> None:
        for program in PROGRAMS:
            options = options_of_help(program)
            self.same({f"--{long}" for long in options}, f"{program} --")
            letters = {f"-{letter}" for letter in options.values() if letter}
            for shell, offered in self.offers(f"{program} -").items():
                self.assertEqual(sorted(letters), sorted(word for word in offered if len(word) == 2), shell)

    def test_whether_an_option_takes_a_value(self) -> None:
        """Behind one that does, no option is offered; behind one that does not, all are."""
        for program in PROGRAMS:
            for option, (takes, _) in help_of(program).items():
                takes = takes and option != "--pivot"  # whose value may be left out
                words, asked = in_bash(f"{program} {option} --")
                if option not in ("--version", "--help", "--help-all"):  # behind which zsh offers nothing more
                    for shell, offered in self.offers(f"{program} {option} --").items():
                        self.assertEqual(takes, "--version" not in offered, f"{shell}: {program} {option}")
                self.assertEqual(takes, "--version" not in words, f"{program} {option}")
                key = (program, option)
                wanted = {"default"} if key in FILE_VALUES else {"dirnames"} if key in FOLDER_VALUES else set()
                if takes and key not in LISTS:
                    self.assertEqual((words, asked), ([], wanted), f"{program} {option}")
                if takes and key not in LISTS | WORDS | SYSTEM_VALUES:
                    self.assertEqual(([], wanted), in_bash(f"{program} {option} "), f"{program} {option}")

    def test_zsh_describes_an_option_as_its_help_does(self) -> None:
        """Shorter, yet with the verb that the help begins with, or that follows on "With --option:"."""
        text = ZSH.read_text()
        for program in PROGRAMS:
            part = re.search(rf"^  {program}\)$(.*?);;$", text, re.MULTILINE | re.DOTALL).group(1)
            described = dict(re.findall(r"(--[a-z-]+)=?(?:\}['\"])?\[([^\]]+)\]", part))
            said = {option: re.sub(r"^With [^:]*: ", "", words) for option, (_, words) in help_of(program).items()}
            self.assertEqual({option: words.split()[0].lower() for option, words in said.items()},
                             {option: words.split()[0].lower() for option, words in described.items()}, program)

    def test_letters_are_the_same_as_their_options(self) -> None:
        for program in PROGRAMS:
            for long, letter in options_of_help(program).items():
                if letter:
                    for value in ("", "--"):
                        self.assertEqual(in_bash(f"{program} --{long} {value}"), in_bash(f"{program} -{letter} {value}"), long)

    def test_words(self) -> None:
        for program, option in sorted(WORDS):
            self.assertFalse(accepted(program, option, "nonsense", self.folder))
            words = re.findall(r"[a-z]+", help_of(program)[option][1])
            wanted = {word for word in words if accepted(program, option, word, self.folder)}
            self.assertGreater(len(wanted), 1)
            self.same(wanted, f"{program} {option} ")
            self.same(wanted, f"{program} {option}=")

    def check_list(self, wanted: set[str], program: str, *options: str) -> None:
        self.assertGreater(len(wanted), 10)
        self.assertFalse(accepted(program, options[0], "NONSENSE", self.folder))
        for name in sorted(wanted):
            self.assertTrue(accepted(program, options[0], name, self.folder), name)
        for option in options:
            first = sorted(wanted)[0]
            for shell, offered in self.offers(f"{program} {option} ").items():
                self.assertEqual(sorted(wanted), sorted(offered), f"{shell}: {program} {option}")
            for shell, offered in self.offers(f"{program} {option} {first},").items():
                self.assertLessEqual(wanted - {first}, offered, shell)

    def test_rrtypes(self) -> None:
        known = rrtypes()
        self.assertLess({"A", "AAAA", "HTTPS", "NSEC3PARAM", "TA"}, known)
        stored = known - NEVER_STORED | {"ANY", "ANY-DNSSEC"}
        self.check_list(stored, "pdns-query", "-t", "--type")
        for option in ("-t", "--type"):
            for shell, offered in self.offers(f"pdns-admin {option} ").items():
                self.assertEqual(sorted(stored), sorted(offered), f"{shell}: pdns-admin {option}")
        self.check_list(known - NEVER_ASKED, "pdns-tap", "-t", "--rrtype")

    def test_message_types_and_rcodes(self) -> None:
        self.check_list(message_types(), "pdns-ingest", "--message-type")
        self.check_list(message_types(), "pdns-tap", "--type")
        self.check_list(rcodes(self.folder), "pdns-tap", "--rcode")

    def test_the_function_of_bash(self) -> None:
        for line, wanted in {
            "pdns-query -t A,AA": ["A,AAAA"], "pdns-query -t a,aa": ["a,AAAA"], "pdns-query --type=NS,ns": None,
            "pdns-query -tA,AA": ["-tA,AAAA"], "pdns-query -pj": ["-pjson"], "pdns-query --sort=c": ["count"],
            "pdns-query -t MX,": None, "pdns-query www": [], "pdns-query ": [], "pdns-query -- -": [],
            "pdns-query --nonsense": [], "pdns-query www --su": ["--summarize"], "pdns-query --pivot www": [],
            "pdns-ingest --socket-owner roo": ["root"], "pdns-tap --rcode NXDOMAIN,serv": ["NXDOMAIN,SERVFAIL"],
            "pdns-admin le": ["ledger"], "pdns-admin stats --re": ["--recount"], "pdns-admin compact --re": [],
            "pdns-admin ledger --dry": [], "pdns-admin compact --dry": ["--dry-run"],
        }.items():
            offered = in_bash(line)[0]
            if wanted is None:
                self.assertGreater(len(offered), 1, line)
                self.assertEqual({line.split(" ")[-1].rpartition("=")[2].rpartition(",")[0]},
                                 {word.rpartition(",")[0] for word in offered}, line)
            else:
                self.assertEqual(wanted, offered, line)
        self.assertEqual(([], {"default"}), in_bash("pdns-ingest x"))
        self.assertEqual(([], {"default"}), in_bash("pdns-tap -- -x"))
        self.assertEqual(([], {"default"}), in_bash("pdns-admin ledger x"))

    def test_words_that_bash_does_not_cut(self) -> None:
        """`=` taken out of COMP_WORDBREAKS."""
        script = f'. {BASH}; COMP_WORDS=(pdns-query --sort=c); COMP_CWORD=1; _pdns_query; echo "${{COMPREPLY[@]}}"'
        self.assertEqual("--sort=count\n", subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout)


class Typed(unittest.TestCase):
    """Lines typed into a shell, and TAB."""

    # What is typed: what stands there then. zsh puts `=` behind an option with a value where bash puts a space.
    LINES = {
        "pdns-query --sor": "pdns-query --sort", "pdns-query --sort=f": "pdns-query --sort=first",
        "pdns-query --sort co": "pdns-query --sort count", "pdns-query -p c": "pdns-query -p csv",
        "pdns-query --color=al": "pdns-query --color=always", "pdns-query -t A,AA": "pdns-query -t A,AAAA",
        "pdns-query --type=A,aaa": "pdns-query --type=A,AAAA", "pdns-query -t ANY-": "pdns-query -t ANY-DNSSEC",
        "pdns-query -pj": "pdns-query -pjson", "pdns-query www": "pdns-query www", "pdns-query li": "pdns-query li",
        "pdns-query -f li": "pdns-query -f list.txt", "pdns-query -f wi": r"pdns-query -f with\ space",
        "pdns-query --file=li": "pdns-query --file=list.txt", "pdns-query -d d": "pdns-query -d data/",
        "pdns-query -d ~/da": "pdns-query -d ~/data/",
        "pdns-query --since li": "pdns-query --since li", "pdns-query -- --so": "pdns-query -- --so",
        "pdns-query --pivot li": "pdns-query --pivot li", "pdns-query www --timel": "pdns-query www --timeline",
        "pdns-ingest li": "pdns-ingest list.txt", "pdns-ingest --untrusted=q": "pdns-ingest --untrusted=quarantine",
        "pdns-ingest --socket-owner roo": "pdns-ingest --socket-owner root", "pdns-ingest --watch da": "pdns-ingest --watch data/",
        "pdns-tap --rcode nxd": "pdns-tap --rcode NXDOMAIN", "pdns-tap --type UPDATE_Q": "pdns-tap --type UPDATE_QUERY",
        "pdns-admin comp": "pdns-admin compact", "pdns-admin ledger li": "pdns-admin ledger list.txt",
        "pdns-tap data/c": "pdns-tap data/capture", "pdns-tap --metr": "pdns-tap --metr",
    }

    # zsh falls back to files where no folder has such a name.
    IN_BASH = {"pdns-query -d li": "pdns-query -d li"}

    def check(self, shell: str, start: str) -> None:
        lines = {**self.LINES, **(self.IN_BASH if shell == "bash" else {})}
        with scratch() as scratched:
            folder = Path(scratched)
            for file in ("list.txt", "www.txt", "with space", "data/capture"):
                (folder / file).parent.mkdir(exist_ok=True)
                (folder / file).write_text("")
            with Shell(shell, folder, start) as typed:
                for line, wanted in lines.items():
                    with self.subTest(line):
                        self.assertEqual(wanted, re.sub(r"(?<=[^,= ])[,= ]$", "", typed.completed(line)))

    def test_bash_alone(self) -> None:
        self.check("bash", f". {BASH}")

    def test_bash_completion_finds_it(self) -> None:
        """Installed under the names that it looks for, and read when first needed."""
        if not BASH_COMPLETION.exists():
            self.skipTest("bash-completion not found (package bash-completion)")
        with scratch() as folder:
            place = Path(folder) / "completions"
            place.mkdir()
            shutil.copy(BASH, place / "pdns-query")
            for other in ("pdns-ingest", "pdns-serve", "pdns-tap", "pdns-admin"):
                (place / other).symlink_to("pdns-query")
            self.check("bash", f"BASH_COMPLETION_USER_DIR={folder}\n. {BASH_COMPLETION}\n")

    def test_zsh(self) -> None:
        if not shutil.which("zsh"):
            self.skipTest("zsh not found (package zsh)")
        self.check("zsh", f"fpath=({FILES} $fpath)\nautoload -U compinit\ncompinit -u -D\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)  # tells why a part was skipped
