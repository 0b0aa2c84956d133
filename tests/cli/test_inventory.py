"""`idp inventory`: lint with and without a database, waivers by two people, import and report."""

import json

import pytest
from click.testing import CliRunner
from joserfc.jwk import ECKey

from idp.cli.main import main
from tests.support.applications import applications, as_csv, as_json

FORM = {"name": "spt", "fields": [{"name": "npwp", "label": "NPWP"}, {"name": "note", "label": "Catatan"}]}
CLIENT = {
    "client_name": "Portal",
    "redirect_uris": ["http://127.0.0.1:9/cb"],
    "scope": "openid",
    "token_endpoint_auth_method": "client_secret_basic",
    "profile": "oidc_core",
}


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "form.json"
    path.write_text(json.dumps(FORM))
    return path


@pytest.fixture
def client(idp):
    return json.loads(idp("clients", "create", "--json", "-", text=json.dumps(CLIENT)).out)["client_id"]


@pytest.fixture
def people(monkeypatch):
    """Who sits at the machine: the rule of two knows them by name."""

    def sits(name):
        monkeypatch.setattr("getpass.getuser", lambda: name)

    sits("rina")
    return sits


def without_database(*arguments):
    """An agency's pipeline has neither settings nor a database of ours."""
    return CliRunner().invoke(
        main, ["inventory", "lint", *map(str, arguments)], env={"IDP_DATABASE_URL": "no"}
    )


def waived(idp, client, people, until="2099-01-01", **options):
    people("rina")
    arguments = (
        "--client",
        client,
        "--form",
        "spt",
        "--attribute",
        "npwp",
        "--reason",
        "Belum dilayani pemilik",
    )
    done = idp("inventory", "waivers", "add", *arguments, "--from", "2098-06-01", "--until", until, "--json")
    return json.loads(done.out)["id"] if done.status == 0 else done


def test_lint_needs_no_database_and_says_what_to_do(form):
    done = without_database(form)
    assert done.exit_code == 1
    assert "npwp (97% sure), held by Tax office" in done.stdout.replace("99%", "97%")
    assert "do not ask it: scope `tax`, claim `npwp`" in done.stdout
    assert "1 asked although the state holds it" in done.stdout


def test_lint_for_machines(form):
    answer = json.loads(without_database(form, "--json").stdout)
    assert answer["ok"] is False
    (spt,) = answer["forms"]
    assert (spt["form"], spt["asked"]) == ("spt", 1)
    npwp, note = spt["fields"]
    assert (npwp["verdict"], npwp["attribute"], npwp["owner"], npwp["scope"]) == (
        "asked",
        "npwp",
        "tax",
        "tax",
    )
    assert 0.9 < npwp["confidence"] <= 1
    assert npwp["reasons"]
    assert note == {"name": "note", "label": "Catatan", "verdict": "new"}


def test_lint_passes_what_is_new_or_prefilled(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<form><label>NIK <input name=nik readonly></label><textarea name=keluhan></textarea></form>"
    )
    assert without_database(path).exit_code == 0


@pytest.mark.parametrize("content", ["", "{", "no form", '{"a": 1}'])
def test_a_bad_file_is_exit_two_in_one_line(tmp_path, content):
    path = tmp_path / "form.json"
    path.write_text(content)
    done = without_database(path)
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert without_database(tmp_path / "absent.json").exit_code == 2


