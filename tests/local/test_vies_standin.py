"""The register of VAT ids on this machine, asked by the code that asks the real one."""

from collections.abc import Iterator

import pytest

from local.vies_standin import ViesStandIn
from umlauf.customers.errors import VatRegisterUnavailable
from umlauf_integrations.vies.register import ViesRegister


@pytest.fixture
def vies() -> Iterator[ViesStandIn]:
    standin = ViesStandIn().start()
    yield standin
    standin.stop()


def test_it_knows_every_id_but_those_it_forgot(vies: ViesStandIn) -> None:
    register = ViesRegister(vies.url)
    assert register.is_registered("DE136695976")
    vies.forgotten.add("DE136695976")
    assert not register.is_registered("DE136695976")
    assert register.is_registered("NL123456782B12")


def test_a_state_that_is_away_gives_no_answer_and_the_others_do(vies: ViesStandIn) -> None:
    vies.away.add("DE")
    register = ViesRegister(vies.url)
    with pytest.raises(VatRegisterUnavailable):
        register.is_registered("DE136695976")
    assert register.is_registered("EL123456783")


def test_what_it_does_not_speak_is_not_found(vies: ViesStandIn) -> None:
    assert vies.answer("/ms/DE")[0] == vies.answer("/")[0] == 404


def test_it_stops_and_stopping_twice_is_no_harm() -> None:
    standin = ViesStandIn().start()
    url = standin.url
    standin.stop()
    standin.stop()
    with pytest.raises(VatRegisterUnavailable):
        ViesRegister(url).is_registered("DE136695976")
    with pytest.raises(RuntimeError, match="not been started"):
        _ = standin.url
