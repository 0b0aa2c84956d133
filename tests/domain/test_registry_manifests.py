"""Registrations as text: planned, applied, and applied again without effect (features J14)."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from idp.domain.registry import changes, manifests, registrations
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.manifests import CHANGE, CREATE, SAME, BadManifest
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import BadRedirectUri

ROOT = Path(__file__).resolve().parents[2]
AGENCIES = ("business_licence", "civil_service", "education", "health", "tax")
TEXT = """
base = "http://127.0.0.1:8103"

[agency]
id = "tax"
name.id = "Kantor Pajak"
name.en = "Tax Office"

[[client]]
client_id = "tax-demo"
client_name.id = "Layanan Pajak"
client_name.en = "Tax Service"
redirect_uris = ["{base}/callback"]
jwks_file = "agencies/tax/jwks.json"
scope = "openid profile"

[client.claims.name]
required = true
purpose.id = "Menulis nama pada SPT"
purpose.en = "To write the name on the return"
legal_basis = "law"
"""


@pytest.fixture
def folder(tmp_path):
    """A data directory in which every agency has made its keys."""
    for name in AGENCIES:
        home = tmp_path / "agencies" / name
        home.mkdir(parents=True)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
        key.ensure_kid()
        (home / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return tmp_path


@pytest.fixture
def manifest(folder):
    def write(text=TEXT, base=None):
        path = folder / "client.toml"
        path.write_text(text)
        return manifests.read(path, folder, base)

    return write


@pytest.fixture
def apply(services):
    def run(manifest, by="cli:ana"):
        with services.database.unit_of_work() as db:
            return manifests.apply(
                db, manifest, Policy(), seal=services.secret_seal, by=by, now=services.clock()
            )

    return run


@pytest.fixture
def plan(services):
    def run(manifest):
        with services.database.unit_of_work() as db:
            return manifests.plan(db, manifest, Policy(), services.clock())

    return run


def test_applying_twice_changes_nothing(manifest, apply, services):
    assert [d.action for d in apply(manifest())] == [CREATE]
    assert [d.action for d in apply(manifest())] == [SAME]
    with services.database.unit_of_work() as db:
        row = registrations.find(db, "tax-demo")
    assert (row.revision, row.agency_id, row.status) == (1, "tax", "approved")
    assert row.client_metadata["redirect_uris"] == ["http://127.0.0.1:8103/callback"]
    assert row.client_metadata["client_name#en"] == "Tax Service"


def test_a_plan_says_what_would_differ_and_writes_nothing(manifest, apply, plan, services):
    apply(manifest())
    (found,) = plan(manifest(base="http://127.0.0.1:9000"))
    assert found.action == CHANGE
    assert found.members == (
        ("redirect_uris", ["http://127.0.0.1:8103/callback"], ["http://127.0.0.1:9000/callback"]),
    )
    with services.database.unit_of_work() as db:
        assert registrations.find(db, "tax-demo").revision == 1


def test_a_plan_for_a_new_agency_names_it(manifest, services):
    with services.database.unit_of_work() as db:
        assert list(manifests.agency_changes(db, manifest())) == [
            ("name_id", None, "Kantor Pajak"),
            ("name_en", None, "Tax Office"),
        ]


def test_a_production_manifest_waits_for_a_second_person_and_is_proposed_once(manifest, apply, services):
    text = TEXT.replace('client_id = "tax-demo"', 'client_id = "tax-demo"\nenvironment = "production"')
    text = text.replace("http://127.0.0.1:8103", "https://pajak.example")
    (made,) = apply(manifest(text))
    assert made.waits
    with services.database.unit_of_work() as db:
        (change,) = changes.open_of(db, "tax-demo")
        registrations.approve(db, change.id, by="cli:budi", now=services.clock())
    changed = text.replace("/callback", "/cb")
    assert [(d.action, d.waits) for d in apply(manifest(changed))] == [(CHANGE, True)]
    assert [(d.action, d.waits) for d in apply(manifest(changed))] == [(SAME, True)]
    with services.database.unit_of_work() as db:
        assert len(changes.open_of(db, "tax-demo")) == 1


def test_what_breaks_a_rule_changes_nothing(manifest, apply, services):
    with pytest.raises(BadRedirectUri):
        apply(manifest(TEXT.replace("{base}/callback", "http://rp.example/cb")))
    with services.database.unit_of_work() as db, pytest.raises(NotAllowed):
        registrations.find(db, "tax-demo")


def test_a_client_of_another_agency_is_not_taken_over(manifest, apply):
    apply(manifest())
    with pytest.raises(NotAllowed):
        apply(manifest(TEXT.replace('id = "tax"', 'id = "other"')))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "client.toml"),
        (TEXT.replace("[agency]", "[office]"), "agency"),
        (TEXT.replace('client_id = "tax-demo"', ""), "client_id"),
        (TEXT.replace("agencies/tax/", "agencies/nobody/"), "start the agency once"),
    ],
)
def test_a_manifest_that_cannot_be_read_says_why(manifest, text, said):
    with pytest.raises(BadManifest, match=said):
        manifest(text)


@pytest.mark.parametrize("name", AGENCIES)
def test_the_manifests_of_the_five_agencies_hold_every_rule(name, folder, apply):
    read = manifests.read(ROOT / "clients" / name / "client.toml", folder)
    assert [d.action for d in apply(read)] == [CREATE]
    assert [d.action for d in apply(read)] == [SAME]
