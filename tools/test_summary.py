#!/usr/bin/env python3
"""How many tests passed, failed and were skipped, and why, from the JUnit files of ctest.

    tools/test_summary.py build/release.tests.xml...

A test is skipped as a whole (exit code 77, "skipped: REASON") or in parts, which Python's unittest and GoogleTest
tell in their output; the rest of such a test counts as passed. Of a test that failed stands what its output says
about it: a record of a run that keeps only its end still tells what to mend.
"""
from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

REASONS = (
    re.compile(r"^skipped: (.+)$", re.MULTILINE),
    re.compile(r"\.\.\. skipped '(.+)'$", re.MULTILINE),  # unittest, with verbosity 2
    re.compile(r": Skipped\n(.+)$", re.MULTILINE),  # GoogleTest
)
# A line that begins what is told about a failure, and how many lines it takes with what is behind it.
TELLING = re.compile(
    r"(: Failure$|^\[  FAILED  \]|^(FAIL|ERROR): |^Traceback |runtime error: |^==\d+==\s*(ERROR|WARNING)|^SUMMARY: "
    r"|^WARNING: ThreadSanitizer|terminate called|^CMake Error)")
BEHIND = 8
MOST = 60  # lines a test


def reasons(case: xml.Element) -> list[str]:
    output = case.findtext("system-out") or ""
    return list(dict.fromkeys(reason for pattern in REASONS for reason in pattern.findall(output)))


def failure(case: xml.Element) -> list[str]:
    """What the output says about the failure; if that cannot be told, its end."""
    output = [line for line in (case.findtext("system-out") or "").splitlines() if not line.startswith("[       OK ")]
    chosen: set[int] = set()
    for at, line in enumerate(output):
        if TELLING.search(line):
            chosen.update(range(at, min(at + BEHIND, len(output))))
    told = [output[at] for at in sorted(chosen)] or output[-20:]
    if len(told) > MOST:
        told = [*told[:MOST - 10], f"[{len(told) - MOST} lines more]", *told[-10:]]
    return [f"    | {line}" for line in told]


def main() -> int:
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    lines: list[str] = []
    for path in filter(Path.exists, map(Path, sys.argv[1:])):
        preset = path.name.partition(".")[0]
        for case in xml.parse(path).getroot().iter("testcase"):
            name, why = f"{preset}: {case.get('name')}", reasons(case)
            if case.get("status") == "disabled":
                continue  # not meant for this preset
            if case.find("skipped") is not None:
                counts["skipped"] += 1
                lines.append(f"  skipped  {name}: {'; '.join(why) or 'it does not say why'}")
            elif case.find("failure") is not None or case.get("status") == "fail":
                counts["failed"] += 1
                lines += [f"  FAILED   {name}", *failure(case)]
            else:
                counts["passed"] += 1
                lines += [f"  a part of {name} was skipped: {reason}" for reason in why]
    print("tests: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    print("".join(f"{line}\n" for line in lines), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
