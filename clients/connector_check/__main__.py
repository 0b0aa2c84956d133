"""`python -m clients.connector_check URL --nik NIK --claims NAMES`: try every rule of the contract."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from clients.connector_check import answers, tokens
from clients.connector_check.connector import Connector
from clients.connector_check.gate import ThrowAwayGate
from clients.connector_check.rules import Outcome, Rule, tried

RULES: tuple[Rule, ...] = (*answers.RULES, *tokens.RULES)
ISSUER = "http://127.0.0.1:8199"
HOLDS, BROKEN, USAGE = 0, 1, 2
EXAMPLE = """The connector must trust the issuer of this check, so start a test instance of it with that issuer:

  python -m clients tax --port 9103 --issuer http://127.0.0.1:8199 &
  python -m clients.connector_check http://127.0.0.1:9103/attributes --nik 9974115705940001 --claims npwp,npwp_branch

exit codes: 0 every rule holds, 1 one is broken, 2 the check itself could not start
"""


def main(arguments: list[str] | None = None) -> int:
    """Try the rules and report each; stop after the first when not even a right question is answered."""
    options = _parser().parse_args(arguments)
    names = tuple(options.claims.replace(",", " ").split())
    person = {"sub": options.sub, **({"nik": options.nik} if options.subject == "nik" else {})}
    if not names or (options.subject == "nik" and not options.nik):
        sys.stderr.write(
            "name a person the connector knows (--nik or --sub) and claims it publishes (--claims)\n"
        )
        return USAGE
    issuer = options.issuer.rstrip("/")
    try:
        gate = ThrowAwayGate(issuer, options.url, person, options.listen)
    except (OSError, SystemExit) as error:
        sys.stderr.write(f"{issuer} cannot be served here: {error}\n")
        return USAGE
    unknown = answers.unknown_person(options.subject)
    if options.unknown_nik:
        unknown["nik"] = options.unknown_nik
    with gate:
        outcomes = list(check(Connector(gate, options.url, names, unknown, options.ca)))
    report = _as_json if options.json else _as_text
    sys.stdout.write(report(outcomes))
    return HOLDS if all(outcome.holds for outcome in outcomes) else BROKEN


def check(connector: Connector) -> Iterator[Outcome]:
    """Try every rule in order; without a right answer to a right question the others would say nothing."""
    for rule in RULES:
        outcome = tried(rule, connector)
        yield outcome
        if rule is RULES[0] and not outcome.holds:
            return


def _as_text(outcomes: list[Outcome]) -> str:
    lines = [
        f"{'ok  ' if outcome.holds else 'FAIL'} {outcome.rule.id} {outcome.rule.words}"
        + ("" if outcome.holds else f": {outcome.why}")
        for outcome in outcomes
    ]
    broken = sum(not outcome.holds for outcome in outcomes)
    left = len(RULES) - len(outcomes)
    lines.append(f"{len(outcomes) - broken} hold, {broken} broken" + (f", {left} not tried" if left else ""))
    return "\n".join(lines) + "\n"


def _as_json(outcomes: list[Outcome]) -> str:
    rows = [{"rule": o.rule.id, "words": o.rule.words, "holds": o.holds, "why": o.why} for o in outcomes]
    return json.dumps(rows, indent=2) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m clients.connector_check",
        description="Contract tests for a connector (docs/reference/connector.md).",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", type=_url, help="the endpoint, exactly as in the manifest")
    parser.add_argument("--claims", required=True, help="claims it knows of this person, with commas")
    parser.add_argument("--nik", default="", help="a person it knows, when it finds people by NIK")
    parser.add_argument(
        "--sub", default="person-of-the-check", help="the person, when it finds people by sub"
    )
    parser.add_argument("--subject", choices=["nik", "sub"], default="nik", help="as in the manifest")
    parser.add_argument("--unknown-nik", help="a NIK it does not know; default one that cannot exist")
    parser.add_argument("--issuer", default=ISSUER, type=_url, help=f"default {ISSUER}; served by this check")
    parser.add_argument("--listen", default="127.0.0.1", help="address to serve the issuer at")
    parser.add_argument(
        "--ca", metavar="FILE", help="certificates to trust, when it serves https with its own"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError("an http or https address is needed")
    return text


if __name__ == "__main__":
    sys.exit(main())
