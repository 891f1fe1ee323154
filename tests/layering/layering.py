"""Holds every #include of src/ and tools/ to the plan in src/CMakeLists.txt.

A room includes itself and the rooms it USES; a guest's header stands only in a .cc of a room that has the
guest; no header of ours includes a guest; arrows go down, so the plan itself has no circle, and neither have the
folders within a room. No folder has more than 16 units. No word of a private vocabulary stands in src/, tools/, man/
and README.md. Every class with functions in a header of src/ has a sentence about threads, in the comment in front of
it or in the header's first one.
"""
from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# First part of an include -> the guest whose header it is.
GUEST_OF = {
    "archive.h": "archive",
    "archive_entry.h": "archive",
    "boost": "Boost",
    "bzlib.h": "BZip2",
    "dnstap.pb-c.h": "pdns_proto",
    "fmt": "fmt",
    "fstrm.h": "fstrm",
    "idn2.h": "idn2",
    "ldns": "ldns",
    "lz4.h": "lz4",
    "lz4frame.h": "lz4",
    "lzma.h": "lzma",
    "curl": "libcurl",
    "microhttpd.h": "microhttpd",
    "prometheus": "prometheus",
    "openssl": "openssl",
    "protobuf-c": "protobuf_c",
    "rapidjson": "rapidjson",
    "re2": "re2",
    "rocksdb": "rocksdb",
    "spdlog": "spdlog",
    "systemd": "systemd",
    "xxhash.h": "xxhash",
    "zlib.h": "zlib",
    "zstd.h": "zstd",
    "zstd_errors.h": "zstd",
}
VOCABULARY = {"fmt"}
TOOL_GUESTS = {"Boost", "fmt"}
MAX_LINES = 500
MAX_UNITS = 16
# Words that were this code's own, with the field's word for each; and functions called Take, which say
# nothing of what they do. What overrides a guest's function keeps its name.
PRIVATE_WORDS = {
    "fate": "outcome", "crew": "worker pool", "attendant": "signal supervisor", "charge": "handlers",
    "far end": "target", "lobby": "waiting clients", "onlooker": "tap", "settle": "finish", "book": "count",
    "lane": "reader or worker", "harvest": "batch buffer", "turnstile": "round robin",
}
PRIVATE = re.compile(r"\b(" + "|".join(re.sub(" ", "[_ ]?", word) for word in PRIVATE_WORDS) + r")(s|ed|d)?\b", re.I)
TAKE = re.compile(r"\bTake[A-Z]?\w*\(")
GUESTS_TAKE = {"src/json/reader.cc"}

# What a class says of threads: these words, in a sentence that may say more.
#   "One thread at a time."   "Any thread."   "Functions: any thread."   "A value."   "A thread of its own."
# A value is for one thread at a time, and each copy for another one if need be.
THREADS = re.compile(r"\b(one thread|any thread|thread of its own|threads? of their own|any number may read|in the thread of|"
                     r"from the thread of|by the thread that|an? (\w+ is a )?value|values)\b", re.I)
CLASS = re.compile(r"^(?:class|struct) (?:\[\[\w+\]\] )?(\w+)(?: final)?(?:\s*:[^;{]*)?\s*\{", re.M)
FUNCTION = re.compile(r"[\w~=>]\s*\([^;{}]*\)[^;{}]*[;{]")


@dataclass
class Room:
    name: str
    files: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)


def read_plan(text: str) -> dict[str, Room]:
    rooms: dict[str, Room] = {}
    for body in re.findall(r"^pdns_room\((.*?)\)", text, re.S | re.M):
        words = body.split()
        room = Room(words[0])
        into: set[str] = set()
        for word in words[1:]:
            if word in ("FILES", "USES", "GUESTS"):
                into = {"FILES": room.files, "USES": room.uses, "GUESTS": room.guests}[word]
            else:
                into.add(word)
        room.guests = {re.sub(r"^PkgConfig::|::.*$", "", guest) for guest in room.guests}
        unknown = room.uses - rooms.keys()
        if unknown:
            raise ValueError(f"room {room.name} uses {sorted(unknown)}, which the plan does not set before it")
        rooms[room.name] = room
    return rooms


