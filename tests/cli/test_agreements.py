"""Agreements from the command line: asked, approved by different people, stopped, found again."""

import getpass
import json
from uuid import uuid4

import pytest

MANIFEST = """
base = "https://{0}.example"
[agency]
id = "{0}"
name.id = "Instansi {0}"
name.en = "Agency {0}"
[[client]]
client_id = "{0}-app"
client_name = "Layanan {0}"
redirect_uris = ["{{base}}/callback"]
scope = "openid"
token_endpoint_auth_method = "client_secret_basic"
profile = "oidc_core"
"""
AGREEMENT = """
[[agreement]]
owner = "tax"
attributes = ["npwp"]
purpose.id = "Menagih iuran"
purpose.en = "To collect premiums"
legal_basis = "law"
legal_reference = "UU 24/2011"
retention_days = 365
months = 24
"""
ASK = (
    *("agreements", "request", "--consumer", "health", "--owner", "tax", "--attribute", "npwp"),
    *("--legal-basis", "law", "--legal-reference", "UU 24/2011", "--retention-days", "365"),
    *("--purpose-id", "Menagih iuran", "--purpose-en", "Collecting"),
)


@pytest.fixture
def as_user(idp, monkeypatch):
    """Type a command as one of several users of the machine; answers JSON."""

    def run(user, *arguments, fails=""):
        monkeypatch.setattr(getpass, "getuser", lambda: user)
        done = idp(*arguments, "--json")
        if fails:
            assert done.status != 0
            assert fails in done.err
            assert len(done.err.strip().splitlines()) == 1
            return None
        assert done.status == 0, done.err
        return json.loads(done.out)

    return run


@pytest.fixture
def agencies(as_user, deployment):
    """Two agencies that have joined; gives the path of a manifest."""

    def write(name, more=""):
        path = deployment.folder / f"{name}.toml"
        path.write_text(MANIFEST.format(name) + more)
        return str(path)

    for name in ("tax", "health"):
        as_user("ana", "clients", "apply", write(name))
    return write


def test_two_people_besides_the_asker_put_an_agreement_into_force(as_user, agencies):
    made = as_user("ana", *ASK)
    assert (made["status"], made["attributes"]) == ("requested", ["npwp"])
    which = made["id"]
    as_user("budi", "agreements", "approve", which, fails="cannot do this")
    as_user("ana", "agreements", "approve", which, "--for", "tax", fails="other than the one who asked")
    as_user("budi", "agreements", "approve", which, "--for", "health", fails="for the owner to do")
    assert as_user("budi", "agreements", "approve", which, "--for", "tax")["status"] == "agreed"
    as_user("budi", "agreements", "approve", which, fails="other than who asked or agreed")
    assert as_user("citra", "agreements", "approve", which)["status"] == "in_force"
    assert [row["id"] for row in as_user("ana", "agreements", "list", "--status", "in_force")] == [which]
    shown = as_user("ana", "agreements", "show", which)
    assert [(step["step"], step["party"], step["by"]) for step in shown["history"]] == [
        ("requested", "platform", "cli:ana"),
        ("agreed", "owner", "cli:budi"),
        ("in_force", "platform", "cli:citra"),
    ]


def in_force(as_user):
    which = as_user("ana", *ASK)["id"]
    as_user("budi", "agreements", "approve", which, "--for", "tax")
    as_user("citra", "agreements", "approve", which)
    return which


def test_suspended_resumed_renewed_ended(as_user, agencies):
    which = in_force(as_user)
    assert as_user("budi", "agreements", "suspend", which, "--reason", "A leak")["status"] == "suspended"
    assert as_user("budi", "agreements", "resume", which)["status"] == "suspended"
    assert as_user("citra", "agreements", "resume", which)["status"] == "in_force"
    renewed = as_user("ana", "agreements", "renew", which, "--months", "12")
    assert (renewed["supersedes"], renewed["status"]) == (which, "requested")
    assert (
        as_user("budi", "agreements", "refuse", renewed["id"], "--reason", "Not yet")["status"] == "refused"
    )
    assert as_user("ana", "agreements", "end", which, "--reason", "Closed")["status"] == "ended"
    assert as_user("ana", "agreements", "show", which)["history"][-1]["reason"] == "Closed"
    as_user("ana", "agreements", "end", which, "--reason", "Closed", fails="cannot do this")


def test_lists_for_people_and_those_that_end_soon(as_user, idp, agencies):
    as_user("ana", *ASK, "--until", "2099-01-01", fails="ends by")
    which = in_force(as_user)
    done = idp("agreements", "list", "--agency", "health", "--search", "npwp")
    assert which in done.out
    assert "in_force" in done.out
    assert as_user("ana", "agreements", "list", "--expiring") == []
    assert "purpose_en: Collecting" in idp("agreements", "show", which).out


def test_mistakes_are_one_line(as_user, agencies):
    as_user("ana", "agreements", "show", str(uuid4()), fails="no such agreement")
    wrong = [*ASK[:6], "--attribute", "shoe_size", *ASK[6:]]
    as_user("ana", *wrong, fails="'shoe_size' is not in the catalogue")


def test_a_manifest_asks_for_agreements_once(as_user, idp, agencies):
    path = agencies("health", AGREEMENT)
    planned = as_user("ana", "clients", "plan", path)["agreements"]
    assert [(each["action"], each["id"]) for each in planned] == [("create", None)]
    ((first,), (second,)) = (as_user("ana", "clients", "apply", path)["agreements"] for _ in range(2))
    assert (first["action"], second["action"]) == ("create", "same")
    assert first["id"] == second["id"]
    assert "= agreement with tax: npwp: same (requested)" in idp("clients", "plan", path).out
    dropped = idp("clients", "apply", agencies("health")).out
    assert (
        f"- agreement with tax: npwp: dropped (still requested; to end it: idp agreements end {first['id']})"
        in dropped
    )
    later = agencies("health", AGREEMENT.replace('"tax"', '"education"').replace("npwp", "nisn"))
    assert (
        "? agreement with education: nisn: later (the owner has not joined"
        in idp("clients", "apply", later).out
    )
