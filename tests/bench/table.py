"""The results as an aligned table, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Figure = float | int | str | None


@dataclass
class Row:
    corpus: str
    what: str
    figures: dict[str, Figure] = field(default_factory=dict)


# Figure -> heading and form. A row shows those it has.
COLUMNS: dict[str, tuple[str, str]] = {
    "cpu": ("CPU s", ".3g"),
    "wall": ("wall s", ".2f"),
    "wall_by_cpu": ("wall/CPU", ".2f"),
    "rss_mib": ("RSS MiB", ".0f"),
    "ratio": ("ours / its CPU", ".2f"),
    "tuples": ("tuples", ",d"),
    "bytes_a_tuple": ("bytes/tuple", ".1f"),
    "ms": ("ms", ".1f"),
    "first_ms": ("first ms", ".1f"),
    "p50_ms": ("p50 ms", ".2f"),
    "p99_ms": ("p99 ms", ".2f"),
    "ms_worst": ("worst ms", ".1f"),
    "answers_per_s": ("answers/s", ",.0f"),
    "cpu_us": ("CPU us", ".0f"),
    "frames_per_s": ("frames/s", ",.0f"),
    "frames_per_cpu_s": ("frames/CPU s", ",.0f"),
    "lost": ("lost", ",d"),
    "note": ("note", "s"),
}


def brief(row: Row) -> str:
    """One line of what was found, for those who watch."""
    return ", ".join(f"{COLUMNS[key][0]} {value:{COLUMNS[key][1]}}"
                     for key, value in row.figures.items() if value is not None)


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    used = [key for key in COLUMNS if any(key in row.figures for row in rows)]
    grid = [["corpus", "what", *(COLUMNS[key][0] for key in used)]]
    for row in rows:
        cells = [row.corpus, row.what]
        for key in used:
            value = row.figures.get(key)
            cells.append("" if value is None else format(value, COLUMNS[key][1]))
        grid.append(cells)
    return grid


def aligned(head: Mapping[str, str], rows: Sequence[Row]) -> str:
    grid = _cells(rows)
    widths = [max(len(row[i]) for row in grid) for i in range(len(grid[0]))]
    lines = [", ".join(f"{key} {value}" for key, value in head.items()), ""]
    for row in grid:
        words = [word.ljust(widths[i]) if i < 2 else word.rjust(widths[i])
                 for i, word in enumerate(row)]
        lines.append("  ".join(words).rstrip())
    return "\n".join(lines)


def markdown(head: Mapping[str, str], rows: Sequence[Row]) -> str:
    grid = _cells(rows)
    lines = [", ".join(f"{key} {value}" for key, value in head.items()), ""]
    lines += ["| " + " | ".join(grid[0]) + " |"]
    lines += ["|--|--|" + "--:|" * (len(grid[0]) - 2)]
    lines += ["| " + " | ".join(row) + " |" for row in grid[1:]]
    return "\n".join(lines) + "\n"


def json_text(head: Mapping[str, str], rows: Sequence[Row]) -> str:
    results = [{"corpus": row.corpus, "what": row.what, **row.figures} for row in rows]
    return json.dumps({"machine": dict(head), "rows": results}, indent=2) + "\n"
