"""How a setting is declared, and how settings are read from the environment (contract section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

Network = IPv4Network | IPv6Network
SECRET_FILE_SUFFIX = "_file"  # noqa: S105 - part of a setting's name, not a secret


class SettingsError(Exception):
    """The environment does not describe a deployment that may start; the message says what to change."""


def text(value: str) -> str:
    """Take a text as it is."""
    return value


def seconds(value: str) -> timedelta:
    """Read a whole number of seconds."""
    number = int(value)
    if number <= 0:
        raise ValueError("must be more than 0 seconds")
    return timedelta(seconds=number)


def positive(value: str) -> int:
    """Read a whole number above nought."""
    number = int(value)
    if number <= 0:
        raise ValueError("must be more than 0")
    return number


def words(value: str) -> tuple[str, ...]:
    """Read words with commas or blanks between."""
    return tuple(part for part in value.replace(",", " ").split() if part)


def networks(value: str) -> tuple[Network, ...]:
    """Read networks or addresses."""
    return tuple(ip_network(part) for part in words(value))


def flag(value: str) -> bool:
    """Read `yes` or `no`."""
    if value not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value == "yes"


def path(value: str) -> Path:
    """Read a path."""
    return Path(value)


def setting(default: object, convert: Callable[[str], Any], *, help: str, secret: bool = False) -> Any:
    """Declare a setting with its help text; `secret` ones also come as `IDP_<NAME>_FILE` and never print."""
    return field(
        default=default, repr=not secret, metadata={"help": help, "convert": convert, "secret": secret}
    )


def read(declared: Iterable[Field[Any]], env: Mapping[str, str]) -> dict[str, Any]:
    """Read the `IDP_*` values of some declared settings; refuse names nobody knows and values that do not parse.

    Raises:
        SettingsError: with every unknown name, or the first value that does not convert.
    """
    known = {f.name: f for f in declared}
    given = {name.removeprefix("IDP_").lower(): text for name, text in env.items() if name.startswith("IDP_")}
    values: dict[str, Any] = {}
    for name, text in sorted(given.items()):
        target, content = name, text
        base = name.removesuffix(SECRET_FILE_SUFFIX)
        if name not in known and base in known and known[base].metadata["secret"]:
            if base in given:
                raise SettingsError(f"give IDP_{base.upper()} or IDP_{name.upper()}, not both")
            target, content = base, _read_secret(name, text)
        if target not in known:
            unknown = sorted(f"IDP_{n.upper()}" for n in given if not _is_known(n, known))
            raise SettingsError(f"unknown settings: {', '.join(unknown)}")
        try:
            values[target] = known[target].metadata["convert"](content)
        except ValueError as exc:
            reason = "has a value that does not parse" if known[target].metadata["secret"] else str(exc)
            raise SettingsError(f"IDP_{target.upper()}: {reason}") from exc
    return values


def _is_known(name: str, known: Mapping[str, Any]) -> bool:
    base = name.removesuffix(SECRET_FILE_SUFFIX)
    return name in known or (base in known and known[base].metadata["secret"])


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise SettingsError(f"IDP_{name.upper()}: the file cannot be read") from exc
