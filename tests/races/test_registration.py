"""An initial access token is good as often as it says, however many use it at once (RFC 7591 §3; protocol R7)."""

import pytest

from tests.support.race import race
from tests.support.registering import Manager, a_permit, register, registered
from tests.support.together import outcomes

MANY = 12


@pytest.mark.parametrize("uses", [1, 3])
def test_a_token_used_by_many_at_once_registers_no_more_clients_than_it_allows(provider, uses):
    permit = a_permit(provider, uses=uses)
    found = outcomes(race([lambda: register(provider, permit.text) for _ in range(MANY)]))
    assert found == {"201": uses, "401 invalid_token": MANY - uses}
    assert provider.count("client") == uses


def test_a_client_deleted_by_many_at_once_is_retired_once(provider):
    manager = Manager(provider, registered(provider))
    with provider.recorded("ClientRetired"):
        answers = race([manager.delete for _ in range(MANY)])
    assert sorted(a.status for a in answers) == [204, *[401] * (MANY - 1)]
