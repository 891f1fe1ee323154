"""An authority, a server's and a client's certificate, made with the openssl program."""

from __future__ import annotations

import pathlib
import ssl
import subprocess

NEEDS = {"openssl": "openssl"}


class Certificates:
    """PEM files in a folder: ca, server (localhost, 127.0.0.1), client, and a stranger's client."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        folder.mkdir()
        for authority in ("ca", "other-ca"):
            self._Make(authority, ["-addext", "basicConstraints=critical,CA:TRUE"])
        names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        self._Make("server", [*names, *self._By("ca")])
        self._Make("client", self._By("ca"))
        self._Make("stranger", self._By("other-ca"))

    def _By(self, authority: str) -> list[str]:
        return ["-CA", str(self.Pem(authority)), "-CAkey", str(self.Key(authority))]

    def _Make(self, name: str, options: list[str]) -> None:
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        files = ["-keyout", str(self.Key(name)), "-out", str(self.Pem(name))]
        command = ["openssl", "req", "-x509", *curve, *files, "-subj", f"/CN={name}", "-days", "30"]
        subprocess.run([*command, *options], check=True, capture_output=True, timeout=60)

    def Pem(self, name: str) -> pathlib.Path:
        return self._folder / f"{name}.pem"

    def Key(self, name: str) -> pathlib.Path:
        return self._folder / f"{name}.key"

    def IngesterOptions(self) -> list[str]:
        files = (self.Pem("server"), self.Key("server"), self.Pem("ca"))
        options = ("--tls-cert", "--tls-key", "--tls-client-ca")
        return [text for pair in zip(options, map(str, files)) for text in pair]

    def Client(self, name: str | None = "client") -> ssl.SSLContext:
        """Of a sender that trusts our authority; None: without a certificate of its own."""
        context = ssl.create_default_context(cafile=str(self.Pem("ca")))
        if name is not None:
            context.load_cert_chain(self.Pem(name), self.Key(name))
        return context
