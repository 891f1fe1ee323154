"""An interactive bash or zsh on a terminal: what stands on its command line after keys were pressed."""
from __future__ import annotations

import os
import pty
import subprocess
import threading
from pathlib import Path

from pdns_terminal import set_size
from pdns_testing import wait_for

COMMANDS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
# ^] writes the line to a file and clears it. One key, and none that a terminal takes for itself (as it would ^R) in the
# moments in which the shell has it in its other mode.
KEYS = {
    "bash": r"""
report() { printf '%s' "$READLINE_LINE" >"$REPORT.new"; mv "$REPORT.new" "$REPORT"; READLINE_LINE=; READLINE_POINT=0; }
bind -x '"\C-]": report'
bind 'set completion-query-items 0'
bind 'set page-completions off'
bind 'set bell-style none'
""",
    "zsh": r"""
report() { print -rn -- "$BUFFER" >"$REPORT.new"; mv "$REPORT.new" "$REPORT"; BUFFER=; }
zle -N report
bindkey '^]' report
bindkey '^I' expand-or-complete
LISTMAX=100000
unsetopt beep
""",
}


class Shell:
    """Ended with the block. `folder` is its HOME and working folder; `start`: more commands to begin with."""

    def __init__(self, shell: str, folder: Path, start: str) -> None:
        self.report = folder / ".report"
        script = folder / ".start"
        script.write_text(KEYS[shell] + start + '\n: >"$REPORT"\n')
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "REPORT": str(self.report),
                       "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8", "PS1": "> "}
        self.master, slave = pty.openpty()
        set_size(slave, 200, 100)
        self.process = subprocess.Popen(COMMANDS[shell], stdin=slave, stdout=slave, stderr=slave, cwd=folder,
                                        env=environment, start_new_session=True)
        os.close(slave)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.shown = b""
        self.reader.start()
        self._press(b". ~/.start\n")

    def _read(self) -> None:
        try:
            while piece := os.read(self.master, 65536):
                self.shown += piece
        except OSError:  # the shell has ended
            pass

    def _press(self, keys: bytes) -> str:
        os.write(self.master, keys)
        wait_for(self.report.exists)
        text = self.report.read_text()
        self.report.unlink()
        return text

    def completed(self, line: str) -> str:
        """The command line after `line` and a TAB."""
        return self._press(line.encode() + b"\t\x1d")

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(timeout=300)
        self.reader.join(timeout=300)
        os.close(self.master)
