"""Forms in JSON of several makes and in HTML; hostile files end at once, and nothing is fetched."""

import json
import time

import pytest

from idp.domain.inventory.forms import SCHEMA, BadForm, as_object
from idp.domain.inventory.reading import MOST_BYTES, read
from idp.domain.inventory.reading_json import form_of

OURS = {
    "$schema": SCHEMA,
    "name": "izin",
    "title": "Izin usaha",
    "fields": [
        {"name": "nik", "label": "NIK", "required": True},
        {"name": "jk", "label": "Jenis kelamin", "type": "choice", "choices": ["Laki-laki", "Perempuan"]},
        {"name": "alamat", "label": "Alamat", "attribute": "address", "prefilled": True},
        {"name": "csrf", "type": "hidden"},
    ],
}
PAGE = """<!doctype html><html><head><title>Judul</title><script>document.write("<input name=skrip>")</script></head>
<body><h1>Pendaftaran</h1>
<form id="daftar" action="https://elsewhere.example/send">
  <input type="hidden" name="csrf" value="x">
  <fieldset><legend>Data diri</legend>
    <label for="a">Nomor <b>Induk</b> Kependudukan</label><input id="a" name="f1" required>
    <label>Tanggal lahir <input type="date" name="f2" autocomplete="bday"></label>
    <input name="f3" aria-label="Alamat email" type="email">
    <span id="s">No. HP</span><input name="f4" aria-labelledby="s" aria-describedby="h"><small id="h">Yang aktif</small>
    <input name="f5" placeholder="NPWP">
    <label for="b">Pendidikan</label><select id="b" name="f6">
      <option value="">Pilih</option><option>SD</option><option value="2">SMP</option></select>
  </fieldset>
  <fieldset><legend>Jenis kelamin</legend>
    <input type="radio" name="jk" value="l" id="l"><label for="l">Laki-laki</label>
    <input type="radio" name="jk" value="p" id="p"><label for="p">Perempuan</label>
  </fieldset>
  <label>Nama <input name="f7" data-claim="name" readonly></label>
  <label>RT <input name="f8" data-claim="id_address.rt" data-known="false"></label>
  <textarea name="keluhan"></textarea><input type="password" name="sandi"><button>Kirim</button>
</form>
<form name="cari"><input type="search" name="q"></form>
<input name="luar" form="daftar" aria-label="Kode pos">
</body></html>"""


def by_name(form):
    return {field.name: field for field in form.fields}


def test_our_own_json_is_read_and_written_the_same():
    (form,) = read(json.dumps(OURS).encode())
    assert (form.name, form.title) == ("izin", "Izin usaha")
    assert list(by_name(form)) == ["nik", "jk", "alamat"]
    assert by_name(form)["nik"].required
    assert by_name(form)["alamat"].prefilled
    assert form_of(json.loads(json.dumps(as_object(form)))) == form


def test_json_schema_with_sections_lists_and_references():
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Permohonan",
        "required": ["nik"],
        "$defs": {"alamat": {"type": "object", "properties": {"rt": {"title": "RT"}}}},
        "properties": {
            "nik": {"type": "string", "title": "NIK", "description": "16 digit"},
            "lahir": {"type": "string", "format": "date", "title": "Tanggal lahir"},
            "setuju": {"type": "boolean", "title": "Setuju"},
            "alamat": {"$ref": "#/$defs/alamat", "title": "ignored"},
            "anak": {
                "type": "array",
                "title": "Data anak",
                "items": {"properties": {"nama": {"title": "Nama"}}},
            },
            "jk": {"enum": ["L", "P"], "title": "Jenis kelamin", "readOnly": True},
            "jauh": {"$ref": "https://elsewhere.example/schema.json"},
        },
    }
    (form,) = read(json.dumps(schema).encode(), "permohonan")
    fields = by_name(form)
    assert (form.name, form.title) == ("permohonan", "Permohonan")
    assert fields["nik"].required
    assert fields["lahir"].kind == "date"
    assert fields["rt"].section == "alamat"
    assert fields["nama"].section == "Data anak"
    assert fields["jk"].prefilled
    assert fields["jk"].choices == ("L", "P")


def test_components_as_form_io_writes_them():
    form = {
        "title": "Daftar",
        "path": "daftar",
        "components": [
            {
                "type": "panel",
                "title": "Data diri",
                "components": [
                    {"type": "textfield", "key": "nik", "label": "NIK", "validate": {"required": True}},
                    {
                        "type": "columns",
                        "columns": [{"components": [{"type": "day", "key": "tgl", "label": "Tgl lahir"}]}],
                    },
                    {
                        "type": "radio",
                        "key": "jk",
                        "label": "JK",
                        "values": [{"label": "Laki-laki", "value": "l"}],
                    },
                    {
                        "type": "select",
                        "key": "pend",
                        "label": "Pendidikan",
                        "data": {"values": [{"label": "SD"}]},
                    },
                ],
            },
            {"type": "button", "key": "submit", "label": "Kirim"},
        ],
    }
    (read_form,) = read(json.dumps(form).encode())
    fields = by_name(read_form)
    assert list(fields) == ["nik", "tgl", "jk", "pend"]
    assert fields["nik"].section == "Data diri"
    assert fields["tgl"].kind == "date"
    assert fields["jk"].choices == ("Laki-laki",)


