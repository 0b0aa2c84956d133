"""`python -m clients NAME`: one agency or the population registry, its own process and port."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from clients.deployment import DATA_DIR, ISSUER, Deployment

if TYPE_CHECKING:
    from flask import Flask

    from clients.agency import Agency

AGENCIES = {"education": 8101, "health": 8102, "tax": 8103, "business_licence": 8104, "civil_service": 8105}
REGISTRY, REGISTRY_PORT = "population_registry", 8110
EXAMPLE = """examples:
  python -m clients education
  python -m clients health --port 9102 --issuer https://masuk.example.go.id --data-dir /srv/health
  python -m clients population_registry --port 8110
  python -m clients keys            make the agencies' key pairs without starting them
  python -m clients publish tax 9974115705940001 --set npwp_branch=502     change a record and tell Gerbang

environment: AGENCY_ISSUER, AGENCY_DATA_DIR, AGENCY_BASE, AGENCY_PORT, REGISTRY_API_KEY, REGISTRY_PEOPLE
"""


def main(arguments: list[str] | None = None) -> int:
    """Start what was asked for and serve until told to stop."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["publish"]:
        from clients.publish_command import main as publish

        return publish(arguments[1:])
    options = _parser().parse_args(arguments)
    if options.name == "keys":
        for name in AGENCIES:
            _say(str(_make_keys(name, options.data_dir)))
        return 0
    port = options.port or _default_port(options.name)
    base = (options.base or f"http://127.0.0.1:{port}").rstrip("/")
    app = _registry(options.people) if options.name == REGISTRY else _agency_app(options, base)
    return _serve(app, options.name, port, base)


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m clients",
        description="Start one agency's application, or the population-registry simulator.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=[*AGENCIES, REGISTRY, "keys"])
    parser.add_argument("--port", type=int, default=int(environment.get("AGENCY_PORT", "0")))
    parser.add_argument(
        "--base", default=environment.get("AGENCY_BASE"), help="public address, if not the port's"
    )
    parser.add_argument("--issuer", default=environment.get("AGENCY_ISSUER", ISSUER))
    parser.add_argument(
        "--data-dir", type=Path, default=Path(environment.get("AGENCY_DATA_DIR", str(DATA_DIR)))
    )
    parser.add_argument(
        "--people",
        type=Path,
        default=environment.get("REGISTRY_PEOPLE"),
        help="another people.json for the registry",
    )
    return parser


def _default_port(name: str) -> int:
    return REGISTRY_PORT if name == REGISTRY else AGENCIES[name]


def _load(name: str) -> Agency:
    agency: Agency = importlib.import_module(f"clients.{name}.app").AGENCY
    return agency


def _agency_app(options: argparse.Namespace, base: str) -> Flask:
    from clients.agency import make_agency

    deployment = Deployment(base=base, issuer=options.issuer.rstrip("/"), data_dir=options.data_dir)
    return make_agency(_load(options.name), deployment)


def _registry(people: Path | None) -> Flask:
    from clients.population_registry.app import SANDBOX_KEY, make_registry
    from clients.population_registry.people import load

    api_key = os.environ.get("REGISTRY_API_KEY", SANDBOX_KEY)
    return make_registry(load(Path(people)) if people else None, api_key=api_key)


def _make_keys(name: str, data_dir: Path) -> Path:
    from clients.credentials import PUBLIC_FILE, key_pair

    folder = Deployment(base="", data_dir=data_dir).folder(name)
    key_pair(folder)
    return folder / PUBLIC_FILE


def _serve(app: Flask, name: str, port: int, base: str) -> int:
    """Serve on the loopback address only; end quietly on SIGTERM and Ctrl-C."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _say(f"{name} {base}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
