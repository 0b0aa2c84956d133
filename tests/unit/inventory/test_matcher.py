"""Which attribute a field asks for: measured on a labelled sample, and rule by rule."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.domain.inventory.forms import Field
from idp.domain.inventory.lint import SURE_ENOUGH
from idp.domain.inventory.matcher import Why, match
from idp.domain.inventory.vocabulary import load, standard
from idp.protocol.oidc.catalogue import CLAIMS

SAMPLE = Path(__file__).with_name("labels.tsv")
UNSEEN = Path(__file__).with_name("unseen.tsv")
LEAST_PRECISION, LEAST_RECALL, LEAST_LABELS = 0.98, 0.98, 200
UNSEEN_PRECISION, UNSEEN_RECALL = 0.9, 0.75


@dataclass(frozen=True)
class Labelled:
    label: str
    name: str
    asks: frozenset[str]


@dataclass(frozen=True)
class Measured:
    labels: int
    precision: float
    recall: float
    text: str


def sample(file):
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            label, name, asks = line.split("\t")
            yield Labelled(label, name, frozenset(asks.split("+")) - {"-"})


def measured(file):
    right = wrong = missed = 0
    slips = []
    every = list(sample(file))
    for each in every:
        got = found(each.label, each.name)
        right += len(got & each.asks)
        wrong += len(got - each.asks)
        missed += len(each.asks - got)
        if got != each.asks:
            slips.append(f"{each.label or each.name}: {sorted(got)} instead of {sorted(each.asks)}")
    precision, recall = right / (right + wrong), right / (right + missed)
    text = f"{len(every)} labels: precision {precision:.3f}, recall {recall:.3f}\n" + "\n".join(slips)
    return Measured(len(every), precision, recall, text)


def found(label="", name="x", **members):
    """What a field surely asks for."""
    return {
        each.concept
        for each in match(Field(name=name, label=label, **members))
        if each.confidence >= SURE_ENOUGH
    }


def test_precision_and_recall_on_the_labelled_sample():
    """A wrong match costs an agency time, a missed one costs every citizen: both are held."""
    report = measured(SAMPLE)
    sys.stdout.write(report.text)  # `pytest -s` shows it
    assert report.labels >= LEAST_LABELS
    assert report.precision >= LEAST_PRECISION, report.text
    assert report.recall >= LEAST_RECALL, report.text


def test_every_concept_of_the_vocabulary_is_in_the_catalogue_and_found_by_its_own_words():
    vocabulary = standard()
    for phrase, (concept, weight) in vocabulary.phrases.items():
        assert concept.id.startswith("held:") or concept.id.partition(".")[0] in CLAIMS, concept.id
        got = {each.concept: each.confidence for each in match(Field(name="", label=" ".join(phrase)))}
        assert concept.id in got, phrase
        assert got[concept.id] == pytest.approx(weight, abs=0.12), phrase


def test_a_phrase_stands_for_one_thing_only():
    content = b"""
        fillers = ""
        others = ""
        choices = []
        held = []
        [joined]
        [words]
        [autocomplete]
        [owners]
        [[concept]]
        attribute = "nik"
        labels = ["nomor"]
        [[concept]]
        attribute = "nip"
        labels = ["nomor"]
    """
    with pytest.raises(ValueError, match="nomor stands for both nik and nip"):
        load(content)


def test_label_and_name_together_are_surer_than_either():
    def sure(**members):
        return match(Field(**{"name": "x"} | members))[0].confidence

    both = sure(label="Alamat domisili", name="alamat")
    assert both > sure(label="Alamat domisili") > 0.7
    assert sure(name="alamat") > 0.7


def test_a_label_wins_over_a_name_that_says_otherwise():
    best = match(Field(name="email", label="Nomor telepon"))[0]
    assert best.concept == "phone_number"
    assert Why.CONTRADICTED in {reason.why for reason in best.reasons}


def test_a_name_behind_a_label_that_says_something_else_counts_less():
    assert found("Kode pembayaran", "nik") == set()
    assert found("", "nik") == {"nik"}


@pytest.mark.parametrize(
    ("told", "reading"),
    [
        ("Tangal lahir", "tangal → tanggal"),
        ("Nomor Telefon", "telefon → telepon"),
        ("Kecamatn", "kecamatn → kecamatan"),
    ],
)
def test_a_slip_of_one_letter_is_read_and_said(told, reading):
    best = match(Field(name="x", label=told))[0]
    assert reading in {reason.words for reason in best.reasons if reason.why is Why.SPELLING}
    assert SURE_ENOUGH <= best.confidence < 0.95


@pytest.mark.parametrize(
    ("autocomplete", "asks"),
    [("bday", "birthdate"), ("section-a shipping street-address", "address"), ("home tel", "phone_number")],
)
def test_autocomplete_tokens_tell_what_a_nameless_field_asks(autocomplete, asks):
    assert found(autocomplete=autocomplete) == {asks}
    assert found(autocomplete="off") == set()


def test_choices_give_a_field_away_whatever_it_is_called():
    assert found("Pilihan 1", choices=("Laki-laki", "Perempuan")) == {"gender"}
    assert found("Tingkat", choices=("SD", "SMP", "SMA", "S1", "S2")) == {"highest_education"}
    assert found("Agama Anda", choices=("Islam", "Kristen", "Katolik")) == {"held:religion"}
    assert found("Ukuran", choices=("S", "M", "L", "XL")) == set()


def test_a_box_to_agree_with_asks_for_nothing():
    assert found("Saya setuju NIK saya diperiksa", kind="checkbox") == set()
    assert found("Sudah berumur 17 tahun", kind="checkbox") == {"age_over_17"}


def test_the_type_may_object():
    assert found("NPWP", kind="date") == set()
    assert found("Tanggal lahir", kind="date") == {"birthdate"}


def test_a_section_about_somebody_else_is_about_somebody_else():
    assert found("Nama lengkap", section="Data orang tua") == set()
    assert found("NIK", section="Data pasangan") == set()
    assert found("NIK", section="Data diri pemohon") == {"nik"}
    assert found("NIB", section="Data perusahaan") == {"org.nib"}


@pytest.mark.parametrize(
    ("label", "asks"),
    [
        ("Unggah scan KTP", "nik"),
        ("Fotokopi Kartu Keluarga", "family_card_number"),
        ("Upload ijazah terakhir", "diploma"),
        ("Scan NPWP (PDF, maks. 2 MB)", "npwp"),
        ("Pas foto 3x4", "picture"),
    ],
)
def test_a_copy_of_a_paper_asks_for_what_is_on_it(label, asks):
    assert found(label, kind="file") == {asks}


def test_a_paper_of_somebody_else_or_a_new_one_is_not():
    assert found("Scan KTP orang tua", kind="file") == set()
    assert found("Proposal kegiatan", kind="file") == set()


def test_what_the_form_says_itself_is_certain():
    assert match(Field(name="a", label="Nomor", attribute="id_address.rt"))[0].confidence == 1.0
    assert match(Field(name="a", label="NIK", attribute="no_such_attribute")) == ()


@pytest.mark.parametrize(
    "text", ["", " ", "?", "...", "é" * 300, "١٢٣", "nik" * 5000, "\u202eKIN", "🙂", "no " * 500]
)
def test_odd_texts_are_read_without_a_fuss(text):
    assert isinstance(match(Field(name=text, label=text)), tuple)


def test_labels_that_nobody_prepared_for():
    """The sample above shaped the vocabulary; this one did not, so these are the honest figures."""
    report = measured(UNSEEN)
    sys.stdout.write(report.text)  # `pytest -s` shows it
    assert report.precision >= UNSEEN_PRECISION, report.text
    assert report.recall >= UNSEEN_RECALL, report.text
