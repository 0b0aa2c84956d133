"""Indonesian addresses: from the register's parts to the standard `address` claim (OIDC Core §5.1.1)."""

from collections.abc import Mapping
from typing import Final

# The members of `id_address` (features.md section 8); all text, all optional.
MEMBERS: Final = (
    "street_address",
    "rt",
    "rw",
    "village",
    "village_code",
    "district",
    "district_code",
    "regency",
    "regency_code",
    "province",
    "province_code",
    "postal_code",
    "country",
    "kind",
    "valid_from",
)


def address_of(id_address: Mapping[str, object]) -> dict[str, str]:
    """The standard address object; parts that are missing leave no trace (OIDC Core §5.1.1)."""
    part = {name: text for name in MEMBERS if isinstance(text := id_address.get(name), str) and text}
    street = street_lines(part)
    locality, region = part.get("regency", ""), part.get("province", "")
    postal_code, country = part.get("postal_code", ""), part.get("country", "")
    formatted = [*street, locality, " ".join(filter(None, (region, postal_code))), country]
    members = {
        "formatted": "\n".join(filter(None, formatted)),
        "street_address": "\n".join(street),
        "locality": locality,
        "region": region,
        "postal_code": postal_code,
        "country": country,
    }
    return {name: value for name, value in members.items() if value}


def street_lines(part: Mapping[str, str]) -> list[str]:
    """Street, RT/RW, village and district, as an Indonesian envelope has them."""
    units = [f"{label} {part[name]}" for name, label in (("rt", "RT"), ("rw", "RW")) if part.get(name)]
    lines = [
        part.get("street_address", ""),
        "/".join(units),
        part.get("village", ""),
        f"Kec. {part['district']}" if part.get("district") else "",
    ]
    return [line for line in lines if line]
