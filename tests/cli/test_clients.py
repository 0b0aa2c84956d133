"""Clients from the command line: RFC 7591 in, RFC 7591 out; manifests; two people for production."""

import json
import sqlite3

import pytest
from joserfc.jwk import ECKey
from sqlalchemy.engine import make_url

from tests.support.publisher import Publisher

KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
WEB = {
    "client_name": "Portal Lama",
    "redirect_uris": ["http://127.0.0.1:9/cb"],
    "scope": "openid profile email",
    "token_endpoint_auth_method": "client_secret_basic",
    "profile": "oidc_core",
}
MANIFEST = """
base = "https://pajak.example"
[agency]
id = "tax"
name.id = "Kantor Pajak"
name.en = "Tax Office"
[[client]]
client_id = "tax"
client_name.id = "Layanan Pajak"
client_name.en = "Tax Service"
environment = "production"
redirect_uris = ["{base}/callback"]
jwks_file = "jwks.json"
scope = "openid"
"""


def create(idp, **members):
    done = idp("clients", "create", "--json", "-", text=json.dumps(WEB | members))
    assert done.status == 0, done.err
    return json.loads(done.out)


@pytest.fixture
def manifest(deployment):
    (deployment.folder / "jwks.json").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    path = deployment.folder / "client.toml"
    path.write_text(MANIFEST)
    return path


def test_the_answer_is_the_client_information_response(idp):
    answer = create(idp)
    assert answer["client_id"]
    assert len(answer["client_secret"]) == 43
    assert answer["client_secret_expires_at"] == 0
    assert answer["redirect_uris"] == WEB["redirect_uris"]
    assert answer["id_token_signed_response_alg"] == "RS256"
    assert answer["profile"] == "oidc_core"


def test_a_secret_is_shown_once_and_rotated(idp):
    made = create(idp)
    shown = json.loads(idp("clients", "show", made["client_id"], "--json").out)
    assert "client_secret" not in shown
    rotated = json.loads(idp("clients", "rotate-secret", made["client_id"], "--json").out)
    assert rotated["client_secret"] != made["client_secret"]
    assert made["client_secret"] not in idp("clients", "show", made["client_id"]).out


def test_every_violation_is_said(idp):
    bad = {"redirect_uris": ["http://rp.example"], "scope": "openid money"}
    done = idp("clients", "create", "--json", "-", text=json.dumps(bad))
    assert done.status == 1
    assert "must use https" in done.err
    assert "money" in done.err


def test_a_new_sandbox_client_comes_as_an_env_file(idp):
    done = idp("clients", "new", "Izin Usaha", "--redirect", "http://127.0.0.1:5000/cb")
    lines = dict(line.split("=", 1) for line in done.out.splitlines())
    private = json.loads(lines["OIDC_CLIENT_PRIVATE_JWK"].strip("'"))
    shown = json.loads(idp("clients", "show", lines["OIDC_CLIENT_ID"], "--json").out)
    assert shown["jwks"]["keys"][0] == {n: v for n, v in private.items() if n != "d"}
    assert shown["client_name"] == "Izin Usaha"


def test_clients_are_listed_searched_and_suspended(idp):
    made = create(idp)
    found = json.loads(idp("clients", "list", "--search", "portal lama", "--json").out)
    assert [client["client_id"] for client in found] == [made["client_id"]]
    assert json.loads(idp("clients", "list", "--search", "xyz", "--json").out) == []
    assert idp("clients", "suspend", made["client_id"]).out.strip().endswith("suspended")
    assert idp("clients", "suspend", made["client_id"]).status == 1


def test_a_manifest_is_planned_applied_and_left_alone(idp, manifest):
    planned = json.loads(idp("clients", "plan", manifest, "--json").out)
    assert [c["action"] for c in planned["clients"]] == ["create"]
    assert idp("clients", "show", "tax").status == 1
    assert "+ tax: create (waits for a second person)" in idp("clients", "apply", manifest).out
    again = json.loads(idp("clients", "apply", manifest, "--json").out)
    assert [c["action"] for c in again["clients"]] == ["same"]


def test_who_proposed_a_production_client_does_not_approve_it(idp, manifest):
    idp("clients", "apply", manifest)
    done = idp("clients", "approve", "tax")
    assert done.status == 1
    assert "somebody other" in done.err
    other = idp("clients", "approve", "tax", LOGNAME="budi-second-person")
    assert other.out == "tax: approved\n", other.err


def test_doctor_looks_at_a_client(idp):
    made = create(idp, redirect_uris=["https://portal.example/cb"])
    found = json.loads(idp("doctor", made["client_id"], "--json").out)["findings"]
    assert ("redirect URI", True) in {(f["what"], f["ok"]) for f in found}
    assert json.loads(idp("doctor", "--json").out)["ok"]


@pytest.fixture
def sector(deployment):
    """A sector document, whose publisher notes whether the database is free while somebody waits for it."""
    path = make_url(deployment.env["IDP_DATABASE_URL"]).database
    with Publisher() as publisher:
        publisher.body = json.dumps(["https://pajak.example/callback"]).encode()
        publisher.free = []

        def look():
            with sqlite3.connect(path, timeout=0, isolation_level=None) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                    other.execute("ROLLBACK")
                    publisher.free.append(True)
                except sqlite3.OperationalError:
                    publisher.free.append(False)

        publisher.meanwhile = look
        yield publisher


@pytest.fixture
def sector_manifest(manifest, sector):
    """The manifest as a sandbox client of a sector; production reaches no loopback publisher."""
    text = manifest.read_text().replace('"production"', '"sandbox"')
    manifest.write_text(f'{text}sector_identifier_uri = "{sector.url("/sector.json")}"\n')
    return manifest


def test_a_sector_document_is_fetched_before_the_transaction_of_create(idp, sector):
    address = {"sector_identifier_uri": sector.url("/sector.json")}
    create(idp, redirect_uris=["https://pajak.example/callback"], **address)
    refused = idp("clients", "create", "--json", "-", text=json.dumps(WEB | address))
    assert "sector_identifier_uri" in refused.err
    assert sector.free == [True, True]


def test_a_sector_document_is_fetched_before_the_transaction_of_a_manifest(idp, sector, sector_manifest):
    assert idp("clients", "plan", sector_manifest).status == 0
    assert idp("clients", "apply", sector_manifest).status == 0
    sector.body = b"[]"
    assert "sector_identifier_uri" in idp("clients", "apply", sector_manifest).err
    assert sector.free == [True, True, True]


def test_a_sector_document_is_read_again_at_an_approval(idp, deployment, sector, manifest):
    idp("clients", "apply", manifest)
    gone = sector.url("/sector.json").replace("http:", "https:")  # nobody speaks TLS there
    with sqlite3.connect(make_url(deployment.env["IDP_DATABASE_URL"]).database) as database:
        database.execute(
            "UPDATE client SET metadata = json_set(metadata, '$.sector_identifier_uri', ?)", (gone,)
        )
    done = idp("clients", "approve", "tax", LOGNAME="budi-second-person")
    assert (done.status, "sector_identifier_uri" in done.err) == (1, True)
    assert json.loads(idp("clients", "show", "tax", "--json").out)["status"] == "draft"
