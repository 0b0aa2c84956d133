"""What a client registers that asks citizens without a browser (CIBA Core 1.0 §4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from idp.domain.registry.violations import Report, Rule
from idp.protocol.decoupled.ciba import DELIVERY_MODES, PING


def check_ciba(metadata: Mapping[str, Any], algorithms: Collection[str], report: Report) -> None:
    """Require what such a client needs to be answered; signed requests use one of `algorithms`."""
    if metadata["token_endpoint_auth_method"] == "none":  # noqa: S105
        report.add("grant_types", Rule.PUBLIC_CIBA)
    mode = metadata.get("backchannel_token_delivery_mode")
    if mode not in DELIVERY_MODES:
        report.add("backchannel_token_delivery_mode", Rule.CHOICE, ", ".join(DELIVERY_MODES))
    if mode == PING and "backchannel_client_notification_endpoint" not in metadata:
        report.add("backchannel_client_notification_endpoint", Rule.REQUIRED)
    if metadata.get("backchannel_user_code_parameter"):
        report.add("backchannel_user_code_parameter", Rule.CHOICE, "false")
    alg = metadata.get("backchannel_authentication_request_signing_alg")
    if alg is not None and alg not in algorithms:
        report.add("backchannel_authentication_request_signing_alg", Rule.CHOICE, ", ".join(algorithms))
