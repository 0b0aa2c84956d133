"""A real TLS front with the example files of deploy/, in front of a real `idp serve`."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.forms import Form, read
from tests.support.certificates import Identity
from tests.support.processes import Program, answers_tcp

HOST, MTLS_HOST = "masuk.example.go.id", "mtls.masuk.example.go.id"
ISSUER = f"https://{HOST}"
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


def binary(name: str) -> str | None:
    """Find a server program, also where administrators have it."""
    return shutil.which(name) or shutil.which(name, path=SBIN)


def example(source: Path, changes: Mapping[str, str]) -> str:
    """Read an example file and put the ports and folders of the test into it; each must have been there."""
    text = source.read_text(encoding="utf-8")
    for written, ours in changes.items():
        assert written in text, f"{source.name} has no {written!r} any more"
        text = text.replace(written, ours)
    return text


@dataclass
class Front:
    """One running front: where it listens, and whose certificates to believe."""

    authority: Path
    plain: int
    tls: int
    mtls: int
    mtls_host: str = MTLS_HOST
    programs: list[Program] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)

    def start(self, command: list[str], log: Path) -> Front:
        """Start the program and wait until it listens."""
        self.programs.append(Program(command, log).wait_ready(answers_tcp(self.tls)))
        return self

    def stop(self) -> None:
        """Stop it, and everybody who was there."""
        for visitor in self.visitors:
            visitor.http.close()
        for program in self.programs:
            program.stop()

    def context(self, identity: Identity | None = None, folder: Path | None = None) -> ssl.SSLContext:
        """Trust the authority of the test, and show a certificate."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if identity is not None:
            assert folder is not None
            certificate, key = identity.write(folder, identity.thumbprint)
            context.load_cert_chain(certificate, key)
        return context

    def client(self, context: ssl.SSLContext | None = None, *, mtls: bool = False) -> Visitor:
        """Make an HTTP client for one of the two hosts."""
        port, host = (self.mtls, self.mtls_host) if mtls else (self.tls, HOST)
        self.visitors.append(Visitor(port, host, context or self.context()))
        return self.visitors[-1]


class Visitor:
    """Asks a front for its host by name and follows our pages like a browser without scripts."""

    def __init__(self, port: int, host: str, context: ssl.SSLContext) -> None:
        self.host = host
        self.http = httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context, trust_env=False)
        self.answer: httpx.Response | None = None

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""
        host = options.pop("host", self.host)
        headers = [("Host", host), *dict(options.pop("headers", {})).items(), *options.pop("more", [])]
        return self.http.request(
            method, path, headers=headers, extensions={"sni_hostname": self.host}, **options
        )

    def open(self, path: str, method: str = "GET", **options: Any) -> Visitor:
        """Go somewhere and follow where it leads at this host."""
        answer = self.request(method, path, **options)
        for _hop in range(6):
            location = answer.headers.get("location", "")
            if not location.startswith("/"):
                break
            answer = self.request("GET", location)
        self.answer = answer
        return self

    @property
    def page(self) -> str:
        """The name of the page."""
        assert self.answer is not None
        return read(self.answer.text)[0]

    @property
    def location(self) -> str:
        """Where the answer sends the browser."""
        assert self.answer is not None
        return str(self.answer.headers.get("location", ""))

    def press(self, form: str, button: str, **typed: str) -> Visitor:
        """Fill a form and send it."""
        assert self.answer is not None
        found: Form = read(self.answer.text)[1][form]
        pairs = found.filled(button, **typed)
        origin = f"https://{self.host}"
        return self.open(urlsplit(found.action).path, "POST", data=dict(pairs), headers={"Origin": origin})