def includes(text: str) -> list[tuple[bool, str]]:
    """(quoted, path) of each include."""
    return [(q == '"', path) for q, path in re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', text, re.M)]


def check_words(path: Path, text: str) -> list[str]:
    faults = [f"{path}: the private word {found.group(0)!r}" for found in PRIVATE.finditer(text)]
    if str(path) not in GUESTS_TAKE:
        faults += [f"{path}: {found.group(0)}) does not say what happens" for found in TAKE.finditer(text)]
    return faults


def check_file(room: Room, path: Path, text: str, rooms: dict[str, Room]) -> list[str]:
    faults = []
    if str(path.relative_to(f"src/{room.name}").with_suffix("")) not in room.files:
        faults.append(f"{path}: not in the plan of room {room.name}")
    if text.count("\n") > MAX_LINES:
        faults.append(f"{path}: over {MAX_LINES} lines")
    for option in re.findall(r'"[^"\n]*(--[a-z][a-z-]+)', text):
        faults.append(f"{path}: names the option {option}: a library says what is wrong, a tool what its options can do")
    if path.suffix == ".h" and "#pragma once" not in text:
        faults.append(f"{path}: no #pragma once")
    for quoted, target in includes(text):
        first = target.split("/")[0]
        guest = GUEST_OF.get(target) or GUEST_OF.get(first)
        if quoted and first in rooms:
            if first != room.name and first not in room.uses:
                faults.append(f"{path}: room {room.name} may not include {target}")
        elif guest is not None:
            if path.suffix == ".h":
                faults.append(f"{path}: a guest's header in a header of ours: {target}")
            elif guest not in room.guests | VOCABULARY:
                faults.append(f"{path}: {target} is no guest of room {room.name}")
        elif quoted:
            faults.append(f"{path}: {target} is of no room")
        elif "/" in target and not re.match(r"(sys|arpa|linux|netinet|net)/", target):
            faults.append(f"{path}: {target} is of no guest that the layering test knows")
    return faults


def comment_at_end(text: str) -> str:
    """The comment that stands right at the end of `text`, as one line."""
    lines = text.splitlines()
    end = len(lines)
    while end > 0 and lines[end - 1].startswith("template"):
        end -= 1
    begin = end
    while begin > 0 and lines[begin - 1].lstrip().startswith("//"):
        begin -= 1
    return " ".join(line.lstrip().removeprefix("//").strip() for line in lines[begin:end])


def body_at(text: str, begin: int) -> str:
    """From behind the brace before `begin` to the one that closes it."""
    depth, at = 1, begin
    while at < len(text) and depth > 0:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[begin:at]


def check_threads(path: Path, text: str) -> list[str]:
    """Of a header. A struct without functions is what its fields are."""
    first = comment_at_end(re.match(r"(?://.*\n)*", text).group(0))
    faults = []
    for found in CLASS.finditer(text):
        body = re.sub(r"//.*", "", body_at(text, found.end()))
        body = re.sub(r"std::function<[^;]*;|\s=\s[^;(){}]*\([^;]*;", ";", body)  # fields
        said = THREADS.search(first) or THREADS.search(comment_at_end(text[:found.start()]))
        if FUNCTION.search(body) and not said:
            faults.append(f"{path}: class {found.group(1)} does not say which threads may call it: "
                          '"One thread at a time.", "Any thread.", "A value."')
    return faults


def check_tools(path: Path, text: str, rooms: dict[str, Room]) -> list[str]:
    faults = []
    for quoted, target in includes(text):
        guest = GUEST_OF.get(target) or GUEST_OF.get(target.split("/")[0])
        if guest is not None and (guest not in TOOL_GUESTS or path.suffix == ".h"):
            faults.append(f"{path}: {target} is no guest of the tools")
        if quoted and target.split("/")[0] not in {"tools", *rooms}:
            faults.append(f"{path}: {target} is of no room")
    return faults


def check_sizes(paths: list[Path]) -> list[str]:
    """A unit is a .h, a .cc, or both of one name."""
    units = Counter(path.parent for path in {path.with_suffix("") for path in paths})
    return [f"{folder}: {count} units, more than {MAX_UNITS}: it has a second subject" for folder, count in units.items() if count > MAX_UNITS]


def check_folders(top: str, texts: dict[Path, str]) -> list[str]:
    """The folders within one room, or of the tools, are in layers too. `texts`: by path, from its include directory."""
    below: dict[Path, set[Path]] = {path.parent: set() for path in texts}
    for path, text in texts.items():
        below[path.parent] |= {Path(to).parent for quoted, to in includes(text) if quoted and to.split("/")[0] == top} - {path.parent}
    try:
        list(TopologicalSorter(below).static_order())
    except CycleError as circle:
        return [f"{top}: the folders {' -> '.join(map(str, circle.args[1]))} include each other"]
    return []


def check_tree(root: Path) -> list[str]:
    rooms = read_plan((root / "src/CMakeLists.txt").read_text())
    faults = []
    for path in sorted((root / "src").glob("**/*")):
        if path.suffix not in (".h", ".cc"):
            continue
        relative = path.relative_to(root)
        room = rooms.get(relative.parts[1])
        if room is None:
            faults.append(f"{relative}: in no room of the plan")
        else:
            faults += check_file(room, relative, path.read_text(), rooms) + check_words(relative, path.read_text())
            faults += check_threads(relative, path.read_text()) if path.suffix == ".h" else []
    for path in sorted((root / "tools").glob("**/*")):
        if path.suffix in (".h", ".cc"):
            faults += check_tools(path.relative_to(root), path.read_text(), rooms)
            faults += check_words(path.relative_to(root), path.read_text())
    for path in [root / "README.md", *sorted((root / "man").glob("*"))]:
        if path.exists():
            faults += check_words(path.relative_to(root), path.read_text())
    ours = [path for top in ("src", "tools") for path in (root / top).glob("**/*") if path.suffix in (".h", ".cc")]
    faults += check_sizes([path.relative_to(root) for path in ours])
    for room in rooms.values():
        folder = root / "src" / room.name
        texts = {path.relative_to(root / "src"): path.read_text() for path in ours if path.is_relative_to(folder)}
        faults += check_folders(room.name, texts)
    faults += check_folders("tools", {path.relative_to(root): path.read_text() for path in ours if path.is_relative_to(root / "tools")})
    for room in rooms.values():
        for stem in room.files:
            if not any((root / "src" / room.name / f"{stem}{end}").exists() for end in (".h", ".cc")):
                faults.append(f"plan: room {room.name} has no file {stem}")
    return faults


def main() -> int:
    faults = check_tree(Path(sys.argv[1]))
    for fault in faults:
        print(fault)
    print("layering:", "kept" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
