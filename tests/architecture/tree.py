"""Read the source tree: its files, and what each Python file imports."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.processes import ROOT


@cache
def tree_files() -> tuple[Path, ...]:
    """Give every file that is, or is about to be, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        files = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:  # an unpacked archive
        hidden = {".venv", "var", "node_modules", "__pycache__"}
        files = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in files if path.is_file()))


def python_files(*packages: str) -> list[Path]:
    """Give the Python files of some packages, or all of them."""
    chosen = [path for path in tree_files() if path.suffix == ".py"]
    if not packages:
        return chosen
    return [path for path in chosen if any(path.is_relative_to(ROOT / package) for package in packages)]


def shown(path: Path) -> str:
    """Write a path as people do."""
    return path.relative_to(ROOT).as_posix()


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Give every module a file imports, wherever in the file, with the names taken from packages."""
    return tuple(_imports(ast.parse(path.read_text(encoding="utf-8"), shown(path))))


def _imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, package: str) -> bool:
    """Tell whether a module is a package or lies in it."""
    return module == package or module.startswith(package + ".")
