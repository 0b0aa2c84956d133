"""The linter's verdicts, waivers and how to get what is asked."""

from datetime import date

import pytest

from idp.domain.inventory.forms import Field, Form
from idp.domain.inventory.lint import Leave, Verdict, concept_name, lint, owner_name

TODAY = date(2026, 11, 24)


def judged(*leaves, today=TODAY, **field):
    (finding,) = lint(Form(name="f", fields=(Field(**{"name": "x"} | field),)), leaves, today).findings
    return finding


def leave(attribute, *, form="f", starts=date(2026, 1, 1), ends=date(2026, 12, 31)):
    return Leave(form, attribute, starts, ends)


@pytest.mark.parametrize(
    ("field", "verdict", "owner", "scope"),
    [
        ({"label": "NIK"}, Verdict.ASKED, "population_registry", "nik"),
        ({"label": "NPWP"}, Verdict.ASKED, "tax", "tax"),
        ({"label": "RT"}, Verdict.ASKED, "population_registry", "address"),
        ({"label": "NIK", "prefilled": True}, Verdict.PREFILLED, "population_registry", "nik"),
        ({"label": "Nama ibu kandung"}, Verdict.ASKED, "population_registry", ""),
        ({"label": "Agama"}, Verdict.HELD, "population_registry", ""),
        ({"label": "Nama panggilan"}, Verdict.REUSE, "self", "profile"),
        ({"label": "ktp"}, Verdict.PERHAPS, "population_registry", "nik"),
        ({"label": "Keluhan"}, Verdict.NEW, "", ""),
    ],
)
def test_verdicts(field, verdict, owner, scope):
    finding = judged(**field)
    assert (finding.verdict, finding.owner, finding.scope) == (verdict, owner, scope)


def test_an_answer_instead_of_the_value_is_named():
    assert "age_over_17" in judged(label="Tanggal lahir").instead
    assert judged(label="NIK").instead == ("nik_ref",)


def test_a_waiver_holds_from_its_first_to_its_last_day():
    given = leave("npwp", starts=date(2026, 6, 1), ends=date(2026, 11, 30))
    for day, verdict in (
        (date(2026, 5, 31), Verdict.ASKED),
        (date(2026, 6, 1), Verdict.WAIVED),
        (date(2026, 11, 30), Verdict.WAIVED),
        (date(2026, 12, 1), Verdict.ASKED),
    ):
        assert judged(given, label="NPWP", today=day).verdict is verdict, day


def test_a_waiver_is_for_one_form_and_one_attribute_with_its_parts():
    assert judged(leave("npwp", form="other"), label="NPWP").verdict is Verdict.ASKED
    assert judged(leave("nik"), label="NPWP").verdict is Verdict.ASKED
    assert judged(leave("id_address"), label="RT").verdict is Verdict.WAIVED
    assert judged(leave("id_address.rw"), label="RT").verdict is Verdict.ASKED


def test_a_form_is_red_while_one_field_is_asked():
    fields = (Field(name="a", label="NIK"), Field(name="b", label="Keluhan"))
    assert lint(Form(name="f", fields=fields), (), TODAY).red
    assert not lint(Form(name="f", fields=fields), (leave("nik"),), TODAY).red
    assert not lint(Form(name="f", fields=fields[1:]), (), TODAY).red


def test_owners_and_attributes_have_names_in_both_languages():
    assert owner_name("tax", "id") != owner_name("tax", "en")
    assert owner_name("police", "en") == "National police"
    assert concept_name("id_address.rt", "en") == "Address on the identity card · rt"
    assert concept_name("held:religion", "id") == "Agama"
