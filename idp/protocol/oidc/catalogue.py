"""The claim catalogue: names on the wire, their scopes, sources, sensitivity and plain-language labels."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from idp.protocol.oidc.provinces import place

SCHEMA: Final = "urn:gerbang:claim:v1:"


class Kind(StrEnum):
    """The JSON type a claim has on the wire (OIDC Core §5.1)."""

    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    OBJECT = "object"
    LIST = "list"


class Sensitivity(StrEnum):
    """How carefully a claim is handled. `specific` is the law's own word (UU PDP art. 4)."""

    GENERAL = "general"
    RESTRICTED = "restricted"
    SPECIFIC = "specific"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: what it is called, who vouches for it, and how a citizen reads it."""

    name: str
    scope: str
    kind: Kind
    sensitivity: Sensitivity
    label_id: str
    label_en: str
    source: str

    @property
    def schema(self) -> str:
        """The claim's schema URI, independent of the issuer (decision 4)."""
        return SCHEMA + self.name

    def label(self, language: str) -> str:
        """The label in a language; Indonesian unless English is asked for."""
        return self.label_en if language.startswith("en") else self.label_id


@dataclass(frozen=True, slots=True)
class Source:
    """Who vouches for a value, in words a citizen knows."""

    label_id: str
    label_en: str

    def label(self, language: str) -> str:
        """The label in a language; Indonesian unless English is asked for."""
        return self.label_en if language.startswith("en") else self.label_id


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope a client may be registered for, and what it means to a citizen."""

    name: str
    label_id: str
    label_en: str

    def label(self, language: str) -> str:
        """The label in a language; Indonesian unless English is asked for."""
        return self.label_en if language.startswith("en") else self.label_id


SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "self": Source("Anda sendiri", "You"),
        "account": Source("Akun Gerbang", "Your Gerbang account"),
        "population_registry": Source("Data kependudukan (Dukcapil)", "Population registry (Dukcapil)"),
        "tax": Source("Direktorat Jenderal Pajak", "Tax office"),
        "education": Source("Data pendidikan", "Education records"),
        "health": Source("Data jaminan kesehatan", "Health insurance records"),
        "business_licence": Source("Data perizinan usaha (OSS)", "Business licence records (OSS)"),
        "civil_service": Source("Badan Kepegawaian Negara", "Civil service agency (BKN)"),
    }
)

OWN_WORD: Final = frozenset({"self", "account"})
"""Sources that are the citizen's own word: nobody else answers for it."""
HELD_HERE: Final = OWN_WORD | {"population_registry"}
"""Sources the gate itself holds; every other source is an agency that lends its claims by agreement."""

SCOPES: Final[Mapping[str, Scope]] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            Scope("openid", "Masuk dengan Gerbang", "Sign in with Gerbang"),
            Scope("profile", "Nama dan pengaturan bahasa", "Name and language settings"),
            Scope("birth", "Tempat dan tanggal lahir", "Place and date of birth"),
            Scope("gender", "Jenis kelamin", "Gender"),
            Scope("nationality", "Kewarganegaraan", "Nationality"),
            Scope("titles", "Gelar", "Titles"),
            Scope("email", "Alamat email", "Email address"),
            Scope("phone", "Nomor telepon", "Phone number"),
            Scope("address", "Alamat lengkap", "Full address"),
            Scope("address:region", "Daerah tempat tinggal", "Region you live in"),
            Scope("nik", "Nomor Induk Kependudukan", "National identity number"),
            Scope("family", "Data keluarga", "Family data"),
            Scope("tax", "Data pajak", "Tax data"),
            Scope("education", "Data pendidikan", "Education data"),
            Scope("health", "Data jaminan kesehatan", "Health insurance data"),
            Scope("business", "Data usaha", "Business data"),
            Scope("asn", "Data kepegawaian negeri", "Civil service data"),
            Scope("offline_access", "Tetap terhubung setelah keluar", "Stay connected after you sign out"),
        )
    }
)

