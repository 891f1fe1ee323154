"""Writes the outputs that the documents show: what stands in a block `text` right behind a block of commands.

    PYTHONPATH=tests/support PDNS_BIN_DIR=build/release/tools python3 tests/docs/outputs.py
"""
import re
from pathlib import Path

from pdns_documents import FENCED, MARKDOWN, Block, Place
from pdns_testing import scratch


def main() -> None:
    with scratch() as folder:
        place = Place(Path(folder) / "p")
        number = 0

        def filled(found: re.Match[str]) -> str:
            nonlocal number
            if found[2] is None:
                return found[0]
            number += 1
            run, _ = place.run(Block("", found[1]), Path(folder) / str(number))
            assert run.returncode == 0, (found[1], run.stderr)
            return f"```sh\n{found[1]}```\n\n```text\n{run.stdout.decode()}```"

        for path in MARKDOWN:
            path.write_text(FENCED.sub(filled, path.read_text()))


if __name__ == "__main__":
    main()
