#!/usr/bin/env python3
"""Runs clang-tidy over files and skips those that were found clean before and have not changed since.

    tools/tidy.py --build build/clang FILE...      exit code 1: at least one file has findings

A verdict stands for everything clang-tidy looked at: its version and options, each .clang-tidy above the file,
the compile command, and the content of the file and of each header that it includes, the system's as well. Whole
contents are hashed, not preprocessed text: comments (NOLINT), macro definitions and columns count. Paths are
hashed relative to the source tree, so that a clone in another folder finds the verdicts. Only clean ones are kept.

A verdict is one file of the cache: a line `hash path` for each file that was read. Its folder is named by the hash
of what is known before those are: version, options, configuration, compile command. Verdicts that nobody used for
60 days are removed.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import functools
import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet"]
KEPT_SECONDS = 60 * 24 * 3600
KEPT_OF_ONE = 16  # verdicts of one file: branches that take turns


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pdns-tidy"


@functools.lru_cache(maxsize=None)
def hash_of(path: str) -> str:
    """The hash of a file's content; empty if it cannot be read, which no file's hash is."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


class Tidy:
    def __init__(self, build: Path, tree: Path, program: str, cache: Path) -> None:
        self.build, self.tree, self.program, self.cache = build, tree, program, cache
        commands = json.loads((build / "compile_commands.json").read_text())
        self.commands = {str(Path(one["directory"], one["file"]).resolve()): one for one in commands}
        self.version = subprocess.run([program, "--version"], capture_output=True, check=True).stdout

    def verdicts(self, file: Path) -> Path:
        """The folder of the verdicts on `file` as it is compiled and looked at now."""
        known = hashlib.sha256(self.version)
        for part in (*OPTIONS, str(file.relative_to(self.tree)), self.commands[str(file)]["command"]):
            known.update(part.replace(f"{self.tree}/", "").encode() + b"\0")
        for folder in file.parents:
            known.update(f"{hash_of(str(folder / '.clang-tidy'))}\0".encode())
            if folder == self.tree:
                break
        return self.cache / known.hexdigest()

    def inputs(self, file: Path) -> list[str]:
        """The file and all that it includes, as the compiler lists them for make."""
        one = self.commands[str(file)]
        command, words = [], iter(shlex.split(one["command"]))
        for word in words:
            if word in ("-o", "-MF", "-MT", "-MQ"):
                next(words)
            elif word not in ("-c", "-MD", "-MMD"):
                command.append(word)
        run = subprocess.run([*command, "-M"], cwd=one["directory"], capture_output=True, text=True)
        if run.returncode != 0:
            return []  # clang-tidy will tell why
        listed = run.stdout.partition(":")[2].replace("\\\n", " ").split()
        return sorted({os.path.normpath(os.path.join(one["directory"], path)) for path in listed})

    def record(self, inputs: list[str]) -> str:
        return "".join(f"{hash_of(path)} {path.removeprefix(f'{self.tree}/')}\n" for path in inputs)

    def holds(self, verdict: Path) -> bool:
        lines = (line.partition(" ") for line in verdict.read_text().splitlines())
        return all(before and hash_of(str(self.tree / path)) == before for before, _, path in lines)

    def was_clean(self, file: Path) -> bool:
        for verdict in self.verdicts(file).glob("*"):
            if self.holds(verdict):
                os.utime(verdict)
                return True
        return False

    def remember(self, file: Path, record: str) -> None:
        folder = self.verdicts(file)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.cache, delete=False) as whole:
            whole.write(record)
        os.replace(whole.name, folder / hashlib.sha256(record.encode()).hexdigest())
        for old in sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)[:-KEPT_OF_ONE]:
            old.unlink()

    def look(self, file: Path) -> str:
        """What clang-tidy says of the file; empty if it is clean, and then that is remembered."""
        inputs = self.inputs(file)
        record = self.record(inputs)
        run = subprocess.run([self.program, "-p", self.build, *OPTIONS, file], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.returncode != 0 or run.stdout.strip():
            return run.stdout + run.stderr
        hash_of.cache_clear()
        if inputs and record == self.record(inputs):  # nothing was edited meanwhile
            self.remember(file, record)
        return ""

    def drop_old(self) -> None:
        """Verdicts and folders; another run may be busy here as well, but not with what is that old."""
        oldest = time.time() - KEPT_SECONDS
        for path in (*self.cache.glob("*/*"), *self.cache.glob("*")):
            with contextlib.suppress(OSError):  # FileNotFoundError; or a folder that is not empty
                if path.stat().st_mtime < oldest:
                    path.rmdir() if path.is_dir() else path.unlink()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="build folder with compile_commands.json")
    parser.add_argument("--tree", type=Path, default=TREE, help="source tree (default: the one this script is in)")
    parser.add_argument("--clang-tidy", default="clang-tidy-14", metavar="PROGRAM")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="folder of the verdicts")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="files at once (default: one per core)")
    parser.add_argument("files", nargs="+", type=Path)
    return parser.parse_args()


def main() -> int:
    args = parse()
    tidy = Tidy(args.build.resolve(), args.tree.resolve(), args.clang_tidy, args.cache)
    files = [file.resolve() for file in args.files]
    if unknown := [str(file) for file in files if str(file) not in tidy.commands]:
        print(f"not in {args.build}/compile_commands.json: {' '.join(unknown)}", file=sys.stderr)
        return 1
    left = [file for file in files if not tidy.was_clean(file)]
    dirty = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for said in pool.map(tidy.look, left):
            dirty += bool(said)
            print(said, end="", flush=True)
    tidy.drop_old()
    print(f"clang-tidy: {len(left)} files looked at, {dirty} with findings; {len(files) - len(left)} known to be clean")
    return 1 if dirty else 0


if __name__ == "__main__":
    sys.exit(main())