def test_html_is_read_as_a_person_sees_it():
    form = read(PAGE.encode(), "halaman")[0]
    fields = by_name(form)
    assert (form.name, form.title) == ("daftar", "Pendaftaran")
    assert fields["f1"].label == "Nomor Induk Kependudukan"
    assert (fields["f1"].section, fields["f1"].required) == ("Data diri", True)
    assert (fields["f2"].label, fields["f2"].kind, fields["f2"].autocomplete) == (
        "Tanggal lahir",
        "date",
        "bday",
    )
    assert fields["f3"].label == "Alamat email"
    assert (fields["f4"].label, fields["f4"].hint) == ("No. HP", "Yang aktif")
    assert fields["f5"].label == "NPWP"
    assert fields["f6"].choices == ("SD", "SMP")
    assert (fields["jk"].label, fields["jk"].choices) == ("Jenis kelamin", ("Laki-laki", "Perempuan"))
    assert (fields["f7"].attribute, fields["f7"].prefilled) == ("name", True)
    assert (fields["f8"].attribute, fields["f8"].prefilled) == ("id_address.rt", True)
    assert fields["luar"].label == "Kode pos"
    assert not {"csrf", "sandi", "skrip", "q"} & fields.keys()


def test_every_form_of_a_file_has_a_name_of_its_own():
    page = b"<form><input name=a></form><form><input name=b></form><form id=c><input name=c></form>"
    assert [form.name for form in read(page, "x")] == ["x", "x-2", "c"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"{", "not JSON"),
        (b'{"a": 1}', "neither"),
        (b"[1]", "a form is a JSON object"),
        (b'{"fields": ["a"]}', "field 1 is not"),
        (b'{"fields": [{}]}', "field 1 has neither"),
        (b'{"fields": []}', "no form"),
        (b"<p>nothing to ask</p>", "no form"),
        (b"just text", "no form"),
        (b"\xff\xfe<form>", "UTF-8"),
        (b"<form>\0<input name=a>", "not text"),
        (b"%PDF-1.7 \xe2\xe3", "UTF-8"),
        (b" " * (MOST_BYTES + 1), "larger"),
        (json.dumps({"fields": [{"name": f"f{i}"} for i in range(501)]}).encode(), "more than 500"),
        (b"<form>" + b"<input name=nik>" * 501, "500 fields"),
    ],
)
def test_what_is_no_form_is_refused_with_a_reason(content, said):
    with pytest.raises(BadForm, match=said):
        read(content)


ENTITIES = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">
]><form><label for=n>&b;&c;</label><input id=n name=nik></form>"""


def test_entities_do_not_grow_and_open_no_files():
    (form,) = read(ENTITIES)
    assert form.fields[0].label == "&b;&c;"


@pytest.mark.parametrize(
    "content",
    [
        b"<form>" + b"<div>" * 60_000 + b"<input name=nik>",
        b"<form><input " + b" ".join(b"a%d" % i for i in range(100_000)) + b">",
        b'<form><script a=">" ' + b" ".join(b"a%d" % i for i in range(100_000)) + b">",
        b"<script" * 140_000,
        b"<form>" + b"<b><i>" * 20_000 + b"<input name=nik>",
        b"<form>" + b"<label for=a>x</label>" * 20_000 + b"<input id=a name=nik>",
        b"<form>" + b"<label><fieldset><legend>x" * 5_000 + b"<input name=nik>" * 400,
        b"<" * 1_000_000,
        b"[" * 1_000_000,
        b'{"components":' + b'[{"components":' * 900 + b"[" + b"]" * 900,
        b'{"properties":{"a":{"$ref":"#"}}}',
        b'{"properties":{"a":{"$ref":"#/properties/a"}}}',
        b'{"properties":{"a":{"properties":{"b":{"$ref":"#/properties/a"}}}}}',
        b'{"fields":' + b'[{"name":"' + b"a" * 900_000 + b'"}]}',
    ],
    ids=range(14),
)
def test_hostile_files_end_soon(content):
    began = time.process_time()
    try:
        read(content)
    except BadForm as error:
        assert len(str(error)) < 200  # and never repeats the file
    assert time.process_time() - began < 2
