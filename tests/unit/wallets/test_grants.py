"""Which prepaid money a charge is taken from."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.wallets.purses import NOW, eur
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import total
from umlauf.wallets.grants import Grant, draw_down

DAY = timedelta(days=1)
PAID = Grant(id="paid", left=eur(500), granted_at=NOW - 9 * DAY)
GRANTS = st.builds(
    Grant,
    id=st.uuids().map(str),
    left=st.integers(0, 5_000).map(eur),
    granted_at=st.integers(-30, 5).map(lambda days: NOW + days * DAY),
    priority=st.integers(0, 100),
    expires_at=st.none() | st.integers(-5, 30).map(lambda days: NOW + days * DAY),
    is_promotional=st.booleans(),
)


def grant(name: str, **changes: object) -> Grant:
    return Grant(**{"id": name, "left": eur(500), "granted_at": NOW - 9 * DAY, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(grant("first", priority=10), id="a lower priority number"),
        pytest.param(grant("first", expires_at=NOW + DAY), id="what expires"),
        pytest.param(grant("first", is_promotional=True), id="a gift"),
        pytest.param(grant("first", granted_at=NOW - 10 * DAY), id="the oldest"),
    ],
)
def test_the_grant_that_comes_first_pays_first(first: Grant) -> None:
    for grants in ([first, PAID], [PAID, first]):
        drawn = draw_down(grants, eur(600), NOW)
        assert [(draw.grant_id, draw.amount) for draw in drawn.draws] == [
            ("first", eur(500)),
            ("paid", eur(100)),
        ]


def test_expiry_outranks_the_gift_and_the_gift_outranks_age() -> None:
    soon = grant("soon", expires_at=NOW + DAY)
    gift = grant("gift", expires_at=NOW + 2 * DAY, is_promotional=True)
    old = grant("old", expires_at=NOW + 2 * DAY, granted_at=NOW - 99 * DAY)
    drawn = draw_down([old, gift, soon], eur(1_200), NOW)
    assert [draw.grant_id for draw in drawn.draws] == ["soon", "gift", "old"]


def test_an_instant_of_expiry_is_too_late_and_the_instant_before_is_not() -> None:
    at_the_end = grant("end", expires_at=NOW)
    assert draw_down([at_the_end], eur(1), NOW).uncovered == eur(1)
    assert not draw_down([at_the_end], eur(1), NOW - timedelta(microseconds=1)).uncovered


def test_a_grant_of_the_future_pays_nothing_yet() -> None:
    assert not draw_down([grant("later", granted_at=NOW + DAY)], eur(1), NOW).draws


def test_a_negative_charge_and_a_negative_grant_are_refused() -> None:
    with pytest.raises(InvalidInput):
        draw_down([PAID], eur(-1), NOW)
    with pytest.raises(InvalidInput):
        grant("debt", left=eur(-1))


@given(
    grants=st.lists(GRANTS, max_size=6, unique_by=lambda one: one.id), minor=st.integers(0, 9_999)
)
def test_draws_and_the_rest_add_up_and_no_grant_gives_more_than_it_has(
    grants: list[Grant], minor: int
) -> None:
    charge = eur(minor)
    drawn = draw_down(grants, charge, NOW)
    assert total((draw.amount for draw in drawn.draws), "EUR") + drawn.uncovered == charge
    for before, after in zip(grants, drawn.grants, strict=True):
        assert after.left == before.left - drawn.drawn_from(before.id)
        assert after.left >= eur(0)
        assert before.is_usable(NOW) or after == before
    if drawn.uncovered:
        assert not any(one.left for one in drawn.grants if one.is_usable(NOW))