_G, _R, _S = Sensitivity.GENERAL, Sensitivity.RESTRICTED, Sensitivity.SPECIFIC
_T, _B, _D, _O, _L = Kind.TEXT, Kind.BOOLEAN, Kind.DATE, Kind.OBJECT, Kind.LIST
_REG, _ACC, _SELF = "population_registry", "account", "self"

_ROWS: Final = (
    Claim("name", "profile", _T, _G, "Nama lengkap", "Full name", _REG),
    Claim("given_name", "profile", _T, _G, "Nama depan", "Given name", _SELF),
    Claim("family_name", "profile", _T, _G, "Nama keluarga", "Family name", _SELF),
    Claim("middle_name", "profile", _T, _G, "Nama tengah", "Middle name", _SELF),
    Claim("nickname", "profile", _T, _G, "Nama panggilan", "Nickname", _SELF),
    Claim("preferred_username", "profile", _T, _G, "Nama pengguna", "User name", _ACC),
    Claim("profile", "profile", _T, _G, "Halaman profil", "Profile page", _SELF),
    Claim("picture", "profile", _T, _G, "Foto", "Picture", _SELF),
    Claim("website", "profile", _T, _G, "Situs web", "Website", _SELF),
    Claim("locale", "profile", _T, _G, "Bahasa", "Language", _ACC),
    Claim("zoneinfo", "profile", _T, _G, "Zona waktu", "Time zone", _ACC),
    Claim("updated_at", "profile", Kind.TIME, _G, "Terakhir diperbarui", "Last updated", _ACC),
    Claim("birthdate", "birth", _D, _G, "Tanggal lahir", "Date of birth", _REG),
    Claim("place_of_birth", "birth", _O, _G, "Tempat lahir", "Place of birth", _REG),
    Claim("age_over_17", "birth", _B, _G, "Sudah berumur 17 tahun", "Aged 17 or over", _REG),
    Claim("age_over_21", "birth", _B, _G, "Sudah berumur 21 tahun", "Aged 21 or over", _REG),
    Claim("age_over_60", "birth", _B, _G, "Sudah berumur 60 tahun", "Aged 60 or over", _REG),
    Claim("gender", "gender", _T, _G, "Jenis kelamin", "Gender", _REG),
    Claim("nationalities", "nationality", _L, _G, "Kewarganegaraan", "Nationality", _REG),
    Claim("title", "titles", _T, _G, "Gelar", "Title", _REG),
    Claim("title_prefix", "titles", _T, _G, "Gelar di depan nama", "Title before the name", _REG),
    Claim("title_suffix", "titles", _T, _G, "Gelar di belakang nama", "Title after the name", _REG),
    Claim("email", "email", _T, _G, "Alamat email", "Email address", _ACC),
    Claim("email_verified", "email", _B, _G, "Email sudah dipastikan", "Email confirmed", _ACC),
    Claim("phone_number", "phone", _T, _G, "Nomor telepon", "Phone number", _ACC),
    Claim("phone_number_verified", "phone", _B, _G, "Telepon sudah dipastikan", "Phone confirmed", _ACC),
    Claim("address", "address", _O, _G, "Alamat", "Address", _REG),
    Claim("id_address", "address", _O, _G, "Alamat sesuai KTP", "Address on the identity card", _REG),
    Claim("regency_code", "address:region", _T, _G, "Kode kabupaten atau kota", "Regency code", _REG),
    Claim("province_code", "address:region", _T, _G, "Kode provinsi", "Province code", _REG),
    Claim(
        "lives_in_regency",
        "address:region",
        _B,
        _G,
        "Tinggal di kabupaten atau kota",
        "Lives in the regency or city",
        _REG,
    ),
    Claim(
        "lives_in_province", "address:region", _B, _G, "Tinggal di provinsi", "Lives in the province", _REG
    ),
    Claim("nik", "nik", _T, _R, "NIK", "National identity number (NIK)", _REG),
    Claim("nik_ref", "nik", _T, _G, "Kode rujukan NIK", "Reference to your NIK", _REG),
    Claim("family_card_number", "family", _T, _R, "Nomor kartu keluarga", "Family card number", _REG),
    Claim("family_relation", "family", _T, _R, "Hubungan dalam keluarga", "Place in the family", _REG),
    Claim("dependants", "family", _L, _S, "Anggota keluarga", "Family members", _REG),
    Claim("npwp", "tax", _T, _R, "NPWP", "Tax number (NPWP)", "tax"),
    Claim("npwp_branch", "tax", _T, _R, "Kode cabang NPWP", "Tax branch code", "tax"),
    Claim("nisn", "education", _T, _G, "Nomor induk siswa", "Student number", "education"),
    Claim("highest_education", "education", _T, _G, "Pendidikan terakhir", "Highest education", "education"),
    Claim("diploma", "education", _L, _G, "Ijazah", "Diplomas", "education"),
    Claim("bpjs_number", "health", _T, _S, "Nomor BPJS Kesehatan", "Health insurance number", "health"),
    Claim("satusehat_ihs", "health", _T, _S, "Nomor SATUSEHAT", "SATUSEHAT number", "health"),
    Claim("org", "business", _O, _G, "Usaha yang Anda wakili", "Business you act for", "business_licence"),
    Claim("nip", "asn", _T, _R, "NIP", "Civil servant number (NIP)", "civil_service"),
    Claim("employment_kind", "asn", _T, _G, "Status kepegawaian", "Kind of employment", "civil_service"),
    Claim("agency", "asn", _T, _G, "Instansi", "Agency", "civil_service"),
    Claim("unit", "asn", _T, _G, "Unit kerja", "Unit", "civil_service"),
    Claim("position", "asn", _T, _G, "Jabatan", "Position", "civil_service"),
    Claim("is_civil_servant", "asn", _B, _G, "Pegawai negeri", "Civil servant", "civil_service"),
)

