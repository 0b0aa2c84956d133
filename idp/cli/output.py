"""How commands answer: for people in lines and tables, for machines in JSON, mistakes in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def as_json(command: F) -> F:
    """Give a command `--json`."""
    return click.option("--json", "machine", is_flag=True, help="Answer in JSON, for machines.")(command)


def document(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print an aligned table."""
    lines = [tuple(head), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for number, line in enumerate(lines):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            click.echo("  ".join("-" * width for width in widths))


def fail(message: str) -> NoReturn:
    """End with one line on standard error."""
    raise click.ClickException(" ".join(message.split()))


def read_object(source: str) -> dict[str, Any]:
    """Read a JSON object from a file, or from standard input for `-`."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")
        value = json.loads(text)
    except FileNotFoundError:
        fail(f"{source}: there is no such file")
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        fail(f"{source}: not readable as JSON")
    if not isinstance(value, dict):
        fail(f"{source}: a JSON object is needed")
    return value
