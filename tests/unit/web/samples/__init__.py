"""One honest example of every page, the awkward ones included: one name, long names, errors, nothing."""

from __future__ import annotations

from collections.abc import Callable

from idp.web.pages import Page
from tests.unit.web.samples import (
    account,
    admin,
    board,
    catalogue,
    consents,
    data_cases,
    leaving,
    messages,
    recovering,
    registering,
    sandbox,
    signing_in,
    told,
)

SAMPLES: dict[str, Callable[[], Page]] = {
    **signing_in.SAMPLES,
    **leaving.SAMPLES,
    **registering.SAMPLES,
    **account.SAMPLES,
    **admin.SAMPLES,
    **recovering.SAMPLES,
    **messages.SAMPLES,
    **board.SAMPLES,
    **catalogue.SAMPLES,
    **consents.SAMPLES,
    **data_cases.SAMPLES,
    **sandbox.SAMPLES,
    **told.SAMPLES,
}
