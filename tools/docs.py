"""Write docs/reference/{settings,errors,events,cli,conformance,claims,security-events}.md from the code.

Usage: docs.py [--check]      with --check nothing is written; exit 1 tells that a page is out of date
"""

import dataclasses
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_type_hints

import click

if TYPE_CHECKING:
    from idp.domain.audit.events import Event

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
INTRODUCTIONS = {
    "settings": """
        All settings come from the environment. A name nobody knows refuses to start, and so does a value
        that is unsafe in production. A name that ends in `_FILE` holds the path of a file with the value.
        Lists are separated by spaces or commas.
    """,
    "errors": """
        One class for each registered code. The token and resource endpoints answer with the status and a
        JSON object of `error` and `error_description`. The authorization endpoint redirects with the same
        two, `state` and `iss`, once the redirect URI is known to be right; before that the answer is a page
        whose `#error-code` is the code and whose `#error-trace` finds the request in the logs.
    """,
    "events": """
        Every act that matters is one of these. An event is written in the transaction of the act and sealed
        into the hash chain soon after (`idp audit verify`). None holds personal data, a secret or free text.
        Each may also carry `citizen_id`, `client_id` and `actor`; what else it carries is listed with it.
    """,
    "cli": """
        `make run` and `make setup` put `idp` into `.venv/bin`. Every command reads the same settings as the
        server.
    """,
    "conformance": """
        Every specification Gerbang holds itself to, section by section, and the test that keeps each sentence
        true. A test that begins with a letter and a number holds a requirement of the project's own list, `O` an
        attack of its catalogue. `make spec` runs them all, on SQLite and PostgreSQL, and prints a line for each
        specification and each requirement.
    """,
    "claims": """
        Every attribute of the catalogue: what it means, who owns it, how it looks on the wire, how old it may
        be. `/catalogue` shows the same to everybody, `/catalogue.json` gives it to machines and
        `/catalogue/NAME.schema.json` describes one value in JSON Schema. An attribute of another agency is
        released only under an agreement in force (`docs/how-to/agreements.md`).
    """,
}
INTRODUCTIONS["security-events"] = """
    What clients that registered a `security_events_uri` are told of citizens: signed security event tokens (RFC 8417),
    pushed (RFC 8935). How to receive and confirm them is in `docs/how-to/receive-events.md`. Every event has
    `event_timestamp`; none has a value of a citizen's. Where `confirm_by` is given, the client says by then that it has
    done what is asked, else the citizen and the operators see that it is late (UU PDP art. 30, 40, 41).
"""
MADE = "<!-- Made by `make docs` from {source}; change the code, not this page. -->"


