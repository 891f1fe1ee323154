"""A terminal for the programs under test: what they write to one, which differs from what they write to a pipe."""
from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import tty
from collections.abc import Mapping, Sequence
from pathlib import Path


def set_size(terminal: int, columns: int, lines: int = 24) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def run_on_terminal(command: Sequence[str | Path], columns: int, environment: Mapping[str, str],
                    both: bool = False) -> tuple[int, bytes, bytes]:
    """Exit code, the bytes written to a terminal of that width, and standard error, which goes there as well
    if `both`. Nothing is added to the bytes: \\n stays \\n."""
    master, slave = pty.openpty()
    try:
        tty.setraw(slave)
        set_size(slave, columns)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave, env=dict(environment),
                              stderr=slave if both else subprocess.PIPE) as run:
            os.close(slave)
            text = b""
            try:
                while piece := os.read(master, 65536):
                    text += piece
            except OSError:  # the other end is closed
                pass
            said = run.stderr.read() if run.stderr else b""
            return run.wait(timeout=300), text, said
    finally:
        os.close(master)
