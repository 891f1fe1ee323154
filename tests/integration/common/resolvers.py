"""The resolvers under test, each from its Debian package, sending dnstap to the ingester."""

from __future__ import annotations

import pathlib
from typing import Callable

from common import certificates, client, wire
from common.sandbox import Check, Process, Sandbox, WaitFor

ADDRESS, PORT = "127.0.0.1", 5300

_BIND = """\
options {{
  directory "{home}";
  pid-file none;
  session-keyfile none;
  listen-on port {port} {{ {address}; }};
  listen-on-v6 {{ none; }};
  recursion yes;
  dnssec-validation no;
  empty-zones-enable no;
  servfail-ttl 0;
  dnstap {{ resolver response; }};
  dnstap-output unix "{socket}";
  fstrm-set-reopen-interval 1;
  fstrm-set-input-queue-size 16384;
}};
controls {{ }};
zone "." {{ type hint; file "{hints}"; }};
"""

# 0x20 is on: every question goes out in random case, and so do the answers come back.
_UNBOUND = """\
server:
  directory: "{home}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: {address}
  port: {port}
  do-ip6: no
  num-threads: 1
  do-not-query-localhost: no
  unblock-lan-zones: yes
  module-config: "iterator"
  root-hints: "{hints}"
  use-caps-for-id: yes
  max-udp-size: 65535
remote-control:
  control-enable: no
"""
_UNBOUND_DNSTAP = """\
dnstap:
  dnstap-enable: yes
  {where}
  dnstap-send-identity: yes
  dnstap-send-version: yes
  dnstap-log-resolver-response-messages: yes
  dnstap-log-forwarder-response-messages: yes
  # Not wanted, and to be told apart:
  dnstap-log-resolver-query-messages: yes
  dnstap-log-client-query-messages: yes
  dnstap-log-client-response-messages: yes
"""
_UNBOUND_SOCKET = 'dnstap-socket-path: "{socket}"'
_UNBOUND_TLS = """\
dnstap-socket-path: ""
  dnstap-ip: "127.0.0.1@{port}"
  dnstap-tls: yes
  dnstap-tls-server-name: "localhost"
  dnstap-tls-cert-bundle: "{bundle}"
  dnstap-tls-client-key-file: "{key}"
  dnstap-tls-client-cert-file: "{certificate}\""""
_UNBOUND_FORWARD = """\
forward-zone:
  name: "."
  forward-addr: {forward_to}
"""

_RECURSOR = """\
local-address={address}
local-port={port}
socket-dir={home}
hint-file={hints}
dont-query=
dnssec=process-no-validate
lua-config-file={home}/recursor.lua
webserver=no
security-poll-suffix=
loglevel=4
"""
_RECURSOR_LUA = 'dnstapFrameStreamServer({{"{socket}"}}, {{logQueries=false, logResponses=true}})\n'


class Resolver:
    """A running one."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port

    def AwaitAnswer(self) -> None:
        question = wire.Question(wire.ParseName("zones.net."), wire.TYPES["NS"])

        def _Answers() -> bool:
            Check(self.process.alive, f"{self.process.command[0]} has ended")
            answer = client.Exchange(ADDRESS, self.port, question, seconds=1)
            return answer is not None and wire.ReadHeader(answer).rcode == wire.NOERROR

        WaitFor(_Answers, 60, f"{self.process.command[0]} to answer")

    def Stub(self) -> client.Stub:
        return client.Stub(ADDRESS, self.port)


def _Home(sandbox: Sandbox, name: str) -> pathlib.Path:
    home = sandbox.folder / name
    home.mkdir()
    return home


def _Fill(text: str, sandbox: Sandbox, home: pathlib.Path, socket: pathlib.Path, port: int) -> str:
    hints = sandbox.folder / "hints"
    return text.format(home=home, socket=socket, hints=hints, address=ADDRESS, port=port)


def StartBind(sandbox: Sandbox, socket: pathlib.Path) -> Resolver:
    home = _Home(sandbox, "bind")
    config = home / "named.conf"
    config.write_text(_Fill(_BIND, sandbox, home, socket, PORT))
    named = sandbox.Unconfined("named")
    return Resolver(sandbox.Start([named, "-g", "-4", "-c", config], "named-out"), PORT)


def UnboundTls(port: int, files: certificates.Certificates) -> str:
    """For StartUnbound: dnstap by TLS, with a client certificate."""
    return _UNBOUND_TLS.format(
        port=port, bundle=files.Pem("ca"), key=files.Key("client"), certificate=files.Pem("client")
    )


def StartUnbound(
    sandbox: Sandbox,
    socket: pathlib.Path | None,
    forward_to: str | None = None,
    port: int = PORT,
    where: str = _UNBOUND_SOCKET,
) -> Resolver:
    """Without a socket it tells nobody; with `forward_to` ("address@port") it asks only there.

    `where` is configuration, for dnstap that goes to something else than the socket.
    """
    home = _Home(sandbox, f"unbound-{port}")
    text = _UNBOUND + (_UNBOUND_DNSTAP.replace("{where}", where) if socket else "")
    config = _Fill(text, sandbox, home, socket or pathlib.Path(), port)
    if forward_to:
        config += _UNBOUND_FORWARD.format(forward_to=forward_to)
    (home / "unbound.conf").write_text(config)
    unbound = sandbox.Unconfined("unbound")
    command = [str(unbound), "-d", "-c", str(home / "unbound.conf")]
    return Resolver(sandbox.Start(command, f"unbound-{port}-out"), port)


def StartRecursor(sandbox: Sandbox, socket: pathlib.Path) -> Resolver:
    home = _Home(sandbox, "recursor")
    (home / "recursor.conf").write_text(_Fill(_RECURSOR, sandbox, home, socket, PORT))
    (home / "recursor.lua").write_text(_Fill(_RECURSOR_LUA, sandbox, home, socket, PORT))
    command = ["pdns_recursor", f"--config-dir={home}", "--daemon=no"]
    return Resolver(sandbox.Start(command, "recursor-out"), PORT)


START: dict[str, Callable[[Sandbox, pathlib.Path], Resolver]] = {
    "bind": StartBind,
    "unbound": StartUnbound,
    "recursor": StartRecursor,
}
NEEDS = {
    "bind": {"named": "bind9"},
    "unbound": {"unbound": "unbound"},
    "recursor": {"pdns_recursor": "pdns-recursor"},
}
