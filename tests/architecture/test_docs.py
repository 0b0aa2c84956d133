"""What the code offers is written down: settings, commands, audit events, protocol errors."""

import dataclasses
import re

import click
import pytest

from tests.architecture.tree import shown
from tests.support.processes import ROOT
from tools import docs

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", docs.PAGES)
def test_the_page_says_what_the_code_says(name):
    page = REFERENCE / f"{name}.md"
    assert page.exists(), f"{shown(page)} is missing: run `make docs`"
    assert not docs.stale(name), f"{shown(page)} is out of date: run `make docs`"


def test_every_setting_explains_itself():
    from idp.settings import Settings

    assert not [field.name for field in dataclasses.fields(Settings) if len(field.metadata["help"]) < 20]


def test_every_protocol_error_names_its_source():
    from idp.protocol.oauth.errors import ProtocolError

    source = re.compile(r"RFC \d+|OIDC|OpenID|§")
    known = [
        error for error in docs.subclasses(ProtocolError) if error.__module__ == ProtocolError.__module__
    ]
    assert known
    assert not [error.__name__ for error in known if not source.search(error.__doc__ or "")]


def test_every_audit_event_explains_itself_and_holds_no_free_text():
    known = docs.known_events()
    assert known
    assert not [event.__name__ for event in known if not docs.text_of(event).endswith(".")]
    loose = {"name", "email", "nik", "phone", "phone_number", "birthdate", "address", "text", "message"}
    assert not [
        f"{event.__name__}.{field.name}"
        for event in known
        for field in dataclasses.fields(event)
        if field.name in loose
    ]


def test_every_command_explains_itself():
    from idp.cli.main import main as idp

    assert isinstance(idp, click.Group)
    assert not [path for path, command in docs.commands(idp, "idp") if not (command.help or "").strip()]


def test_every_link_between_our_pages_leads_somewhere():
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "clients").rglob("*.md")]
    lost = [
        f"{shown(page)} → {target}"
        for page in pages
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not lost
