"""The law of a charge: however it is given back, in the end it was no more than was charged."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.credit_fakes import charges_of, euros, invoice_over
from umlauf.billing.errors import OverCredited

(CHARGE,) = charges_of(invoice_over(1_000))


@given(
    charged=st.integers(-500, 2_000),
    wanted=st.lists(st.integers(-50, 1_200), max_size=6),
)
def test_a_charge_gives_back_what_is_left_of_it_and_refuses_the_rest(
    charged: int, wanted: Sequence[int]
) -> None:
    charge, given_back = replace(CHARGE, amount=euros(charged)), 0
    for minor in wanted:
        left = max(charged - given_back, 0)
        try:
            charge = charge.give_back(euros(minor))
        except OverCredited:
            assert minor < 0 or minor > left
        else:
            assert 0 <= minor <= left
            given_back += minor
    assert charge.credited == euros(given_back)
    assert charge.creditable == euros(max(charged - given_back, 0))
