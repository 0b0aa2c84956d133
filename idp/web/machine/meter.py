"""The re-entry meter's endpoint: an agency tells how much of a form had to be typed, in counts (features F8)."""

from __future__ import annotations

from datetime import date

from idp.domain.inventory import meter
from idp.domain.inventory.meter import AbsurdReport, Report
from idp.protocol.oauth.errors import InvalidRequest, UnauthorizedClient
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.responses import Reply, json_reply
from idp.web.limits import METER_REPORTS
from idp.web.machine.authenticate import authenticate
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

MOST_DIGITS = 4


def count(machines: Machines, request: MachineRequest) -> Reply:
    """Count a report once; one that was counted before changes nothing and is answered alike."""
    parameters = request.form()
    client, _ = authenticate(machines, request, parameters)
    if client.is_public:
        raise UnauthorizedClient("a client that cannot prove who it is reports nothing")
    machines.limits.spend(METER_REPORTS, client.client_id)
    services = machines.services
    try:
        report = _report(parameters)
        report.check(services.clock())
        with services.database.unit_of_work() as db:
            counted = meter.count(db, client.client_id, report, services.clock())
    except AbsurdReport as exc:
        raise InvalidRequest(f"{exc.parameter}: {exc.reason}", parameter=exc.parameter) from exc
    return json_reply({"counted": counted})


def _report(parameters: Parameters) -> Report:
    return Report(
        report_id=parameters.require("report_id"),
        form=parameters.require("form"),
        day=_day(parameters.require("day")),
        prefilled=_number(parameters, "prefilled"),
        typed=_number(parameters, "typed"),
        typed_known=tuple(parameters.get("typed_known", "").split()),
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise AbsurdReport("day", "a date such as 2026-11-24") from exc
    return day


def _number(parameters: Parameters, name: str) -> int:
    text = parameters.require(name)
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise AbsurdReport(name, "a whole number")
    return int(text)
