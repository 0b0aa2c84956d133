"""Take programs and configuration out of a page of the documentation, and put a test's addresses into them."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.support.processes import ROOT
from tests.support.provider import Provider

ISSUER = "https://masuk.example.go.id"
HERE = "https://izin.example.go.id"


class Page:
    """One page, and what to write in place of its addresses."""

    def __init__(self, name: str, replaced: Mapping[str, str]) -> None:
        self.path: Path = ROOT / "docs" / "how-to" / name
        self._replaced = replaced
        self._text = self.path.read_text(encoding="utf-8")

    def block(self, language: str, number: int = 0) -> str:
        """Give a block of code with the test's addresses."""
        found = re.findall(rf"^```{language}\n(.*?)^```", self._text, re.DOTALL | re.MULTILINE)
        text: str = found[number]
        for written, actual in self._replaced.items():
            text = text.replace(written, actual)
        return text

    def registered(self, command: str, provider: Provider) -> dict[str, str]:
        """Run an `idp … > file.env` of the page and give what the file would hold."""
        words = shlex.split(command.replace("\\\n", " "))
        assert words[0] == "idp", words
        assert words[-2] == ">", words
        printed = provider.run(*words[1:-2])
        return dict(line.split("=", 1) for line in shlex.split(printed))