def text_of(thing: type) -> str:
    """Give the docstring of a class as one paragraph per paragraph."""
    paragraphs = inspect.cleandoc(thing.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def cell(text: str) -> str:
    """Write a text so that it fits a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def subclasses(base: type[T]) -> Iterator[type[T]]:
    """Yield every class below `base`, in the order of the files they stand in."""
    child: type[T]
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


def page(name: str, title: str, source: str, *parts: str) -> str:
    """Put a page together."""
    introduction = " ".join(INTRODUCTIONS[name].split())
    return "\n\n".join([f"# {title}", MADE.format(source=source), introduction, *parts]) + "\n"


# --- settings ---


def default_of(field: "dataclasses.Field[object]") -> str:
    """Write a default as one would write it in the environment."""
    value = field.default
    if value is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    if value is None or value == ():
        return "–"
    if isinstance(value, timedelta):
        return f"`{int(value.total_seconds())}`"
    if isinstance(value, tuple):
        return f"`{' '.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def settings() -> str:
    """Document every field of Settings."""
    from idp.settings import Settings

    rows = ["| Name | Default | Meaning |", "|---|---|---|"]
    for field in dataclasses.fields(Settings):
        name = f"IDP_{field.name.upper()}"
        shown = f"`{name}`" + (f" or `{name}_FILE`" if field.metadata["secret"] else "")
        rows.append(f"| {shown} | {default_of(field)} | {cell(field.metadata['help'])} |")
    return page(
        "settings",
        "Settings",
        "`idp/settings.py`",
        "\n".join(rows),
    )


# --- errors ---

ERROR_MODULES = ("idp.protocol.oauth.errors", "idp.protocol.decoupled.errors")


def errors() -> str:
    """Document every registered error code."""
    import idp.protocol.decoupled.errors  # noqa: F401 - so that its classes are known
    from idp.protocol.oauth.errors import ProtocolError

    rows = ["| Code | Status | Class | When |", "|---|---|---|---|"]
    known = [error for error in subclasses(ProtocolError) if error.__module__ in ERROR_MODULES]
    for error in sorted(known, key=lambda error: (error.code, error.__name__)):
        rows.append(f"| `{error.code}` | {error.status} | `{error.__name__}` | {cell(text_of(error))} |")
    return page(
        "errors",
        "Errors",
        "`idp/protocol/oauth/errors.py` and `idp/protocol/decoupled/errors.py`",
        "\n".join(rows),
    )


# --- events ---


def type_name(hint: object) -> str:
    """Write a type as in an annotation."""
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")


def known_events() -> "list[type[Event]]":
    """Give every audit event, by name."""
    from idp.domain.audit.events import Event

    for module in pkgutil.iter_modules([str(ROOT / "idp" / "domain" / "audit")]):
        importlib.import_module(f"idp.domain.audit.{module.name}")
    # A dataclass with slots leaves its first draft behind as a second subclass.
    known = {event for event in subclasses(Event) if current(event)}
    return sorted(known, key=lambda event: event.__name__)


def current(thing: type) -> bool:
    """Tell whether a class is the one its module holds under its name."""
    return getattr(sys.modules[thing.__module__], thing.__name__, None) is thing


def event_part(event: "type[Event]") -> str:
    """Document one event with the fields of its own."""
    from idp.domain.audit.events import Event

    hints, shared = get_type_hints(event), {field.name for field in dataclasses.fields(Event)}
    history = " The citizen sees it in *Riwayat*." if event.IN_HISTORY else ""
    lines = [f"## {event.__name__}", text_of(event) + history]
    rows = [
        f"| `{field.name}` | {cell(type_name(hints[field.name]))} |"
        for field in dataclasses.fields(event)
        if field.name not in shared
    ]
    if rows:
        lines.append("\n".join(["| Field | Type |", "|---|---|", *rows]))
    return "\n\n".join(lines)


def events() -> str:
    """Document every audit event."""
    return page("events", "Audit events", "`idp/domain/audit`", *map(event_part, known_events()))


# --- command line ---


def command_part(command: click.Command, path: str) -> str:
    """Document one command with its arguments and options."""
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## {path}", f"```\n{usage}\n```", inspect.cleandoc(command.help or "").replace("\b\n", "")]
    rows = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1] and "--help" not in parameter.opts:
            rows.append(f"| `{record[0]}` | {cell(record[1])} |")
    if rows:
        lines.append("\n".join(["| Option | Meaning |", "|---|---|", *rows]))
    return "\n\n".join(lines)


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group with its full name."""
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in sorted(command.list_commands(context)):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from commands(child, f"{path} {name}")
    else:
        yield path, command


def cli() -> str:
    """Document every command of `idp`."""
    from idp.cli.main import main as idp

    parts = [command_part(command, path) for path, command in commands(idp, "idp")]
    return page(
        "cli",
        "Command line",
        "`idp/cli`",
        *parts,
    )


def conformance() -> str:
    """Document which test holds which sentence of which specification."""
    from tools import conformance, requirements

    source = "`tests/requirements.toml` and the tests"
    return page("conformance", "Conformance", source, *requirements.parts(), *conformance.parts())


# --- security events ---


def security_events() -> str:
    """Document every kind of security event."""
    from idp.protocol.oidc.security_events import MEANINGS, RAISED, EventKind, event_uri

    rows = ["| Event | Says | What to do | Members |", "|---|---|---|---|"]
    kept = ["| Event | Says |", "|---|---|"]
    for kind in EventKind:
        meaning = MEANINGS[kind]
        if kind in RAISED:
            rows.append(
                f"| `{event_uri(kind)}` | {cell(meaning.says)} | {cell(meaning.do)} | {cell(meaning.members) or '–'} |"
            )
        else:
            kept.append(f"| `{event_uri(kind)}` | {cell(meaning.says)} |")
    return page(
        "security-events",
        "Security events",
        "`idp/protocol/oidc/security_events.py`",
        "## Announced",
        "\n".join(rows),
        "## Not announced yet",
        "Names that are kept free; ignore what you do not know.",
        "\n".join(kept),
    )


# --- the catalogue ---


def claim_part(name: str) -> str:
    """Document one attribute."""
    from idp.protocol.oidc.attributes.schema import described

    found = described(name)
    days = found["fresh_days"]
    facts = [
        ("Label", f"{found['label']['en']} / {found['label']['id']}"),
        ("Scope", f"`{found['scope']}`"),
        ("Type", found["type"] if not found["codes"] else f"{found['type']}, one of the codes below"),
        ("Sensitivity", found["sensitivity"]),
        ("Law", found["law"]),
        ("Asked again after", f"{days} days" if days else "never: it does not grow old"),
        ("Version", f"{found['version']}, since {found['since']}"),
        ("Schema", f"`{found['schema']}`"),
    ]
    rows = ["| | |", "|---|---|", *(f"| {label} | {cell(text)} |" for label, text in facts)]
    codes = [f"- `{code['value']}`: {code['en']} ({code['id']})" for code in found["codes"]]
    text = [f"### {name}", found["meaning"]["en"], "\n".join(rows)]
    return "\n\n".join([*text, "\n".join(codes)] if codes else text)


def claims() -> str:
    """Document every attribute of the catalogue under its owner."""
    from idp.protocol.oidc.catalogue import CLAIMS, SOURCES

    parts = []
    for source, owner in SOURCES.items():
        names = [name for name, claim in CLAIMS.items() if claim.source == source]
        parts += [f"## {owner.label_en} (`{source}`)", *map(claim_part, names)]
    return page("claims", "Attributes", "`idp/protocol/oidc/attributes`", *parts)


PAGES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "errors": errors,
    "events": events,
    "cli": cli,
    "conformance": conformance,
    "claims": claims,
    "security-events": security_events,
}


def stale(name: str) -> bool:
    """Tell whether a page differs from what the code says."""
    path = FOLDER / f"{name}.md"
    return not path.exists() or path.read_text(encoding="utf-8") != PAGES[name]()


def main(arguments: list[str]) -> int:
    """Write or compare every page."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    late = [name for name in PAGES if stale(name)]
    for name in late:
        path = FOLDER / f"{name}.md"
        if arguments:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`", file=sys.stderr)
        else:
            path.write_text(PAGES[name](), encoding="utf-8")
            print(path.relative_to(ROOT))
    return 1 if arguments and late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
