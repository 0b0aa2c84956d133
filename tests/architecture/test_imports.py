"""The dependency rule: top-level folders are trust zones, and inside each zone imports point one way."""

import sys
from pathlib import Path

import pytest

from tests.architecture.tree import imports_of, python_files, shown, within
from tests.support.processes import ROOT

OURS = ("idp", "keys", "clients", "tests", "tools", "bench", "migrations")

# What a package may never import.
FORBIDDEN = {
    "keys": ("idp", "clients", "flask", "sqlalchemy"),
    "clients": ("idp", "keys", "sqlalchemy"),
    "idp/protocol": (
        "flask",
        "sqlalchemy",
        "keys",
        "clients",
        "idp.domain",
        "idp.web",
        "idp.cli",
        "idp.settings",
        "idp.services",
        "idp.clock",
        "idp.outbound",
    ),
    "idp/domain": (
        "flask",
        "clients",
        "idp.web",
        "idp.cli",
        "idp.app",
        "idp.settings",
        "idp.services",
        "idp.clock.system_clock",
        "os.environ",
        "os.getenv",
    ),
    "idp/web": ("sqlalchemy", "cryptography", "clients", "idp.cli", "idp.app"),
    "idp/cli": ("clients",),
    "idp": ("clients", "tests", "tools", "authlib.jose", "authlib.integrations"),
    "migrations": ("flask", "keys", "clients", "idp.web", "idp.protocol", "idp.cli", "idp.services"),
}

# Third-party modules that a pure or guarded package may import; everything else needs a decision.
THIRD_PARTY = {
    "keys": {"cryptography", "joserfc", "orjson", "pkcs11"},
    "idp/protocol": {"authlib", "cryptography", "joserfc", "orjson"},
    "idp/domain": {
        "alembic",
        "argon2",
        "authlib",
        "joserfc",
        "orjson",
        "phonenumbers",
        "psycopg",
        "pyotp",
        "segno",
        "selectolax",
        "sqlalchemy",
        "structlog",
        "webauthn",
    },
}

# Domain packages from low to high. A package knows the lower rows, never its own row or a higher one.
LEVELS = (
    ("store",),
    ("audit",),
    ("events",),
    ("citizens", "registry", "messages"),
    ("proofing", "authenticators", "representation"),
    ("sessions", "consent"),
    ("exchange", "grants"),
    ("inventory", "cases", "account"),
)
LEVEL = {package: level for level, packages in enumerate(LEVELS) for package in packages}

# `keystore` implements the one inversion (keys.KeyStore); `store/metadata.py` shows Alembic every table.
MAY_READ_EVERY_MODEL = ("idp/domain/keystore", "idp/domain/store/metadata.py")


def domain_package(module: str) -> str | None:
    """Give the package of the domain that a module belongs to."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["idp", "domain"] and len(parts) > 2 else None


def package_of(path: Path) -> str:
    """Give the package of the domain that a file belongs to."""
    first = path.relative_to(ROOT / "idp" / "domain").parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_points_outward(package):
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files(package)
        for module in imports_of(path)
        if any(within(module, name) for name in FORBIDDEN[package])
    ]
    assert not found


@pytest.mark.parametrize("package", THIRD_PARTY)
def test_pure_packages_stand_on_few_libraries(package):
    allowed = THIRD_PARTY[package] | sys.stdlib_module_names | set(OURS)
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files(package)
        for module in imports_of(path)
        if module.split(".")[0] not in allowed
    ]
    assert not found


def test_every_domain_package_has_its_level():
    packages = {package_of(path) for path in python_files("idp/domain")}
    assert packages <= {*LEVEL, "keystore", "__init__"}


@pytest.mark.parametrize("package", LEVEL)
def test_the_domain_knows_only_what_lies_below(package):
    found = []
    for path in python_files(f"idp/domain/{package}"):
        for module in imports_of(path):
            other = domain_package(module)
            if other in {None, package} or shown(path) in MAY_READ_EVERY_MODEL:
                continue
            if LEVEL.get(other, len(LEVELS)) >= LEVEL[package]:
                found.append(f"{shown(path)} imports {module}")
    assert not found


def test_the_key_store_reads_models_and_nothing_else_of_the_domain():
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files("idp/domain")
        if shown(path).startswith(MAY_READ_EVERY_MODEL)
        for module in imports_of(path)
        if domain_package(module) not in {None, "store", "audit", "keystore"} and "models" not in module
    ]
    assert not found


def test_only_composition_roots_know_the_key_store():
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files("idp/domain", "idp/web", "idp/protocol")
        if not shown(path).startswith(MAY_READ_EVERY_MODEL)
        for module in imports_of(path)
        if within(module, "idp.domain.keystore")
    ]
    assert not found


def test_only_the_clock_reads_the_time_of_day():
    found = [
        f"{shown(path)} imports {module}"
        for path in python_files("idp/domain", "idp/protocol", "idp/web", "keys")
        for module in imports_of(path)
        if module in {"time.time", "time.time_ns"} or within(module, "idp.clock.system_clock")
    ]
    assert not found
