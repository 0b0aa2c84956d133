"""Which encryption a client may register (OIDC Registration §2, JARM §3, RFC 9701 §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.domain.registry.violations import Report, Rule
from idp.protocol.oauth.jwe import ALGORITHMS, DEFAULT_ENCODING, ENCODINGS, Answer, Encryption


def check_encryption(metadata: Mapping[str, Any], report: Report) -> None:
    """Refuse unknown algorithms, an `enc` without its `alg`, and encryption without a key to encrypt to."""
    for answer in Answer:
        _check_pair(metadata, f"{answer}_encrypted_response", report)
        alg = metadata.get(f"{answer}_encrypted_response_alg")
        if alg not in ALGORITHMS or report.about("jwks") or "jwks_uri" in metadata:
            continue
        if "jwks" not in metadata:
            report.add("jwks", Rule.KEYS_NEEDED, f"{answer}_encrypted_response_alg")
        elif Encryption(alg, DEFAULT_ENCODING).key_in(metadata["jwks"]) is None:
            report.add("jwks", Rule.KEYS_UNFIT, alg)
    _check_pair(metadata, "request_object_encryption", report)


def _check_pair(metadata: Mapping[str, Any], prefix: str, report: Report) -> None:
    alg, enc = metadata.get(f"{prefix}_alg"), metadata.get(f"{prefix}_enc")
    if alg is not None and alg not in ALGORITHMS:
        report.add(f"{prefix}_alg", Rule.CHOICE, ", ".join(ALGORITHMS))
    if enc is not None and enc not in ENCODINGS:
        report.add(f"{prefix}_enc", Rule.CHOICE, ", ".join(ENCODINGS))
    elif enc is not None and alg is None:
        report.add(f"{prefix}_enc", Rule.ENCODING_ALONE, f"{prefix}_alg")
