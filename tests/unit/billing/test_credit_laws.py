"""The laws of a charge: however it is given back, in the end it was no more than was charged."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.credit_fakes import charges_of, euros, invoice_over
from umlauf.billing.errors import OverCredited
from umlauf.billing.rating import taken_back

(CHARGE,) = charges_of(invoice_over(1_000))


@given(
    charged=st.integers(-500, 2_000),
    wanted=st.lists(st.integers(-300, 1_200), max_size=6),
)
def test_a_charge_gives_back_what_is_left_of_it_and_refuses_the_rest(
    charged: int, wanted: Sequence[int]
) -> None:
    """What a maximum took off is given back below zero, as it was charged."""
    charge, given_back = replace(CHARGE, amount=euros(charged)), 0
    for minor in wanted:
        least, most = sorted((0, charged - given_back))
        try:
            charge = charge.give_back(euros(minor))
        except OverCredited:
            assert not least <= minor <= most
        else:
            assert least <= minor <= most
            given_back += minor
    assert charge.credited == euros(given_back)
    assert charge.left == euros(charged - given_back)
    assert charge.creditable == euros(max(charged - given_back, 0))


@given(
    billed=st.lists(
        st.integers(0, 900).flatmap(lambda minor: st.tuples(st.just(minor), st.integers(0, minor))),
        min_size=1,
        max_size=4,
    ),
    wanted=st.integers(0, 4_000),
)
def test_use_that_is_corrected_gives_nothing_back_that_was_given_by_hand(
    billed: Sequence[tuple[int, int]], wanted: int
) -> None:
    """A stretch's charge and its differences, some of each given back by hand before."""
    charge, *differences = [
        replace(CHARGE, id=f"charge#{number}", amount=euros(minor)).give_back(euros(by_hand))
        for number, (minor, by_hand) in enumerate(billed)
    ]
    parts = list(taken_back(euros(wanted), charge, differences))
    left = sum(minor - by_hand for minor, by_hand in billed)
    assert sum(part.amount_minor for _, part in parts) == min(wanted, left)
    assert all(after.credited <= after.amount for after, _ in parts)


def test_the_latest_difference_gives_back_first_however_many_there_are() -> None:
    """The tenth comes before the second where names are sorted as texts."""
    charge, *differences = [replace(CHARGE, id=f"charge#{number}") for number in range(12)]
    mixed = sorted(differences, key=lambda one: one.id)
    parts = list(taken_back(euros(2_500), charge, mixed))
    assert [(one.id, part) for one, part in parts] == [
        ("charge#11", euros(1_000)),
        ("charge#10", euros(1_000)),
        ("charge#9", euros(500)),
    ]
