"""Chromium from the distribution, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

HINT = "Chromium is not installed (Debian: apt-get install chromium)"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
)


def executable() -> str | None:
    """Find Chromium."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """Start Chromium with the network closed except loopback."""
    found = executable()
    if found is None:
        raise RuntimeError(HINT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def picture(page: Page, name: str) -> None:
    """Keep pictures of a page when SCREENS names a folder (`make screens`): phone, desktop, light, dark."""
    folder = os.environ.get("SCREENS")
    if not folder:
        return
    before = page.viewport_size
    language = page.evaluate("document.documentElement.lang") or "id"
    for device, width in (("phone", 360), ("desktop", 1280)):
        page.set_viewport_size({"width": width, "height": 740 if device == "phone" else 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            path = Path(folder) / language / f"{name}-{device}-{scheme}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=True, animations="disabled")
    page.emulate_media(color_scheme="null")
    if before is not None:
        page.set_viewport_size(before)
