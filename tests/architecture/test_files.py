"""Files are small, named for what they hold, and tell nothing about the machine they were written on."""

import re

import pytest

from tests.architecture.tree import imports_of, python_files, shown, tree_files, within

LONGEST = 350
COUNTED = {".py", ".html", ".js", ".sh"}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
BINARY = {".png", ".ico", ".woff2", ".woff", ".jpg", ".webp", ".gz", ".mo"}

# Joined here so that this file does not contain what it looks for.
TRACES = {
    "a folder of one machine": r"(?<![\w.])/(?:work|root|home)/(?:main|shared|\.|[a-z]+/)",
    "the address of a package index": "|".join(
        re.escape(".".join(parts))
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("jfrog", "io"))
    ),
    "an index option": r"--(?:extra-)?index-" + "url=|--(?:extra-)?index-" + r"url\s+http",
    "a private key": "-----BEGIN (?:RSA |EC )?PRIVATE " + "KEY-----",
}


def texts():
    """Yield every text file of the tree."""
    for path in tree_files():
        if path.suffix not in BINARY:
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_file_is_longer_than_one_sitting():
    long = {
        shown(path): lines
        for path, text in texts()
        if path.suffix in COUNTED and "versions" not in path.parts and (lines := text.count("\n")) > LONGEST
    }
    assert not long


def test_every_module_is_named_for_what_it_holds():
    nameless = [shown(path) for path in python_files() if NAMELESS & {path.stem, path.parent.name}]
    assert not nameless


def test_chance_comes_from_secrets_only():
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files()
        for module in imports_of(path)
        if within(module, "random")
    ]
    assert not found


def test_every_package_says_what_belongs_here():
    silent = [
        shown(path)
        for path in python_files("idp", "keys", "clients")
        if path.name == "__init__.py"
        and not path.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent


@pytest.mark.parametrize("kind", TRACES)
def test_nothing_of_one_machine_is_committed(kind):
    pattern = re.compile(TRACES[kind])
    found = [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_no_work_is_left_for_later():
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    found = [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if path.suffix in {".py", ".html", ".js", ".css", ".sh"}
        for number, line in enumerate(text.splitlines(), 1)
        if marks.search(line)
    ]
    assert not found
