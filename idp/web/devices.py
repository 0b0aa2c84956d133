"""Naming a browser and a network the way their owner would."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chromium"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


UNKNOWN = "Browser"
"""What a browser that says nothing about itself is called."""


def device_name(user_agent: str) -> str:
    """Return for instance "Chrome, Android"; words only, so that any language can show it."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), UNKNOWN)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser


def network_name(address: str | None) -> str:
    """Return the network of an address, /24 or /48: enough to recognise, not enough to single out."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))
