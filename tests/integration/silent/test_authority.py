"""An authoritative server sends AUTH_* frames: all skipped, nothing stored."""

from __future__ import annotations

import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from common import authority, client, manager, pdns, sandbox, wire  # noqa: E402
from common.sandbox import Check  # noqa: E402
from world import build  # noqa: E402

_DNSTAP = """\
dnstap:
  dnstap-enable: yes
  dnstap-socket-path: "{socket}"
  dnstap-send-identity: yes
  dnstap-log-auth-query-messages: yes
  dnstap-log-auth-response-messages: yes
"""
QUESTIONS = {"www.blah.org.": "127.53.0.3", "www.target.com.": "127.53.0.4"}


def _Arrived(box: sandbox.Sandbox) -> float:
    """Frames of all kinds; 0 until both kinds are there."""
    skipped = manager.Skipped(manager.Status(box))
    return sum(skipped.values()) if len(skipped) == 2 else 0


def Test(box: sandbox.Sandbox) -> None:
    ingester = pdns.Ingester(box)
    authority.Start(box, _DNSTAP.format(socket=ingester.socket))
    # NSD keeps frames for up to a second; what comes while it does so shows that the stream lives.
    began = time.monotonic()
    while time.monotonic() < began + 4 or _Arrived(box) <= len(build.SERVERS):
        Check(time.monotonic() < began + 90, "hardly a frame arrives")
        for name, server in QUESTIONS.items():
            question = wire.Question(wire.ParseName(name), wire.TYPES["A"])
            Check(client.Exchange(server, 53, question, 5), f"no answer from {server}")
        time.sleep(0.1)
    report = ingester.Stop()
    Check(report["frames"] > len(build.SERVERS), f"hardly a frame arrived: {report}")
    skipped = report["skipped"]
    Check({"AUTH_QUERY", "AUTH_RESPONSE"} == set(skipped), f"skipped: {skipped}")
    Check(sum(skipped.values()) == report["frames"], f"not all skipped: {report}")
    for arguments in (["*."], ["*.", "--quarantined"], ["--rdata", "205.150.150.140"]):
        Check(not pdns.Ask(box, *arguments), f"pdns-query {arguments} found rows")
    print(f"{report['frames']} frames, none stored")


if __name__ == "__main__":
    sandbox.Main(Test, authority.NEEDS)
