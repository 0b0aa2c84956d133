"""The application register: checked, stable, idempotent; clusters and retirements on both databases."""

import time

import pytest
from sqlalchemy import func, select

from idp.domain.inventory import overlap
from idp.domain.inventory.models import Application, ApplicationChange, ApplicationField
from idp.domain.inventory.register import bring_in, concept_of
from idp.domain.inventory.retirement import Candidate, propose, purpose_words
from idp.domain.inventory.rows import AskedField, BadSheet, read_sheet
from idp.domain.inventory.summary import summary
from idp.domain.store.database import Database
from tests.conftest import NOON
from tests.support.applications import applications, as_csv, as_json

ONE = {
    "owner": "Dinas Sosial",
    "name": "Bansos",
    "purpose": "Bantuan sosial",
    "users": 10,
    "yearly_cost": 5,
    "fields": [{"name": "nik", "label": "NIK"}],
}


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def brought(database, rows, write=as_json):
    return bring_in(database, read_sheet(write(rows)), by="test", now=NOON)


def everything(database):
    with database.reading() as db:
        return (
            db.execute(select(Application.__table__).order_by(Application.id)).all(),
            db.execute(
                select(ApplicationField.__table__).order_by(
                    ApplicationField.application_id, ApplicationField.position
                )
            ).all(),
        )


def test_a_thousand_applications_are_brought_in_quickly_and_the_second_time_changes_nothing(database):
    rows = applications()
    began = time.perf_counter()
    first = brought(database, rows)
    assert time.perf_counter() - began < 20
    assert (first.added, first.changed, first.same) == (1000, 0, 0)
    before = everything(database)
    again = brought(database, rows)
    assert again.nothing
    assert again.same == 1000
    assert everything(database) == before


def test_csv_and_json_say_the_same(database):
    rows = applications(60)
    brought(database, rows, as_csv)
    assert brought(database, rows, as_json).same == 60


def test_a_changed_row_is_changed_and_its_history_kept(database):
    brought(database, [ONE])
    changed = ONE | {"users": 12, "fields": [*ONE["fields"], {"name": "hp", "label": "No HP"}]}
    done = brought(database, [changed])
    assert (done.changed, done.added) == (1, 0)
    with database.reading() as db:
        (row,) = db.scalars(select(Application)).all()
        (history,) = db.scalars(select(ApplicationChange)).all()
        assert (row.users, row.revision) == (12, 2)
        assert set(history.members) == {"users", "fields"}
        assert history.members["users"] == [10, 12]
        assert history.changed_by == "test"
        concepts = db.scalars(select(ApplicationField.concept).order_by(ApplicationField.position)).all()
        assert concepts == ["nik", "phone_number"]


def test_what_the_file_does_not_name_stays(database):
    brought(database, applications(3))
    brought(database, [ONE])
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Application)) == 4


def test_fields_are_matched_anew_when_the_vocabulary_has_changed(database):
    brought(database, [ONE])
    with database.unit_of_work() as db:
        db.scalars(select(Application)).one().vocabulary = b"an older one"
        db.scalars(select(ApplicationField)).one().concept = "label:old"
    done = brought(database, [ONE])
    assert (done.rematched, done.changed, done.nothing) == (1, 0, False)
    with database.reading() as db:
        assert db.scalars(select(ApplicationField)).one().concept == "nik"
        assert db.scalars(select(ApplicationChange)).all() == []


def test_clusters_name_who_else_and_where_the_truth_lies(database):
    brought(database, applications(300))
    with database.reading() as db:
        known = {each.concept: each for each in overlap.clusters(db, known=True)}
        assert known["nik"].applications == 300
        assert known["nik"].truth.owner == "population_registry"
        assert known["npwp"].truth.owner == "tax"
        unknown = overlap.clusters(db, known=False)
        assert unknown
        for each in unknown:
            largest = overlap.who_asks(db, each.concept, 1)[0]
            assert each.truth.application.id == largest.id
        others = overlap.others_asking(db, largest.id)
        assert others["nik"] == 299
        assert overlap.cluster(db, "nik") == known["nik"]
        assert overlap.cluster(db, "nobody asks this") is None


def test_the_grid_counts_applications_of_agencies(database):
    brought(database, applications(100))
    with database.reading() as db:
        grid = overlap.grid(db, agencies=5, concepts=4)
        assert len(grid.agencies) == 5
        assert len(grid.concepts) == 4
        owner = grid.agencies[0][0]
        wanted = sum(row.owner_id == owner for row in overlap.who_asks(db, "nik", 1000))
        assert grid.counts[owner, "nik"] == wanted


def test_retirements_are_proposed_with_what_they_save(database):
    brought(database, applications(300))
    with database.reading() as db:
        found = overlap.retirements(db, 1000)
        numbers = overlap.headline(db)
    assert found
    assert [each.proposal.rank for each in found] == list(range(1, len(found) + 1))
    savings = [each.proposal.saving for each in found]
    assert savings == sorted(savings, reverse=True)
    kept = {each.keeper.id for each in found}
    for each in found:
        assert each.application.id not in kept
        assert each.keeper.retires_on is None
        assert each.proposal.likeness >= 60
        assert each.keeper.users >= each.application.users or each.application.retires_on is not None
    assert numbers.retirements == len(found)
    assert numbers.saving == sum(savings)
    assert numbers.applications == 300


