"""Where an agency's application runs: its own address, the issuer it trusts, its private folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ISSUER = "http://localhost:8000"
DATA_DIR = Path("var")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One running application: `base` is its public origin, without a slash at the end."""

    base: str
    issuer: str = ISSUER
    data_dir: Path = DATA_DIR

    @property
    def host(self) -> str:
        """Host and port of the public address."""
        return urlsplit(self.base).netloc

    @property
    def secure(self) -> bool:
        """Whether cookies may be limited to https."""
        return self.base.startswith("https://")

    def folder(self, name: str) -> Path:
        """Make and return the private folder of an agency; nobody else may read it."""
        folder = self.data_dir / "agencies" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, unless another process was first."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