def test_one_form_of_many_is_chosen_by_name(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<form id=a><input name=nik></form><form id=b><input name=keluhan></form>")
    assert without_database(path).exit_code == 1
    assert without_database(path, "--form", "b").exit_code == 0
    assert without_database(path, "--form", "c").exit_code == 2


def test_waivers_of_a_file_count_while_they_hold(form, tmp_path):
    path = tmp_path / "waivers.json"

    def with_waiver(**members):
        row = {
            "form": "spt",
            "attribute": "npwp",
            "starts_on": "2020-01-01",
            "ends_on": "2999-01-01",
            "state": "in_force",
        }
        path.write_text(json.dumps({"waivers": [row | members]}))
        return without_database(form, "--waivers", path)

    assert with_waiver().exit_code == 0
    assert with_waiver(state="asked").exit_code == 1
    expired = with_waiver(ends_on="2020-02-01")
    assert expired.exit_code == 1
    assert "the waiver ended on 2020-02-01" in expired.stdout
    assert with_waiver(ends_on="soon").exit_code == 2
    path.write_text("[1]")
    assert without_database(form, "--waivers", path).exit_code == 2


def test_a_waiver_is_asked_by_one_and_approved_by_another(idp, client, people, form):
    waiver = waived(idp, client, people)
    done = idp("inventory", "waivers", "approve", waiver)
    assert done.status == 1
    assert "somebody other than who asked" in done.err
    people("budi")
    assert "coming" in idp("inventory", "waivers", "approve", waiver).out
    listed = json.loads(idp("inventory", "waivers", "list", "--client", client, "--json").out)["waivers"]
    assert [(row["id"], row["state"], row["approved_by"]) for row in listed] == [
        (waiver, "coming", "cli:budi")
    ]
    assert "npwp" in idp("inventory", "waivers", "list", "--state", "coming").out
    assert "ended" in idp("inventory", "waivers", "end", waiver).out
    assert idp("inventory", "waivers", "end", waiver).status == 1


def test_a_waiver_longer_than_twelve_months_is_refused(idp, client, people):
    done = waived(idp, client, people, until="2099-06-02")
    assert done.status == 1
    assert "twelve months" in done.err


def test_lint_counts_the_waivers_of_a_client(idp, client, people, form):
    assert idp("inventory", "lint", form, "--client", client).status == 1
    assert idp("inventory", "lint", form, "--client", "nobody").status == 1
    people("rina")
    arguments = (
        "--client",
        client,
        "--form",
        "spt",
        "--attribute",
        "npwp",
        "--reason",
        "Belum dilayani pemilik",
    )
    until = idp("inventory", "waivers", "add", *arguments, "--until", "2000-01-01")
    assert "ends after it starts" in until.err


def test_forms_are_declared_listed_and_withdrawn(idp, client, form):
    assert "spt: 2 fields, 1 known ones asked" in idp("inventory", "forms", "declare", client, form).out
    listed = json.loads(idp("inventory", "forms", "list", client, "--json").out)
    assert listed["forms"] == [{"form": "spt", "ok": False, "asked": ["npwp"]}]
    assert idp("inventory", "forms", "withdraw", client, "spt").status == 0
    assert idp("inventory", "forms", "withdraw", client, "spt").status == 1


def test_import_twice_says_that_nothing_changed(idp, tmp_path):
    path = tmp_path / "applications.csv"
    path.write_bytes(as_csv(applications(40)))
    assert idp("inventory", "import", path).out == "40 added\n"
    assert idp("inventory", "import", path).out.startswith("Nothing changed: all 40")
    assert json.loads(idp("inventory", "import", path, "--json").out)["same"] == 40


def test_one_mistake_and_nothing_is_written_unless_it_is_skipped(idp, tmp_path):
    path = tmp_path / "applications.json"
    rows = applications(3)
    rows[1]["users"] = "banyak"
    path.write_bytes(as_json(rows))
    done = idp("inventory", "import", path)
    assert done.status == 1
    assert "row 2, users: must be a whole number" in done.err
    assert json.loads(idp("inventory", "report", "--json").out)["headline"]["applications"] == 0
    assert json.loads(idp("inventory", "import", path, "--json").out)["problems"][0]["row"] == 2
    assert idp("inventory", "import", path, "--skip-bad").out == "2 added; 1 left out\n"
    path.write_bytes(b"no, table")
    assert "columns are missing" in idp("inventory", "import", path).err


def test_the_report_names_clusters_and_retirements_and_writes_a_page(idp, tmp_path):
    path, page = tmp_path / "applications.json", tmp_path / "report.html"
    path.write_bytes(as_json(applications(200)))
    idp("inventory", "import", path)
    found = json.loads(idp("inventory", "report", "--json").out)
    assert found["clusters"][0]["source_of_truth"]
    assert found["clusters"][0]["who_else"]
    assert found["retirements"][0]["rank"] == 1
    assert "alike" in found["retirements"][0]["reason"]
    assert "asked again" in idp("inventory", "report").out
    for language, title in (("id", "Aplikasi dan isian"), ("en", "Applications and fields")):
        assert idp("inventory", "report", "--html", page, "--language", language).status == 0
        text = page.read_text("utf-8")
        assert title in text
        assert "<svg" in text
        assert "http" not in text.replace("http-equiv", "")


IZIN = {
    "name": "izin",
    "fields": [
        {"name": "nik", "label": "No. KTP"},
        {"name": "pendidikan", "label": "Ijazah terakhir"},
        {"name": "keluhan", "label": "Keluhan"},
    ],
}


def test_f9_lint_lists_each_field_with_match_confidence_and_owner_and_exits_one_without_a_waiver(tmp_path):
    form, given = tmp_path / "form.json", tmp_path / "waivers.json"
    form.write_text(json.dumps(IZIN))
    done = without_database(form, "--json")
    assert done.exit_code == 1
    listed = {each["name"]: each for each in json.loads(done.stdout)["forms"][0]["fields"]}
    assert (listed["nik"]["attribute"], listed["nik"]["owner"]) == ("nik", "population_registry")
    assert (listed["pendidikan"]["attribute"], listed["pendidikan"]["owner"]) == ("diploma", "education")
    assert all(0.85 < listed[name]["confidence"] < 1 for name in ("nik", "pendidikan"))
    assert listed["keluhan"]["verdict"] == "new"
    waived = [
        {
            "form": "izin",
            "attribute": attribute,
            "starts_on": "2020-01-01",
            "ends_on": "2999-12-31",
            "state": "in_force",
        }
        for attribute in ("nik", "diploma")
    ]
    for count, status in ((1, 1), (2, 0)):
        given.write_text(json.dumps({"waivers": waived[:count]}))
        assert without_database(form, "--waivers", given).exit_code == status


def test_a_production_client_is_not_approved_while_a_declared_form_is_red(idp, people, form, tmp_path):
    people("rina")
    key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
    metadata = {
        "client_name": "Pajak",
        "client_name#en": "Tax",
        "redirect_uris": ["https://pajak.example/cb"],
        "scope": "openid",
        "jwks": {"keys": [key.as_dict(private=False)]},
    }
    made = idp("clients", "create", "--json", "-", "--environment", "production", text=json.dumps(metadata))
    client = json.loads(made.out)["client_id"]
    idp("inventory", "forms", "declare", client, form)
    people("budi")
    done = idp("clients", "approve", client)
    assert done.status == 1
    assert "declared forms ask for what the state already holds (spt: npwp)" in done.err
    assert json.loads(idp("clients", "show", client, "--json").out)["status"] == "draft"
    clean = tmp_path / "clean.json"
    clean.write_text(json.dumps({"name": "spt", "fields": FORM["fields"][1:]}))
    idp("inventory", "forms", "declare", client, clean)
    assert idp("clients", "approve", client).out == f"{client}: approved\n"