def test_alike_in_fields_alone_is_no_reason_to_retire():
    def candidate(number, purpose, users):
        asked = frozenset({"nik", "name", "address"})
        return Candidate(f"id-{number}", users, 1, purpose_words(purpose), asked)

    pasien, tani = candidate(1, "Antrean pasien", 10), candidate(2, "Pendataan petani", 5)
    assert propose([pasien, tani]) == []
    (found,) = propose([pasien, candidate(3, "Sistem antrean pasien", 5)])
    assert (found.id, found.keeper_id) == ("id-3", "id-1")


def test_an_unknown_field_is_named_by_its_own_words():
    assert concept_of(AskedField("x", "Nomor meter PLN"))[0].concept == "label:nomor meter pln"
    assert concept_of(AskedField("jenis_ternak", ""))[0].concept == "label:jenis ternak"
    assert [each.concept for each in concept_of(AskedField("ttl", "Tempat/tanggal lahir"))] == [
        "birthdate",
        "place_of_birth",
    ]


# --- what is wrong with a file ---


def problems(**members):
    sheet = read_sheet(as_json([ONE | members]))
    return {(each.row, each.column) for each in sheet.problems}


@pytest.mark.parametrize(
    ("members", "column"),
    [
        ({"owner": ""}, "owner"),
        ({"owner": "..."}, "owner"),
        ({"owner": 7}, "owner"),
        ({"name": "x" * 121}, "name"),
        ({"purpose": None}, "purpose"),
        ({"users": -1}, "users"),
        ({"users": "many"}, "users"),
        ({"users": True}, "users"),
        ({"users": 1.5}, "users"),
        ({"yearly_cost": "9" * 40}, "yearly_cost"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://[broken"}, "url"),
        ({"retires_on": "31-12-2027"}, "retires_on"),
        ({"fields": []}, "fields"),
        ({"fields": [{"name": f"f{i}"} for i in range(501)]}, "fields"),
    ],
)
def test_every_mistake_is_named_with_its_row_and_column(members, column):
    assert problems(**members) == {(1, column)}


def test_all_mistakes_of_all_rows_are_found_at_once():
    bad = as_csv([ONE | {"url": ""}, ONE | {"url": "ftp://x", "users": "?"}, ONE | {"url": ""}])
    sheet = read_sheet(bad)
    assert [(each.row, each.column) for each in sheet.problems] == [(3, "url"), (3, "users"), (4, "name")]
    assert "row 2" in sheet.problems[-1].message
    assert (len(sheet.rows), sheet.bad) == (1, 2)


@pytest.mark.parametrize("written", ["12500", "12.500", "12,500", " 12500 ", "Rp 12.500", "Rp12.500,00"])
def test_numbers_are_read_as_people_write_them(written):
    assert read_sheet(as_csv([ONE | {"yearly_cost": written}])).rows[0].yearly_cost == 12500


def test_semicolons_separate_columns_too():
    text = 'owner;name;purpose;users;yearly_cost;fields\nDinas;Satu;Izin;1;2;"nik=NIK;nama=Nama"\n'
    (row,) = read_sheet(text.encode()).rows
    assert [field.name for field in row.fields] == ["nik", "nama"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not CSV|columns"),
        (b"a,b\n1,2\n", "columns are missing"),
        (b"\xff\xfe", "UTF-8"),
        (b"[1", "not JSON"),
        (b'{"a": []}', "list of applications"),
        (b"[]", "no application"),
        (b"[" * 100_000, "not JSON"),
        (b"owner,name,purpose,users,yearly_cost,fields\n" + b'"' + b"a" * 200_001, "not CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content, said):
    with pytest.raises(BadSheet, match=said):
        read_sheet(content)


def test_a_row_that_is_no_object_says_what_it_lacks():
    assert {each.column for each in read_sheet(b"[1]").problems} >= {"owner", "name", "users", "fields"}


def test_ids_are_the_same_everywhere_and_forever():
    (row,) = read_sheet(as_json([ONE])).rows
    assert str(row.id) == "f4ba67ef-384c-5ea0-9c04-78fc64efba95"


def test_pages_read_numbers_that_were_counted_at_the_import(database):
    with database.reading() as db:
        assert summary(db).headline.applications == 0
    brought(database, applications(80))
    with database.reading() as db:
        kept = summary(db)
        assert kept.headline == overlap.headline(db)
        assert list(kept.known) == list(overlap.clusters(db, known=True))
        assert [each.truth.application.id for each in kept.unknown] == [
            each.truth.application.id for each in overlap.clusters(db, known=False)
        ]
        assert kept.grid.rows() == overlap.grid(db).rows()
    brought(database, [ONE])
    with database.reading() as db:
        assert summary(db).headline.applications == 81