QUESTIONS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "lives_in_regency": re.compile(r"[0-9]{2}\.[0-9]{2}"),
        "lives_in_province": re.compile(r"[0-9]{2}"),
    }
)
"""Claims that answer yes or no to a value the request names (OIDC Core §5.5.1), and what such a value looks like.

Asked with a value, a question has a name of its own, as in `lives_in_regency:34.04`: a citizen allows that one, it
stands in the ledger, and another value has to be allowed anew.
"""


def base(name: str) -> str:
    """Return the name in the catalogue of a claim or question."""
    return name.partition(":")[0]


def question(name: str, values: Iterable[object]) -> str | None:
    """Return the name of a question about these values; None when none of them can be asked."""
    fit = {value for value in values if isinstance(value, str) and QUESTIONS[name].fullmatch(value)}
    return f"{name}:{'+'.join(sorted(fit))}" if fit else None


class _Claims(dict[str, Claim]):
    """Claims by name; a question with its values is found as well, and no listing shows it."""

    def __missing__(self, name: str) -> Claim:
        claim, values = dict.get(self, base(name)), name.partition(":")[2]
        if claim is None or claim.name not in QUESTIONS or question(claim.name, values.split("+")) != name:
            raise KeyError(name)
        said = ", ".join(map(place, values.split("+")))
        return replace(
            claim, name=name, label_id=f"{claim.label_id} {said}", label_en=f"{claim.label_en} {said}"
        )

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or (isinstance(name, str) and self.get(name) is not None)


CLAIMS: Final[Mapping[str, Claim]] = MappingProxyType(_Claims((claim.name, claim) for claim in _ROWS))
BY_SCOPE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {scope: tuple(claim.name for claim in _ROWS if claim.scope == scope) for scope in SCOPES}
)


def owner_of(name: str) -> str | None:
    """Return who answers for a claim: an agency or `population_registry`; None for the citizen's own word."""
    claim = CLAIMS.get(name)
    return None if claim is None or claim.source in OWN_WORD else claim.source


def lender_of(name: str) -> str | None:
    """Return the agency that lends a claim to others by agreement; None for what the gate holds itself."""
    owner = owner_of(name)
    return None if owner in HELD_HERE else owner


# What travels with a claim: says something about that claim only.
COMPANIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"email": ("email_verified",), "phone_number": ("phone_number_verified",)}
)
