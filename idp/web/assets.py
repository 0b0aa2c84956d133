"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

KEEP_SECONDS = 365 * 24 * 3600


def init_assets(app: Flask) -> None:
    """Give templates `asset(name)` and let what it names be cached for long."""
    folder = Path(app.static_folder or "")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEEP_SECONDS

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]

    def asset(name: str) -> str:
        """The address of a static file with a digest of its content (ui.md, promise 4)."""
        return url_for("static", filename=name, v=digest(name))

    app.jinja_env.globals["asset"] = asset
