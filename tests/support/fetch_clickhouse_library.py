#!/usr/bin/env python3
"""Puts the library of a new ClickHouse's engine (559 MB) into a folder, once, for the tests that use it.

usage: fetch_clickhouse_library.py FOLDER

npm gets the package (167 MB), from whatever registry it is set up with. The version and its digest are fixed here. Where
there is no npm, or it reaches no registry, the answer is the code that ctest counts as skipped, as are the tests then.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

NAME, VERSION = "@chdb/lib-linux-x64-gnu", "26.5.3"
SHA512 = ("7cfacb991b79328a2bf721b3e266b36eb3637b8b7b5fd281da64c69171564714"
          "41b3688acbcca1ea3c75d71b1ad10af788314c53fc87a9df9b55d6095eedd069")
LIBRARY = "libchdb.so"
SECONDS = 400


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(77)


def fetch(folder: Path) -> None:
    if shutil.which("npm") is None:
        skip("npm is not installed")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        try:
            run = subprocess.run(["npm", "pack", "--loglevel=error", f"{NAME}@{VERSION}"], cwd=name, stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            skip(f"npm did not get {NAME} within {SECONDS} s")
        packages = list(Path(name).glob("*.tgz"))
        if run.returncode != 0 or len(packages) != 1:
            skip(f"npm did not get {NAME}: {(run.stderr or run.stdout).strip()[-300:]}")
        digest = hashlib.sha512(packages[0].read_bytes()).hexdigest()
        if digest != SHA512:
            sys.exit(f"{NAME} {VERSION} is not what it was: its digest is {digest}")
        with tarfile.open(packages[0]) as package:
            member = package.extractfile(f"package/{LIBRARY}")
            assert member is not None
            with open(Path(name) / LIBRARY, "wb") as out:
                shutil.copyfileobj(member, out)
        os.rename(Path(name) / LIBRARY, folder / LIBRARY)  # whole or not there


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / LIBRARY).exists():
        fetch(folder)
    print(folder / LIBRARY)


if __name__ == "__main__":
    main()
